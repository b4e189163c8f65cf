// A family of masks as the parametric curve (v, 2 c): Chebyshev series in the coordinate of theta, of log v where v is
// far from 0 and of v itself where it is not.
import { FlipsideError } from "../errors.js";
import { differentiate, evaluateSeries, nodeCount, nodes, toSeries } from "./chebyshev.js";
import type { Coordinates } from "./coordinates.js";
import type { ParametricCurve, Point, Tangent } from "./envelope.js";
import { isLevel, unit } from "./source.js";

/** What a family is at one theta. */
export interface Member {
  readonly variance: number;
  /** The rounding error of the variance. */
  readonly noise: number;
  readonly f: number;
}

/** A function on a panel, or its logarithm where it runs over orders of magnitude. */
interface Piece {
  readonly logarithmic: boolean;
  readonly series: Float64Array;
  /** The derivative with respect to u. */
  readonly rate: Float64Array;
  /** Errors of the two series. */
  readonly error: number;
  readonly rateError: number;
  readonly good: boolean;
  /** Accepted for what looked like rounding. */
  readonly level: boolean;
}

interface Panel {
  readonly from: number;
  readonly to: number;
  readonly variance: Piece;
  readonly f: Piece;
}

export interface PanelCurve extends ParametricCurve {
  readonly samples: Float64Array;
  /** The family goes on beyond the samples, where it could not be computed. */
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
  /** The cost has kinks, which panels do not resolve well. */
  readonly rough: boolean;
}

const grid = 0.5;
const narrow = 2 ** -8;
const narrowest = 2 ** -26;

/** @param member Not finite where the family cannot be computed, which may be at the ends only. */
export function panels(member: (theta: number) => Member, coordinates: Coordinates): PanelCurve {
  const { theta } = coordinates;
  const at = (u: number) => member(theta(u));
  const { low, high, cutLeft, cutRight } = computable(at, coordinates);
  const all: Panel[] = [];
  const count = Math.max(1, Math.ceil((high - low) / 4));
  for (let i = 0; i < count; ++i) {
    append(all, at, theta, low + ((high - low) * i) / count, low + ((high - low) * (i + 1)) / count);
  }
  const samples = all.flatMap(({ from, to }) =>
    Array.from({ length: 8 }, (_, k) => from + ((to - from) * k) / 8),
  );
  samples.push(high);
  const starts = Float64Array.from(all, ({ from }) => from);
  return {
    samples: Float64Array.from(samples),
    cutLeft,
    cutRight,
    rough: all.some(({ from, to, f }) => f.level || to - from < narrow),
    end: limit(at, low, high),
    evaluate: (u) => tangent(panelAt(all, starts, u), u),
  };
}

/** Beyond any scale of interest, and near enough to the limits of doubles for moments to lose their accuracy. */
const extreme = 2 ** 400;
/** Next to what has no full mantissa. */
const tiny = 2 ** -960;

function isComputable({ variance, f }: Member): boolean {
  return variance <= extreme && Number.isFinite(f);
}

function isInside(member: Member): boolean {
  return isComputable(member) && member.variance >= 1 / extreme;
}

/** The stretch of u on which the family can be computed. */
function computable(at: (u: number) => Member, { from, to, theta, closedLeft, closedRight }: Coordinates) {
  const count = Math.ceil((to - from) / grid);
  const place = (i: number) => (i === count ? to : from + ((to - from) * i) / count);
  const members = Array.from({ length: count + 1 }, (_, i) => at(place(i)));
  const fine = members.map(isComputable);
  const first = members.findIndex(isInside);
  const last = members.map(isInside).lastIndexOf(true);
  if (first < 0 || first === last) {
    const message =
      "moments and cost must be finite, with a variance > 0, on an interval of theta, but are not: " +
      `at ${theta(0.5 * (from + to))}, for one`;
    throw new FlipsideError("NOT_FINITE", message);
  }
  const bad = fine.indexOf(false, first);
  if (bad >= 0 && bad < last) {
    const where = theta(place(bad));
    const message = `moments(${where}) and cost(${where}) must be finite, but are not, unlike on both sides of it`;
    throw new FlipsideError("NOT_FINITE", message);
  }
  const edge = (inside: number, outside: number) => {
    let [a, b] = [inside, outside];
    for (let step = 0; step < 50; ++step) {
      const middle = 0.5 * (a + b);
      if (isInside(at(middle))) a = middle;
      else b = middle;
    }
    return a;
  };
  return {
    low: first > 0 ? edge(place(first), place(first - 1)) : from,
    high: last < count ? edge(place(last), place(last + 1)) : to,
    cutLeft: first > 0 || !closedLeft || !settled(at(from), at(from + 1)),
    cutRight: last < count || !closedRight || !settled(at(to), at(to - 1)),
  };
}

