import type { Floats, NativePenalty } from "../../binding.js";
import { requireBoolean, requireChoice, requireNumber } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { readShape } from "../maskOptions.js";
import { type Penalty, requirePenalty } from "../penalty.js";
import { toFloats } from "../views.js";
import type { Given } from "./given.js";
import type { MaskFormat, MaskKind } from "./options.js";

/** What the elements of a mask are distributed like. */
export interface Variation {
  readonly kind: MaskKind;
  /** As the addon numbers them (binding.d.ts). */
  readonly code: number;
  /** The option that this kind varies by. */
  readonly parameter: "keepProbability" | "standardDeviation" | "location";
  /** Its value: a number that has been checked, or what is to be an array of them; undefined with a penalty. */
  readonly value: unknown;
  readonly penalty: NativePenalty | null;
  readonly lambda: number;
  readonly beta: number;
  readonly gamma: number;
  readonly zeta: number;
}

const kinds = ["bernoulli", "gaussian", "hardConcrete"] as const satisfies readonly MaskKind[];
const parameters = {
  bernoulli: "keepProbability",
  gaussian: "standardDeviation",
  hardConcrete: "location",
} as const satisfies Record<MaskKind, Variation["parameter"]>;
const usualShape = { beta: 2 / 3, gamma: -0.1, zeta: 1.1 };
const lambdaRange = { min: 0 };

/** `format` is that of the mask that is asked for; a mask that is multiplied at once has none. */
export function readVariation(given: Given, format: MaskFormat | undefined): Variation {
  const kind = given.kind === undefined ? "bernoulli" : readKind(given.kind);
  const parameter = parameters[kind];
  const value = given[parameter];
  if (given.keepProbability !== undefined && kind !== "bernoulli") throw foreign("keepProbability", kind);
  if (given.standardDeviation !== undefined && kind !== "gaussian") throw foreign("standardDeviation", kind);
  if (given.location !== undefined && kind !== "hardConcrete") throw foreign("location", kind);
  if ((value === undefined) === (given.penalty === undefined)) {
    const which = value === undefined ? "none is there" : "both came";
    const message = `exactly one of ${parameter} and penalty must be given for a ${kind} mask, but ${which}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  if (typeof value === "number") requireParameter(parameter, value);
  const { beta, gamma, zeta } = readOwnShape(given, kind);
  const isNumeric = format !== "uint8" && format !== "bits";
  if (!isNumeric) requireKept(kind, format, given.scaled);
  return {
    kind,
    code: kind === "bernoulli" ? bernoulliCode(given, isNumeric) : kind === "gaussian" ? 2 : 3,
    parameter,
    value,
    penalty: given.penalty === undefined ? null : separable(given.penalty),
    lambda: readLambda(given),
    beta,
    gamma,
    zeta,
  };
}

/** The numbers of each draw, `count` of them; `reason` says where the count comes from. */
export function parameterArray(name: string, value: unknown, count: number, reason: string): Floats {
  if (typeof value === "object" && value !== null) return toFloats(name, value, count, reason);
  throw expected(name, "a number, a typed array or an array of numbers", value);
}

function readKind(value: unknown): MaskKind {
  if (value === "unscaledBernoulli") {
    throw expected("kind", '"bernoulli" together with scaled: false', value, "UNSUPPORTED");
  }
  return requireChoice("kind", value, kinds);
}

function foreign(name: Variation["parameter"], kind: MaskKind): FlipsideError {
  const message = `${name} must be left out of a ${kind} mask, which varies by ${parameters[kind]} or penalty`;
  return new FlipsideError("INVALID_ARGUMENT", message);
}

function requireParameter(name: Variation["parameter"], value: number): void {
  if (name === "keepProbability") {
    if (!(value >= 0 && value <= 1)) requireNumber(name, value, { min: 0, max: 1 });
  } else if (Number.isNaN(value)) {
    throw expected(name, "a number", value, "NOT_FINITE");
  } else if (name === "standardDeviation" && value < 0) {
    throw expected(name, "a number >= 0", value, "OUT_OF_RANGE");
  }
}

function bernoulliCode({ scaled }: Given, isNumeric: boolean): number {
  const isScaled = scaled === undefined || requireBoolean("scaled", scaled);
  return isScaled && isNumeric ? 0 : 1;
}

/** Whether an element is kept is all that these formats say. */
function requireKept(kind: MaskKind, format: MaskFormat, scaled: unknown): void {
  const name = JSON.stringify(format);
  if (kind === "gaussian") {
    const message = `format must be "float32" or "float64" for a gaussian mask, whose elements are all kept, but is ${name}`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  if (scaled === true) {
    const message = `scaled must be false or left out with the format ${name}, whose elements are 1 and 0, but is true`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
}

function readOwnShape(given: Given, kind: MaskKind): typeof usualShape {
  if (given.scaled !== undefined && kind !== "bernoulli") {
    throw new FlipsideError(
      "INVALID_ARGUMENT",
      `scaled must be left out unless the mask is bernoulli, but it is ${kind}`,
    );
  }
  if (given.beta === undefined && given.gamma === undefined && given.zeta === undefined) return usualShape;
  return readShape((key) => given[key as keyof Given], kind);
}

function separable(value: unknown): NativePenalty {
  const { handle, name } = requirePenalty("penalty", value);
  if ((value as Penalty).separable) return handle;
  const message =
    `penalty must be separable, to be evaluated weight by weight, but ${name} is not: ` +
    "give keepProbability, from the keepProbability of the penalty or a fit";
  throw new FlipsideError("UNSUPPORTED", message);
}

function readLambda(given: Given): number {
  if (given.penalty !== undefined) return requireNumber("lambda", given.lambda, lambdaRange);
  if (given.lambda === undefined) return 0;
  throw new FlipsideError("INVALID_ARGUMENT", "lambda must be left out without a penalty, but is there");
}
