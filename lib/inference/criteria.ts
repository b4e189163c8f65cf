import {
  isArray,
  isInstance,
  isObject,
  property,
  requireChoice,
  requireNumber,
  requireOptions,
} from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { Fit } from "../fitted.js";
import { toVector } from "../matrix.js";
import { type Problem, problemKeys } from "../request.js";
import { readWeights } from "../rowVectors.js";
import { type DegreesMethod, degreesOfFreedom, usualMethod } from "./degreesOfFreedom.js";
import { requireFit } from "./rows.js";

export interface CriteriaOptions {
  /** The data of the fits: with weights, for the constants of the likelihood, and for degrees of freedom by "trace". */
  readonly problem?: Problem | undefined;
  /** For squared loss: the known variance of the noise, > 0. By default it is profiled: RSS / n of each fit. */
  readonly sigma2?: number | undefined;
  /** γ of the extended BIC, in [0, 1], by default 0.5; 0 is the BIC. */
  readonly gamma?: number | undefined;
  /** See `degreesOfFreedom`. */
  readonly degrees?: DegreesMethod | undefined;
  /** The n in log n of BIC, > 0. By default the rows with a weight above 0; for cox the events of `problem`. */
  readonly sampleSize?: number | undefined;
}

/** The criteria of one fit. */
export interface FitCriteria {
  readonly lambda: number;
  readonly nonzero: number;
  readonly logLikelihood: number;
  readonly degreesOfFreedom: number;
  /** -2 log L + 2 df (Akaike 1974). */
  readonly aic: number;
  /** -2 log L + df log n (Schwarz 1978). */
  readonly bic: number;
  /** BIC + 2 γ log C(p, k), k nonzeros of p columns (Chen and Chen, Biometrika 95, 2008). */
  readonly ebic: number;
  /** As `fit.record.locallyConvex`: where it is false, other stationary points may have the same support. */
  readonly locallyConvex: boolean | undefined;
}

/** Where a criterion is smallest; of equal ones the largest λ. */
export interface Smallest {
  readonly index: number;
  readonly lambda: number;
}

export interface InformationCriteria {
  /** One per fit, in their order. */
  readonly fits: readonly FitCriteria[];
  readonly aic: Smallest;
  readonly bic: Smallest;
  readonly ebic: Smallest;
}

const keys = ["problem", "sigma2", "gamma", "degrees", "sampleSize"];

/**
 * Information criteria of fits of the same data. Log-likelihoods are:
 *
 * - squared: Gaussian with σ² = RSS / n profiled, -n/2 (log(2π RSS / n) + 1) as `logLik` of `lm` in R, or σ² known; with
 *   several tasks one σ² for all. With weights in `problem` plus half the sum of their logarithms.
 * - logistic, multinomial: exact, minus the loss of all rows. poisson: with `problem` exact, else without the term of y!,
 *   which is the same for every fit. Weights count as in `glm`: each row that many times.
 * - cox: the partial likelihood; n of BIC is the number of events (Volinsky and Raftery, Biometrics 56, 2000).
 *
 * A criterion compares fits of a path; that the support was searched for is counted by the extended BIC alone.
 *
 * @param fits A fit, an array of them, or a path.
 * @throws FlipsideError, always as a rejection: UNSUPPORTED for huber, which is no likelihood, for cox without `problem` or
 *   `sampleSize`, and as `degreesOfFreedom`; bad arguments.
 */
export async function informationCriteria(
  fits: Fit | readonly Fit[] | { readonly fits: readonly Fit[] },
  options: CriteriaOptions = {},
): Promise<InformationCriteria> {
  const all = listOf(fits);
  if (all.length === 0) throw new FlipsideError("EMPTY", "fits must have at least one fit, but has none");
  const settings = readOptions(options, all[0] as Fit);
  const out: FitCriteria[] = [];
  for (const fit of all) out.push(await criteriaOf(fit, settings));
  return Object.freeze({
    fits: Object.freeze(out),
    aic: smallest(out, "aic"),
    bic: smallest(out, "bic"),
    ebic: smallest(out, "ebic"),
  });
}

function listOf(fits: unknown): readonly Fit[] {
  const list =
    isObject(fits) && !isInstance(fits, Fit) && !isArray("fits", fits)
      ? property("fits", fits, "fits")
      : fits;
  if (isInstance(list, Fit)) return [list];
  if (!isArray("fits", list)) throw expected("fits", "a Fit, an array of them or a Path", fits);
  list.forEach((one, k) => {
    requireFit(one, `fits[${k}]`);
  });
  return list as readonly Fit[];
}

function smallest(fits: readonly FitCriteria[], key: "aic" | "bic" | "ebic"): Smallest {
  let best = 0;
  fits.forEach((one, k) => {
    const lead = (fits[best] as FitCriteria)[key] - one[key];
    if (lead > 0 || (lead === 0 && one.lambda > (fits[best] as FitCriteria).lambda)) best = k;
  });
  return Object.freeze({ index: best, lambda: (fits[best] as FitCriteria).lambda });
}

interface Settings {
  readonly problem: Problem | undefined;
  readonly sigma2: number | undefined;
  readonly gamma: number;
  readonly degrees: DegreesMethod | undefined;
  readonly sampleSize: number;
  /** Rows with a weight above 0. */
  readonly observations: number;
  /** The factor that makes a mean over the rows a sum. */
  readonly weightSum: number;
  /** Half the sum of log w. */
  readonly logWeights: number;
  /** What depends on y alone. */
  readonly constant: number;
}