/** Nothing changes any more towards the end. */
function settled(end: Member, before: Member): boolean {
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * (Math.abs(a) + Math.abs(b));
  return near(end.f, before.f) && (near(end.variance, before.variance) || end.variance <= 1e-11);
}

/** Where the variance comes down to 0 and the cost has a limit: the mask that is always on. */
function limit(at: (u: number) => Member, low: number, high: number): Point | undefined {
  for (const [end, inward] of [
    [low, 1],
    [high, -1],
  ] as const) {
    const member = at(end);
    if (member.variance <= 1e-11 && settled(member, at(end + inward))) return { x: 0, f: member.f };
  }
  return undefined;
}

type Family = (u: number) => Member;

function append(all: Panel[], at: Family, theta: (u: number) => number, from: number, to: number): void {
  const panel = panelOf(at, theta, from, to);
  if ((panel.variance.good && panel.f.good) || to - from < narrowest) {
    all.push(panel);
    return;
  }
  const middle = 0.5 * (from + to);
  append(all, at, theta, from, middle);
  append(all, at, theta, middle, to);
}

function panelOf(at: Family, theta: (u: number) => number, from: number, to: number): Panel {
  const members = nodes.map((t) => {
    const found = at(from + t * (to - from));
    if (isComputable(found)) return found;
    throw new FlipsideError(
      "NOT_FINITE",
      "moments and cost must be finite in the middle of the domain, but are not",
    );
  });
  const variance = members.map((found) => found.variance);
  const f = members.map((found) => found.f);
  const exact = members.every(({ variance, noise }) => variance > 1e5 * noise);
  const noise = members.reduce(
    (most, found) => Math.max(most, exact ? found.noise / found.variance : found.noise),
    0,
  );
  // The nodes are rounded, in u and in theta, which shows where the functions are steep.
  const lost = (a: number, b: number) => (16 * unit * Math.max(Math.abs(a), Math.abs(b))) / Math.abs(b - a);
  const shift = Math.min(1, lost(from, to) + lost(theta(from), theta(to)));
  const wide = Math.min(...f) > tiny && Math.max(...f) > 4 * Math.min(...f);
  return {
    from,
    to,
    variance: piece(variance, exact, noise, shift, to - from),
    f: piece(f, wide, 0, shift, to - from),
  };
}

function piece(values: number[], logarithmic: boolean, noise: number, shift: number, width: number): Piece {
  const series = toSeries(logarithmic ? values.map(Math.log) : values);
  const size = logarithmic ? 1 : values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const rest = last(series);
  const rounding = unit * (size + Math.abs(series[0] as number)) + shift * spread(series);
  const allowed = 1e-14 * size + 4 * (noise + rounding) + tiny;
  const level = rest > allowed && isLevel(series) && rest <= 1e-9 * size;
  return {
    logarithmic,
    series,
    rate: differentiate(series, nodeCount).map((value) => value / width),
    error: rest + noise + rounding,
    // Rounding in the coefficients is in the derivative k² times.
    rateError: (100 / width) * (rest + noise + rounding),
    good: rest <= allowed || level,
    level,
  };
}

function spread(series: Float64Array): number {
  return series.slice(1).reduce((sum, value) => sum + Math.abs(value), 0);
}

function last(series: Float64Array): number {
  return series.slice(-3).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function panelAt(all: readonly Panel[], starts: Float64Array, u: number): Panel {
  let low = 0;
  let high = all.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= u) low = middle;
    else high = middle;
  }
  return all[low] as Panel;
}

function tangent(panel: Panel, u: number): Tangent {
  const t = (u - panel.from) / (panel.to - panel.from);
  const variance = read(panel.variance, t);
  const f = read(panel.f, t);
  return {
    x: Math.max(0, variance.value),
    f: f.value,
    dx: variance.rate,
    df: f.rate,
    xError: variance.error,
    precision: variance.rateError + f.rateError,
  };
}

/** Value, derivative and their relative errors. */
function read(piece: Piece, t: number) {
  const value = evaluateSeries(piece.series, t);
  const rate = evaluateSeries(piece.rate, t);
  const relative = (error: number, size: number) => (size === 0 ? 1 : Math.min(1, error / Math.abs(size)));
  const rateError = relative(piece.rateError, rate);
  if (!piece.logarithmic) return { value, rate, error: relative(piece.error, value), rateError };
  const power = Math.exp(value);
  return { value: power, rate: power * rate, error: piece.error, rateError };
}
