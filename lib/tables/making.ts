// From each description of a regulariser to tables of omega and, where it is given, of the dual f.
import type { NativeCurve } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import { dualCurve } from "./dualCurve.js";
import { Envelope } from "./envelope.js";
import { finite, finiteEnd } from "./functions.js";
import { saturating } from "./saturating.js";
import { type Sample, SlopeSource, unit, ValueSource } from "./source.js";
import { highest, type Tabulated, tabulate } from "./tabulate.js";

/** The tables of a penalty at lambda = 1. */
export interface Made {
  readonly omega: Tabulated;
  readonly dual?: NativeCurve | undefined;
  /** The interval of w on which the functions were asked. */
  readonly domain: readonly [number, number];
  /** Relative to |omega(0)| + |omega - omega(0)|, and to |f(0)| + |f - f(0)|. */
  readonly error: number;
}

export interface Request {
  /** The names of the functions in errors. */
  readonly name: string;
  readonly tolerance: number;
  readonly domain: readonly [number, number] | undefined;
}

export type Real = (x: number) => number;

/** Slopes are asked for two digits more than values need. */
function slopeTolerance(tolerance: number): number {
  return Math.max(1e-13, tolerance / 100);
}

function extentOf(f: Real, domain: readonly [number, number] | undefined): [number, number] {
  const [from, to] = domain ?? [0, Infinity];
  // First where a caller would: what is wrong everywhere is told of an ordinary number.
  f(Math.max(from, Math.min(1, to)));
  return [from, finiteEnd(f, from, Math.min(to, to === Infinity ? highest : to))];
}

function require(request: Request, name: string, made: Tabulated): void {
  if (made.error <= request.tolerance) return;
  const message = `${name} must be known to ${request.tolerance} relatively, but its table has an error of ${made.error.toPrecision(3)} near ${made.worst}`;
  throw new FlipsideError("INACCURATE", message);
}

export function fromPenalty(request: Request, omega: Real, derivative: Real | undefined): Made {
  const made = direct(request, "omega", omega, derivative, slopeTolerance(request.tolerance));
  return { omega: made.table, domain: made.domain, error: made.table.error };
}

interface Direct {
  readonly table: Tabulated;
  readonly inverse: Tabulated | undefined;
  readonly domain: readonly [number, number];
}

/** A function that is given itself, perhaps with its derivative. */
function direct(
  request: Request,
  name: string,
  raw: Real,
  rawDerivative: Real | undefined,
  tolerance: number,
): Direct {
  const domain = extentOf(
    rawDerivative === undefined ? raw : (x) => raw(x) + rawDerivative(x),
    request.domain,
  );
  const value = finite(name, raw);
  const atZero = domain[0] === 0 ? value(0) : undefined;
  const extent = { from: domain[0], to: domain[1], atZero };
  if (rawDerivative !== undefined) {
    const derivative = finite("derivative", rawDerivative);
    const slopeAt = (x: number): Sample => {
      const slope = derivative(x);
      return { slope, noise: 2 * unit * Math.abs(slope) };
    };
    const table = tabulate(new SlopeSource(name, tolerance, slopeAt, value), extent);
    if (table.error > request.tolerance) {
      const message = `derivative must be that of ${name}, but near ${table.worst} its integral differs from ${name} by ${table.error.toPrecision(3)} relatively`;
      throw new FlipsideError("INACCURATE", message);
    }
    return { table, inverse: undefined, domain };
  }
  const unlimited = domain[0] === 0 && domain[1] === highest;
  const limited = unlimited ? saturating(name, tolerance, value, raw) : undefined;
  const table = tabulate(limited ?? new ValueSource(name, tolerance, value), extent);
  require(request, name, table);
  return { table, inverse: limited?.inverse, domain };
}

/** The table of any nondecreasing function with a known derivative. */
export function tabulateFunction(
  request: Request,
  name: string,
  value: Real,
  derivative: Real,
  tolerance: number,
): NativeCurve {
  return direct(request, name, value, derivative, tolerance).table.curve;
}

export function fromDual(request: Request, f: Real, derivative: Real | undefined): Made {
  const dual = direct(request, "f", f, derivative, 1e-12);
  const envelope = new Envelope(dualCurve(dual.table, dual.inverse));
  const omega = fromEnvelope(request, envelope, highest);
  const error = Math.max(omega.error, dual.table.error);
  return { omega, dual: dual.table.curve, domain: [0, highest], error };
}

export function fromEnvelope(request: Request, envelope: Envelope, to: number): Tabulated {
  const source = new SlopeSource(
    "omega",
    slopeTolerance(request.tolerance),
    (w) => envelope.sample(w),
    (w) => envelope.value(w),
  );
  const omega = tabulate(source, { from: 0, to, atZero: envelope.value(0) });
  require(request, "omega", omega);
  return omega;
}

/** @param drop 1 - alpha, if the caller has it without cancellation. */
export function fromKeepProbability(request: Request, alpha: Real, drop: Real | undefined): Made {
  const keep: Real = (w) => {
    const value = alpha(w);
    if (value > 0 && value <= 1) return value;
    if (!Number.isFinite(value)) return value;
    const message = `alpha(${w}) must be a number > 0 and <= 1 (for w > 0), but is ${value}`;
    throw new FlipsideError("OUT_OF_RANGE", message);
  };
  const domain = extentOf(keep, request.domain);
  const known = finite("alpha", keep);
  const dropped = drop === undefined ? undefined : finite("drop", drop);
  const slopeAt = (w: number): Sample => {
    const value = known(w);
    if (dropped !== undefined) {
      const rest = dropped(w);
      if (!(Math.abs(rest + value - 1) <= 1e-12)) throw contradiction(w, value, rest);
      const slope = (w * rest) / value;
      return { slope, noise: 4 * unit * Math.abs(slope) };
    }
    // 1 - alpha is as exact as alpha, which may be close to 1.
    return { slope: (w * (1 - value)) / value, noise: (4 * unit * w) / value };
  };
  const source = new SlopeSource("omega", slopeTolerance(request.tolerance), slopeAt);
  const omega = tabulate(source, { from: domain[0], to: domain[1], atZero: 0 });
  require(request, "omega", omega);
  return { omega, domain: [domain[0], omega.to], error: omega.error };
}

function contradiction(w: number, alpha: number, drop: number): FlipsideError {
  const message = `drop must be 1 - alpha, but at ${w} drop is ${drop} and alpha ${alpha}`;
  return new FlipsideError("INVALID_ARGUMENT", message);
}
