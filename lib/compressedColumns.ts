import type { NativeMatrix } from "../binding.js";
import { dimension, property, refuseUnknownMembers } from "./checks.js";
import { expected } from "./errors.js";
import { countOf, toFloats, toIndices } from "./views.js";

const compressedKeys = ["values", "rowIndices", "columnPointers", "rows", "columns"];

/** Checks every pointer and index, so that a product needs no checks. */
export function fromCompressedColumns(argument: string, object: object, pointers: unknown): NativeMatrix {
  refuseUnknownMembers(argument, object, compressedKeys);
  const rows = dimension(argument, object, "rows");
  const columns = dimension(argument, object, "columns");
  const values = property(argument, object, "values");
  const indices = property(argument, object, "rowIndices");
  const count = countOf(`${argument}.values`, values);
  if (count === undefined)
    throw expected(`${argument}.values`, "a typed array or an array of numbers", values);
  const columnPointers = toIndices(`${argument}.columnPointers`, pointers, columns + 1, "columns + 1", count);
  const rowIndices = toIndices(`${argument}.rowIndices`, indices, count, "as many as values", rows - 1);
  const data = toFloats(`${argument}.values`, values, count, "as many as rowIndices");
  checkPointers(`${argument}.columnPointers`, columnPointers, columns, count);
  checkRows(`${argument}.rowIndices`, rowIndices, columnPointers, rows, columns);
  return { data, rows, columns, layout: "compressedColumns", rowIndices, columnPointers };
}

function checkPointers(argument: string, pointers: Int32Array, columns: number, count: number): void {
  if (pointers[0] !== 0) throw expected(`${argument}[0]`, "0", pointers[0], "OUT_OF_RANGE");
  for (let j = 1; j <= columns; ++j) {
    const previous = pointers[j - 1] as number;
    const pointer = pointers[j] as number;
    if (pointer >= previous && pointer <= count) continue;
    throw expected(`${argument}[${j}]`, `>= ${previous} and <= ${count}`, pointer, "OUT_OF_RANGE");
  }
  const last = pointers[columns];
  if (last !== count)
    throw expected(`${argument}[${columns}]`, `${count}, the number of values`, last, "OUT_OF_RANGE");
}

function checkRows(
  argument: string,
  indices: Int32Array,
  pointers: Int32Array,
  rows: number,
  columns: number,
): void {
  for (let j = 0; j < columns; ++j) {
    const end = pointers[j + 1] as number;
    let previous = -1;
    for (let k = pointers[j] as number; k < end; ++k) {
      const row = indices[k] as number;
      if (row <= previous || row >= rows) {
        const after = previous < 0 ? "" : ` and > ${previous}, the row before it in its column`;
        throw expected(`${argument}[${k}]`, `>= 0 and < ${rows}${after}`, row, "OUT_OF_RANGE");
      }
      previous = row;
    }
  }
}
