import type { NativeMatrix } from "../binding.js";
import { property, requireChoice } from "./checks.js";
import { FlipsideError } from "./errors.js";
import { allocate, lengthOf } from "./views.js";

/**
 * What becomes of missing values in x: NaN, and null or undefined in an array of rows.
 *
 * - "error" (the default): they are refused with the code MISSING_VALUES, counted, the first ones named.
 * - "mean": each counts as the weighted mean of what is present of its column, and the fit remembers these means for
 *   its predictions. x must be dense. A column of which nothing is present is refused.
 */
export type MissingPolicy = "error" | "mean";

const policies = ["error", "mean"] as const satisfies readonly MissingPolicy[];

/** The option `missing`: whether to impute. @internal */
export function readMissing(options: object): boolean {
  const given = property("options", options, "missing");
  return given !== undefined && requireChoice("missing", given, policies) === "mean";
}

/** @internal */
export function requireDense(x: NativeMatrix): void {
  if (x.layout !== "compressedColumns") return;
  const message =
    'missing must be "error" for compressed columns, whose missing entries are 0, but is "mean"';
  throw new FlipsideError("UNSUPPORTED", message);
}

/** As many places as a message names. */
const mostPlaces = 3;

/**
 * Throws MISSING_VALUES if there is a NaN: the sentence of native/design/missing.cc.
 *
 * @internal
 */
export function requireNoMissing(argument: string, x: NativeMatrix): void {
  let count = 0;
  const first: [row: number, column: number][] = [];
  const elements = lengthOf(x.data);
  for (let k = 0; k < elements; ++k) {
    if (!Number.isNaN(x.data[k])) continue;
    ++count;
    first.push(placeOf(x, k));
    first.sort(([i, j], [otherI, otherJ]) => i - otherI || j - otherJ).splice(mostPlaces);
  }
  if (count === 0) return;
  const places = first.map(([row, column]) => `row ${row}, column ${column}`).join("; ");
  const begins = `${argument} must have no missing values, but has ${count}`;
  throw new FlipsideError("MISSING_VALUES", `${begins}, ${count === 1 ? "in" : "the first in"} ${places}`);
}

/** Row and column of the element that is data[k]. @internal */
export function placeOf(x: NativeMatrix, k: number): [row: number, column: number] {
  if (x.layout === "rowMajor") return [Math.floor(k / x.columns), k % x.columns];
  if (x.layout === "columnMajor") return [k % x.rows, Math.floor(k / x.rows)];
  let column = 0;
  while (((x.columnPointers as Int32Array)[column + 1] as number) <= k) ++column;
  return [(x.rowIndices as Int32Array)[k] as number, column];
}

/** The matrix with values[j] in place of each NaN of column j; the same one if there is none. @internal */
export function fillMissing(argument: string, x: NativeMatrix, values: Float64Array): NativeMatrix {
  const { data, rows, columns, layout } = x;
  if (layout === "compressedColumns") return x;
  const elements = lengthOf(data);
  let filled: Float64Array | undefined;
  for (let k = 0; k < elements; ++k) {
    if (!Number.isNaN(data[k])) continue;
    if (filled === undefined) {
      filled = allocate(argument, elements);
      filled.set(data);
    }
    filled[k] = values[layout === "rowMajor" ? k % columns : Math.floor(k / rows)] as number;
  }
  return filled === undefined ? x : { data: filled, rows, columns, layout };
}
