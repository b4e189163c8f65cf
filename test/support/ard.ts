// Automatic relevance determination: (2) of theory.md with f(eta) = log det(tau I + X diag(eta) X').
// In log eta the objective of (2) is strictly convex where it matters, so an eta that satisfies the stationarity
//   w_j^2 / eta_j^2 = x_j' C^-1 x_j,   C = tau I + X diag(eta) X',
// is the minimiser, whoever found it: the claimed eta serves as a certificate.
import { CholeskyDecomposition, Matrix } from "ml-matrix";

export interface ArdEvaluation {
  readonly omega: number;
  /** omega's derivative with respect to |w_j|; at 0 the limit from the right. */
  readonly slopes: Float64Array;
}

export function ardEvaluation(
  columns: readonly Float64Array[],
  tau: number,
  w: Float64Array,
  eta: Float64Array,
): ArdEvaluation {
  const n = columns[0]?.length ?? 0;
  const covariance = Matrix.eye(n, n).mul(tau);
  columns.forEach((column, j) => {
    const scale = w[j] === 0 ? 0 : (eta[j] as number);
    if (scale === 0) return;
    for (let i = 0; i < n; ++i) {
      const factor = scale * (column[i] as number);
      for (let k = 0; k <= i; ++k) {
        const sum = covariance.get(i, k) + factor * (column[k] as number);
        covariance.set(i, k, sum);
        covariance.set(k, i, sum);
      }
    }
  });
  const factor = new CholeskyDecomposition(covariance);
  let logDeterminant = 0;
  for (let i = 0; i < n; ++i) logDeterminant += 2 * Math.log(factor.lowerTriangularMatrix.get(i, i));
  let squares = 0;
  const slopes = Float64Array.from(columns, (column, j) => {
    const value = Math.abs(w[j] as number);
    if (value > 0) squares += (value * value) / (eta[j] as number);
    const solved = factor.solve(Matrix.columnVector(column)).to1DArray();
    return Math.sqrt(column.reduce((sum, x, i) => sum + x * (solved[i] as number), 0));
  });
  return { omega: 0.5 * (squares + logDeterminant), slopes };
}
