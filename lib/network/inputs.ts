// The inputs of a network: dense matrices stay in the caller's memory and layout until they are copied, a slice at a
// time.
import type { Floats, NativeMatrix } from "../../binding.js";
import { isArray, isObject, property } from "../checks.js";
import { expected, FlipsideError, lengthMismatch } from "../errors.js";
import { blockShape, type NumericArray, toMatrix } from "../matrix.js";
import { asView, bufferOf, byteOffsetOf, kindOf, lengthOf } from "../views.js";

/** A NativeMatrix, or one whose elements are integers. */
export type Inputs = Omit<NativeMatrix, "data"> & { readonly data: NumericArray };

/** Checks shape, kinds and lengths, as toMatrix does; arrays of integers are not converted. */
export function readInputs(argument: string, value: unknown): Inputs {
  const data = integersOf(argument, value);
  if (data === undefined) return toMatrix(argument, value, true);
  const shape = blockShape(argument, value as object);
  const view = asView(`${argument}.data`, data) as NumericArray;
  const count = shape.rows * shape.columns;
  if (lengthOf(view) !== count) {
    throw lengthMismatch(`${argument}.data`, count, "rows * columns", lengthOf(view));
  }
  return { ...shape, data: view };
}

/** `data` of a DenseMatrix that is a typed array of integers. */
function integersOf(argument: string, value: unknown): unknown {
  if (!isObject(value) || kindOf(value) !== undefined || isArray(argument, value)) return undefined;
  for (const method of ["get", "to1DArray"]) {
    if (typeof property(argument, value, method) === "function") return undefined;
  }
  const data = property(argument, value, "data");
  const kind = kindOf(data);
  return kind === undefined || kind.startsWith("Float") ? undefined : data;
}

/** Copies rows that follow those of the call before, from row 0 on: `out` = count rows, row-major. */
export type RowCopier = (first: number, count: number, out: Floats) => void;

export function rowCopier(argument: string, inputs: Inputs): RowCopier {
  const { data, rows, columns, layout, columnPointers } = inputs;
  const copy =
    layout === "rowMajor"
      ? (first: number, count: number, out: Floats) => out.set(part(data, first * columns, count * columns))
      : layout === "columnMajor"
        ? columnCopier(inputs)
        : storedCopier(inputs);
  return (first, count, out) => {
    const length = columnPointers === undefined ? rows * columns : columnPointers[columns];
    if (lengthOf(data) !== length) {
      const message = `${argument} must keep its memory until training has begun, but its buffer was detached or resized`;
      throw new FlipsideError("INVALID_ARGUMENT", message);
    }
    copy(first, count, out);
    requireFiniteRows(argument, out, first, count, columns);
  };
}

const kinds = {
  Float64Array,
  Float32Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
};

/** A view of some elements, whatever the caller has done to the array. */
function part(data: NumericArray, first: number, count: number): NumericArray {
  const Kind = kinds[kindOf(data) as keyof typeof kinds];
  return new Kind(bufferOf(data), byteOffsetOf(data) + first * Kind.BYTES_PER_ELEMENT, count);
}

function columnCopier({ data, rows, columns }: Inputs): RowCopier {
  return (first, count, out) => {
    for (let j = 0; j < columns; ++j) {
      for (let i = 0, k = j * rows + first; i < count; ++i) out[i * columns + j] = data[k++] as number;
    }
  };
}

function storedCopier({ data, columns, rowIndices, columnPointers }: Inputs): RowCopier {
  const rows = rowIndices as Int32Array;
  const pointers = columnPointers as Int32Array;
  // Element by element: the memory may have been taken away already, which is noticed before anything is copied.
  const next = Int32Array.from({ length: columns }, (_, j) => pointers[j] ?? 0);
  return (first, count, out) => {
    out.fill(0);
    for (let j = 0; j < columns; ++j) {
      const end = pointers[j + 1] as number;
      let k = next[j] as number;
      for (; k < end && (rows[k] as number) < first + count; ++k) {
        // Of a resized or changed array nothing is written outside.
        const i = (rows[k] as number) - first;
        if (i >= 0) out[i * columns + j] = data[k] as number;
      }
      next[j] = k;
    }
  };
}

/** In the precision of `out`, in which a large double may be infinite. */
export function requireFiniteRows(
  argument: string,
  out: Floats,
  first: number,
  count: number,
  columns: number,
): void {
  const length = count * columns;
  // 0 times what is not finite is NaN.
  let sum = 0;
  for (let k = 0; k < length; ++k) sum += 0 * (out[k] as number);
  if (sum === 0) return;
  for (let k = 0; k < length; ++k) {
    const value = out[k] as number;
    if (Number.isFinite(value)) continue;
    const name = `${argument} at row ${first + Math.floor(k / columns)}, column ${k % columns}`;
    const precision = out instanceof Float32Array ? "a finite number in single precision" : "a finite number";
    throw expected(name, precision, value, Number.isNaN(value) ? "MISSING_VALUES" : "NOT_FINITE");
  }
}
