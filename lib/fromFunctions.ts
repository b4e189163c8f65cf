import type { NativeTable } from "../binding.js";
import { native } from "./binding.js";
import { isArray, isObject, property, requireNumber, requireOptions } from "./checks.js";
import { declared } from "./declaration.js";
import { expected, FlipsideError } from "./errors.js";
import { makePenalty, type Penalty } from "./penalty.js";
import { fromMaskFamily as fromMaskFamilyTables } from "./tables/family.js";
import { Budget, numeric } from "./tables/functions.js";
import * as making from "./tables/making.js";
import { familyMember, type Moments } from "./tables/moments.js";
import { makeRecord, type TableRecord } from "./tables/record.js";
import { arrayLength, element } from "./views.js";

/** The options that all descriptions by functions share. */
export interface FromOptions {
  /** What the penalty is called, not a name of the catalogue; by default the name of the function that made it. */
  readonly name?: string | undefined;
  /** The relative error of ω, from 1e-11 to 1e-2, by default 1e-8. */
  readonly tolerance?: number | undefined;
}

export interface FunctionOptions extends FromOptions {
  /** The derivative of the function; with it slopes are as exact as values, and places where they jump too. */
  readonly derivative?: ((x: number) => number) | undefined;
  /**
   * The interval on which the function may be called, by default from 0 up to 2^40 or to where it is no longer finite.
   * Powers continue the slope beyond.
   */
  readonly domain?: readonly [from: number, to: number] | undefined;
}

export interface KeepProbabilityOptions extends Omit<FunctionOptions, "derivative"> {
  /**
   * 1 - α̂(w) without cancellation. Where α̂ comes near 1 its rounding is all that is left of the difference, and the
   * domain ends where that would matter; with this it goes on.
   */
  readonly drop?: ((w: number) => number) | undefined;
}

/** A family of masks s_θ with one parameter θ. */
export interface MaskFamily {
  /** E s and the variance or E s², by name or as [E s, E s²]. The variance is the more exact of the two for small variances. */
  readonly moments: (theta: number) => Moments;
  /** The cost c(θ) of a coefficient with that mask; the objective is L + ½ Σ v w² + λ Σ c, v = Var(s) / (E s)². */
  readonly cost: (theta: number) => number;
  /** The interval of θ, whose ends are not asked, by default all numbers. */
  readonly domain?: readonly [from: number, to: number] | undefined;
}

/**
 * The penalty ω(w), w >= 0, at every λ alike: nondecreasing, continuous and finite at 0, smooth but for a few kinks and
 * jumps of its slope. It need not be subquadratic; `monotone` and `duality.analyse` tell, and solvers refuse it if not.
 *
 * The function is called at once and synchronously, some thousand to at most 300000 times, and tabulated; the penalty
 * runs at native speed and `tabulation` has the errors that were measured. With values alone, slopes carry
 * their rounding error divided by distances in w.
 *
 * @throws FlipsideError INVALID_ARGUMENT, NOT_FINITE and OUT_OF_RANGE that name the call with a bad value, such as
 * "omega(0.5) must be a finite number"; INACCURATE if `tolerance` was not reached or the derivative is not that of
 * omega; UNBOUNDED if the slope is not integrable at 0.
 */
export function fromPenalty(omega: (w: number) => number, options?: FunctionOptions): Penalty {
  const read = readOptions("fromPenalty", options, ["derivative", "name", "tolerance", "domain"]);
  const value = read.real("omega", omega);
  const derivative = read.optional("derivative");
  return read.make("penalty", "lambdaFree", making.fromPenalty(read, value, derivative));
}

/**
 * The penalty with the dual f(η), η >= 0: ω(w) = ½ min over η of w²/η + f(η), at every λ alike. f is nondecreasing and
 * finite at 0; `dual` gives it back as it is, which may be more than the smallest f of the same ω. Calls and errors as
 * for `fromPenalty`.
 */
export function fromDual(f: (eta: number) => number, options?: FunctionOptions): Penalty {
  const read = readOptions("fromDual", options, ["derivative", "name", "tolerance", "domain"]);
  const value = read.real("f", f);
  const derivative = read.optional("derivative");
  return read.make("penalty", "lambdaFree", making.fromDual(read, value, derivative));
}

/**
 * The penalty that dropout with the keep probability α̂(w) at λ = 1 minimises: ω(w) = ∫ t (1 - α̂(t)) / α̂(t) dt from 0 to w
 * (LeJeune, Javadi and Baraniuk, NeurIPS 2021). The strategy does not depend on λ, so Ω_λ = Ω_1 / λ. α̂ must be in
 * (0, 1] for w > 0 and is not asked at 0; it falls more slowly than w² there. Where it falls with w there is
 * no such penalty: `monotone` is false and `falling` has the intervals. Calls and errors as for `fromPenalty`.
 */
