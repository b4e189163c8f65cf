import { property, requireChoice, requireNumber, requireOptions } from "../checks.js";
import { FlipsideError } from "../errors.js";
import type { Fit } from "../fitted.js";
import { normalQuantile } from "../normal.js";
import type { Problem } from "../request.js";
import { Breather, Cholesky, quadraticForm } from "./cholesky.js";
import { type Information, informationOf } from "./information.js";
import { rowLossOf } from "./rowLoss.js";
import { type FittedRows, readFittedRows, requireFit, supportValues } from "./rows.js";

export interface StandardErrorOptions {
  /** "sandwich" (the default) or "information", see `standardErrors`. */
  readonly method?: "sandwich" | "information" | undefined;
  /** Of the intervals, in (0, 1), by default 0.95. */
  readonly confidence?: number | undefined;
  /** For squared loss: the variance of the noise, > 0. By default estimated, see `dispersion`. */
  readonly sigma2?: number | undefined;
}

/** A coefficient with its standard error. */
export interface CoefficientError {
  readonly coefficient: number;
  readonly standardError: number;
  /** The coefficient over its standard error. */
  readonly z: number;
  /** The interval coefficient ± q standardError, q of the normal distribution. */
  readonly lower: number;
  readonly upper: number;
}

/** One entry per column of the support in each array, on the scale of x. */
export interface StandardErrors {
  /** The support, ascending. */
  readonly columns: Uint32Array;
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  readonly z: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Undefined for a fit without one. */
  readonly intercept: CoefficientError | undefined;
  /** σ², the weighted residual sum of squares over the residual degrees of freedom; 1 for logistic and poisson. */
  readonly dispersion: number;
  /** Rows with a weight above 0, less the nonzero coefficients and the intercept. */
  readonly residualDegreesOfFreedom: number;
  readonly confidence: number;
}

const keys = ["method", "confidence", "sigma2"];

/**
 * Standard errors of the nonzero coefficients of a fit with loss squared, logistic or poisson:
 *
 * - "sandwich": σ² (H + D)^-1 H (H + D)^-1 with the information H on the support and D = diag(n λ ω'(|w_j|) / |w_j|), the
 *   local quadratic approximation of the penalty (Fan and Li, JASA 96, 2001): of penalised coefficients,
 *   which they do not correct for their bias.
 * - "information": σ² H^-1, as if the support had been known and the penalty were not there. Of a fit with λ = 0, such as
 *   that of `refit`, both are the textbook formula (`summary` of `lm` and `glm` in R, there with quantiles of t for `lm`).
 *
 * Neither knows that the support was chosen from the same data: intervals after selection are too short and z values too
 * large, more so the more columns there were to choose from. Weights count as those of `lm` and `glm`; with missing: "mean"
 * missing values count as known to be the mean, so that standard errors are too small.
 *
 * @param problem The data of the fit, x as a matrix.
 * @throws FlipsideError, always as a rejection: UNSUPPORTED for another loss, for more than 2000 nonzero coefficients and
 *   where no residual degree of freedom is left to estimate σ², and for coefficients at bounds other than 0; NUMERIC for collinear columns; bad arguments.
 */
export async function standardErrors(
  fit: Fit,
  problem: Problem,
  options: StandardErrorOptions = {},
): Promise<StandardErrors> {
  requireFit(fit);
  const given = requireOptions("options", options, keys);
  const get = (key: string) => property("options", given, key);
  const method =
    get("method") === undefined
      ? "sandwich"
      : requireChoice("method", get("method"), ["sandwich", "information"] as const);
  const confidence =
    get("confidence") === undefined
      ? 0.95
      : requireNumber("confidence", get("confidence"), { above: 0, below: 1 });
  const sigma2 =
    get("sigma2") === undefined ? undefined : requireNumber("sigma2", get("sigma2"), { above: 0 });
  const { dispersionKnown } = rowLossOf("the standard errors", fit.loss);
  if (dispersionKnown && sigma2 !== undefined) {
    throw new FlipsideError("UNSUPPORTED", `sigma2 must be left out with loss ${fit.loss}, but is there`);
  }
  const rows = readFittedRows(fit, problem);
  const part = method === "sandwich" ? "slope" : "none";
  const information = await informationOf("the standard errors", fit, rows, part);
  const withIntercept = fit.setup?.intercept ?? true;
  const left = rows.observations - fit.nonzero - Number(withIntercept);
  const dispersion = dispersionKnown ? 1 : (sigma2 ?? residualVariance(information.z, rows, left));
  const { variances, ofIntercept } = await sandwich(information);
  const coefficients = supportValues(fit);
  const errors = variances.map((value) => Math.sqrt(dispersion * value));
  const quantile = normalQuantile(confidence);
  return Object.freeze({
    columns: fit.support.slice(),
    coefficients,
    standardErrors: errors,
    z: coefficients.map((value, k) => value / (errors[k] as number)),
    lower: coefficients.map((value, k) => value - quantile * (errors[k] as number)),
    upper: coefficients.map((value, k) => value + quantile * (errors[k] as number)),
    intercept: withIntercept ? one(fit.intercept, Math.sqrt(dispersion * ofIntercept), quantile) : undefined,
    dispersion,
    residualDegreesOfFreedom: left,
    confidence,
  });
}

function one(coefficient: number, standardError: number, quantile: number): CoefficientError {
  return Object.freeze({
    coefficient,
    standardError,
    z: coefficient / standardError,
    lower: coefficient - quantile * standardError,
    upper: coefficient + quantile * standardError,
  });
}

function residualVariance(z: Float64Array, { y, weights }: FittedRows, left: number): number {
  if (left < 1) {
    const message = `sigma2 must be given where no residual degree of freedom is left, but is not`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  let sum = 0;
  for (let i = 0; i < z.length; ++i) {
    sum += (weights?.[i] ?? 1) * ((y[i] as number) - (z[i] as number)) ** 2;
  }
  return sum / left;
}

/** The diagonal of (H + D)^-1 H (H + D)^-1, and its quadratic form at the means for the intercept. */
async function sandwich(information: Information): Promise<{ variances: Float64Array; ofIntercept: number }> {
  const { size, matrix, units, penalty, means, weight } = information;
  const breather = new Breather();
  const sum = matrix.slice();
  for (let j = 0; j < size; ++j) {
    matrix[j * size + j] = 1;
    // The penalty of this part has a diagonal alone.
    sum[j * size + j] = 1 + (penalty[j * size + j] as number);
  }
  const plain = penalty.every((value) => value === 0);
  const factor = await Cholesky.factor(sum, size, breather);
  const variance = (direction: Float64Array, from: number) => {
    // Of H^-1 without the product: |L^-1 e|², a sum of squares.
    if (plain) return factor.forward(direction, from).reduce((total, value) => total + value * value, 0);
    return quadraticForm(matrix, size, factor.solve(direction, from));
  };
  const variances = new Float64Array(size);
  for (let j = 0; j < size; ++j) {
    await breather.breathe();
    const direction = new Float64Array(size);
    direction[j] = 1;
    variances[j] = variance(direction, j) / (units[j] as number) ** 2;
  }
  const centre = means.map((mean, j) => mean / (units[j] as number));
  return { variances, ofIntercept: 1 / weight + variance(centre, 0) };
}
