// Products of small matrices with gaps between their rows, and the same by a loop.
import type { Floats, TileRequest } from "../../binding.js";
import { native } from "./native.ts";
import type { Random } from "./random.ts";

export type Kind = Float32ArrayConstructor | Float64ArrayConstructor;
export const kinds: readonly Kind[] = [Float32Array, Float64Array];

export interface TileSizes {
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}

export interface TileCase extends TileSizes {
  readonly kind: Kind;
  readonly transposed: boolean;
  readonly accumulate: boolean;
  /** Elements between the end of a row and the next, of a, b and c. */
  readonly gaps: readonly [number, number, number];
}

/** Stands in c where nothing may be written. */
export const guard = 12345;

/** A matrix without a gap after its last row; NaN in the gaps, which nobody may read. */
function matrix(kind: Kind, rows: number, columns: number, gap: number, value: () => number): Floats {
  const stride = columns + gap;
  const length = rows * columns === 0 ? 0 : (rows - 1) * stride + columns;
  return new kind(length).map((_, i) => (i % stride < columns ? value() : Number.NaN));
}

/** a, b and what c has before, of draw(). */
export function tileRequest(given: TileCase, draw: () => number): TileRequest {
  const { kind, rows, depth, columns, transposed, accumulate, gaps } = given;
  const [aRows, aColumns] = transposed ? [depth, rows] : [rows, depth];
  const aStride = aColumns + gaps[0];
  const cStride = columns + gaps[2];
  const inside = (i: number) => i < rows * cStride && i % cStride < columns;
  return {
    rows,
    depth,
    columns,
    a: matrix(kind, aRows, aColumns, gaps[0], draw),
    aRowStride: transposed ? 1 : aStride,
    aColumnStride: transposed ? aStride : 1,
    b: matrix(kind, depth, columns, gaps[1], draw),
    bStride: columns + gaps[1],
    // What was there is not read without accumulate.
    c: new kind(rows * cStride + 20).map((_, i) => (inside(i) ? (accumulate ? draw() : Number.NaN) : guard)),
    cStride,
    accumulate,
  };
}

/** c after the product; the request keeps what it has. */
export function tileProduct(request: TileRequest): Floats {
  const c = request.c.slice();
  native.tileProduct({ ...request, c });
  return c;
}

/** The product in double precision, and the sum of the absolute values of its terms. */
export function plainElement(request: TileRequest, i: number, j: number): { value: number; size: number } {
  const { depth, a, aRowStride, aColumnStride, b, bStride, c, cStride, accumulate } = request;
  let value = accumulate ? (c[i * cStride + j] as number) : 0;
  let size = Math.abs(value);
  for (let k = 0; k < depth; ++k) {
    const term = (a[i * aRowStride + k * aColumnStride] as number) * (b[k * bStride + j] as number);
    value += term;
    size += Math.abs(term);
  }
  return { value, size };
}

export function anyCase(random: Random, largest: number): TileCase {
  const size = () => 1 + random.integer(largest);
  const gap = () => random.integer(3) * random.integer(9);
  return {
    kind: kinds[random.integer(2)] as Kind,
    rows: size(),
    depth: size(),
    columns: size(),
    transposed: random.uniform() < 0.5,
    accumulate: random.uniform() < 0.5,
    gaps: [gap(), gap(), gap()],
  };
}
