// The exact distribution of one draw of each kind of mask.
import { normalQuantile } from "./special.ts";

export interface Law {
  readonly mean: number;
  readonly variance: number;
  /** E (x - mean)^4 / variance^2 */
  readonly kurtosis: number;
  /** Ascending; bin k holds what is at or above k of them. */
  readonly edges: readonly number[];
  /** Of the bins. */
  readonly probabilities: readonly number[];
}

/** `kept` with probability alpha, else 0. */
export function bernoulliLaw(alpha: number, kept = 1): Law {
  const spread = alpha * (1 - alpha);
  return {
    mean: alpha * kept,
    variance: spread * kept * kept,
    kurtosis: 1 / spread - 3,
    edges: [kept / 2],
    probabilities: [1 - alpha, alpha],
  };
}

/** 1 + sigma z; bins of equal probability. */
export function gaussianLaw(sigma: number, bins = 64): Law {
  const edges = Array.from({ length: bins - 1 }, (_, k) => 1 + sigma * normalQuantile((k + 1) / bins));
  return {
    mean: 1,
    variance: sigma * sigma,
    kurtosis: 3,
    edges,
    probabilities: new Array<number>(bins).fill(1 / bins),
  };
}

export interface Shape {
  readonly beta: number;
  readonly gamma: number;
  readonly zeta: number;
}

export const louizos: Shape = { beta: 2 / 3, gamma: -0.1, zeta: 1.1 };

const logit = (u: number) => Math.log(u / (1 - u));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** P(s > t), 0 <= t < 1, of the hard concrete distribution (Louizos, Welling and Kingma 2018). */
export function hardConcreteSurvival(t: number, logA: number, { beta, gamma, zeta }: Shape): number {
  return sigmoid(logA - beta * logit((t - gamma) / (zeta - gamma)));
}

/** Bins: exactly 0, bins of equal probability between, exactly 1. */
export function hardConcreteLaw(logA: number, shape: Shape = louizos, bins = 30): Law {
  const survival = (t: number) => hardConcreteSurvival(t, logA, shape);
  // E s^k = integral of k t^(k-1) P(s > t) over [0, 1]
  const moment = (k: number) => integral((t) => k * t ** (k - 1) * survival(t));
  const [m1, m2, m3, m4] = [moment(1), moment(2), moment(3), moment(4)];
  const variance = m2 - m1 * m1;
  const fourth = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 ** 4;
  const [positive, one] = [survival(0), survival(1)];
  const { beta, gamma, zeta } = shape;
  const edge = (share: number) => gamma + (zeta - gamma) * sigmoid((logA - logit(share)) / beta);
  const width = (positive - one) / bins;
  const inner = Array.from({ length: bins - 1 }, (_, k) => edge(positive - (k + 1) * width));
  return {
    mean: m1,
    variance,
    kurtosis: fourth / (variance * variance),
    edges: [Number.MIN_VALUE, ...inner, 1],
    probabilities: [1 - positive, ...new Array<number>(bins).fill(width), one],
  };
}

/** Simpson's rule on [0, 1]. */
function integral(f: (t: number) => number): number {
  const steps = 2000;
  let sum = f(0) + f(1);
  for (let k = 1; k < steps; ++k) sum += (k % 2 === 1 ? 4 : 2) * f(k / steps);
  return sum / (3 * steps);
}
