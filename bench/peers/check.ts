// How good is a solution? The same function for every side, from the data and the coefficients alone:
//   w_j != 0:  |grad_j L + lambda omega'(|w_j|) sign w_j|,      w_j = 0:  max(0, |grad_j L| - lambda omega'(0+)).
import type { DenseProblem } from "./dense.ts";
import type { PeerPenalty } from "./penalties.ts";
import type { SparseProblem } from "./sparse.ts";

export type PeerProblem = DenseProblem | SparseProblem;

export interface Quality {
  /** Loss and penalty, 0 at w = 0 left out of the penalty. */
  readonly objective: number;
  /** The largest violation of the first-order condition. */
  readonly violation: number;
  readonly nonzero: number;
}

/** For squared loss where the problem is dense, logistic where it is sparse; there is no intercept. */
export function qualityOf(
  problem: PeerProblem,
  penalty: PeerPenalty,
  lambda: number,
  w: Float64Array,
): Quality {
  const { rows, columns } = problem;
  const fitted = new Float64Array(rows);
  let omega = 0;
  let nonzero = 0;
  for (let j = 0; j < columns; ++j) {
    const value = w[j] as number;
    if (value === 0) continue;
    ++nonzero;
    omega += penalty.omega(Math.abs(value), lambda);
    addColumn(problem, j, value, fitted);
  }
  const { loss, residual } =
    problem.kind === "dense" ? squared(problem.y, fitted) : logistic(problem.y, fitted);
  let violation = 0;
  const atZero = lambda * penalty.slope(0, lambda);
  for (let j = 0; j < columns; ++j) {
    const pull = columnProduct(problem, j, residual) / rows;
    const value = w[j] as number;
    const excess =
      value === 0
        ? Math.max(0, Math.abs(pull) - atZero)
        : Math.abs(pull - Math.sign(value) * lambda * penalty.slope(Math.abs(value), lambda));
    violation = Math.max(violation, excess);
  }
  return { objective: loss + lambda * omega, violation, nonzero };
}

function addColumn(problem: PeerProblem, j: number, value: number, sum: Float64Array): void {
  const { rows } = problem;
  if (problem.kind === "dense") {
    const { x } = problem;
    for (let i = 0; i < rows; ++i) sum[i] = (sum[i] as number) + value * (x[j * rows + i] as number);
    return;
  }
  const { values, rowIndices, columnPointers } = problem;
  for (let k = columnPointers[j] as number; k < (columnPointers[j + 1] as number); ++k) {
    const i = rowIndices[k] as number;
    sum[i] = (sum[i] as number) + value * (values[k] as number);
  }
}

function columnProduct(problem: PeerProblem, j: number, vector: Float64Array): number {
  const { rows } = problem;
  let sum = 0;
  if (problem.kind === "dense") {
    const { x } = problem;
    for (let i = 0; i < rows; ++i) sum += (x[j * rows + i] as number) * (vector[i] as number);
    return sum;
  }
  const { values, rowIndices, columnPointers } = problem;
  for (let k = columnPointers[j] as number; k < (columnPointers[j + 1] as number); ++k) {
    sum += (values[k] as number) * (vector[rowIndices[k] as number] as number);
  }
  return sum;
}

/** A mean loss, and minus its derivative in each fitted value, times the rows. */
interface Risk {
  readonly loss: number;
  readonly residual: Float64Array;
}

function squared(y: Float64Array, fitted: Float64Array): Risk {
  const residual = y.map((value, i) => value - (fitted[i] as number));
  return { loss: residual.reduce((sum, r) => sum + r * r, 0) / (2 * y.length), residual };
}

/** y is 0 or 1. */
function logistic(y: Float64Array, fitted: Float64Array): Risk {
  let loss = 0;
  const residual = y.map((label, i) => {
    const margin = (label === 1 ? 1 : -1) * (fitted[i] as number);
    // log(1 + exp -margin) and its derivative, each from the side where nothing overflows.
    loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
    return (label === 1 ? 1 : -1) / (1 + Math.exp(margin));
  });
  return { loss: loss / y.length, residual };
}
