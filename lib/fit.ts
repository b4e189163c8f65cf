import type { FitRequest, NativeFit, NativeProgress } from "../binding.js";
import { native } from "./binding.js";
import { property, requireNumber } from "./checks.js";
import type { Convergence } from "./convergence.js";
import { withNames } from "./featureNames.js";
import { type Fit, fitFromNative } from "./fitted.js";
import type { Gram } from "./gram.js";
import { type Controls, runJob } from "./job.js";
import { optionKeys, type Problem, readSetup, type Setup, type SharedOptions } from "./request.js";

/** The options of `fit` and `fitSync`. */
export interface FitOptions extends SharedOptions {
  /** The strength λ of the penalty, a finite number >= 0; 0 leaves the loss alone. */
  readonly lambda: number;
}

const keys = optionKeys("lambda");
const lambdaRange = { min: 0 };

/**
 * Sparse regression: minimises L(w) + λ Ω(w) over w (arXiv 2106.07769, eq. 1) on a worker of the addon, not on the
 * event loop. The data are copied before the call returns, so the caller may change them afterwards.
 *
 * @param problem The data, or a `Gram` of them, which serves the squared loss.
 * @returns The fit; one that ended early says so in `converged` and `reason`.
 * @throws FlipsideError, always as a rejection: bad arguments, ABORTED, OUT_OF_MEMORY, NUMERIC.
 */
export async function fit(problem: Problem | Gram, options: FitOptions): Promise<Fit> {
  const { request, convergence, about } = readFit(problem, options, true);
  return runFits(request, convergence, about.featureNames).then((fits) =>
    fitFromNative(fits[0] as NativeFit, about),
  );
}

/**
 * `fit` on the calling thread, which it blocks: for small problems, where handing the work to another thread takes
 * longer than the work. Takes the same arguments without `convergence.signal` and `convergence.onProgress`.
 *
 * @throws FlipsideError as `fit`, but directly.
 */
export function fitSync(problem: Problem | Gram, options: FitOptions): Fit {
  const { request, about } = readFit(problem, options, false);
  try {
    return fitFromNative(native.fitSync(request)[0] as NativeFit, about);
  } catch (error) {
    throw withNames(error, about.featureNames);
  }
}

/** A fit per lambda, as a job; a job that was stopped resolves with what it has. Errors use the names. @internal */
export function runFits(
  request: FitRequest,
  convergence: Convergence,
  names: readonly string[] | undefined,
): Promise<NativeFit[]> {
  const fits = runJob<NativeFit[], NativeProgress>(
    (settle, progress) => native.fit(request, settle, progress),
    controls(convergence),
  );
  return names === undefined ? fits : fits.catch(rethrow(names));
}

/** By itself, for the same reason as controls. */
function rethrow(names: readonly string[]): (error: unknown) => never {
  return (error) => {
    throw withNames(error, names);
  };
}

/** By itself: a closure next to that of runFits would keep the request alive. */
function controls({ signal, onProgress, maxIterations }: Convergence): Controls<NativeProgress> {
  return {
    signal,
    onProgress: onProgress && ((state) => onProgress({ ...state, maxIterations })),
    aborted: "the fit was aborted before its first iterate",
  };
}

function readFit(problem: unknown, options: unknown, background: boolean): Setup {
  const setup = readSetup(problem, options, keys, background);
  const lambda = requireNumber("lambda", property("options", options as object, "lambda"), lambdaRange);
  setup.request.lambdas = Float64Array.of(lambda);
  return setup;
}
