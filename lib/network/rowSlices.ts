// Rows of a matrix of the caller, a slice at a time.
import type { Floats, NativeMatrix } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import { bufferOf, byteOffsetOf, lengthOf } from "../views.js";
import { newFloats, type Precision, precisionOf } from "./floats.js";

const makers = { float32: Float32Array, float64: Float64Array };

/** Rows first to first + count - 1, row-major: of a row-major matrix its own memory. */
export function rowsOf(x: NativeMatrix, first: number, count: number): Floats {
  const { rows, columns, layout } = x;
  requireMemory(x);
  const precision = precisionOf(x.data);
  if (layout === "rowMajor") return viewOf(x.data, precision, first * columns, count * columns);
  const out = newFloats("the rows of x", precision, count * columns);
  if (layout === "compressedColumns") scatter(x, first, count, out);
  else {
    for (let j = 0; j < columns; ++j) {
      for (let i = 0, from = j * rows + first; i < count; ++i)
        out[i * columns + j] = x.data[from + i] as number;
    }
  }
  return out;
}

/** A caller can take the memory away while a promise is pending. */
function requireMemory({ data, rows, columns, layout }: NativeMatrix): void {
  if (layout === "compressedColumns" || lengthOf(data) === rows * columns) return;
  const message = "x must keep its memory until the promise settles, but its buffer was detached or resized";
  throw new FlipsideError("INVALID_ARGUMENT", message);
}

function viewOf(array: Floats, precision: Precision, first: number, count: number): Floats {
  const Maker = makers[precision];
  return new Maker(bufferOf(array), byteOffsetOf(array) + first * Maker.BYTES_PER_ELEMENT, count);
}

function scatter({ data, columns, ...x }: NativeMatrix, first: number, count: number, out: Floats): void {
  const rowIndices = x.rowIndices as Int32Array;
  const pointers = x.columnPointers as Int32Array;
  for (let j = 0; j < columns; ++j) {
    const end = pointers[j + 1] as number;
    for (let k = placeOf(rowIndices, pointers[j] as number, end, first); k < end; ++k) {
      const row = (rowIndices[k] as number) - first;
      if (!(row < count)) break;
      out[row * columns + j] = data[k] as number;
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
