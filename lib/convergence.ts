import { isObject, property, requireNumber, requireOptions } from "./checks.js";
import { expected, FlipsideError } from "./errors.js";

/** When a fit ends, and how to watch and stop it. */
export interface ConvergenceOptions {
  /**
   * Converged when the stationarity (largest violation of the first-order condition on the standardised scale) is at
   * most tolerance * lambda, or what rounding leaves. A finite number >= 0; the default is the solver's, 1e-8 for the
   * reweighted one (see `SolverName`, also for the meaning that the solver "dropout" gives it).
   */
  readonly tolerance?: number | undefined;
  /** Iterations per lambda, an integer >= 1; the default is the solver's, 10000 for the reweighted one. */
  readonly maxIterations?: number | undefined;
  /**
   * Stops the fit. If there is an iterate by then, the promise resolves with it and the reason "aborted"; if not, it
   * rejects with a FlipsideError ABORTED whose cause is `signal.reason`.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called at most every 50 ms. What it throws stops the fit and becomes the rejection of its promise. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The state of a running fit. */
export interface Progress {
  /** Position in the path, from 0; 0 for a single fit. */
  readonly lambdaIndex: number;
  readonly lambdaCount: number;
  /** Iterations at this lambda, and their limit. */
  readonly iteration: number;
  readonly maxIterations: number;
  /** L(w) + λ Ω(w). */
  readonly objective: number;
  /** Largest violation of the first-order condition among the nonzero coefficients. */
  readonly stationarity: number;
  /** How many coefficients are nonzero. */
  readonly nonzero: number;
}

/** Validated options. */
export interface Convergence {
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

const known = ["tolerance", "maxIterations", "signal", "onProgress"];
const toleranceRange = { min: 0 };
const iterationsRange = { min: 1, max: 2 ** 31 - 1, integer: true };

/** What a solver takes where the caller says nothing. */
export interface ConvergenceDefaults {
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** `background` is false for a fit on the calling thread, which can neither be stopped nor watched. @internal */
export function readConvergence(
  value: unknown,
  background: boolean,
  defaults: ConvergenceDefaults,
): Convergence {
  if (value === undefined) return { ...defaults, signal: undefined, onProgress: undefined };
  const options = requireOptions("convergence", value, known);
  const controls = readControls<Progress>(options);
  if (!background) refuseControls(controls.signal, controls.onProgress);
  return { ...limitsOf(options, defaults), ...controls };
}

/** The limits of one fit among many, which are watched and stopped together. @internal */
export function readLimits(value: unknown, defaults: ConvergenceDefaults): ConvergenceDefaults {
  if (value === undefined) return defaults;
  const options = requireOptions("convergence", value, ["tolerance", "maxIterations"]);
  return limitsOf(options, defaults);
}

function limitsOf(options: object, defaults: ConvergenceDefaults): ConvergenceDefaults {
  const tolerance = property("convergence", options, "tolerance");
  const maxIterations = property("convergence", options, "maxIterations");
  return {
    tolerance:
      tolerance === undefined
        ? defaults.tolerance
        : requireNumber("convergence.tolerance", tolerance, toleranceRange),
    maxIterations:
      maxIterations === undefined
        ? defaults.maxIterations
        : requireNumber("convergence.maxIterations", maxIterations, iterationsRange),
  };
}

/** What watches and stops any job, from options called `convergence`. @internal */
export function readControls<State>(options: object): Watch<State> {
  const signal = property("convergence", options, "signal");
  return requireControls("convergence.", signal, property("convergence", options, "onProgress"));
}

interface Watch<State> {
  signal: AbortSignal | undefined;
  onProgress: ((state: State) => void) | undefined;
}

/** The same of values that have been read; `prefix` is what their names begin with. @internal */
export function requireControls<State>(prefix: string, signal: unknown, onProgress: unknown): Watch<State> {
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw expected(`${prefix}onProgress`, "a function", onProgress);
  }
  return {
    signal: signal === undefined ? undefined : requireSignal(`${prefix}signal`, signal),
    onProgress: onProgress as ((state: State) => void) | undefined,
  };
}

function refuseControls(signal: unknown, onProgress: unknown): void {
  const name = signal !== undefined ? "signal" : onProgress !== undefined ? "onProgress" : undefined;
  if (name === undefined) return;
  const message = `convergence.${name} must be left out of a fit on the calling thread, which it blocks: use fit`;
  throw new FlipsideError("UNSUPPORTED", message);
}

/** By shape: another realm (a vm context, a test runner) has an AbortSignal of its own. */
function requireSignal(name: string, value: unknown): AbortSignal {
  if (
    isObject(value) &&
    typeof property(name, value, "aborted") === "boolean" &&
    typeof property(name, value, "addEventListener") === "function" &&
    typeof property(name, value, "removeEventListener") === "function"
  ) {
    return value as AbortSignal;
  }
  throw expected(name, "an AbortSignal", value);
}
