import type { NativeMatrix } from "../binding.js";
import { dimension, isArray, isObject, isPlain, property, refuseUnknownMembers } from "./checks.js";
import { fromCompressedColumns } from "./compressedColumns.js";
import { expected, FlipsideError, lengthMismatch, unreadable } from "./errors.js";
import {
  allocate,
  arrayLength,
  asView,
  copyNumbers,
  countOf,
  element,
  kindOf,
  lengthOf,
  type NumericArray,
  toDoubles,
  toFloats,
} from "./views.js";

/** Elements in one block of memory. Float64Array and Float32Array are read in place, others are converted. */
export interface DenseMatrix {
  /** Exactly rows * columns numbers. */
  readonly data: NumericArray | readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** How `data` runs: row by row (the default, as in C) or column by column (as in Fortran and R). */
  readonly order?: "row-major" | "column-major" | undefined;
}

/** Compressed sparse columns: the entries of column j are those from columnPointers[j] to columnPointers[j + 1]. */
export interface CompressedColumns {
  /** The stored values. */
  readonly values: NumericArray | readonly number[];
  /** Row of each value, from 0, strictly increasing within a column. Int32Array is read in place. */
  readonly rowIndices: NumericArray | readonly number[];
  /** columns + 1 positions, from 0 to the number of values, never falling. Int32Array is read in place. */
  readonly columnPointers: NumericArray | readonly number[];
  readonly rows: number;
  readonly columns: number;
}

/** What an ml-matrix `Matrix` looks like; any object of this shape will do. */
export interface MatrixObject {
  readonly rows: number;
  readonly columns: number;
  /** The element at a row and a column, both from 0. */
  get(row: number, column: number): number;
}

/** An array of rows, all of one length. In data of a fit and its predictions null and undefined are missing values, as NaN is. */
export type MatrixRows = readonly (readonly (number | null | undefined)[] | NumericArray)[];

/** What may be passed as a matrix of `rows` observations and `columns` variables. */
export type MatrixLike = DenseMatrix | CompressedColumns | MatrixObject | MatrixRows;

/** What may be passed as a vector: a typed array, an array of numbers, or an n x 1 matrix object. */
export type VectorLike = NumericArray | readonly number[] | MatrixObject;

const matrixForms =
  "{ data, rows, columns }, an array of rows, { values, rowIndices, columnPointers, rows, columns } or an ml-matrix Matrix";

/**
 * Checks shape, kinds, lengths and indices; whether the elements are finite is checked where they are read. With `missing`
 * null and undefined in an array of rows are NaN.
 *
 * @internal
 */