function readOptions(options: unknown, fit: Fit): Settings {
  const given = requireOptions("options", options, keys);
  const get = (key: string) => property("options", given, key);
  const positive = (key: string) =>
    get(key) === undefined ? undefined : requireNumber(key, get(key), { above: 0 });
  const sigma2 = positive("sigma2");
  const gaussian = fit.loss === "squared" || fit.loss === "multiTask";
  if (sigma2 !== undefined && !gaussian) {
    throw new FlipsideError("UNSUPPORTED", `sigma2 must be left out with loss ${fit.loss}, but is there`);
  }
  if (fit.loss === "huber") {
    throw new FlipsideError(
      "UNSUPPORTED",
      "the loss must be a likelihood for information criteria, but is huber",
    );
  }
  const problem = get("problem");
  const counted = countRows(problem, fit);
  const degrees = get("degrees");
  const events = fit.loss === "cox" ? eventsOf(problem, fit.rows) : counted.observations;
  const sampleSize = positive("sampleSize") ?? events;
  if (sampleSize === undefined) {
    const message =
      "sampleSize or problem must be given for the loss cox, where the events count, but neither is";
    throw new FlipsideError("UNSUPPORTED", message);
  }
  return {
    ...counted,
    problem: problem as Problem | undefined,
    sigma2,
    gamma: get("gamma") === undefined ? 0.5 : requireNumber("gamma", get("gamma"), { min: 0, max: 1 }),
    degrees:
      degrees === undefined ? undefined : requireChoice("degrees", degrees, ["nonzero", "trace"] as const),
    sampleSize,
  };
}

function countRows(problem: unknown, fit: Fit) {
  const out = { observations: fit.rows, weightSum: fit.rows, logWeights: 0, constant: 0 };
  if (problem === undefined) return out;
  if (!isObject(problem)) requireOptions("problem", problem, problemKeys);
  const weights = readWeights(property("problem", problem as object, "weights"), fit.rows);
  if (weights !== undefined) {
    out.observations = 0;
    out.weightSum = 0;
    for (const weight of weights) {
      if (weight > 0) out.logWeights += 0.5 * Math.log(weight);
      out.weightSum += weight;
      out.observations += Number(weight > 0);
    }
  }
  if (fit.loss === "poisson") {
    const y = toVector("y", property("problem", problem as object, "y"), fit.rows, "one per row");
    for (let i = 0; i < y.length; ++i) out.constant -= (weights?.[i] ?? 1) * logFactorial(y[i] as number);
  }
  return out;
}

/** Those of a weight above 0. */
function eventsOf(problem: unknown, rows: number): number | undefined {
  if (problem === undefined) return undefined;
  const y = property("problem", problem as object, "y");
  const status = isObject(y) ? property("y", y, "status") : undefined;
  if (status === undefined) return undefined;
  const weights = readWeights(property("problem", problem as object, "weights"), rows);
  return toVector("y.status", status, rows, "one per row").reduce(
    (sum, one, i) => sum + Number(one > 0 && (weights?.[i] ?? 1) > 0),
    0,
  );
}

async function criteriaOf(fit: Fit, settings: Settings): Promise<FitCriteria> {
  const logLikelihood = logLikelihoodOf(fit, settings);
  const method = settings.degrees ?? usualMethod(fit);
  const df = await degreesOfFreedom(fit, settings.problem, method);
  const bic = -2 * logLikelihood + df * Math.log(settings.sampleSize);
  return Object.freeze({
    lambda: fit.lambda,
    nonzero: fit.nonzero,
    logLikelihood,
    degreesOfFreedom: df,
    aic: -2 * logLikelihood + 2 * df,
    bic,
    ebic: bic + 2 * settings.gamma * logBinomial(fit.columns * outputsOf(fit), fit.nonzero),
    locallyConvex: fit.record.locallyConvex,
  });
}

function outputsOf(fit: Fit): number {
  return fit.outputs;
}

function logLikelihoodOf(fit: Fit, settings: Settings): number {
  const { sigma2, observations, logWeights, weightSum, constant } = settings;
  if (fit.loss !== "squared" && fit.loss !== "multiTask") return constant - weightSum * fit.lossValue;
  const outputs = fit.loss === "multiTask" ? outputsOf(fit) : 1;
  const count = observations * outputs;
  // With weights as given; the loss is their mean of r²/2.
  const squares = 2 * weightSum * fit.lossValue;
  const spread =
    sigma2 === undefined
      ? count * (Math.log((2 * Math.PI * squares) / count) + 1)
      : count * Math.log(2 * Math.PI * sigma2) + squares / sigma2;
  return outputs * logWeights - 0.5 * spread;
}

/** log C(n, k) without factorials. */
export function logBinomial(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); ++i) sum += Math.log((n - i + 1) / i);
  return sum;
}

/** log y!, of y >= 0 by Stirling's series from 16 on. */
export function logFactorial(y: number): number {
  let sum = 0;
  let z = y + 1;
  for (; z < 16; ++z) sum -= Math.log(z);
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return sum + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series;
}
