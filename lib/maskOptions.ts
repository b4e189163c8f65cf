import type { ExpectationRequest } from "../binding.js";
import { requireNumber } from "./checks.js";
import { expected, FlipsideError } from "./errors.js";
import { toVector } from "./matrix.js";
import { nativePenalty } from "./penalty.js";
import { allocate, lengthOf } from "./views.js";

/** The kinds of dropout masks; see `ExpectationOptions.mask`. */
export type MaskName = "bernoulli" | "unscaledBernoulli" | "gaussian" | "hardConcrete";

/** @internal */
export const maskNames = [
  "bernoulli",
  "unscaledBernoulli",
  "gaussian",
  "hardConcrete",
] as const satisfies readonly MaskName[];

/** Reads one option. */
type Getter = (key: string) => unknown;

/** The shape of hard concrete masks; an error for another kind that is given one. @internal */
export function readShape(get: Getter, mask: MaskName): { beta: number; gamma: number; zeta: number } {
  const read = (key: string, range: object, standard: number) => {
    const value = get(key);
    if (value === undefined) return standard;
    if (mask === "hardConcrete") return requireNumber(key, value, range);
    const message = `${key} must be left out unless the mask is hardConcrete, but it is ${mask}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  };
  return {
    beta: read("beta", { above: 0 }, 2 / 3),
    gamma: read("gamma", { below: 0 }, -0.1),
    zeta: read("zeta", { above: 1 }, 1.1),
  };
}

/** Which variance each column's mask has: from exactly one of penalty, keepProbability and variance. @internal */
export function readVariation(
  get: Getter,
  coefficients: Float64Array,
): Pick<ExpectationRequest, "variances" | "penalty" | "lambda"> {
  const ways = {
    penalty: get("penalty"),
    keepProbability: get("keepProbability"),
    variance: get("variance"),
  };
  const lambda = get("lambda");
  const present = Object.entries(ways).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  if (present.length !== 1) {
    const which = present.length === 0 ? "none is there" : `${present.join(" and ")} came`;
    const message = `exactly one of penalty, keepProbability and variance must be given, but ${which}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  if (ways.penalty !== undefined) {
    const penalty = nativePenalty("penalty", ways.penalty);
    return { penalty, lambda: requireNumber("lambda", lambda, { min: 0 }) };
  }
  if (lambda !== undefined) {
    throw new FlipsideError("INVALID_ARGUMENT", "lambda must be left out without a penalty, but is there");
  }
  if (ways.keepProbability !== undefined) {
    const given = perColumn("keepProbability", ways.keepProbability, lengthOf(coefficients));
    return { variances: elementwise(given, coefficients, "keepProbability", keepRange, 0, oddsAgainst) };
  }
  const given = perColumn("variance", ways.variance, lengthOf(coefficients));
  return { variances: elementwise(given, coefficients, "variance", varianceRange, Infinity, (v) => v) };
}

const keepRange = { above: 0, max: 1 };
const varianceRange = { min: 0 };
const oddsAgainst = (alpha: number) => (1 - alpha) / alpha;

function perColumn(argument: string, value: unknown, columns: number): number | Float64Array {
  if (typeof value === "number") return value;
  return toVector(argument, value, columns, "one per column of x");
}

/** Variances; `limit`, an infinite one, is for coefficients that are 0. */
function elementwise(
  given: number | Float64Array,
  coefficients: Float64Array,
  argument: string,
  range: object,
  limit: number,
  variance: (value: number) => number,
): Float64Array {
  const single = typeof given === "number";
  const out = allocate(argument, lengthOf(coefficients));
  for (let j = 0; j < lengthOf(out); ++j) {
    const value = single ? given : (given[j] as number);
    const name = single ? argument : `${argument}[${j}]`;
    if (value === limit) {
      if (coefficients[j] !== 0) throw unbounded(name, j, value, limit);
    } else requireNumber(name, value, range);
    out[j] = variance(value);
  }
  return out;
}

function unbounded(name: string, j: number, value: number, limit: number): FlipsideError {
  const requirement = limit === 0 ? "greater than 0" : "finite";
  return expected(name, `${requirement} where coefficients[${j}] is not 0`, value, "OUT_OF_RANGE");
}
