import type { NativeMatrix } from "../binding.js";
import { isArray, isObject, property } from "./checks.js";
import { lengthMismatch } from "./errors.js";
import { toColumnMajor } from "./layouts.js";
import { requireEntries, toMatrix, toVector } from "./matrix.js";
import { element, kindOf, lengthOf } from "./views.js";

/** Whether a value is a matrix rather than a vector, by shape; of what is neither false. @internal */
export function isMatrix(argument: string, value: unknown): boolean {
  if (!isObject(value) || kindOf(value) !== undefined) return false;
  if (isArray(argument, value)) return isObject(element(argument, value, 0));
  return typeof property(argument, value, "columns") === "number";
}

/** A matrix with a row per row of x, column after column: y of several tasks, or an offset for each output. @internal */
export interface Columns {
  readonly data: Float64Array;
  readonly columns: number;
}

/** @internal */
export function readColumns(argument: string, value: unknown, rows: number): Columns {
  const matrix = toMatrix(argument, value);
  if (matrix.rows !== rows) throw lengthMismatch(`${argument}.rows`, rows, "the rows of x", matrix.rows);
  return { data: toColumnMajor(argument, matrix).data as Float64Array, columns: matrix.columns };
}

/** An offset for each row and output, output after output. @internal */
export function readOffsets(
  argument: string,
  value: unknown,
  rows: number,
  outputs: number,
): Float64Array | undefined {
  if (value === undefined) return undefined;
  const { data, columns } = readColumns(argument, value, rows);
  if (columns !== outputs) throw lengthMismatch(`${argument}.columns`, outputs, "one per output", columns);
  return data;
}

/** A flat array or typed array: one observation. @internal */
export function isRow(x: unknown): boolean {
  if (kindOf(x) !== undefined) return true;
  return isArray("x", x) && typeof property("x", x, "0") === "number";
}

/** @internal */
export function rowMatrix(argument: string, x: unknown, columns: number, reason: string): NativeMatrix {
  const data = toVector(argument, x, columns, reason);
  return { data, rows: 1, columns: lengthOf(data), layout: "rowMajor" };
}

/** The offset of a prediction: of several outputs a matrix, or one row of it. @internal */
export function readNewOffset(value: unknown, outputs: number): NativeMatrix | undefined {
  if (value === undefined) return undefined;
  if (outputs === 1) {
    const data = toVector("offset", value);
    return { data, rows: lengthOf(data), columns: 1, layout: "columnMajor" };
  }
  const matrix = isRow(value)
    ? rowMatrix("offset", value, outputs, "one per output")
    : toMatrix("offset", value);
  if (matrix.columns !== outputs) {
    throw lengthMismatch("offset.columns", outputs, "one per output", matrix.columns);
  }
  return toColumnMajor("offset", matrix);
}

/** As many rows as there are, and finite. @internal */
export function requireOffset(offset: NativeMatrix, rows: number): Float64Array {
  const data = offset.data as Float64Array;
  if (offset.columns === 1 && lengthOf(data) !== rows)
    throw lengthMismatch("offset", rows, "one per row of x", lengthOf(data));
  if (offset.rows !== rows) throw lengthMismatch("offset.rows", rows, "the rows of x", offset.rows);
  requireEntries("offset", data, -Infinity);
  return data;
}
