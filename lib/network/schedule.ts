import { isObject, property, refuseUnknownKeys, requireChoice, requireNumber } from "../checks.js";
import { expected } from "../errors.js";

/** Where in a run a step is. */
export interface TrainingPosition {
  /** From 0. */
  readonly epoch: number;
  /** From 0 over the whole run. */
  readonly step: number;
  readonly epochs: number;
  /** Of the whole run. */
  readonly steps: number;
}

/**
 * What the learning rate is multiplied by at epoch e of E, both counted from 0. The named ones are constant within an
 * epoch:
 *
 * - "constant" 1
 * - "linear" 1 - e / E
 * - "cosine" (1 + cos(π e / E)) / 2 (Loshchilov and Hutter 2017, without restarts)
 * - "step" factor^floor(e / every)
 * - "exponential" factor^e
 * - `{ warmup, after }` rises linearly from step to step over `warmup` epochs (fractions allowed) to 1 and goes on with
 *   `after`, by default "constant", as if the run began there (Goyal et al. 2017)
 * - a function is called for every step; what it returns must be finite and >= 0
 */
export type LearningRateSchedule =
  | { readonly warmup: number; readonly after?: PlainSchedule | undefined }
  | PlainSchedule;

/** A schedule without a warm-up. */
export type PlainSchedule =
  | "constant"
  | "linear"
  | "cosine"
  | { readonly name: "constant" | "linear" | "cosine" }
  | { readonly name: "step"; readonly every: number; readonly factor: number }
  | { readonly name: "exponential"; readonly factor: number }
  | ((position: TrainingPosition) => number);

/**
 * λ: a number >= 0, a ramp that rises or falls linearly from step to step over the first `epochs` epochs (fractions
 * allowed) and then stays at `to`, such as the warm-up of a divergence (Sønderby et al. 2016), or a function that is
 * called for every step.
 */
export type LambdaSchedule =
  | number
  | { readonly from?: number | undefined; readonly to: number; readonly epochs: number }
  | ((position: TrainingPosition) => number);

/** A schedule that has been read. */
export interface Schedule {
  /** At a position; `stepsPerEpoch` as in the run. */
  at(position: TrainingPosition, stepsPerEpoch: number): number;
  /** Plain JSON that two equal ones have in common; a function of the caller is "function". */
  readonly identity: unknown;
  /** Whether it may depend on how long the run is. */
  readonly seesEnd: boolean;
}

const words = ["constant", "linear", "cosine"] as const;
const names = [...words, "step", "exponential"] as const;
const factorRange = { min: 0 };
const epochsRange = { above: 0 };

export function readLearningRateSchedule(argument: string, value: unknown): Schedule {
  const isWarmup = isObject(value) && property(argument, value, "warmup") !== undefined;
  return isWarmup ? readWarmup(argument, value) : readPlain(argument, value);
}

function readPlain(argument: string, value: unknown): Schedule {
  if (typeof value === "function") return ofFunction(argument, value);
  if (isObject(value)) return readNamed(argument, value);
  if (typeof value !== "string") {
    throw expected(argument, `one of ${words.join(", ")}, an object or a function`, value);
  }
  return named(requireChoice(argument, value, words));
}

function named(name: (typeof words)[number]): Schedule {
  const at: Schedule["at"] =
    name === "constant"
      ? () => 1
      : name === "linear"
        ? ({ epoch, epochs }) => Math.max(0, 1 - epoch / epochs)
        : ({ epoch, epochs }) => (1 + Math.cos(Math.PI * Math.min(1, epoch / epochs))) / 2;
  return { at, identity: name, seesEnd: name !== "constant" };
}

function readNamed(argument: string, value: object): Schedule {
  const name = requireChoice(`${argument}.name`, property(argument, value, "name"), names);
  const known = { step: ["name", "every", "factor"], exponential: ["name", "factor"] };
  refuseUnknownKeys(argument, value, name === "step" || name === "exponential" ? known[name] : ["name"]);
  if (name !== "step" && name !== "exponential") return named(name);
  const factor = requireNumber(`${argument}.factor`, property(argument, value, "factor"), factorRange);
  if (name === "exponential") {
    return { at: ({ epoch }) => factor ** epoch, identity: { name, factor }, seesEnd: false };
  }
  const every = requireNumber(`${argument}.every`, property(argument, value, "every"), {
    min: 1,
    integer: true,
  });
  const at: Schedule["at"] = ({ epoch }) => factor ** Math.floor(epoch / every);
  return { at, identity: { name, every, factor }, seesEnd: false };
}

function readWarmup(argument: string, value: object): Schedule {
  refuseUnknownKeys(argument, value, ["warmup", "after"]);
  const warmup = requireNumber(`${argument}.warmup`, property(argument, value, "warmup"), epochsRange);
  const given = property(argument, value, "after");
  const after = readPlain(`${argument}.after`, given === undefined ? "constant" : given);
  return {
    at({ step, epochs, steps }, stepsPerEpoch) {
      const first = Math.ceil(warmup * stepsPerEpoch);
      if (step < first) return (step + 1) / first;
      const later = step - first;
      const rest = {
        epoch: Math.floor(later / stepsPerEpoch),
        step: later,
        epochs: Math.max(0, epochs - warmup),
        steps: steps - first,
      };
      return after.at(rest, stepsPerEpoch);
    },
    identity: { warmup, after: after.identity },
    seesEnd: after.seesEnd,
  };
}

export function readLambda(argument: string, value: unknown): Schedule {
  if (typeof value === "function") return ofFunction(argument, value);
  if (!isObject(value)) {
    if (typeof value !== "number")
      throw expected(argument, "a number, { from, to, epochs } or a function", value);
    const lambda = requireNumber(argument, value, factorRange);
    return { at: () => lambda, identity: lambda, seesEnd: false };
  }
  refuseUnknownKeys(argument, value, ["from", "to", "epochs"]);
  const read = (key: string, range: { min?: number; above?: number }) =>
    requireNumber(`${argument}.${key}`, property(argument, value, key), range);
  const from = property(argument, value, "from") === undefined ? 0 : read("from", factorRange);
  const to = read("to", factorRange);
  const epochs = read("epochs", epochsRange);
  return {
    at({ step }, stepsPerEpoch) {
      const share = Math.min(1, step / (epochs * stepsPerEpoch));
      // Not from + share (to - from), which need not end at `to`.
      return (1 - share) * from + share * to;
    },
    identity: { from, to, epochs },
    seesEnd: false,
  };
}

function ofFunction(argument: string, value: unknown): Schedule {
  const call = value as (position: TrainingPosition) => unknown;
  return {
    at: (position) => requireNumber(`${argument}(${nameOf(position)})`, call(position), factorRange),
    identity: "function",
    seesEnd: true,
  };
}

function nameOf({ epoch, step }: TrainingPosition): string {
  return `{ epoch: ${epoch}, step: ${step} }`;
}

/** A schedule at every step of an epoch, each times `scale`. */
export function valuesOfEpoch(
  schedule: Schedule,
  epoch: number,
  epochs: number,
  stepsPerEpoch: number,
  scale = 1,
): Float64Array {
  const steps = epochs * stepsPerEpoch;
  return Float64Array.from({ length: stepsPerEpoch }, (_, k) => {
    const position = { epoch, step: epoch * stepsPerEpoch + k, epochs, steps };
    return scale * schedule.at(position, stepsPerEpoch);
  });
}
