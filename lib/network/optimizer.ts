import type { TrainingRequest } from "../../binding.js";
import { isObject, property, refuseUnknownKeys, requireChoice } from "../checks.js";
import { expected } from "../errors.js";
import { OptionReader } from "./optionReader.js";

/** Adam with the bias corrections and the place of epsilon of Algorithm 1. Source: Kingma and Ba 2015. */
export interface AdamOptions {
  readonly name: "adam";
  /** Decay of the mean of the gradient, in [0, 1), by default 0.9. */
  readonly beta1?: number | undefined;
  /** Decay of the mean of its square, in [0, 1), by default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root of that, a finite number > 0, by default 1e-8. */
  readonly epsilon?: number | undefined;
}

/**
 * v ← momentum v + g, w ← w - rate v; with Nesterov's momentum w ← w - rate (g + momentum v). Source: Sutskever et
 * al. 2013.
 */
export interface SgdOptions {
  readonly name: "sgd";
  /** In [0, 1), by default 0. */
  readonly momentum?: number | undefined;
  /** By default false. */
  readonly nesterov?: boolean | undefined;
}

/** What makes the steps; a name stands for it with its defaults. */
export type OptimizerOptions = "adam" | "sgd" | AdamOptions | SgdOptions;

export type Optimizer = TrainingRequest["optimizer"];

const names = ["adam", "sgd"] as const;
const known = { adam: ["name", "beta1", "beta2", "epsilon"], sgd: ["name", "momentum", "nesterov"] };
const shareRange = { min: 0, below: 1 };

export function readOptimizer(value: unknown): Optimizer {
  const usual = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentum: 0, nesterov: false };
  if (value === undefined) return { name: "adam", ...usual };
  if (typeof value === "string") return { name: requireChoice("optimizer", value, names), ...usual };
  if (!isObject(value)) throw expected("optimizer", '"adam", "sgd" or an object with name', value);
  const name = requireChoice("optimizer.name", property("optimizer", value, "name"), names);
  refuseUnknownKeys("optimizer", value, known[name]);
  const read = new OptionReader("optimizer", value);
  return {
    name,
    beta1: read.number("beta1", usual.beta1, shareRange),
    beta2: read.number("beta2", usual.beta2, shareRange),
    epsilon: read.number("epsilon", usual.epsilon, { above: 0 }),
    momentum: read.number("momentum", usual.momentum, shareRange),
    nesterov: read.flag("nesterov", usual.nesterov),
  };
}

/** Where the caller says nothing. */
export function usualRate(optimizer: Optimizer): number {
  return optimizer.name === "adam" ? 1e-3 : 0.1;
}

/** Its name and options as plain JSON. */
export function identityOfOptimizer({ name, beta1, beta2, epsilon, momentum, nesterov }: Optimizer): unknown {
  return name === "adam" ? { name, beta1, beta2, epsilon } : { name, momentum, nesterov };
}
