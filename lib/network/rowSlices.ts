// Rows of a matrix of the caller, a slice at a time.
import type { Floats, NativeMatrix } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import type { NumericArray } from "../matrix.js";
import { bufferOf, byteOffsetOf, kindOf, lengthOf } from "../views.js";
import { newFloats, precisionOf } from "./floats.js";

/** A NativeMatrix, or one whose elements are integers. */
export type Inputs = Omit<NativeMatrix, "data"> & { readonly data: NumericArray };

/** Rows first to first + count - 1, row-major: of a row-major matrix its own memory. */
export function rowsOf(x: NativeMatrix, first: number, count: number): Floats {
  const { data, columns } = x;
  requireMemory("x", x, "the promise settles");
  if (x.layout === "rowMajor") return partOf(data, first * columns, count * columns) as Floats;
  const out = newFloats("the rows of x", precisionOf(data), count * columns);
  copyRows(x, first, count, out);
  return out;
}

/** The same into `out`, of count * columns elements. */
export function copyRows(x: Inputs, first: number, count: number, out: Floats): void {
  const { data, rows, columns, layout } = x;
  if (layout === "rowMajor") out.set(partOf(data, first * columns, count * columns));
  else if (layout === "compressedColumns") scatter(x, first, count, out);
  else {
    for (let j = 0; j < columns; ++j) {
      for (let i = 0, k = j * rows + first; i < count; ++i) out[i * columns + j] = data[k++] as number;
    }
  }
}

/** A caller can take the memory away while a promise is pending. */
export function requireMemory(argument: string, x: Inputs, until: string): void {
  const { data, rows, columns, columnPointers } = x;
  const length = columnPointers === undefined ? rows * columns : columnPointers[columns];
  if (lengthOf(data) === length) return;
  const message = `${argument} must keep its memory until ${until}, but its buffer was detached or resized`;
  throw new FlipsideError("INVALID_ARGUMENT", message);
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
function partOf(data: NumericArray, first: number, count: number): NumericArray {
  const Kind = kinds[kindOf(data) as keyof typeof kinds];
  return new Kind(bufferOf(data), byteOffsetOf(data) + first * Kind.BYTES_PER_ELEMENT, count);
}

function scatter({ data, columns, ...x }: Inputs, first: number, count: number, out: Floats): void {
  const rowIndices = x.rowIndices as Int32Array;
  const pointers = x.columnPointers as Int32Array;
  out.fill(0);
  for (let j = 0; j < columns; ++j) {
    const end = pointers[j + 1] as number;
    for (let k = placeOf(rowIndices, pointers[j] as number, end, first); k < end; ++k) {
      const row = (rowIndices[k] as number) - first;
      if (!(row < count)) break;
      // Of an array that has changed nothing is written outside.
      if (row >= 0) out[row * columns + j] = data[k] as number;
    }
  }
}

/** The first place from `low` to `high` whose row is at least `row`. */
function placeOf(rows: Int32Array, low: number, high: number, row: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((rows[middle] as number) < row) from = middle + 1;
    else to = middle;
  }
  return from;
}
