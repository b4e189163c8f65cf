// The inputs of a network: dense matrices stay in the caller's memory and layout until they are copied, a slice at a
// time.
import type { Floats } from "../../binding.js";
import { isArray, isObject, property } from "../checks.js";
import { expected, lengthMismatch } from "../errors.js";
import { blockShape, type NumericArray, toMatrix } from "../matrix.js";
import { asView, kindOf, lengthOf } from "../views.js";
import { copyRows, type Inputs, requireMemory } from "./rowSlices.js";

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

/** Copies rows first to first + count - 1, row-major, and checks that they are finite. */
export function copyFiniteRows(
  argument: string,
  inputs: Inputs,
  first: number,
  count: number,
  out: Floats,
): void {
  requireMemory(argument, inputs, "training has begun");
  copyRows(inputs, first, count, out);
  requireFiniteRows(argument, out, first, count, inputs.columns);
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
