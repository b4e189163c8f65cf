// Least squares and ridge regression without the library: singular values and Cholesky of ml-matrix on columns
// that this file standardises through the checker.
import { CholeskyDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { type Standardized, standardize } from "../optimality.ts";
import type { Data } from "./problems.ts";

/** On the caller's scale. */
export interface LinearFit {
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

function prepare(data: Data, intercept: boolean, scaled: boolean) {
  const design = standardize(data, { intercept, standardize: scaled });
  const y = data.y.map((value, i) => value - (data.offset?.[i] ?? 0));
  const total = y.reduce((sum, value, i) => sum + (design.weights[i] as number) * value, 0);
  const mean = intercept ? total / data.rows : 0;
  const rhs = y.map((value, i) => (value - mean) * Math.sqrt(design.weights[i] as number));
  const x = new Matrix(data.rows, data.columns);
  design.columns.forEach((column, j) => {
    column.forEach((value, i) => {
      x.set(i, j, value);
    });
  });
  return { design, x, rhs: Matrix.columnVector(rhs), mean };
}

function unscale(design: Standardized, w: ArrayLike<number>, mean: number): LinearFit {
  const coefficients = Float64Array.from(w, (value, j) => value / (design.scales[j] as number));
  const intercept = coefficients.reduce((sum, value, j) => sum - value * (design.means[j] as number), mean);
  return { coefficients, intercept };
}

/** The least-squares solution with the smallest norm on the (by default standardised) scale. */
export function leastSquares(data: Data, intercept: boolean, scaled = true): LinearFit {
  const { design, x, rhs, mean } = prepare(data, intercept, scaled);
  const values = new SingularValueDecomposition(x, { autoTranspose: true });
  const largest = Math.max(...values.diagonal);
  // Singular values that are rounding count as 0.
  const inverse = values.diagonal.map((value) => (value > 1e-11 * largest ? 1 / value : 0));
  const w = values.rightSingularVectors
    .mmul(Matrix.diag(inverse))
    .mmul(values.leftSingularVectors.transpose())
    .mmul(rhs);
  return unscale(design, w.to1DArray(), mean);
}

/** Coefficients of (X'X/n + r I) w = X'y/n on standardised columns, on the caller's scale. */
export function ridge(data: Data, r: number): Float64Array {
  const { design, x, rhs, mean } = prepare(data, true, true);
  const gram = x.transpose().mmul(x).div(data.rows).add(Matrix.eye(data.columns).mul(r));
  const w = new CholeskyDecomposition(gram).solve(x.transpose().mmul(rhs).div(data.rows));
  return unscale(design, w.to1DArray(), mean).coefficients;
}
