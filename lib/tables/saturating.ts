// A function of its values that has a limit at infinity. There its slope is lost in the rounding of the values,
// but in k = 1/x it is as smooth as anywhere else: F'(x) = V'(k) k² with V(k) = -F(1/k).
import { FlipsideError } from "../errors.js";
import { Curve } from "./curve.js";
import { type CellFit, type Sample, SlopeSource, type Source, unit, ValueSource } from "./source.js";
import { type Tabulated, tabulate } from "./tabulate.js";

export interface Saturating extends Source {
  /** V as a table, k from 0 to 1. */
  readonly inverse: Tabulated;
}

const infinity = 2 ** 900;

/** By values below 1 and by V above; undefined for a function without a limit, or with one that is reached early. */
export function saturating(
  name: string,
  tolerance: number,
  value: (x: number) => number,
  raw: (x: number) => number,
): Saturating | undefined {
  const limit = raw(infinity);
  const [one, far] = [value(1), value(2 ** 40)];
  const size = Math.abs(limit) + Math.abs(one);
  if (!Number.isFinite(limit) || Math.abs(limit - far) > 1e-6 * size) return undefined;
  // Constant from some place on: nothing is to be gained.
  if (Math.abs(limit - value(2 ** 20)) <= 4 * unit * size) return undefined;
  const below = new ValueSource(name, tolerance, value);
  const mirrored = new ValueSource(name, Math.min(tolerance, 1e-12), (k) => -value(k > 0 ? 1 / k : infinity));
  let inverse: Tabulated;
  try {
    inverse = tabulate(mirrored, { from: 0, to: 1, atZero: -limit });
  } catch (error) {
    if (error instanceof FlipsideError && error.code !== "INVALID_ARGUMENT") return undefined;
    throw error;
  }
  const above = bySlope(name, tolerance, inverse, value);
  const sideOf = (x: number) => (x <= 1 ? below : above);
  return {
    name,
    tolerance,
    bottom: below.bottom,
    exact: false,
    value,
    inverse,
    fit: (from: number, to: number): CellFit => sideOf(to).fit(from, to),
    sample: (x: number, side: number): Sample => sideOf(side > 0 && x === 1 ? 2 : x).sample(x, side),
  };
}

function bySlope(name: string, tolerance: number, inverse: Tabulated, value: (x: number) => number): Source {
  const curve = new Curve(inverse.curve);
  const { errors } = inverse;
  const slopeAt = (x: number): Sample => {
    const k = 1 / x;
    const slope = curve.slope(k) * k * k;
    const cell = Math.max(0, Math.min(errors.length - 1, curve.cellOf(k)));
    return { slope, noise: slope * (errors[cell] as number) };
  };
  return new SlopeSource(name, tolerance, slopeAt, value);
}
