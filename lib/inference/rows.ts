import type { NativeMatrix } from "../../binding.js";
import { isInstance, property, requireOptions } from "../checks.js";
import { designState } from "../design.js";
import { expected, FlipsideError, lengthMismatch } from "../errors.js";
import { Fit } from "../fitted.js";
import { multiplyAddSome } from "../layouts.js";
import { toMatrix } from "../matrix.js";
import { fillMissing } from "../missing.js";
import { problemKeys, readRows } from "../request.js";
import { allocate } from "../views.js";

/** The data of a fit as inference needs them. */
export interface FittedRows {
  readonly x: NativeMatrix;
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly offset: Float64Array | undefined;
  /** Rows with a weight above 0. */
  readonly observations: number;
  /** The sum of the weights as given, the rows without weights. */
  readonly weightSum: number;
}

export function requireFit(fit: unknown, argument = "fit"): void {
  if (!isInstance(fit, Fit)) throw expected(argument, "a Fit", fit);
}

/** @throws FlipsideError UNSUPPORTED for a Design, whose rows are not at hand; LENGTH_MISMATCH for other data. */
export function readFittedRows(fit: Fit, problem: unknown): FittedRows {
  const data = requireOptions("problem", problem, problemKeys);
  const given = property("problem", data, "x");
  if (designState(given) !== undefined) {
    throw new FlipsideError("UNSUPPORTED", "problem.x must be the matrix itself here, but is a Design");
  }
  const raw = toMatrix("x", given, fit.imputation !== undefined);
  const x = fit.imputation === undefined ? raw : fillMissing("x", raw, fit.imputation);
  if (x.columns !== fit.columns) throw lengthMismatch("a row of x", fit.columns, "as the fit has", x.columns);
  if (x.rows !== fit.rows) throw lengthMismatch("x", fit.rows, "rows, as the fit has", x.rows);
  const { y, weights, offset } = readRows(data, x.rows, fit.loss);
  let observations = x.rows;
  let weightSum = x.rows;
  if (weights !== undefined) {
    observations = 0;
    weightSum = 0;
    for (const weight of weights) {
      weightSum += weight;
      if (weight > 0) ++observations;
    }
  }
  return { x, y, weights, offset, observations, weightSum };
}

/** How many coefficients are held by a bound other than 0. */
export function boundCount({ structure, support, coefficients, outputs, columns }: Fit): number {
  if (structure?.lower === undefined && structure?.upper === undefined) return 0;
  const { lower, upper } = structure;
  // On the scale of x a bound is met to rounding.
  const at = (value: number, bound = Infinity) =>
    Number.isFinite(bound) && Math.abs(value - bound) <= 1e-12 * Math.abs(bound);
  let count = 0;
  for (let k = 0; k < outputs; ++k) {
    for (const column of support) {
      const value = coefficients[k * columns + column] as number;
      if (value !== 0 && (at(value, lower?.[column]) || at(value, upper?.[column]))) ++count;
    }
  }
  return count;
}

/** @throws FlipsideError UNSUPPORTED where a bound holds a coefficient: it does not follow the data. */
export function requireInside(what: string, fit: Fit): void {
  const count = boundCount(fit);
  if (count === 0) return;
  const message = `${what} must be of coefficients within their bounds, but ${count} ${count === 1 ? "is" : "are"} at a bound other than 0`;
  throw new FlipsideError("UNSUPPORTED", message);
}

/** z of each row, with offset and intercept. */
export function predictors(fit: Fit, { x, offset }: FittedRows): Float64Array {
  const z = allocate("the predictors", x.rows);
  z.fill(fit.intercept);
  if (offset !== undefined)
    for (let i = 0; i < z.length; ++i) z[i] = (z[i] as number) + (offset[i] as number);
  multiplyAddSome("x", x, fit.support, supportValues(fit), z);
  return z;
}

export function supportValues(fit: Fit): Float64Array {
  return Float64Array.from(fit.support, (column) => fit.coefficients[column] as number);
}

/** Some columns of x, dense and one after the other. */
export function gatherColumns(x: NativeMatrix, columns: Uint32Array): Float64Array {
  const { data, rows, layout } = x;
  const out = allocate("the columns of the support", rows * columns.length);
  columns.forEach((j, k) => {
    const at = k * rows;
    if (layout === "columnMajor") out.set(data.subarray(j * rows, (j + 1) * rows), at);
    else if (layout === "rowMajor") {
      for (let i = 0; i < rows; ++i) out[at + i] = data[i * x.columns + j] as number;
    } else {
      const pointers = x.columnPointers as Int32Array;
      for (let e = pointers[j] as number; e < (pointers[j + 1] as number); ++e) {
        out[at + ((x.rowIndices as Int32Array)[e] as number)] = data[e] as number;
      }
    }
  });
  return out;
}

/** How the columns were scaled for the penalty: weighted mean square 1 after centring. */
export function columnScales(columns: Float64Array, fit: Fit, rows: FittedRows): Float64Array {
  const n = rows.x.rows;
  const { intercept = true, standardize = true } = fit.setup ?? {};
  const scales = new Float64Array(columns.length / n).fill(1);
  if (!standardize) return scales;
  return scales.map((_, k) => {
    const column = columns.subarray(k * n, (k + 1) * n);
    return rootMeanSquare(column, rows.weights, intercept ? weightedMean(column, rows.weights) : 0) || 1;
  });
}

/** The weighted mean, around the first element against cancellation. */
export function weightedMean(values: Float64Array, weights: Float64Array | undefined): number {
  const origin = values[0] as number;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; ++i) {
    const weight = weights === undefined ? 1 : (weights[i] as number);
    sum += weight * ((values[i] as number) - origin);
    total += weight;
  }
  return origin + sum / total;
}

export function rootMeanSquare(
  values: Float64Array,
  weights: Float64Array | undefined,
  mean: number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; ++i) {
    const weight = weights === undefined ? 1 : (weights[i] as number);
    sum += weight * ((values[i] as number) - mean) ** 2;
    total += weight;
  }
  return Math.sqrt(sum / total);
}