export function fromKeepProbability(alpha: (w: number) => number, options?: KeepProbabilityOptions): Penalty {
  const read = readOptions("fromKeepProbability", options, ["drop", "name", "tolerance", "domain"]);
  const value = read.real("alpha", alpha);
  const drop = read.optional("drop");
  return read.make("strategy", "keepProbability", making.fromKeepProbability(read, value, drop));
}

/**
 * The penalty of a family of masks that are chosen coefficient by coefficient: with v(θ) = Var(s) / (E s)² and the cost
 * c(θ), ω(w) = min over θ of ½ v(θ) w² + c(θ) at λ = 1 and Ω_λ(w) = Ω_1(w/√λ). η = 1/v and f = 2c; `dual` gives that f
 * where v is monotone in θ, else the smallest f of the same ω. Calls and errors as for `fromPenalty`; NaN and infinities
 * are where the family ends.
 */
export function fromMaskFamily(family: MaskFamily, options?: FromOptions): Penalty {
  const given = requireOptions("family", family, ["moments", "cost", "domain"]);
  const domain = readDomain("domain", property("family", given, "domain"), -Infinity);
  const read = readOptions("fromMaskFamily", options, ["name", "tolerance"]);
  const moments = requireFunction("moments", property("family", given, "moments"));
  const cost = read.real("cost", property("family", given, "cost"));
  const member = familyMember(moments, cost, new Budget("moments"));
  return read.make("strategy", "maskFamily", fromMaskFamilyTables({ ...read.request(), domain }, member));
}

/** A penalty of tables, made or read. @internal */
export function penaltyOfTable(name: string, kind: "penalty" | "strategy", table: TableRecord): Penalty {
  const handle = native.createTablePenalty(table);
  return makePenalty({ name, kind, parameters: noParameters, handle, table });
}

const noParameters = Object.freeze({});
const toleranceRange = { min: 1e-11, max: 1e-2 };
const longestName = 100;

/** @internal */
export function requireName(argument: string, value: unknown): string {
  if (typeof value !== "string" || value === "" || value.length > longestName) {
    throw expected(argument, `a string of 1 to ${longestName} characters`, value);
  }
  if (declared.some(({ name }) => name === value)) {
    const message = `${argument} must not be a name of the catalogue, but is ${JSON.stringify(value)}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  return value;
}

class Reader implements making.Request {
  readonly name: string;
  readonly tolerance: number;
  readonly domain: readonly [number, number] | undefined;
  readonly #functions: Record<string, unknown>;

  constructor(maker: string, options: unknown, keys: readonly string[]) {
    const given = options === undefined ? {} : requireOptions("options", options, keys);
    const read = (key: string) => (keys.includes(key) ? property("options", given, key) : undefined);
    const name = read("name");
    this.name = name === undefined ? maker : requireName("name", name);
    const tolerance = read("tolerance");
    this.tolerance = tolerance === undefined ? 1e-8 : requireNumber("tolerance", tolerance, toleranceRange);
    this.domain = readDomain("domain", read("domain"), 0);
    this.#functions = { derivative: read("derivative"), drop: read("drop") };
  }

  request(): making.Request {
    return { name: this.name, tolerance: this.tolerance, domain: this.domain };
  }

  real(argument: string, f: unknown): (x: number) => number {
    return numeric(argument, requireFunction(argument, f), new Budget(argument));
  }

  optional(argument: "derivative" | "drop"): ((x: number) => number) | undefined {
    const f = this.#functions[argument];
    return f === undefined ? undefined : this.real(argument, f);
  }

  make(kind: "penalty" | "strategy", scaling: NativeTable["scaling"], made: making.Made): Penalty {
    return penaltyOfTable(this.name, kind, makeRecord(scaling, made, this.tolerance));
  }
}

function readOptions(maker: string, options: unknown, keys: readonly string[]): Reader {
  return new Reader(maker, options, keys);
}

function requireFunction(argument: string, f: unknown): (x: number) => unknown {
  if (typeof f === "function") return f as (x: number) => unknown;
  throw expected(argument, "a function of a number", f);
}

function readDomain(argument: string, value: unknown, least: number): readonly [number, number] | undefined {
  if (value === undefined) return undefined;
  const wanted = `[from, to] with ${least === 0 ? "0 <= " : ""}from < to`;
  if (!isObject(value) || !isArray(argument, value) || arrayLength(argument, value) !== 2) {
    throw expected(argument, wanted, value);
  }
  const [from, to] = [element(argument, value, 0), element(argument, value, 1)];
  for (const [end, i] of [
    [from, 0],
    [to, 1],
  ] as const) {
    if (typeof end !== "number") throw expected(`${argument}[${i}]`, "a number", end);
    if (Number.isNaN(end)) throw expected(`${argument}[${i}]`, "a number", end, "NOT_FINITE");
  }
  if ((from as number) >= least && (from as number) < (to as number) && (from as number) < Infinity) {
    return [from as number, to as number];
  }
  throw new FlipsideError("OUT_OF_RANGE", `${argument} must be ${wanted}, but is [${from}, ${to}]`);
}
