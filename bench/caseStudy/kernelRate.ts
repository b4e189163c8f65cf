// What the kernel of the products does on the shapes of the network by itself, which no epoch can be faster than.
import type { TileRateRequest } from "../../binding.js";
import { binding } from "../drivers/native.ts";
import { median } from "../statistics.ts";

type Shape = Pick<TileRateRequest, "rows" | "depth" | "columns" | "tiles" | "transposed">;

const repeats = 40;
const rounds = 5;

/** GFLOP/s of all products of a step together on the threads of flipside, batch rows at a time. */
export function kernelRate(units: readonly number[], batch: number, pin: boolean): number {
  const shapes = shapesOf(units, batch);
  const gflop = shapes.reduce((sum, shape) => sum + gflopOfShape(shape), 0) * repeats;
  const seconds = Array.from({ length: rounds + 1 }, () =>
    shapes.reduce((sum, shape) => {
      const run = { ...shape, repeats, precision: "float32", kernel: "own", pin } as const;
      return sum + binding.tileRate(run);
    }, 0),
  );
  // The first is to warm up.
  return gflop / median(seconds.slice(1));
}

/** Of each layer: z = a W, the gradient of W, which is a' times that of z, and but for the first that of a. */
function shapesOf(units: readonly number[], batch: number): Shape[] {
  return units.slice(1).flatMap((outputs, layer) => {
    const inputs = units[layer] as number;
    const below = { ...inTiles(batch), depth: outputs, columns: inputs, transposed: false };
    return [
      { ...inTiles(batch), depth: inputs, columns: outputs, transposed: false },
      { ...inTiles(inputs), depth: batch, columns: outputs, transposed: true },
      ...(layer > 0 ? [below] : []),
    ];
  });
}

/** Enough parts for every thread, not too small for the kernel. */
function inTiles(rows: number): Pick<Shape, "rows" | "tiles"> {
  const tiles = Math.max(1, Math.round(rows / 32));
  return { rows: Math.ceil(rows / tiles), tiles };
}

function gflopOfShape({ rows, depth, columns, tiles }: Shape): number {
  return (2 * rows * tiles * depth * columns) / 1e9;
}
