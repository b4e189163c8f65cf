import type { NativeMatrix } from "../binding.js";
import { isArray, isObject, isPlain, property } from "./checks.js";
import { expected } from "./errors.js";
import type { Fit } from "./fitted.js";
import { type MatrixLike, toMatrix } from "./matrix.js";
import { fillMissing } from "./missing.js";
import { rowMatrix } from "./outputs.js";
import { allocate, arrayLength, copyNumbers, element, kindOf, type NumericArray } from "./views.js";

/** An observation by the names of its features; null is a missing value. */
export type FeatureRecord = Readonly<Record<string, number | null>>;

/** What a fit can predict for: a matrix, one row, or by feature names one or several records. */
export type Predictors =
  | MatrixLike
  | readonly (number | null | undefined)[]
  | NumericArray
  | FeatureRecord
  | readonly FeatureRecord[];

/** The rows to predict for, with the fit's means in place of what is missing. @internal */
export function predictors(fit: Fit, x: unknown): NativeMatrix {
  const matrix = read(fit, x);
  const { imputation } = fit;
  // A matrix of other columns is refused elsewhere.
  return imputation === undefined || matrix.columns !== fit.columns
    ? matrix
    : fillMissing("x", matrix, imputation);
}

function read(fit: Fit, x: unknown): NativeMatrix {
  if (isRow(x)) return oneRow(x, fit.columns);
  const { featureNames } = fit;
  if (featureNames !== undefined) {
    if (isRecord("x", x, featureNames)) return fromRecords([x], featureNames);
    if (isArray("x", x) && isRecord("x[0]", element("x", x, 0), featureNames))
      return fromRecords(x, featureNames);
  }
  return toMatrix("x", x, true);
}

/** A flat array or typed array: one observation. */
function isRow(x: unknown): boolean {
  if (kindOf(x) !== undefined) return true;
  if (!isArray("x", x) || arrayLength("x", x) === 0) return false;
  const first = property("x", x, "0");
  return typeof first === "number" || first === null || first === undefined;
}

function oneRow(x: unknown, columns: number): NativeMatrix {
  if (kindOf(x) === undefined && isArray("x", x) && arrayLength("x", x) === columns) {
    const data = allocate("x", columns);
    const copied = copyNumbers(x, data, 0, columns, true);
    if (copied < columns) throw expected(`x[${copied}]`, "a number", element("x", x, copied));
    return { data, rows: 1, columns, layout: "rowMajor" };
  }
  return rowMatrix("x", x, columns, "one per coefficient");
}

/** A plain object with the name of some feature: a matrix has "rows", which may be a name, but then "columns" too. */
function isRecord(argument: string, value: unknown, names: readonly string[]): value is object {
  if (!isObject(value) || kindOf(value) !== undefined || isArray(argument, value)) return false;
  if (!isPlain(argument, value)) return false;
  const has = (key: string) => property(argument, value, key) !== undefined;
  if (has("rows") && has("columns") && (has("data") || has("columnPointers") || has("get"))) return false;
  return names.some(has);
}

function fromRecords(records: readonly unknown[], names: readonly string[]): NativeMatrix {
  const rows = arrayLength("x", records);
  const columns = names.length;
  const data = allocate("x", rows * columns);
  for (let i = 0; i < rows; ++i) {
    const name = `x[${i}]`;
    const record = element("x", records, i);
    if (!isObject(record)) throw expected(name, "a record of features", record);
    names.forEach((key, j) => {
      const value = property(name, record, key);
      // A key that is not there is a slip more often than a missing value.
      if (value !== null && typeof value !== "number")
        throw expected(`${name}[${JSON.stringify(key)}]`, "a number", value);
      data[i * columns + j] = value ?? NaN;
    });
  }
  return { data, rows, columns, layout: "rowMajor" };
}
