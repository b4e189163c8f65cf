// The penalty of the hard concrete mask straight from theory.md: its moments by quadrature over t, omega by
// minimising (2) over the location theta = log a. Shares nothing with native/penalties.
import { bisect, panels } from "./quadrature.ts";

export interface Moments {
  readonly mean: number;
  readonly second: number;
  /** f = P(s != 0) and its derivative with respect to theta. */
  readonly kept: number;
  readonly keptRate: number;
  /** 1/eta = E s^2 / (E s)^2 - 1 and its derivative. */
  readonly variance: number;
  readonly varianceRate: number;
}

const grid = panels(0, 1, 24);

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function moments(theta: number, beta: number, gamma: number, zeta: number): Moments {
  const location = (t: number) => beta * Math.log((t - gamma) / (zeta - t));
  let mean = 0;
  let second = 0;
  let meanRate = 0;
  let secondRate = 0;
  for (let k = 0; k < grid.at.length; ++k) {
    const t = grid.at[k] as number;
    const weight = grid.weight[k] as number;
    const above = sigmoid(theta - location(t));
    const rate = above * sigmoid(location(t) - theta);
    mean += weight * above;
    second += weight * 2 * t * above;
    meanRate += weight * rate;
    secondRate += weight * 2 * t * rate;
  }
  const kept = sigmoid(theta - location(0));
  return {
    mean,
    second,
    kept,
    keptRate: kept * sigmoid(location(0) - theta),
    variance: second / mean ** 2 - 1,
    varianceRate: (secondRate * mean - 2 * second * meanRate) / mean ** 3,
  };
}

export class HardConcrete {
  readonly #beta: number;
  readonly #gamma: number;
  readonly #zeta: number;
  readonly #scan: { theta: number; variance: number; kept: number }[] = [];

  constructor(beta: number, gamma: number, zeta: number) {
    this.#beta = beta;
    this.#gamma = gamma;
    this.#zeta = zeta;
    for (let theta = -24; theta <= 12; theta += 0.125) {
      const { variance, kept } = this.#at(theta);
      this.#scan.push({ theta, variance, kept });
    }
  }

  #at(theta: number): Moments {
    return moments(theta, this.#beta, this.#gamma, this.#zeta);
  }

  /** omega and omega' at w >= 0, lambda = 1. */
  at(w: number): { omega: number; slope: number } {
    if (w < 1e-9) {
      // theta far to the left: every probability is proportional to e^theta, so omega is linear.
      const low = this.#at(-24);
      const slope = Math.sqrt((low.variance + 1) * low.kept);
      return { omega: slope * w, slope };
    }
    const value = (point: { variance: number; kept: number }) => 0.5 * (w * w * point.variance + point.kept);
    let best = 0;
    this.#scan.forEach((point, i) => {
      if (value(point) < value(this.#scan[best] as { variance: number; kept: number })) best = i;
    });
    const around = (i: number) =>
      this.#scan[Math.max(0, Math.min(this.#scan.length - 1, i))]?.theta as number;
    const theta = bisect(around(best - 1), around(best + 1), (x) => {
      const point = this.#at(x);
      return w * w * point.varianceRate + point.keptRate < 0;
    });
    const end = this.#at(theta);
    // The mask that is always on costs 1/2.
    return value(end) < 0.5 ? { omega: value(end), slope: w * end.variance } : { omega: 0.5, slope: 0 };
  }
}
