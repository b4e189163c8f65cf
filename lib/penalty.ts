import type { NativeMatrix, NativePenalty } from "../binding.js";
import { native } from "./binding.js";
import { isObject, property, requireNumber, requireOptions } from "./checks.js";
import { expected, FlipsideError } from "./errors.js";
import { toVector, type VectorLike } from "./matrix.js";
import type { TableRecord, Tabulation } from "./tables/record.js";
import type { Interval } from "./tables/shape.js";
import { encodeTable, type TableJSON } from "./tables/tableJSON.js";
import { withDualCurve } from "./tables/tightDual.js";
import { allocate, lengthOf } from "./views.js";

/** What `JSON.stringify` writes for a penalty. */
export interface PenaltyJSON {
  format: "flipside.penalty";
  version: 1;
  name: string;
  parameters: Record<string, number>;
  /** The numbers of a penalty that was made from functions. */
  table?: TableJSON;
  /** The one that elasticNet adds a ridge part to; l1 where it is absent. */
  penalty?: PenaltyJSON;
}

/** Of `Penalty.prox`. */
export interface ProxOptions {
  /** The problem's λ, a finite number >= 0; 1 by default. */
  readonly lambda?: number;
  /** The h of h/2 (t - z)², a finite number > 0; 1 by default. */
  readonly curvature?: number;
}

/** All that a penalty is made of. @internal */
export interface Blueprint {
  readonly name: string;
  readonly kind: "penalty" | "strategy";
  readonly parameters: Readonly<Record<string, number>>;
  readonly handle: NativePenalty;
  readonly design?: NativeMatrix | undefined;
  readonly table?: TableRecord | undefined;
  /** What an elastic net adds a ridge part to. */
  readonly inner?: Penalty | undefined;
}

const secret = Symbol("made by flipside");
let blueprintOf: (value: object) => Blueprint | undefined;

/** @internal */
export let makePenalty: (blueprint: Blueprint) => Penalty;

/**
 * A subquadratic penalty Ω with its dual f, its reweighting η̂ and its keep probability: four views of one
 * object (LeJeune, Javadi and Baraniuk, NeurIPS 2021, arXiv 2106.07769). Made by `penalties` and `strategies`;
 * immutable. One that was made from functions (`penalties.fromPenalty` and its siblings) need not be subquadratic; then
 * `monotone` is false, its dual is that of its biconjugate, and no solver takes it.
 *
 * `w` must be finite and may have any sign, `eta` must be >= 0 and may be Infinity. `lambda`, the problem's λ,
 * is a finite number >= 0; the classical penalties do not depend on it, mcp, scad and every strategy do. A
 * number stands for one coefficient, a vector for all of them. A penalty that depends on the design (ard)
 * throws NEEDS_DESIGN unless it was made with one.
 */
export class Penalty {
  /** Name in the catalogue, or the name given to a penalty made from functions. */
  readonly name: string;
  /** "strategy" if it was conceived as a dropout strategy. */
  readonly kind: "penalty" | "strategy";
  /** Parameters with defaults filled in; one that is chosen automatically is absent. */
  readonly parameters: Readonly<Record<string, number>>;
  /** True if Ω(w) is a sum over the coefficients. */
  readonly separable: boolean;
  /** True if Ω is convex at every λ, so that a stationary point of a convex loss is a minimum. */
  readonly convex: boolean;
  /** True if η̂ and the keep probability nowhere fall with |w|, which is to say that Ω is subquadratic. */
  readonly monotone: boolean;
  /** The intervals of |w| on which they fall. */
  readonly falling: readonly Interval[];
  /** How well functions of the caller were tabulated; undefined for a penalty of the catalogue. */
  readonly tabulation: Tabulation | undefined;
  /** Of `penalties.elasticNet` the penalty that it adds a ridge part to. */
  readonly inner: Penalty | undefined;
  readonly #native: NativePenalty;
  readonly #design: NativeMatrix | undefined;
  readonly #blueprint: Blueprint;

