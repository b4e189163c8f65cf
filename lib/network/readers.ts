// Options of a run, each with what it may depend on.
import type { NativePenalty, TrainingRequest } from "../../binding.js";
import { isArray, isObject, property, requireNumber, requireOptions } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { type Penalty, requirePenalty, solvablePenalty } from "../penalty.js";
import { arrayLength, element } from "../views.js";
import { type Method, needsOf } from "./method.js";
import { OptionReader } from "./optionReader.js";
import type { CheckpointOptions } from "./options.js";
import type { Activation, MethodName } from "./parts.js";
import { readLambda, type Schedule } from "./schedule.js";

export const countRange = { min: 1, max: 2 ** 31 - 1, integer: true };
const mostLayers = 64;

/** Of all layers, the output layer last. */
export function readLayers(
  value: unknown,
  outputs: number,
  activation: Activation,
): TrainingRequest["layers"] {
  if (!isObject(value) || !isArray("layers", value)) {
    throw expected("layers", "an array of the widths of the hidden layers", value);
  }
  const count = arrayLength("layers", value);
  if (count > mostLayers) throw expected("layers.length", `<= ${mostLayers}`, count, "TOO_LARGE");
  const hidden = Array.from({ length: count }, (_, k) => ({
    outputs: requireNumber(`layers[${k}]`, element("layers", value, k), countRange),
    activation,
  }));
  return [...hidden, { outputs, activation: "identity" }];
}

/** The methods that do to networks what penalties do which are no sums over the weights. */
const insteadOf: Readonly<Record<string, MethodName>> = {
  hardThreshold: "magnitudePruning",
  ard: "variationalDropout",
};

export function readOwnPenalty(value: unknown, method: MethodName): NativePenalty | undefined {
  if (!needsOf[method].penalty) {
    if (value === undefined) return undefined;
    const why = needsOf[method].lambda === "none" ? "which has none" : "which has its own";
    throw new FlipsideError("INVALID_ARGUMENT", `penalty must be left out with the method ${method}, ${why}`);
  }
  if (value === undefined) {
    const message = `penalty must be given with the method ${method}, but is undefined`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  const { name } = requirePenalty("penalty", value);
  if ((value as Penalty).separable) return solvablePenalty("penalty", value, method === "etaTrick");
  const instead = insteadOf[name];
  const hint = instead === undefined ? "" : `: use the method ${instead}`;
  const message = `penalty must be a sum over the weights to train a network with, but ${name} is not${hint}`;
  throw new FlipsideError("UNSUPPORTED", message);
}

/** `rows` are trained on. */
export function readOwnLambda(value: unknown, method: MethodName, rows: number): Schedule {
  const { lambda } = needsOf[method];
  if (value !== undefined && lambda === "none") {
    const hint = method === "none" ? ": give a penalty too" : "";
    const message = `lambda must be left out with the method ${method}, which has no penalty${hint}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  if (value !== undefined) return readLambda("lambda", value);
  if (lambda === "required") {
    const message = `lambda must be given with the method ${method}, but is undefined`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  return readLambda("lambda", lambda === "none" ? 0 : (method === "hardConcrete" ? 2 : 1) / rows);
}

export function readStart(value: unknown, method: Method): TrainingRequest["start"] {
  const isVariational = method.name === "variationalDropout";
  const options =
    value === undefined ? {} : requireOptions("start", value, ["distribution", "scale", "biases"]);
  const read = new OptionReader("start", options);
  const distribution = read.word("distribution", ["uniform", "normal"], isVariational ? "normal" : "uniform");
  // 0 stands for 1 / √inputs.
  const usualScale = isVariational && !read.has("distribution") ? 0.02 : 0;
  return {
    distribution,
    scale: read.number("scale", usualScale, { above: 0 }),
    biases: read.word("biases", ["uniform", "zero"], isVariational ? "zero" : "uniform"),
    ...method.theta,
  };
}

export interface Saving {
  readonly every: number;
  readonly save: CheckpointOptions["save"];
}

export function readSaving(value: unknown): Saving | undefined {
  if (value === undefined) return undefined;
  const options = requireOptions("checkpoint", value, ["every", "save"]);
  const every = property("checkpoint", options, "every");
  const save = property("checkpoint", options, "save");
  if (typeof save !== "function") throw expected("checkpoint.save", "a function", save);
  return {
    every: every === undefined ? 1 : requireNumber("checkpoint.every", every, countRange),
    save: save as CheckpointOptions["save"],
  };
}
