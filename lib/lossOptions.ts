import { property, requireChoice, requireNumber, requireOptions } from "./checks.js";
import { FlipsideError } from "./errors.js";
import type { LossName } from "./solver.js";

/** Options of the loss "huber". */
export interface HuberOptions {
  /** Residuals up to this are squared, beyond it count linearly: a finite number > 0, in units of y, by default 1. */
  readonly delta?: number | undefined;
}

/** Options of the loss "cox". */
export interface CoxOptions {
  /**
   * What is done about events at the same time. "efron" (the default, as of survival's coxph) lets each of d tied events
   * leave the risk set by d-ths, with weights it takes the mean weight of the tied; "breslow" (that of glmnet) lets them
   * all be at risk for all.
   */
  readonly ties?: "breslow" | "efron" | undefined;
}

/** Where in options the numbers of a loss are told. @internal */
export const lossKeys: readonly string[] = ["huber", "cox"];

const ties = ["breslow", "efron"] as const;

/** The numbers of a loss as the addon takes them; undefined where it has none. @internal */
export function readLossOptions(options: object, loss: LossName): Float64Array | undefined {
  const huber = ownOptions(options, "huber", ["delta"], loss);
  const cox = ownOptions(options, "cox", ["ties"], loss);
  if (loss === "huber") {
    const delta = property("huber", huber, "delta");
    return Float64Array.of(delta === undefined ? 1 : requireNumber("huber.delta", delta, { above: 0 }));
  }
  if (loss === "cox") {
    const given = property("cox", cox, "ties");
    return Float64Array.of(
      ties.indexOf(given === undefined ? "efron" : requireChoice("cox.ties", given, ties)),
    );
  }
  return undefined;
}

const none = Object.freeze({});

function ownOptions(options: object, key: LossName, known: readonly string[], loss: LossName): object {
  const given = property("options", options, key);
  if (given === undefined) return none;
  if (loss === key) return requireOptions(key, given, known);
  const message = `${key} must be left out unless the loss is ${key}, but it is ${loss}`;
  throw new FlipsideError("INVALID_ARGUMENT", message);
}
