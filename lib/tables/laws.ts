// The laws beyond the cells: limit + coefficient x^exponent towards 0, x^-decay towards infinity.
import type { NativeCurve } from "../../binding.js";
import { headRise, headSlope } from "./curve.js";
import type { Source } from "./source.js";

type HeadLaw = NativeCurve["head"];

/** From here on a power of x has a finite integral from 0; nearer to -1 the law's own error decides. */
export const leastExponent = -1 + 1e-4;

/** A law and the relative error of the slopes that it was drawn through. */
interface Drawn {
  readonly law: HeadLaw;
  readonly error: number;
}

/** The law through the slopes at h, h r and h r². */
export function headThrough(source: Source, h: number, r: number): Drawn {
  const samples = [h, h * r, h * r * r].map((x) => source.sample(x, r < 1 ? -1 : 1));
  const [s0, s1, s2] = samples.map(({ slope }) => slope) as [number, number, number];
  const error = samples.reduce((sum, { slope, noise }) => sum + (slope > 0 ? noise / slope : 0), 0);
  const constant = { law: { limit: r < 1 ? s2 : s0, coefficient: 0, exponent: 1 }, error };
  const [d0, d1] = [s0 - s1, s1 - s2];
  const q = d1 / d0;
  if (!(q > 0) || q === 1 || Math.abs(d0) <= 0.01 * source.tolerance * Math.max(s0, s1)) return constant;
  const rise = d0 / (1 - q);
  const limit = s0 - rise;
  // A slope that is 0 or infinite at 0: a pure power, through the outer two.
  const power = Math.log(s0 / s2) / (-2 * Math.log(r));
  if (Math.abs(limit) <= 1e-7 * s0 && s2 > 0) {
    const exponent = snapped(power, error / Math.abs(2 * Math.log(r)) + 1e-15);
    return { law: { limit: 0, coefficient: s0 / h ** exponent, exponent }, error };
  }
  const exponent = Math.log(q) / Math.log(r);
  if (!(exponent > 0 || Math.abs(limit) > 0) || limit < 0) return constant;
  return { law: { limit, coefficient: rise / h ** exponent, exponent }, error };
}

/** A whole number is what is meant when it is within the error; + 0 makes 0 of -0. */
function snapped(exponent: number, error: number): number {
  const whole = Math.round(exponent);
  return Math.abs(exponent - whole) <= 4 * error ? whole + 0 : exponent;
}

/** The head law at h if it holds all the way down to `least`. */
export function headAt(
  source: Source,
  h: number,
  least: number,
  atZero: number | undefined,
): HeadLaw | undefined {
  const { law, error } = headThrough(source, h, 1 / 32);
  if (!holds(source, law, error, h, least)) return undefined;
  if (!(law.exponent > leastExponent) || !Number.isFinite(law.coefficient)) return undefined;
  if (atZero !== undefined && source.value !== undefined) {
    const value = source.value(h);
    const miss = Math.abs(atZero + headRise(law, h) - value);
    if (miss > 10 * source.tolerance * Math.abs(value - atZero) + 1e-14 * Math.abs(value)) return undefined;
  }
  return law;
}

function holds(source: Source, law: HeadLaw, error: number, h: number, least: number): boolean {
  for (let x = 0.83 * h; x >= least; x *= 0.37) {
    const { slope, noise } = source.sample(x, -1);
    const drift = error * (1 + Math.log(h / x) / 7) * slope;
    const miss = Math.abs(headSlope(law, x) - slope);
    if (!(miss <= source.tolerance * slope + 4 * noise + drift + 1e-290)) return false;
  }
  return true;
}

/** The decay of the slope from x on, where the cells end with a given slope, if it is a power up to `end`. */
export function tailAt(source: Source, x: number, before: number, end: number): number | undefined {
  const start = source.sample(x, -1);
  const far = Math.min(end, x * 2 ** 12);
  if (!(start.slope > 0) || far < 16 * x) return undefined;
  // The law begins where the cells end: the slope must not jump there.
  if (Math.abs(start.slope - before) > 10 * source.tolerance * start.slope + 4 * start.noise)
    return undefined;
  const last = source.sample(far, -1);
  const error = start.noise / start.slope + last.noise / last.slope;
  const exact = Math.log(start.slope / last.slope) / Math.log(far / x);
  if (!Number.isFinite(exact) || !(error < 1e-6)) return undefined;
  const decay = snapped(exact, (error + 0.1 * source.tolerance) / Math.log(far / x));
  for (let place = 1.37 * x; place <= end; place *= 2.9) {
    const { slope, noise } = source.sample(place, -1);
    const law = start.slope * (place / x) ** -decay;
    const drift = error * (1 + Math.log(place / x) / Math.log(far / x)) * slope;
    if (!(Math.abs(law - slope) <= source.tolerance * slope + 4 * noise + drift)) return undefined;
  }
  return decay;
}

/** The decay at the end of the cells, by the slopes just before it. */
export function localDecay(source: Source, x: number): number {
  const before = source.sample(0.9 * x, -1).slope;
  const at = source.sample(x, -1).slope;
  const decay = Math.log(before / at) / -Math.log(0.9);
  return Number.isFinite(decay) ? Math.max(-1e3, Math.min(1e3, decay)) : 1;
}
