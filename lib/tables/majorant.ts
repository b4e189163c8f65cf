// The least concave majorant of g(t) = omega(sqrt t): chords over the stretches on which g is not concave.
//
// On a chord g' = omega'(w) / (2 w) is constant, m/2 say, so that omega'(w) = m w, a quadratic piece. Its ends are
// tangent points: omega'(w) / w passes m from above at both of them.
import type { NativeCurve } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import { hornerIntegral, terms } from "./chebyshev.js";
import { bisect, cover } from "./cover.js";
import { Curve, headRise } from "./curve.js";
import { gridOf } from "./record.js";
import { SlopeSource, unit } from "./source.js";

interface Chord {
  readonly from: number;
  /** Infinity for a ray. */
  readonly to: number;
  /** omega'(w) / w. */
  readonly rate: number;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly powers: Float64Array;
  readonly error: number;
}

export interface Majorant {
  readonly curve: NativeCurve;
  readonly errors: Float64Array;
}

/** @throws FlipsideError UNBOUNDED where g grows faster than linearly to the end. */
export function majorant(name: string, data: NativeCurve, errors: Float64Array): Majorant {
  const curve = new Curve(data);
  const last = data.knots.at(-1) as number;
  const slope = curve.slope(last);
  if (slope > 0 && data.tailDecay < -1 - 1e-9) throw unbounded(name, last);
  // A quadratic end has a rate of its own that no chord may fall below.
  const ray = slope > 0 && data.tailDecay < -1 + 1e-9 ? slope / last : 0;
  return assemble(data, curve, errors, chords(name, data, curve, ray));
}

function unbounded(name: string, end: number): FlipsideError {
  const message =
    `${name} must not grow faster than quadratically to the end of its domain for a subquadratic penalty to lie ` +
    `above it, but does from ${end} on`;
  return new FlipsideError("UNBOUNDED", message);
}

function chords(name: string, data: NativeCurve, curve: Curve, ray: number): Chord[] {
  const grid = Float64Array.from([0, ...gridOf(data)]);
  const g = grid.map((w) => (w === 0 ? data.atZero : curve.value(w)));
  const at = (i: number) => grid[i] as number;
  const rate = (i: number, j: number) => rateOf(at(i), g[i] as number, at(j), g[j] as number);
  const hull: number[] = [];
  for (let i = 0; i < grid.length; ++i) {
    while (hull.length > 1) {
      const [a, b] = hull.slice(-2) as [number, number];
      if (rate(a, b) > rate(b, i)) break;
      hull.pop();
    }
    hull.push(i);
  }
  const found: Chord[] = [];
  const lastKnot = data.knots.at(-1) as number;
  for (let k = 1; k < hull.length; ++k) {
    const [i, j] = [hull[k - 1] as number, hull[k] as number];
    const slow = ray > 0 && (rate(i, j) < ray * (1 - 1e-9) || (j === grid.length - 1 && j > i + 1));
    if (!slow && !(j > i + 1 && isGap(grid, g, i, j, rate(i, j)))) continue;
    const low = at(Math.max(0, i - 1));
    if (slow) {
      found.push({ from: crossing(curve, ray, low, at(i + 1)), to: Infinity, rate: ray });
      break;
    }
    if (j === grid.length - 1) throw unbounded(name, lastKnot);
    found.push(tangent(curve, [low, at(i), at(i + 1)], [at(j - 1), at(j), at(j + 1)]));
  }
  return found;
}

/** omega'(w) / w of the quadratic piece through two points. */
function rateOf(a: number, ga: number, b: number, gb: number): number {
  return (2 * (gb - ga)) / ((b - a) * (b + a));
}

/** The chord lies above what it skips by more than rounding. */
function isGap(grid: Float64Array, g: Float64Array, i: number, j: number, rate: number): boolean {
  const [a, ga, gb] = [grid[i] as number, g[i] as number, g[j] as number];
  const allowed = 1e-10 * (gb - ga) + 64 * unit * Math.max(Math.abs(ga), Math.abs(gb));
  for (let k = i + 1; k < j; ++k) {
    const w = grid[k] as number;
    const line = ga + 0.5 * rate * (w - a) * (w + a);
    if (line - (g[k] as number) > allowed) return true;
  }
  return false;
}

/** Where omega'(w) / w passes a rate from above. */
function crossing(curve: Curve, rate: number, low: number, high: number): number {
  const above = (w: number) => curve.slope(w) > rate * w;
  const start = low > 0 ? low : high * 2 ** -60;
  if (low === 0 && !above(start)) return 0;
  return bisect(start, high, above);
}

