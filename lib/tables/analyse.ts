// What a penalty of one coefficient is, found from its values: omega, its slope and etaHat at one lambda.
//
// Whether it is subquadratic is judged from omega alone, by divided differences of g, omega(w) = g(w²); whether the
// strategy is monotone from 1/etaHat. They are the same property, computed twice.
import { bisect } from "./cover.js";
import { type Interval, riseIntervals } from "./shape.js";
import { unit } from "./source.js";

/** A jump of etaHat at w. */
export interface Jump {
  readonly w: number;
  readonly from: number;
  readonly to: number;
}

export interface Subject {
  omega(w: number): number;
  slope(w: number): number;
  etaHat(w: number): number;
  /** Places to look at, ascending, > 0. */
  readonly grid: Float64Array;
  /** The relative error of the slope near w. */
  error(w: number): number;
  /** Slopes at most this are rounding of 0, not a slope before a flat part. */
  readonly smallest: number;
}

export interface Shape {
  readonly subquadratic: readonly Interval[];
  readonly monotone: readonly Interval[];
  readonly convex: readonly Interval[];
  readonly jumps: readonly Jump[];
  readonly flatFrom: number | undefined;
}

export function shapeOf(subject: Subject): Shape {
  const { grid } = subject;
  const slopes = grid.map((w) => subject.slope(w));
  const inverse = grid.map((w) => 1 / subject.etaHat(w));
  const errors = grid.map((w) => subject.error(w));
  const scaled = (values: Float64Array) => values.map((value, i) => Math.abs(value) * (errors[i] as number));
  const falls = slopes.map((slope) => -slope);
  return {
    subquadratic: notConcave(subject),
    monotone: riseIntervals({ grid, values: inverse, errors: scaled(inverse) }, (w) => 1 / subject.etaHat(w)),
    convex: riseIntervals({ grid, values: falls, errors: scaled(falls) }, (w) => -subject.slope(w)),
    jumps: jumpsOf(subject, slopes),
    flatFrom: flatFrom(subject, slopes),
  };
}

/** g' rises: its divided differences do. */
function notConcave(subject: Subject): Interval[] {
  const { grid, omega } = subject;
  const places: number[] = [];
  const values: number[] = [];
  const errors: number[] = [];
  let before = omega(grid[0] as number);
  for (let i = 1; i < grid.length; ++i) {
    const [low, high] = [grid[i - 1] as number, grid[i] as number];
    const value = omega(high);
    // What is narrower than its rounding says nothing.
    const square = (high - low) * (high + low);
    const quotient = (value - before) / square;
    const noise = (8 * unit * (Math.abs(value) + Math.abs(before))) / square;
    before = value;
    if (high - low <= 1e-9 * high || !Number.isFinite(quotient)) continue;
    places.push(0.5 * (low + high));
    values.push(quotient);
    errors.push(noise + Math.abs(quotient) * subject.error(high));
  }
  const wide = riseIntervals({ grid: places, values, errors }, (w) => secant(omega, w, 1e-3));
  // Where g' has a kink or jumps, the wide secant is drawn across it.
  const sharp = (end: number, sign: number) => {
    if (end === 0 || end === Infinity) return end;
    return sharpen(omega, end, sign);
  };
  return wide.map(([from, to]) => [sharp(from, -1), sharp(to, 1)]);
}

/** g' at w² from four values of omega, its error a fourth power of the width. */
function secant(omega: (w: number) => number, w: number, width: number): number {
  const t = w * w;
  const h = t * width;
  const g = (place: number) => omega(Math.sqrt(place));
  return (8 * (g(t + h) - g(t - h)) - (g(t + 2 * h) - g(t - 2 * h))) / (12 * h);
}

/** The extremum of g' near w, to where the differences of omega tell it. */
function sharpen(omega: (w: number) => number, w: number, sign: number): number {
  const smooth = Math.abs(secant(omega, w, 1e-3) / secant(omega, w, 2.5e-4) - 1) < 1e-8;
  if (smooth) return w;
  let place = w;
  for (let width = 2e-3; width > 1e-7; width /= 4) {
    // One of 33 short chords of g, the steepest or flattest.
    const count = 33;
    const step = (2 * width * place) / count;
    let best = -Infinity;
    let index = 0;
    for (let k = 0; k < count; ++k) {
      const low = place * (1 - width) + k * step;
      const high = low + step;
      const chord = (sign * (omega(high) - omega(low))) / ((high - low) * (high + low));
      if (chord > best) {
        best = chord;
        index = k;
      }
    }
    place = place * (1 - width) + (index + 0.5) * step;
  }
  return place;
}

/** A difference of slopes that halving the interval does not make smaller. */
function jumpsOf(subject: Subject, slopes: Float64Array): Jump[] {
  const { grid, slope, etaHat } = subject;
  const jumps: Jump[] = [];
  for (let i = 1; i < grid.length; ++i) {
    let [low, high] = [grid[i - 1] as number, grid[i] as number];
    let [left, right] = [slopes[i - 1] as number, slopes[i] as number];
    const first = Math.abs(left - right);
    // A slope that comes down to 0 has no size of its own to compare with.
    const scale = 1e-6 * Math.max(left, right, slope(0.5 * low));
    if (!(first > scale)) continue;
    for (let step = 1; ; ++step) {
      const middle = low + 0.5 * (high - low);
      if (!(middle > low && middle < high)) break;
      const value = slope(middle);
      if (Math.abs(value - left) > Math.abs(value - right)) [high, right] = [middle, value];
      else [low, left] = [middle, value];
      if (step === 6 && Math.abs(left - right) < 0.5 * first) break;
      if (Math.abs(left - right) <= scale) break;
    }
    const narrow = high - low <= 4 * unit * high;
    if (narrow && Math.abs(left - right) > scale) jumps.push({ w: high, from: etaHat(low), to: etaHat(high) });
  }
  return jumps;
}

function flatFrom({ grid, slope, smallest }: Subject, slopes: Float64Array): number | undefined {
  let last = slopes.length - 1;
  if (slopes[last] !== 0) return undefined;
  while (last >= 0 && slopes[last] === 0) --last;
  if (last < 0) return 0;
  if ((slopes[last] as number) <= smallest) return undefined;
  return bisect(grid[last] as number, grid[last + 1] as number, (w) => slope(w) > 0);
}
