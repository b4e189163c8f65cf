import { isArray, isObject, property, refuseUnknownKeys } from "../checks.js";
import { expected, FlipsideError, unreadable } from "../errors.js";

/** A function of lib/masks.ts by its name and what options it has. */
export interface MaskCall {
  readonly name: string;
  readonly background: boolean;
  readonly known: ReadonlySet<string>;
}

const shared = [
  "kind",
  "keepProbability",
  "standardDeviation",
  "location",
  "penalty",
  "lambda",
  "weights",
  "scaled",
].concat(["beta", "gamma", "zeta", "length", "seed", "stream", "offset", "structure"]);
const controls = ["signal", "onProgress"];

/** The function on this thread and its twin in the background. */
export function maskCalls(name: string, own: readonly string[]): { here: MaskCall; background: MaskCall } {
  const keys = [...shared, ...own];
  return {
    here: { name, background: false, known: new Set(keys) },
    background: { name: `${name}Async`, background: true, known: new Set([...keys, ...controls]) },
  };
}

/** The values of all enumerable options that any of the functions has, as they came. */
export interface Given {
  readonly kind: unknown;
  readonly keepProbability: unknown;
  readonly standardDeviation: unknown;
  readonly location: unknown;
  readonly penalty: unknown;
  readonly lambda: unknown;
  readonly weights: unknown;
  readonly scaled: unknown;
  readonly beta: unknown;
  readonly gamma: unknown;
  readonly zeta: unknown;
  readonly length: unknown;
  readonly seed: unknown;
  readonly stream: unknown;
  readonly offset: unknown;
  readonly structure: unknown;
  readonly format: unknown;
  readonly out: unknown;
  readonly x: unknown;
  readonly signal: unknown;
  readonly onProgress: unknown;
}

/**
 * Reads every option once, before anything is made of them: a getter may run any code, these functions too. Masks may be a
 * few elements long, so this reads with plain property accesses and looks for the culprit only when one throws.
 */
export function readGiven(call: MaskCall, options: unknown): Given {
  if (!isObject(options) || isArray("options", options)) {
    throw expected("options", `an object with ${[...call.known].join(", ")}`, options);
  }
  let stray = false;
  const given = nothingGiven();
  try {
    // Only what is there: to look for a property that is missing is slow in objects made by spreading others.
    for (const key in options) {
      if (call.known.has(key)) given[key as keyof Given] = (options as Given)[key as keyof Given];
      else stray = true;
    }
  } catch (cause) {
    for (const key of call.known) property("options", options, key);
    throw unreadable("options", cause);
  }
  if (stray) refuseStrays(call, options);
  return given;
}

function nothingGiven(): { -readonly [Key in keyof Given]: unknown } {
  return {
    kind: undefined,
    keepProbability: undefined,
    standardDeviation: undefined,
    location: undefined,
    penalty: undefined,
    lambda: undefined,
    weights: undefined,
    scaled: undefined,
    beta: undefined,
    gamma: undefined,
    zeta: undefined,
    length: undefined,
    seed: undefined,
    stream: undefined,
    offset: undefined,
    structure: undefined,
    format: undefined,
    out: undefined,
    x: undefined,
    signal: undefined,
    onProgress: undefined,
  };
}

function refuseStrays(call: MaskCall, options: object): void {
  const name = controls.find((key) => !call.background && property("options", options, key) !== undefined);
  if (name !== undefined) {
    const message = `${name} must be left out of ${call.name}, which blocks the thread: use ${call.name}Async`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const known = call.background ? [...call.known] : [...call.known, ...controls];
  refuseUnknownKeys("options", options, known);
}
