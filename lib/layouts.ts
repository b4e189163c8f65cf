import type { NativeMatrix } from "../binding.js";
import { expected } from "./errors.js";
import { placeOf, requireNoMissing } from "./missing.js";
import { allocate, lengthOf } from "./views.js";

/** out += X w over the caller's own layout; then every element of X must have been finite. */
export function multiplyAdd(argument: string, x: NativeMatrix, w: Float64Array, out: Float64Array): void {
  if (x.layout === "rowMajor") byRows(x, w, out);
  else if (x.layout === "columnMajor") byColumns(x, w, out);
  else byStoredValues(x, w, out);
  // A coefficient of 0 is multiplied as well, so that NaN and infinity always show.
  if (!out.every(Number.isFinite)) requireFiniteElements(argument, x);
}

/** out += X w where w is 0 beyond the columns of `support`, whose values are given; the others are not read. */
export function multiplyAddSome(
  argument: string,
  x: NativeMatrix,
  support: Uint32Array,
  values: Float64Array,
  out: Float64Array,
): void {
  const { data, rows, columns, layout } = x;
  if (layout === "rowMajor") {
    for (let i = 0; i < rows; ++i) {
      let sum = 0;
      for (let k = 0; k < support.length; ++k)
        sum += (data[i * columns + (support[k] as number)] as number) * (values[k] as number);
      out[i] = (out[i] as number) + sum;
    }
  } else {
    const add = layout === "columnMajor" ? addColumn : addStoredColumn;
    support.forEach((j, k) => {
      add(x, j, values[k] as number, out);
    });
  }
  if (!out.every(Number.isFinite)) requireFiniteElements(argument, x);
}

function byRows({ data, rows, columns }: NativeMatrix, w: Float64Array, out: Float64Array): void {
  let k = 0;
  for (let i = 0; i < rows; ++i) {
    let sum = 0;
    for (let j = 0; j < columns; ++j) sum += (data[k++] as number) * (w[j] as number);
    out[i] = (out[i] as number) + sum;
  }
}

function byColumns(x: NativeMatrix, w: Float64Array, out: Float64Array): void {
  for (let j = 0; j < x.columns; ++j) addColumn(x, j, w[j] as number, out);
}

function addColumn({ data, rows }: NativeMatrix, j: number, factor: number, out: Float64Array): void {
  for (let i = 0, k = j * rows; i < rows; ++i) out[i] = (out[i] as number) + (data[k++] as number) * factor;
}

function byStoredValues(x: NativeMatrix, w: Float64Array, out: Float64Array): void {
  for (let j = 0; j < x.columns; ++j) addStoredColumn(x, j, w[j] as number, out);
}

function addStoredColumn(x: NativeMatrix, j: number, factor: number, out: Float64Array): void {
  const rowIndices = x.rowIndices as Int32Array;
  const pointers = x.columnPointers as Int32Array;
  const end = pointers[j + 1] as number;
  for (let k = pointers[j] as number; k < end; ++k) {
    const i = rowIndices[k] as number;
    out[i] = (out[i] as number) + (x.data[k] as number) * factor;
  }
}

/** The same elements in a new array, column by column; each must be finite. */
export function toColumnMajor(argument: string, x: NativeMatrix): NativeMatrix {
  requireFiniteElements(argument, x);
  const { rows, columns, layout } = x;
  const data = allocate(argument, rows * columns);
  if (layout === "columnMajor") data.set(x.data);
  else if (layout === "rowMajor") {
    for (let i = 0, k = 0; i < rows; ++i) {
      for (let j = 0; j < columns; ++j) data[j * rows + i] = x.data[k++] as number;
    }
  } else {
    const pointers = x.columnPointers as Int32Array;
    for (let j = 0; j < columns; ++j) {
      for (let k = pointers[j] as number; k < (pointers[j + 1] as number); ++k) {
        data[j * rows + ((x.rowIndices as Int32Array)[k] as number)] = x.data[k] as number;
      }
    }
  }
  return { data, rows, columns, layout: "columnMajor" };
}

function requireFiniteElements(argument: string, x: NativeMatrix): void {
  requireNoMissing(argument, x);
  const count = lengthOf(x.data);
  for (let k = 0; k < count; ++k) {
    if (Number.isFinite(x.data[k])) continue;
    throw expected(elementName(argument, x, k), "a finite number", x.data[k], "NOT_FINITE");
  }
}

function elementName(argument: string, x: NativeMatrix, k: number): string {
  const [row, column] = placeOf(x, k);
  return `${argument} at row ${row}, column ${column}`;
}