export function toMatrix(argument: string, value: unknown, missing = false): NativeMatrix {
  if (!isObject(value) || kindOf(value) !== undefined)
    throw expected(argument, `a matrix (${matrixForms})`, value);
  if (isArray(argument, value)) return fromRows(argument, value, missing);
  const get = property(argument, value, "get");
  if (typeof get === "function") return fromAccessor(argument, value, get as MatrixObject["get"]);
  const to1DArray = property(argument, value, "to1DArray");
  if (typeof to1DArray === "function") return fromFlattened(argument, value, to1DArray as () => unknown);
  const data = property(argument, value, "data");
  if (data !== undefined) return fromBlock(argument, value, data);
  const pointers = property(argument, value, "columnPointers");
  if (pointers !== undefined) return fromCompressedColumns(argument, value, pointers);
  if (isClonedDesign(argument, value)) {
    const message = `${argument} must be of this thread, but is the copy of a Design that another one prepared: prepare one here`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  throw expected(argument, `a matrix (${matrixForms})`, value);
}

/** What postMessage and structuredClone make of a Design. */
function isClonedDesign(argument: string, value: object): boolean {
  const keys = ["storage", "means", "scales"];
  return isPlain(argument, value) && keys.every((key) => property(argument, value, key) !== undefined);
}

const denseKeys = ["data", "rows", "columns", "order"];

function fromBlock(argument: string, object: object, data: unknown): NativeMatrix {
  const { rows, columns, layout } = blockShape(argument, object);
  return {
    data: toFloats(`${argument}.data`, data, rows * columns, "rows * columns"),
    rows,
    columns,
    layout,
  };
}

/** All of a DenseMatrix but its data. @internal */
export function blockShape(argument: string, object: object): Omit<NativeMatrix, "data"> {
  refuseUnknownMembers(argument, object, denseKeys);
  const rows = dimension(argument, object, "rows");
  const columns = dimension(argument, object, "columns");
  const order = property(argument, object, "order");
  if (order !== undefined && order !== "row-major" && order !== "column-major") {
    throw expected(`${argument}.order`, '"row-major" or "column-major"', order);
  }
  return { rows, columns, layout: order === "column-major" ? "columnMajor" : "rowMajor" };
}

function fromRows(argument: string, value: readonly unknown[], missing: boolean): NativeMatrix {
  const rows = arrayLength(argument, value);
  if (rows === 0) throw expected(argument, "an array of at least one row", value, "EMPTY");
  // All lengths before anything is allocated: an array may claim any length and consist of holes.
  const columns = rowLength(argument, value, 0, missing);
  if (columns === 0)
    throw expected(`${argument}[0]`, "a row of at least one number", element(argument, value, 0), "EMPTY");
  for (let i = 1; i < rows; ++i) {
    const length = rowLength(argument, value, i, missing);
    if (length !== columns)
      throw lengthMismatch(`${argument}[${i}]`, columns, `as ${argument}[0] has`, length);
  }
  const data = allocate(argument, rows * columns);
  for (let i = 0; i < rows; ++i) copyRow(argument, value, i, data, columns, missing);
  return { data, rows, columns, layout: "rowMajor" };
}

function rowLength(argument: string, matrix: readonly unknown[], i: number, missing: boolean): number {
  const row = element(argument, matrix, i);
  if (kindOf(row) !== undefined) return lengthOf(row as NumericArray);
  let length = -1;
  let first: unknown = 0;
  let held = false;
  try {
    if (Array.isArray(row)) {
      length = row.length;
      if (length > 0) first = row[0];
      held = 0 in row;
    }
  } catch (cause) {
    throw unreadable(`${argument}[${i}]`, cause);
  }
  if (length < 0) throw expected(`${argument}[${i}]`, "a row (an array of numbers)", row);
  const absent = first === null || (first === undefined && held);
  if (typeof first !== "number" && !(missing && absent))
    throw expected(`${argument}[${i}][0]`, "a number", first);
  return length;
}

function copyRow(
  argument: string,
  matrix: readonly unknown[],
  i: number,
  out: Float64Array,
  columns: number,
  missing: boolean,
): void {
  const row = element(argument, matrix, i);
  if (kindOf(row) !== undefined) {
    const view = asView(`${argument}[${i}]`, row) as NumericArray;
    if (lengthOf(view) !== columns)
      throw lengthMismatch(`${argument}[${i}]`, columns, "as its first row has", lengthOf(view));
    out.set(view, i * columns);
    return;
  }
  let copied = 0;
  try {
    copied = copyNumbers(row as readonly unknown[], out, i * columns, columns, missing);
  } catch (cause) {
    throw unreadable(`${argument}[${i}]`, cause);
  }
  if (copied < columns) {
    const name = `${argument}[${i}]`;
    throw expected(`${name}[${copied}]`, "a number", element(name, row as readonly unknown[], copied));
  }
}

/** A call for each element takes its time on the event loop: beyond this, a second or more. */
const mostByAccessor = 2 ** 27;

function fromAccessor(argument: string, object: object, get: MatrixObject["get"]): NativeMatrix {
  const rows = dimension(argument, object, "rows");
  const columns = dimension(argument, object, "columns");
  if (rows * columns > mostByAccessor) {
    const message = `${argument} must have at most ${mostByAccessor} elements to be read one by one with get, but has ${rows} x ${columns}; hand over its typed array`;
    throw new FlipsideError("TOO_LARGE", message);
  }
  const data = allocate(argument, rows * columns);
  let i = 0;
  let j = 0;
  let value: unknown = 0;
  try {
    for (i = 0; i < rows && typeof value === "number"; ++i) {
      for (j = 0; j < columns; ++j) {
        value = get.call(object, i, j);
        if (typeof value !== "number") break;
        data[i * columns + j] = value;
      }
    }
  } catch (cause) {
    throw unreadable(`${argument}.get(${i}, ${j})`, cause);
  }
  if (typeof value !== "number") throw expected(`${argument}.get(${i - 1}, ${j})`, "a number", value);
  return { data, rows, columns, layout: "rowMajor" };
}

function fromFlattened(argument: string, object: object, to1DArray: () => unknown): NativeMatrix {
  const rows = dimension(argument, object, "rows");
  const columns = dimension(argument, object, "columns");
  const name = `${argument}.to1DArray()`;
  let flat: unknown;
  try {
    flat = to1DArray.call(object);
  } catch (cause) {
    throw unreadable(name, cause);
  }
  return { data: toFloats(name, flat, rows * columns, "rows * columns"), rows, columns, layout: "rowMajor" };
}

/** A vector as doubles; `count` and `reason` as for toFloats, undefined for any length >= 1. @internal */
export function toVector(argument: string, value: unknown, count?: number, reason = ""): Float64Array {
  const length = countOf(argument, value);
  if (length !== undefined) {
    if (length === 0 && count === undefined)
      throw expected(argument, "an array of at least one number", value, "EMPTY");
    return toDoubles(argument, value, count ?? length, reason);
  }
  const get = isObject(value) ? property(argument, value, "get") : undefined;
  if (typeof get !== "function") throw expected(argument, "a typed array or an array of numbers", value);
  const columns = dimension(argument, value as object, "columns");
  if (columns !== 1) throw expected(`${argument}.columns`, "1 for a vector", columns, "LENGTH_MISMATCH");
  const matrix = fromAccessor(argument, value as object, get as MatrixObject["get"]);
  return toDoubles(argument, matrix.data, count ?? matrix.rows, reason);
}

/** Names the first entry that is NaN, infinite or (if asked) negative. @internal */
export function requireEntries(argument: string, vector: Float64Array, min: number): void {
  const count = lengthOf(vector);
  for (let i = 0; i < count; ++i) {
    const value = vector[i] as number;
    if (!Number.isFinite(value)) throw expected(`${argument}[${i}]`, "a finite number", value, "NOT_FINITE");
    if (value >= min) continue;
    throw expected(`${argument}[${i}]`, `a finite number >= ${min}`, value, "OUT_OF_RANGE");
  }
}

export type { NumericArray } from "./views.js";
