// Is it a solution? Everything about a fit recomputed from the caller's data and the returned coefficients, sharing
// no code with the library: standardisation, weights, objective, gradient, and the first-order condition
//   w_j != 0:  -grad_j L = lambda omega'(|w_j|) sign w_j,      w_j = 0:  |grad_j L| <= lambda omega'(0+).
import { ardEvaluation } from "./support/ard.ts";
import { formulaOf, type Parameters } from "./support/formulas.ts";
import { lossFormula } from "./support/lossFormulas.ts";
import type { Data } from "./support/problems.ts";

export interface Claim {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** Needed where eta is the only certificate there is (ard). */
  readonly eta: Float64Array;
}

export interface Setting {
  readonly penalty: { readonly name: string; readonly parameters: Parameters };
  readonly lambda: number;
  readonly intercept: boolean;
  readonly standardize: boolean;
  /** By default "squared". Of cox y is the times, then the statuses. */
  readonly loss?: "squared" | "logistic" | "poisson" | "huber" | "cox";
  /** See `lossFormula`. */
  readonly lossParameters?: readonly number[];
}

export interface Verdict {
  readonly objective: number;
  readonly loss: number;
  /** The largest violation of the first-order condition on the standardised scale. */
  readonly stationarity: number;
  /** How far the intercept is from the best one. */
  readonly interceptError: number;
  readonly nonzero: number;
  /** lambda * slope of each coefficient: eta must be |w| / slope. */
  readonly slopes: Float64Array;
  /** What eta is where the coefficient is 0. */
  readonly etaAtZero: Float64Array;
  /** Standardised coefficients, and the mean square of each standardised column (0 if constant). */
  readonly w: Float64Array;
  readonly curvature: Float64Array;
}

/** The design with its columns standardised and rows weighted. */
export interface Standardized {
  readonly rows: number;
  readonly columns: readonly Float64Array[];
  readonly means: Float64Array;
  readonly scales: Float64Array;
  readonly curvature: Float64Array;
  /** Weights that sum to the number of rows. */
  readonly weights: Float64Array;
}

export function standardize(data: Data, options: { intercept: boolean; standardize: boolean }): Standardized {
  const { rows: n, columns: p } = data;
  const given = data.weights ?? new Float64Array(n).fill(1);
  const total = given.reduce((sum, weight) => sum + weight, 0);
  const weights = given.map((weight) => (weight * n) / total);
  const means = new Float64Array(p);
  const scales = new Float64Array(p).fill(1);
  const curvature = new Float64Array(p);
  const columns = Array.from({ length: p }, (_, j) => {
    const column = Float64Array.from({ length: n }, (_, i) => data.x[i * p + j] as number);
    const seen = column.filter((_, i) => (weights[i] as number) > 0);
    if (options.intercept) {
      // A second pass takes out what rounding left of the first mean.
      for (let pass = 0; pass < 2; ++pass) {
        const mean = column.reduce((sum, value, i) => sum + (weights[i] as number) * value, 0) / n;
        means[j] = (means[j] as number) + mean;
        for (let i = 0; i < n; ++i) column[i] = (column[i] as number) - mean;
      }
    }
    const still = options.intercept ? seen.every((value) => value === seen[0]) : seen.every((v) => v === 0);
    if (still) return column.fill(0);
    const square = column.reduce((sum, value, i) => sum + (weights[i] as number) * value * value, 0) / n;
    curvature[j] = options.standardize ? 1 : square;
    if (options.standardize) scales[j] = Math.sqrt(square);
    return column.map((value, i) => (value * Math.sqrt(weights[i] as number)) / (scales[j] as number));
  });
  return { rows: n, columns, means, scales, curvature, weights };
}

export function examine(data: Data, setting: Setting, claim: Claim): Verdict {
  const { lambda } = setting;
  const design = standardize(data, setting);
  const { rows: n, weights, scales, curvature } = design;
  const w = claim.coefficients.map((value, j) => value * (scales[j] as number));

  // The fitted values from the caller's own numbers, intercept and all.
  const fitted = Float64Array.from({ length: n }, (_, i) => {
    let sum = claim.intercept + (data.offset?.[i] ?? 0);
    for (let j = 0; j < data.columns; ++j) {
      sum += (data.x[i * data.columns + j] as number) * (claim.coefficients[j] as number);
    }
    return sum;
  });
  const formula = lossFormula(setting.loss ?? "squared", setting.lossParameters);
  const { loss, residual } = formula(fitted, data.y, weights);
  const mean = residual.reduce((sum, r, i) => sum + (weights[i] as number) * r, 0) / n;

  const { omega, slopes, etaAtZero } = penaltyAt(setting, design, w, claim.eta);
  let stationarity = 0;
  let nonzero = 0;
  design.columns.forEach((column, j) => {
    const value = w[j] as number;
    if (value !== 0) ++nonzero;
    if (curvature[j] === 0) return;
    const pull =
      column.reduce((sum, x, i) => sum + x * Math.sqrt(weights[i] as number) * (residual[i] as number), 0) /
      n;
    const slope = slopes[j] as number;
    const violation =
      value === 0
        ? Math.max(0, Math.abs(pull) - (slope === Infinity ? Infinity : lambda * slope))
        : Math.abs(pull - Math.sign(value) * lambda * slope);
    stationarity = Math.max(stationarity, violation);
  });
  const objective = loss + (omega === 0 ? 0 : lambda * omega);
  const free = setting.intercept && setting.loss !== "cox";
  const interceptError = free ? Math.abs(mean) : Math.abs(claim.intercept);
  return { objective, loss, stationarity, interceptError, nonzero, slopes, etaAtZero, w, curvature };
}

interface PenaltyValues {
  readonly omega: number;
  readonly slopes: Float64Array;
  readonly etaAtZero: Float64Array;
}

function penaltyAt(
  setting: Setting,
  design: Standardized,
  w: Float64Array,
  eta: Float64Array,
): PenaltyValues {
  const { penalty, lambda } = setting;
  // A constraint holds however small lambda is.
  if (penalty.name === "hardThreshold") return hardThreshold(penalty.parameters.k as number, w);
  if (lambda === 0) return { omega: 0, slopes: w.map(() => 0), etaAtZero: w.map(() => 0) };
  if (penalty.name === "ard") {
    const tau = penalty.parameters.tau ?? design.rows * lambda;
    const { omega, slopes } = ardEvaluation(design.columns, tau, w, eta);
    // A column of zeros costs nothing.
    return { omega, slopes, etaAtZero: slopes.map((slope) => (slope === 0 ? Infinity : 0)) };
  }
  const formula = formulaOf(penalty.name, penalty.parameters, lambda);
  let omega = 0;
  const slopes = w.map((value) => {
    omega += formula.omega(Math.abs(value));
    return formula.slope(Math.abs(value));
  });
  return { omega, slopes, etaAtZero: w.map(() => formula.etaAtZero ?? 0) };
}

/** Free of cost up to k nonzeros; a full support forbids every further one. */
function hardThreshold(k: number, w: Float64Array): PenaltyValues {
  const count = w.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  const slopes = w.map((value) => (value === 0 && count >= k ? Infinity : 0));
  return { omega: count <= k ? 0 : Infinity, slopes, etaAtZero: w.map(() => 0) };
}
