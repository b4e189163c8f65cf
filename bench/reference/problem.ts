// What a driver is given, the penalties in JavaScript, and the linear algebra a reference fit is written on.

/** minimise 1/(2n) |y - X w|^2 + lambda sum_j omega(|w_j|) over standardised columns. */
export interface Problem {
  readonly penalty: ScalarPenalty;
  readonly lambda: number;
  /** Converged when the first-order condition is violated by at most tolerance * lambda. */
  readonly tolerance: number;
}

export interface Outcome {
  readonly objective: number;
  /** Largest violation of the first-order condition. */
  readonly stationarity: number;
  readonly nonzero: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** omega and its derivatives at w >= 0. */
export interface ScalarPenalty {
  readonly convex: boolean;
  omega(w: number, lambda: number): number;
  slope(w: number, lambda: number): number;
  curvature(w: number, lambda: number): number;
}

export const l1: ScalarPenalty = {
  convex: true,
  omega: (w) => w,
  slope: () => 1,
  curvature: () => 0,
};

export function logSum(epsilon: number): ScalarPenalty {
  return {
    convex: false,
    omega: (w) => Math.log(w + epsilon),
    slope: (w) => 1 / (w + epsilon),
    curvature: (w) => -1 / ((w + epsilon) * (w + epsilon)),
  };
}

export function mcp(a: number): ScalarPenalty {
  return {
    convex: false,
    omega: (w, lambda) => (w >= a * lambda ? 0.5 * a * lambda : w * (1 - (0.5 * w) / (a * lambda))),
    slope: (w, lambda) => Math.max(0, 1 - w / (a * lambda)),
    curvature: (w, lambda) => (w < a * lambda ? -1 / (a * lambda) : 0),
  };
}

/**
 * The standardised design restricted to the active columns A, in whatever form a driver keeps matrices:
 * H = X_A'X_A / n. Vectors have one entry per active column or per row.
 */
export interface ActiveDesign {
  readonly rows: number;
  readonly columns: number;
  /** Centred. */
  readonly y: Float64Array;
  /** Chooses the active columns, the first `size` of index, in increasing order. */
  activate(index: Int32Array, size: number): void;
  /** H is held, from here on or already. */
  readonly hasGram: boolean;
  formGram(): void;
  /** out = X_A w */
  fitted(w: Float64Array, out: Float64Array): void;
  /** out = X_A' r / n */
  correlate(r: Float64Array, out: Float64Array): void;
  /** out = X' r / n, for all columns. */
  correlateAll(r: Float64Array, out: Float64Array): void;
  /** out = H v */
  curvature(v: Float64Array, out: Float64Array): void;
  /** out = (H + diag(d))^-1 rhs by Cholesky of the matrix scaled to unit diagonal; false if not positive definite. */
  solve(d: Float64Array, rhs: Float64Array, out: Float64Array): boolean;
  /** The same by the n x n Woodbury kernel, from the inverses of d > 0. */
  solveDual(inverse: Float64Array, rhs: Float64Array, out: Float64Array): boolean;
}
