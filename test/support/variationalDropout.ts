// The penalties of variational dropout by (2) of theory.md, from the derivative of their duals: the stationary
// eta has f'(eta) = w^2 / eta^2, then omega' = w / eta and omega = (w omega' + f(eta)) / 2.
import { panels } from "./quadrature.ts";

/** One dual: log f' as a function of log eta, and f. */
interface Dual {
  logSlope(logEta: number): number;
  value(eta: number): number;
}

/**
 * Dawson's function D(s) and its integral, from D(s) = ∫ e^(-t²) sin(2st) dt over t > 0, which integrates to
 * ∫ e^(-t²) sin²(st) / t dt.
 */
export function dawson(s: number): { value: number; integral: number } {
  const { at, weight } = panels(0, 6.5, 4 + Math.ceil(1.5 * s));
  let value = 0;
  let integral = 0;
  for (let k = 0; k < at.length; ++k) {
    const t = at[k] as number;
    const bell = (weight[k] as number) * Math.exp(-t * t);
    const sine = Math.sin(s * t);
    value += bell * 2 * sine * Math.cos(s * t);
    integral += (bell * sine * sine) / t;
  }
  return { value, integral };
}

const exact: Dual = {
  logSlope(logEta) {
    const s = Math.sqrt(Math.exp(logEta) / 2);
    return Math.log(dawson(s).value / s);
  },
  value: (eta) => 4 * dawson(Math.sqrt(eta / 2)).integral,
};

const k1 = 0.63576;
const k2 = 1.8732;
const k3 = 1.48695;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const approximate: Dual = {
  logSlope(logEta) {
    const a = k3 * logEta - k2;
    const eta = Math.exp(logEta);
    return Math.log((2 * k1 * k3 * sigmoid(a) * sigmoid(-a)) / eta + 1 / (1 + eta));
  },
  value: (eta) => 2 * k1 * sigmoid(k3 * Math.log(eta) - k2) + Math.log1p(eta),
};

/** omega and omega' at w >= 0; both have omega'(0+) = 1. */
function evaluate(dual: Dual, w: number): { omega: number; slope: number } {
  if (w < 1e-14) return { omega: w, slope: 1 };
  // log w = t + log f'(e^t) / 2 is close to linear in t = log eta: the secant method.
  const logW = Math.log(w);
  const excess = (t: number) => t + 0.5 * dual.logSlope(t) - logW;
  let before = logW;
  let t = logW > 0 ? 2 * logW : logW + 0.1;
  let excessBefore = excess(before);
  for (let step = 0; step < 60; ++step) {
    const here = excess(t);
    if (Math.abs(here) < 1e-14 || here === excessBefore) break;
    [before, t] = [t, t - (here * (t - before)) / (here - excessBefore)];
    excessBefore = here;
  }
  const slope = w * Math.exp(-t);
  return { omega: 0.5 * (w * slope + dual.value(Math.exp(t))), slope };
}

export const variationalDropout = (w: number) => evaluate(exact, w);
export const variationalDropoutApprox = (w: number) => evaluate(approximate, w);
