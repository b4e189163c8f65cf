// Unpenalised logistic regression without the library: Newton's method on ml-matrix, straight from the caller's data.
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { LinearFit } from "./leastSquares.ts";
import { type Data, rowsOf } from "./problems.ts";

export interface LogisticFit extends LinearFit {
  /** Mean negative log-likelihood, the weights scaled to mean 1. */
  readonly loss: number;
}

export function logisticRegression(data: Data, intercept: boolean): LogisticFit {
  const rows = rowsOf(data).map((row) => (intercept ? [1, ...row] : row));
  const size = rows[0]?.length ?? 0;
  const total = data.weights?.reduce((sum, weight) => sum + weight, 0) ?? data.rows;
  const weight = (i: number) => (data.weights?.[i] ?? 1) / total;
  const beta = new Float64Array(size);
  const loss = () =>
    rows.reduce((sum, row, i) => {
      const z = predictor(row, i);
      const softplus = Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
      return sum + weight(i) * (softplus - (data.y[i] as number) * z);
    }, 0);
  const predictor = (row: readonly number[], i: number) =>
    row.reduce((sum, x, j) => sum + x * (beta[j] as number), data.offset?.[i] ?? 0);
  for (let step = 0; step < 50; ++step) {
    const gradient = Matrix.zeros(size, 1);
    const hessian = Matrix.zeros(size, size);
    rows.forEach((row, i) => {
      const q = 1 / (1 + Math.exp(-predictor(row, i)));
      for (let j = 0; j < size; ++j) {
        const xj = row[j] as number;
        gradient.set(j, 0, gradient.get(j, 0) + weight(i) * (q - (data.y[i] as number)) * xj);
        for (let k = 0; k < size; ++k) {
          const curvature = weight(i) * q * (1 - q) * (xj * (row[k] as number));
          hessian.set(j, k, hessian.get(j, k) + curvature);
        }
      }
    });
    const direction = new CholeskyDecomposition(hessian).solve(gradient).to1DArray();
    const before = loss();
    const from = Float64Array.from(beta);
    for (let length = 1; length > 1e-10; length /= 2) {
      for (let j = 0; j < size; ++j) beta[j] = (from[j] as number) - length * (direction[j] as number);
      if (loss() <= before) break;
    }
    if (Math.max(...direction.map(Math.abs)) < 1e-14) break;
  }
  const coefficients = intercept ? beta.slice(1) : beta;
  return { coefficients, intercept: intercept ? (beta[0] as number) : 0, loss: loss() };
}