type Bracket = readonly [low: number, middle: number, high: number];

/** The rate is stationary in both ends, so that a few rounds give all digits of it. */
function tangent(curve: Curve, left: Bracket, right: Bracket): Chord {
  let [from, to] = [left[1], right[1]];
  let rate = 0;
  for (let round = 0; round < 30; ++round) {
    const next = rateOf(from, curve.value(from), to, curve.value(to));
    if (Math.abs(next - rate) <= unit * next) break;
    rate = next;
    from = crossing(curve, rate, left[0], left[2]);
    to = crossing(curve, rate, right[0], right[2]);
  }
  return { from, to, rate };
}

function assemble(data: NativeCurve, curve: Curve, errors: Float64Array, found: readonly Chord[]): Majorant {
  const end = data.knots.at(-1) as number;
  const pieces: Piece[] = [];
  let head = data.head;
  let tailDecay = data.tailDecay;
  let place = data.knots[0] as number;
  const errorAt = (w: number) => errors[Math.max(0, Math.min(errors.length - 1, curve.cellOf(w)))] as number;
  for (const { from, to, rate } of found) {
    if (from > place) pieces.push(...copied(data, curve, errors, place, from));
    if (from === 0) head = { limit: 0, coefficient: 0, exponent: 1 };
    const reach = to === Infinity ? 2 * Math.max(from, end) : to;
    const powers = new Float64Array(terms);
    powers[0] = rate * from;
    powers[1] = rate * (reach - from);
    pieces.push({ from, to: reach, powers, error: Math.max(errorAt(from), errorAt(reach)) });
    place = reach;
    if (to === Infinity) tailDecay = -1;
  }
  if (place < end) pieces.push(...copied(data, curve, errors, place, end));
  const first = (pieces[0] as Piece).from;
  let sum = data.atZero + headRise(head, first);
  const values = pieces.map(({ from, to, powers }) => {
    const value = sum;
    sum += (to - from) * hornerIntegral(powers, 1);
    return value;
  });
  return {
    curve: {
      atZero: data.atZero,
      knots: Float64Array.from([...pieces.map(({ from }) => from), (pieces.at(-1) as Piece).to]),
      values: Float64Array.from(values),
      coefficients: Float64Array.from(pieces.flatMap(({ powers }) => [...powers])),
      head,
      tailDecay,
    },
    errors: Float64Array.from(pieces, ({ error }) => error),
  };
}

/** The curve from one place to another, of which either may lie in the head or the tail. */
function copied(data: NativeCurve, curve: Curve, errors: Float64Array, from: number, to: number): Piece[] {
  const { knots, coefficients } = data;
  const [first, last] = [knots[0] as number, knots.at(-1) as number];
  const pieces: Piece[] = [];
  const byLaw = (low: number, high: number) => {
    const slopeAt = (w: number) => ({ slope: curve.slope(w), noise: 4 * unit * curve.slope(w) });
    for (const cell of cover(new SlopeSource("omega", 1e-10, slopeAt), low, high)) {
      pieces.push({ from: cell.from, to: cell.to, powers: cell.fit.powers, error: cell.fit.relative });
    }
  };
  if (from < first) byLaw(from, Math.min(to, first));
  for (let i = 0; i + 1 < knots.length; ++i) {
    const [left, right] = [knots[i] as number, knots[i + 1] as number];
    const [low, high] = [Math.max(from, left), Math.min(to, right)];
    if (!(low < high)) continue;
    const powers = coefficients.slice(terms * i, terms * (i + 1));
    const width = right - left;
    pieces.push({
      from: low,
      to: high,
      powers:
        low === left && high === right ? powers : shifted(powers, (low - left) / width, (high - low) / width),
      error: errors[i] as number,
    });
  }
  if (to > last) byLaw(Math.max(from, last), to);
  return pieces;
}

/** The powers of p(start + scale t). */
function shifted(powers: Float64Array, start: number, scale: number): Float64Array {
  const out = Float64Array.from(powers);
  for (let k = 0; k < terms; ++k) {
    for (let i = terms - 2; i >= k; --i) out[i] = (out[i] as number) + start * (out[i + 1] as number);
  }
  let factor = 1;
  for (let k = 0; k < terms; ++k, factor *= scale) out[k] = (out[k] as number) * factor;
  return out;
}