  static {
    makePenalty = (blueprint) => new Penalty(secret, blueprint);
    blueprintOf = (value) => (#blueprint in value ? value.#blueprint : undefined);
  }

  private constructor(key: symbol, blueprint: Blueprint) {
    if (key !== secret) throw notConstructible("Penalty", "penalties, strategies or penaltyFromJSON");
    const { table, handle, inner } = blueprint;
    this.name = blueprint.name;
    this.kind = blueprint.kind;
    this.parameters = blueprint.parameters;
    this.#blueprint = blueprint;
    this.#native = handle;
    this.#design = blueprint.design;
    this.separable = native.isSeparable(handle);
    this.convex = native.isConvex(handle);
    this.falling = table?.falling ?? inner?.falling ?? nowhere;
    this.monotone = this.falling.length === 0;
    this.tabulation = table?.tabulation ?? inner?.tabulation;
    this.inner = inner;
    Object.freeze(this);
  }

  /**
   * Ω: for a number ω(|w|), for a vector the total, without the factor λ of the objective.
   * Source: the table of formulas in `catalogue`.
   */
  omega(w: number | VectorLike, lambda = 1): number {
    requireLambda(lambda);
    if (typeof w === "number" && this.separable)
      return native.omegaAt(this.#native, magnitude("w", w), lambda);
    return native.omega(this.#native, magnitudes("w", w), lambda, this.#designFor("omega"));
  }

  /** The dual f(eta) = sup over w of 2 Ω(w) - Σ w²/eta: for a vector the total. */
  dual(eta: number | VectorLike, lambda = 1): number {
    requireLambda(lambda);
    if (typeof eta === "number" && this.separable) {
      return native.dualAt(this.#native, nonnegative("eta", eta), lambda);
    }
    const vector = nonnegatives("eta", eta);
    return native.dual(this.#native, vector, lambda, this.#designFor("dual"));
  }

  /** The reweighting η̂ = |w| / ω'(|w|), from 0 to Infinity; a Float64Array for a vector. */
  etaHat(w: number, lambda?: number): number;
  etaHat(w: VectorLike, lambda?: number): Float64Array;
  etaHat(w: number | VectorLike, lambda?: number): number | Float64Array;
  etaHat(w: number | VectorLike, lambda = 1): number | Float64Array {
    requireLambda(lambda);
    if (typeof w === "number" && this.separable)
      return native.etaHatAt(this.#native, magnitude("w", w), lambda);
    const eta = native.etaHat(this.#native, magnitudes("w", w), lambda, this.#designFor("etaHat"));
    return typeof w === "number" ? (eta[0] as number) : eta;
  }

  /**
   * The keep probability η̂ / (η̂ + λ) of the dropout mask, from 0 to 1, for a standardised column
   * (arXiv 2106.07769, section 3); 1 where η̂ is infinite and at λ = 0. A Float64Array for a vector.
   */
  keepProbability(w: number, lambda?: number): number;
  keepProbability(w: VectorLike, lambda?: number): Float64Array;
  keepProbability(w: number | VectorLike, lambda?: number): number | Float64Array;
  keepProbability(w: number | VectorLike, lambda = 1): number | Float64Array {
    const eta = this.etaHat(w, lambda);
    return typeof eta === "number" ? keep(eta, lambda) : eta.map((value) => keep(value, lambda));
  }

  /**
   * The proximal step: the t that minimises h/2 (t - z)² + λ ω(|t|) with h = `curvature`, of two minimisers the one
   * nearer to 0. It has the sign of z and |t| <= |z|; of l1 it is soft thresholding. A Float64Array for a vector. A
   * penalty that does not separate has none (UNSUPPORTED); where `monotone` is false t may be a local minimiser.
   */
  prox(z: number, options?: ProxOptions): number;
  prox(z: VectorLike, options?: ProxOptions): Float64Array;
  prox(z: number | VectorLike, options?: ProxOptions): number | Float64Array;
  prox(z: number | VectorLike, options: ProxOptions = {}): number | Float64Array {
    const { lambda, curvature } = proxNumbers(options);
    if (!this.separable) {
      const message = `prox of ${this.name} needs a penalty that is a sum over the coefficients, but ${this.name} is not`;
      throw new FlipsideError("UNSUPPORTED", message);
    }
    const step = (value: number, size: number) => {
      const t = native.proxAt(this.#native, size, curvature, lambda);
      // Without a negative zero.
      return value < 0 ? 0 - t : t;
    };
    if (typeof z === "number") return step(z, magnitude("z", z));
    const signed = vectorOf("z", z);
    return magnitudes("z", signed).map((size, j) => step(signed[j] as number, size));
  }

  /** Name, parameters and tables, not the design; `penaltyFromJSON` reads it. */
  toJSON(): PenaltyJSON {
    const { table } = this.#blueprint;
    const { name, kind, inner } = this;
    const json: PenaltyJSON = {
      format: "flipside.penalty",
      version: 1,
      name,
      parameters: { ...this.parameters },
      ...(inner !== undefined && inner.name !== "l1" && { penalty: inner.toJSON() }),
    };
    return table === undefined ? json : { ...json, table: encodeTable(table, kind) };
  }

  #designFor(method: string): NativeMatrix | undefined {
    if (this.#design === undefined && native.needsDesign(this.#native)) {
      const message = `${method} of ${this.name} needs the design: make the penalty with { design }, but it has none`;
      throw new FlipsideError("NEEDS_DESIGN", message);
    }
    return this.#design;
  }
}

/** For a class whose instances come from functions of this library. @internal */
export function notConstructible(name: string, source: string): FlipsideError {
  return new FlipsideError(
    "INVALID_ARGUMENT",
    `${/^[AEIO]/.test(name) ? "an" : "a"} ${name} must come from ${source}, but was called as a constructor`,
  );
}

/** The addon's side of a penalty; an object that only looks like one is refused. @internal */
export function nativePenalty(argument: string, value: unknown): NativePenalty {
  return requirePenalty(argument, value).handle;
}

/** What a penalty was made of. @internal */
export function requirePenalty(argument: string, value: unknown): Blueprint {
  const blueprint = typeof value === "object" && value !== null ? blueprintOf(value) : undefined;
  if (blueprint === undefined) throw expected(argument, "a Penalty made by penalties or strategies", value);
  return blueprint;
}

/** The same for a solver, which needs η̂ to be monotone, and may ask for the dual often. @internal */
export function solvablePenalty(argument: string, value: unknown, needsDual: boolean): NativePenalty {
  const { name, handle, table, inner, parameters } = requirePenalty(argument, value);
  if (inner !== undefined) {
    const own = requirePenalty(argument, inner).handle;
    const quick = solvablePenalty(argument, inner, needsDual);
    const { alpha } = parameters;
    return quick === own ? handle : native.createElasticNet(quick, alpha as number);
  }
  const [first] = table?.falling ?? nowhere;
  if (first === undefined) {
    return needsDual && table !== undefined ? withDualCurve(table, handle) : handle;
  }
  const message =
    `${argument} must keep larger coefficients at least as often as smaller ones, but etaHat and the keep probability of ` +
    `${name} fall for w from ${first[0]} to ${first[1]}: duality.biconjugate gives the nearest penalty that does`;
  throw new FlipsideError("NOT_MONOTONE", message);
}

const nowhere: readonly Interval[] = Object.freeze([]);

function requireLambda(lambda: number): void {
  if (!(typeof lambda === "number" && lambda >= 0 && lambda < Infinity))
    requireNumber("lambda", lambda, { min: 0 });
}

function proxNumbers(given: ProxOptions): Required<ProxOptions> {
  const options = requireOptions("options", given, ["lambda", "curvature"]);
  const { lambda = 1, curvature = 1 } = {
    lambda: property("options", options, "lambda"),
    curvature: property("options", options, "curvature"),
  };
  return {
    lambda: requireNumber("lambda", lambda, { min: 0 }),
    curvature: requireNumber("curvature", curvature, { above: 0 }),
  };
}

function magnitude(argument: string, w: number): number {
  if (Number.isFinite(w)) return Math.abs(w);
  throw expected(argument, "a finite number", w, "NOT_FINITE");
}

function magnitudes(argument: string, w: number | VectorLike): Float64Array {
  if (typeof w === "number") return Float64Array.of(magnitude(argument, w));
  const given = vectorOf(argument, w);
  const out = allocate(argument, lengthOf(given));
  out.set(given);
  for (let j = 0; j < out.length; ++j) {
    const value = Math.abs(out[j] as number);
    out[j] = value < Infinity ? value : magnitude(`${argument}[${j}]`, out[j] as number);
  }
  return out;
}

function vectorOf(argument: string, value: VectorLike): Float64Array {
  if (isObject(value)) return toVector(argument, value);
  throw expected(argument, "a number, a typed array or an array of numbers", value);
}

function nonnegative(argument: string, eta: number): number {
  if (eta >= 0) return eta;
  throw expected(argument, "a number >= 0", eta, Number.isNaN(eta) ? "NOT_FINITE" : "OUT_OF_RANGE");
}

function nonnegatives(argument: string, eta: number | VectorLike): Float64Array {
  if (typeof eta === "number") return Float64Array.of(nonnegative(argument, eta));
  const vector = vectorOf(argument, eta);
  const count = lengthOf(vector);
  for (let j = 0; j < count; ++j) {
    if (!((vector[j] as number) >= 0)) nonnegative(`${argument}[${j}]`, vector[j] as number);
  }
  return vector;
}

function keep(eta: number, lambda: number): number {
  return lambda === 0 || eta === Infinity ? 1 : eta / (eta + lambda);
}
