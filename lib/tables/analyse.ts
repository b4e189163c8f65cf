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
  /** The error that the slope near w may have. */
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
  const over = errors.map((error, i) => error / (grid[i] as number));
  const falls = slopes.map((slope) => -slope);
  const flat = flatFrom(subject, slopes);
  // A slope that underflows falls to no end.
  const endless = ([from, to]: Interval): Interval =>
    flat === undefined && to < Infinity && subject.smallest > 0 && subject.slope(to) <= subject.smallest
      ? [from, Infinity]
      : [from, to];
  return {
    subquadratic: notConcave(subject),
    monotone: riseIntervals({ grid, values: inverse, errors: over }, (w) => 1 / subject.etaHat(w)),
    convex: riseIntervals({ grid, values: falls, errors }, (w) => -subject.slope(w)).map(endless),
    jumps: jumpsOf(subject, slopes, flat),
    flatFrom: flat,
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
    errors.push(noise + subject.error(high) / (2 * high));
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
  for (let width = 1e-2; width > 1e-7; width /= 4) {
    // One of 33 short chords of g, the steepest or flattest; of equals the one nearest to the rise.
    const count = 33;
    const step = (2 * width * place) / count;
    let best = -Infinity;
    let index = 0;
    for (let k = 0; k < count; ++k) {
      const low = place * (1 - width) + k * step;
      const high = low + step;
      const [below, above] = [omega(low), omega(high)];
      const square = (high - low) * (high + low);
      const chord = (sign * (above - below)) / square;
      const noise = (8 * unit * (Math.abs(above) + Math.abs(below))) / square;
      if (sign < 0 ? chord < best - noise : chord <= best + noise) continue;
      best = Math.max(best, chord);
      index = k;
    }
    place = place * (1 - width) + (index + 0.5) * step;
  }
  return place;
}

/** At knots, which are two neighbours of the grid; where omega becomes constant; and elsewhere by halving. */
function jumpsOf(subject: Subject, slopes: Float64Array, flat: number | undefined): Jump[] {
  const { grid, slope, etaHat } = subject;
  const jumps = new Map<number, Jump>();
  // A slope that comes down to 0 has no size of its own to compare with.
  const isJump = (low: number, high: number) => {
    const [left, right] = [slope(low), slope(high)];
    return Math.abs(left - right) > 1e-6 * Math.max(left, right, slope(0.5 * low), slope(2 * high));
  };
  const enter = (low: number, high: number) => {
    if (isJump(low, high)) jumps.set(high, { w: high, from: etaHat(low), to: etaHat(high) });
  };
  for (let i = 1; i < grid.length; ++i) {
    const [low, high] = [grid[i - 1] as number, grid[i] as number];
    if (slopes[i - 1] === slopes[i] || !isJump(low, high)) continue;
    const found = high - low <= 4 * unit * high ? ([low, high] as const) : halved(slope, low, high);
    if (found !== undefined) enter(...found);
  }
  if (flat !== undefined && flat > 0) enter(flat * (1 - 2 * unit), flat);
  return [...jumps.values()].sort((a, b) => a.w - b.w);
}

/** Two neighbouring doubles between which lies a difference of slopes that halving does not make smaller. */
function halved(slope: Subject["slope"], from: number, to: number): readonly [number, number] | undefined {
  let [low, high] = [from, to];
  let [left, right] = [slope(low), slope(high)];
  // A square root leaves 1/8 of the difference after 6 halvings.
  let before = 3 * Math.abs(left - right);
  for (let step = 1; ; ++step) {
    const middle = low + 0.5 * (high - low);
    if (!(middle > low && middle < high)) return [low, high];
    const value = slope(middle);
    if (Math.abs(value - left) > Math.abs(value - right)) [high, right] = [middle, value];
    else [low, left] = [middle, value];
    if (step % 8 !== 0) continue;
    const difference = Math.abs(left - right);
    if (difference < (step === 8 ? 0.003 : 0.5) * before) return undefined;
    before = difference;
  }
}

function flatFrom({ grid, slope, smallest }: Subject, slopes: Float64Array): number | undefined {
  let last = slopes.length - 1;
  if (slopes[last] !== 0) return undefined;
  while (last >= 0 && slopes[last] === 0) --last;
  if (last < 0) return 0;
  if ((slopes[last] as number) <= smallest) return undefined;
  return bisect(grid[last] as number, grid[last + 1] as number, (w) => slope(w) > 0);
}
