// A penalty of tables: what is handed to the addon, what is kept beside it, and its JSON.
import type { NativeCurve, NativeTable } from "../../binding.js";
import { terms } from "./chebyshev.js";
import { Curve } from "./curve.js";
import type { Made } from "./making.js";
import { type Interval, riseIntervals } from "./shape.js";

/** How well the functions of a caller were tabulated, at λ = 1. */
export interface Tabulation {
  /** The relative error that was asked for. */
  readonly tolerance: number;
  /** The largest error found between the nodes, relative to |ω(0)| + |ω(w) - ω(0)|; of a tabulated dual too. */
  readonly error: number;
  /** The largest relative error of ω', where rounding leaves something of it. */
  readonly slopeError: number;
  /** The interval of w on which the functions were known; laws of powers continue them beyond. */
  readonly domain: readonly [from: number, to: number];
  /** Polynomials that make up ω. */
  readonly cells: number;
}

export interface TableRecord extends NativeTable {
  /** The relative error of the slope in each cell of omega. */
  readonly errors: Float64Array;
  /** Where etaHat falls, at λ = 1. */
  readonly falling: readonly Interval[];
  readonly tabulation: Tabulation;
}

/** Slopes agree to this at least before a difference means something. */
const least = 1e-9;

export function makeRecord(scaling: NativeTable["scaling"], made: Made, tolerance: number): TableRecord {
  const { curve, errors, slopeError } = made.omega;
  const grid = gridOf(curve);
  const profile = new Curve(curve);
  const slopes = grid.map((w) => profile.slope(w));
  const error = slopeErrors(profile, errors);
  const own = grid.map((w) => error(w));
  const falls = slopes.map((slope) => -slope);
  const convex = riseIntervals({ grid, values: falls, errors: own }, (w) => -profile.slope(w)).length === 0;
  const over = (values: Float64Array) => values.map((value, i) => value / (grid[i] as number));
  const falling = riseIntervals(
    { grid, values: over(slopes), errors: over(own) },
    (w) => profile.slope(w) / w,
  );
  return Object.freeze({
    scaling,
    omega: curve,
    dual: made.dual,
    convex,
    monotone: falling.length === 0,
    errors,
    falling: frozenIntervals(falling),
    tabulation: Object.freeze({
      tolerance,
      error: made.error,
      slopeError,
      domain: Object.freeze([...made.domain] as [number, number]),
      cells: curve.values.length,
    }),
  });
}

export function frozenIntervals(intervals: readonly Interval[]): readonly Interval[] {
  return Object.freeze(intervals.map(([from, to]) => Object.freeze([from, to] as const)));
}

/** The error that the slope near w may have. */
export function slopeErrors(curve: Curve, errors: Float64Array): (w: number) => number {
  const { knots } = curve.data;
  const absolute = errors.map((error, i) => {
    const [from, to] = [knots[i] as number, knots[i + 1] as number];
    const slopes = [0, 0.5, 1 - 2 ** -40].map((t) => curve.slope(from + t * (to - from)));
    return error * Math.max(...slopes);
  });
  const last = errors.length - 1;
  return (w) => {
    // A cell's neighbour may be less exact, and a knot belongs to both.
    const cell = Math.max(0, Math.min(last, curve.cellOf(w)));
    const [before, own, after] = [cell - 1, cell, cell + 1].map((i) => absolute[i] ?? 0) as [
      number,
      number,
      number,
    ];
    return least * curve.slope(w) + 4 * Math.max(before, own, after);
  };
}

/** Places between the knots, both sides of each knot, and some beyond them. */
export function gridOf({ knots, head }: NativeCurve): Float64Array {
  const grid: number[] = [];
  const first = knots[0] as number;
  const last = knots.at(-1) as number;
  if (first > 0) {
    // A head of a power has no shape of its own, that of limit + power has little.
    const steps = head.coefficient === 0 ? 2 : 200;
    for (let k = steps; k > 0; --k) grid.push(first * 2 ** (-k / 4));
  }
  for (let i = 0; i + 1 < knots.length; ++i) {
    const [from, to] = [knots[i] as number, knots[i + 1] as number];
    if (from > 0) grid.push(from);
    else for (let k = 120; k > 3; --k) grid.push(to * 2 ** (-k / 2));
    for (let k = 1; k < 2 * terms; ++k) grid.push(from + ((to - from) * k) / (2 * terms));
    grid.push(to * (1 - 2 ** -52));
  }
  for (let k = 0; k <= 40; ++k) grid.push(last * 2 ** k);
  return Float64Array.from(grid)
    .sort()
    .filter((w, i, all) => w > 0 && w !== all[i - 1]);
}
