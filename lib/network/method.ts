import type { NativeMethod, TrainingRequest } from "../../binding.js";
import { isObject, property, refuseUnknownKeys, requireChoice } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import type { MethodOptions } from "./methodOptions.js";
import { OptionReader } from "./optionReader.js";
import type { MethodName } from "./parts.js";
import { methods } from "./requireParts.js";

/** A method as read from the options; what depends on the data and on the other options comes later. */
export interface Method {
  readonly name: MethodName;
  /** Its options with their defaults, as plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** For the addon, without the penalty and with begin and end in epochs. */
  readonly native: Omit<NativeMethod, "penalty">;
  /** Mean and standard deviation of the second parameter at the start. */
  readonly theta: Pick<TrainingRequest["start"], "theta" | "thetaDeviation">;
}

/** What a method is trained with beside its own options. */
export interface Needs {
  readonly penalty: boolean;
  readonly lambda: "required" | "default" | "none";
}

const own = { penalty: false, lambda: "default" } as const;
const given = { penalty: true, lambda: "required" } as const;
const neither = { penalty: false, lambda: "none" } as const;

export const needsOf: Readonly<Record<MethodName, Needs>> = {
  none: neither,
  directPenalty: given,
  adaptiveTikhonov: given,
  adaptiveProx: given,
  etaTrick: given,
  adaptiveDropout: given,
  variationalDropout: own,
  hardConcrete: own,
  magnitudePruning: neither,
};

const usual: Omit<NativeMethod, "name" | "penalty"> = {
  smallestKeep: 1e-3,
  decay: 0,
  mask: "bernoulli",
  localReparametrization: true,
  additiveReparametrization: true,
  beta: 2 / 3,
  gamma: -0.1,
  zeta: 1.1,
  initialSparsity: 0,
  finalSparsity: 0.9,
  begin: 0,
  end: 0,
  // Stands for the default, which depends on the number of steps.
  interval: 0,
  perLayer: false,
};
const noTheta = { theta: 0, thetaDeviation: 0 };

/** `hasPenalty`: without a method a penalty stands for "directPenalty". */
export function readMethod(value: unknown, hasPenalty: boolean, epochs: number): Method {
  const fallback = hasPenalty ? "directPenalty" : "none";
  const options = value === undefined ? { name: fallback } : value;
  if (typeof options === "string") {
    return read(new Options(requireChoice("method", options, methods), {}), epochs);
  }
  if (!isObject(options)) throw expected("method", "a name or an object with name", options);
  const name = requireChoice("method.name", property("method", options, "name"), methods);
  return read(new Options(name, options), epochs);
}

type Keys<Name extends MethodName> = Exclude<keyof Extract<MethodOptions, { name: Name }>, "name">;

/** The options of one method. */
class Options extends OptionReader {
  readonly name: MethodName;
  readonly #object: object;

  constructor(name: MethodName, object: object) {
    super("method", object);
    this.name = name;
    this.#object = object;
  }

  /** Call it first. */
  only<Name extends MethodName>(_: Name, keys: readonly Keys<Name>[]): void {
    refuseUnknownKeys(`method (${this.name})`, this.#object, ["name", ...(keys as readonly string[])]);
  }
}

function read(options: Options, epochs: number): Method {
  const { name, settings } = options;
  const method = (changes: Partial<NativeMethod>, theta: Method["theta"] = noTheta): Method => ({
    name,
    settings,
    native: { name, ...usual, ...changes },
    theta,
  });
  switch (name) {
    case "none":
    case "directPenalty":
    case "adaptiveProx":
      options.only(name, []);
      return method({});
    case "adaptiveTikhonov":
      options.only(name, ["smallestKeep"]);
      return method({
        smallestKeep: options.number("smallestKeep", usual.smallestKeep, { above: 0, max: 1 }),
      });
    case "etaTrick": {
      options.only(name, ["decay", "logEta"]);
      const theta = options.number("logEta", 5, {});
      return method(
        { decay: options.number("decay", usual.decay, { min: 0 }) },
        { theta, thetaDeviation: 0 },
      );
    }
    case "adaptiveDropout":
      options.only(name, ["mask"]);
      return method({ mask: options.word("mask", ["bernoulli", "gaussian"]) });
    case "variationalDropout":
      return readVariational(options, method);
    case "hardConcrete": {
      options.only(name, ["beta", "gamma", "zeta", "keep"]);
      const keep = options.number("keep", 0.5, { above: 0, below: 1 });
      const shape = {
        beta: options.number("beta", usual.beta, { above: 0 }),
        gamma: options.number("gamma", usual.gamma, { below: 0 }),
        zeta: options.number("zeta", usual.zeta, { above: 1 }),
      };
      return method(shape, { theta: Math.log(keep) - Math.log1p(-keep), thetaDeviation: 0.01 });
    }
    case "magnitudePruning":
      return readPruning(options, method, epochs);
  }
}

type Make = (changes: Partial<NativeMethod>, theta?: Method["theta"]) => Method;

function readVariational(options: Options, method: Make): Method {
  options.only("variationalDropout", [
    "localReparametrization",
    "additiveReparametrization",
    "logSigma",
    "logAlpha",
  ]);
  const flags = {
    localReparametrization: options.flag("localReparametrization", usual.localReparametrization),
    additiveReparametrization: options.flag("additiveReparametrization", usual.additiveReparametrization),
  };
  const additive = flags.additiveReparametrization;
  const [start, other] = additive ? ["logSigma", "logAlpha"] : ["logAlpha", "logSigma"];
  if (options.has(other as string)) {
    const message = `method.${other} must be left out with additiveReparametrization ${additive}, which starts from ${start}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  return method(flags, { theta: options.number(start as string, -5, {}), thetaDeviation: 0 });
}

function readPruning(options: Options, method: Make, epochs: number): Method {
  options.only("magnitudePruning", ["finalSparsity", "initialSparsity", "begin", "end", "interval", "scope"]);
  const finalSparsity = options.number("finalSparsity", usual.finalSparsity, { min: 0, below: 1 });
  const initialSparsity = options.number("initialSparsity", 0, { min: 0, max: finalSparsity });
  const begin = options.number("begin", 0, { min: 0, below: epochs });
  const usualEnd = begin < 0.75 * epochs ? 0.75 * epochs : epochs;
  const end = options.number("end", usualEnd, { above: begin, max: epochs });
  const interval = options.has("interval")
    ? options.number("interval", 1, { min: 1, max: 2 ** 31 - 1, integer: true })
    : usual.interval;
  const perLayer = options.word("scope", ["network", "layer"]) === "layer";
  return method({ finalSparsity, initialSparsity, begin, end, interval, perLayer });
}

const mostInterval = 100;

/** The method for the addon, with begin and end as numbers of steps that the run has, and its interval. */
export function inSteps(
  method: Method,
  epochs: number,
  stepsPerEpoch: number,
): Omit<NativeMethod, "penalty"> {
  const last = epochs * stepsPerEpoch - 1;
  const end = Math.min(last, Math.round(method.native.end * stepsPerEpoch));
  const begin = Math.min(end, Math.round(method.native.begin * stepsPerEpoch));
  const usualInterval = Math.min(mostInterval, Math.max(1, Math.floor((end - begin) / 10)));
  return { ...method.native, begin, end, interval: method.native.interval || usualInterval };
}
