import { native } from "./binding.js";
import { property, requireNumber, requireOptions } from "./checks.js";
import { FlipsideError } from "./errors.js";
import { type Blueprint, type Penalty, requirePenalty } from "./penalty.js";
import { type Jump, type Shape, type Subject, shapeOf } from "./tables/analyse.js";
import { Curve } from "./tables/curve.js";
import { frozenIntervals, gridOf, slopeErrors, type TableRecord } from "./tables/record.js";
import type { Interval } from "./tables/shape.js";

/** What `duality.analyse` finds of a penalty at one λ. */
export interface Analysis {
  readonly name: string;
  readonly lambda: number;
  /** ω(w) = g(w²) with g concave, judged from values of ω. */
  readonly subquadratic: boolean;
  /** η̂ and the keep probability are nondecreasing in |w|, judged from η̂; the same property. */
  readonly monotone: boolean;
  /** The slope at 0 is greater than 0, so that coefficients become exactly 0. */
  readonly sparsityInducing: boolean;
  /** ω'(0+), Infinity for lp with p < 1. */
  readonly slopeAtZero: number;
  readonly convex: boolean;
  /** Where η̂ jumps, and its limits from the left and from the right, which may be Infinity. */
  readonly jumps: readonly Jump[];
  /** ω is constant from here on; undefined if it is not. */
  readonly flatFrom: number | undefined;
  /** The interval of w on which functions of the caller were known, [0, Infinity] for a closed form. */
  readonly domain: Interval;
  /** The error of ω of a penalty made from functions, see `Tabulation`; 0 for one of the catalogue. */
  readonly error: number;
  /** The intervals of w on which a property fails. */
  readonly violations: {
    readonly subquadratic: readonly Interval[];
    readonly monotone: readonly Interval[];
    readonly convex: readonly Interval[];
  };
}

export interface AnalyseOptions {
  /** The λ at which the penalty is looked at, > 0, by default 1. */
  readonly lambda?: number | undefined;
}

/**
 * What kind of penalty this is: subquadratic, which is to say that it is a dropout strategy whose keep probability never
 * falls with |w|; sparsity-inducing; convex; where η̂ jumps and from where on ω is constant. For each property that
 * fails, the intervals on which it does. Found from the values of ω, ω' and η̂ on a grid from far below to far above
 * the scale of the penalty, and at the knots of tables; ends of intervals are refined.
 *
 * @throws FlipsideError UNSUPPORTED for a penalty that is not a sum over the coefficients, INVALID_ARGUMENT,
 * OUT_OF_RANGE, NOT_FINITE, UNKNOWN_OPTION.
 */
export function analyse(penalty: Penalty, options?: AnalyseOptions): Analysis {
  const blueprint = requirePenalty("penalty", penalty);
  const given = options === undefined ? {} : requireOptions("options", options, ["lambda"]);
  const wanted = property("options", given, "lambda");
  const lambda = wanted === undefined ? 1 : requireNumber("lambda", wanted, { above: 0 });
  requireSeparable(blueprint, "analyse");
  const { name, handle, table } = blueprint;
  const shape = shapeOf(subjectOf(blueprint, lambda));
  const slopeAtZero = native.slopeAt(handle, 0, lambda);
  const scale = table?.scaling === "maskFamily" ? Math.sqrt(lambda) : 1;
  const [from, to] = table?.tabulation.domain ?? [0, Infinity];
  return Object.freeze({
    name,
    lambda,
    subquadratic: shape.subquadratic.length === 0,
    monotone: shape.monotone.length === 0,
    sparsityInducing: slopeAtZero > 0,
    slopeAtZero,
    convex: shape.convex.length === 0,
    jumps: Object.freeze(shape.jumps.map((jump) => Object.freeze(jump))),
    flatFrom: shape.flatFrom,
    domain: Object.freeze([from * scale, to * scale] as const),
    error: table?.tabulation.error ?? 0,
    violations: violations(shape),
  });
}

function violations({ subquadratic, monotone, convex }: Shape): Analysis["violations"] {
  return Object.freeze({
    subquadratic: frozenIntervals(subquadratic),
    monotone: frozenIntervals(monotone),
    convex: frozenIntervals(convex),
  });
}

/** @internal */
export function requireSeparable({ name, handle }: Blueprint, call: string): void {
  if (native.isSeparable(handle)) return;
  const message = `${call} needs a penalty that is a sum over the coefficients, but ${name} is not`;
  throw new FlipsideError("UNSUPPORTED", message);
}

function subjectOf({ handle, table }: Blueprint, lambda: number): Subject {
  const functions = {
    omega: (w: number) => native.omegaAt(handle, w, lambda),
    slope: (w: number) => native.slopeAt(handle, w, lambda),
    etaHat: (w: number) => native.etaHatAt(handle, w, lambda),
  };
  if (table !== undefined) return { ...functions, ...tableGrid(table, lambda), smallest: 0 };
  // What underflows is not flat.
  return { ...functions, grid: octaves(lambda), error: (w) => 1e-9 * functions.slope(w), smallest: 1e-250 };
}

function tableGrid(table: TableRecord, lambda: number): Pick<Subject, "grid" | "error"> {
  const scale = table.scaling === "maskFamily" ? Math.sqrt(lambda) : 1;
  const error = slopeErrors(new Curve(table.omega), table.errors);
  // omega_lambda' is omega_1' times this.
  const factor = table.scaling === "keepProbability" ? 1 / lambda : 1 / scale;
  return {
    grid: gridOf(table.omega).map((w) => w * scale),
    error: (w) => factor * error(w / scale),
  };
}

/** Eight to an octave, from far below to far above 1 and lambda. */
function octaves(lambda: number): Float64Array {
  const first = Math.floor(Math.log2(Math.min(1, lambda))) - 50;
  const last = Math.ceil(Math.log2(Math.max(1, lambda))) + 50;
  return Float64Array.from({ length: 8 * (last - first) + 1 }, (_, i) => 2 ** (first + i / 8));
}
