import type { NativeDataset } from "../../binding.js";
import { native } from "../binding.js";
import { isArray, isObject, property, requireNumber, requireOptions } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { shuffled } from "../folds.js";
import { requireEntries, toVector } from "../matrix.js";
import { allocate, lengthOf } from "../views.js";
import { bytesOf, crc32 } from "./crc32.js";
import { copyFiniteRows, requireFiniteRows } from "./inputs.js";
import type { Inputs } from "./rowSlices.js";
import { partOfTargets, type Targets } from "./targets.js";

/** Rows that are not trained on but predicted after each epoch. */
export type ValidationOptions =
  | {
      /**
       * How much of the rows, in (0, 1): round(fraction * rows) of them, at least 1 and not all, drawn without
       * replacement.
       */
      readonly fraction: number;
      /** Of the draw, an integer in [0, 2^53), by default the seed of the run. */
      readonly seed?: number | undefined;
    }
  | {
      /** Their numbers, from 0, all different and not all there are. */
      readonly rows: readonly number[] | Int32Array | Uint32Array;
    };

/** Which rows are for what, each ascending. */
export interface Split {
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

const seedRange = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true };

export function readSplit(value: unknown, rows: number, seed: number): Split {
  if (value === undefined) return splitBy(rows, new Int32Array(0));
  const options = requireOptions("validation", value, ["fraction", "seed", "rows"]);
  const get = (key: string) => property("validation", options, key);
  const fraction = get("fraction");
  const own = get("rows");
  if ((fraction === undefined) === (own === undefined)) {
    const which = own === undefined ? "none is there" : "both came";
    throw new FlipsideError(
      "INVALID_ARGUMENT",
      `validation must have one of fraction and rows, but ${which}`,
    );
  }
  const drawSeed = get("seed");
  if (own !== undefined) {
    if (drawSeed === undefined) return splitBy(rows, readRows(own, rows));
    throw new FlipsideError(
      "INVALID_ARGUMENT",
      "validation.seed must be left out with rows, which are not drawn, but is there",
    );
  }
  const share = requireNumber("validation.fraction", fraction, { above: 0, below: 1 });
  if (rows < 2) throw expected("x.rows", ">= 2 to hold some out", rows, "OUT_OF_RANGE");
  const count = Math.min(rows - 1, Math.max(1, Math.round(share * rows)));
  const used = drawSeed === undefined ? seed : requireNumber("validation.seed", drawSeed, seedRange);
  return splitBy(rows, shuffled(rows, used).subarray(0, count));
}

function readRows(value: unknown, rows: number): Int32Array {
  if (!isObject(value)) throw expected("validation.rows", "an array of numbers of rows", value);
  if (isArray("validation.rows", value) && property("validation.rows", value, "length") === 0) {
    throw expected("validation.rows", "an array of at least one row", value, "EMPTY");
  }
  const vector = toVector("validation.rows", value);
  requireEntries("validation.rows", vector, 0);
  const seen = new Set<number>();
  vector.forEach((row, i) => {
    const name = `validation.rows[${i}]`;
    requireNumber(name, row, { min: 0, max: rows - 1, integer: true });
    if (seen.has(row)) throw expected(name, "a row that has not come before", row);
    seen.add(row);
  });
  if (seen.size === rows) {
    throw new FlipsideError("EMPTY", "validation.rows must leave rows to train on, but has all of them");
  }
  return Int32Array.from(vector);
}

function splitBy(rows: number, held: Int32Array): Split {
  const isHeld = new Uint8Array(rows);
  for (const row of held) isHeld[row] = 1;
  const training = new Int32Array(rows - lengthOf(held));
  let next = 0;
  for (let i = 0; i < rows; ++i) if (isHeld[i] === 0) training[next++] = i;
  return { training, validation: Int32Array.from(held).sort() };
}

/** What is trained on, still in the caller's memory. */
export interface Source {
  readonly x: Inputs;
  readonly targets: Targets;
  readonly precision: "float32" | "float64";
}

export interface Loaded {
  readonly dataset: NativeDataset;
  /** CRC-32 of the inputs and targets as they were copied. */
  readonly checksum: number;
}

/** Bytes copied before the event loop has its turn. */
const sliceBytes = 2 ** 22;

/** Copies the data to the addon, some milliseconds at a time; `check` is called before each slice and may throw. */
export async function loadData({ x, targets, precision }: Source, check: () => void): Promise<Loaded> {
  const { rows, columns } = x;
  const { outputs } = targets;
  const labels = targets.loss === "softmaxCrossEntropy";
  check();
  const dataset = native.createDataset({ rows, inputs: columns, outputs, labels, precision });
  const single = precision === "float32";
  const count = Math.min(rows, Math.max(1, Math.floor(sliceBytes / (columns * (single ? 4 : 8)))));
  const slice = single ? new Float32Array(count * columns) : allocate("x", count * columns);
  let checksum = 0;
  for (let first = 0; first < rows; first += count) {
    if (first > 0) await new Promise(setImmediate);
    check();
    const some = Math.min(count, rows - first);
    const part = some === count ? slice : slice.subarray(0, some * columns);
    copyFiniteRows("x", x, first, some, part);
    const y = partOfTargets(targets, first, some, precision);
    if (!labels) requireFiniteRows("y", y as Float64Array, first, some, outputs);
    native.fillDataset(dataset, first, part, y);
    checksum = crc32(bytesOf(y), crc32(bytesOf(part), checksum));
  }
  return { dataset, checksum };
}
