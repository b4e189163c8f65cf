import type { ExpectationRequest, NativeExpectation } from "../binding.js";
import { native } from "./binding.js";
import { property, requireBoolean, requireChoice, requireNumber, requireOptions } from "./checks.js";
import { readControls } from "./convergence.js";
import { type Controls, runJob } from "./job.js";
import { type MaskName, maskNames, readShape, readVariation } from "./maskOptions.js";
import { requireEntries, toVector, type VectorLike } from "./matrix.js";
import { normalQuantile } from "./normal.js";
import type { Penalty } from "./penalty.js";
import { type Problem, readData } from "./request.js";

/** The options of `verifyExpectation`. Exactly one of `penalty`, `keepProbability` and `variance` says how masks vary. */
export interface ExpectationOptions {
  /** w, one finite number per column, on the scale of x. */
  readonly coefficients: VectorLike;
  /** Masks of the variance λ / (η_j ‖x_j‖²/n), η = η̂ of the standardised coefficients under this penalty. */
  readonly penalty?: Penalty | undefined;
  /** λ, a finite number >= 0, together with `penalty`; 0 leaves every mask at 1. */
  readonly lambda?: number | undefined;
  /** α in (0, 1] for the variance (1 - α) / α, of all masks or of each; 0 only where the coefficient is 0. */
  readonly keepProbability?: number | VectorLike | undefined;
  /** The variance, >= 0, of all masks or of each; Infinity only where the coefficient is 0. */
  readonly variance?: number | VectorLike | undefined;
  /**
   * With the variance v and α = 1/(1 + v): "bernoulli" (the default) is 1/α with probability α, else 0; "unscaledBernoulli"
   * is 1 with probability α, else 0, and acts on w/α, so that w is the effective weight; "gaussian" is 1 + √v z;
   * "hardConcrete" is s / E s with Var(s) / (E s)² = v, by its location log a.
   */
  readonly mask?: MaskName | undefined;
  /** The temperature of the hard concrete mask, > 0, by default 2/3. */
  readonly beta?: number | undefined;
  /** The ends of its stretched interval, < 0 and > 1, by default -0.1 and 1.1. */
  readonly gamma?: number | undefined;
  readonly zeta?: number | undefined;
  /** How many masks are drawn, an integer from 2 to 2^31 - 1, by default 10000. */
  readonly samples?: number | undefined;
  /** Of the interval, in (0, 1), by default 0.99. */
  readonly confidence?: number | undefined;
  /** Of the random numbers, an integer in [0, 2^53), by default 0. The same seed gives the same bits. */
  readonly seed?: number | undefined;
  /** As in `fit`; the intercept is that of the unmasked model with centred columns. By default true. */
  readonly intercept?: boolean | undefined;
  /** As in `fit`; it matters for `penalty`. By default true. */
  readonly standardize?: boolean | undefined;
  readonly convergence?:
    | {
        /** Stops the computation: its promise rejects with ABORTED. */
        readonly signal?: AbortSignal | undefined;
        /** Called at most every 50 ms. What it throws stops the computation and rejects its promise. */
        readonly onProgress?: ((progress: { samples: number }) => void) | undefined;
      }
    | undefined;
}

/** E L(s∘w) by Monte Carlo beside its Tikhonov form. */
export interface Expectation {
  /** The mean of L(s∘w) over the samples. */
  readonly estimate: number;
  /** The standard error of that mean, from the sample variance. */
  readonly standardError: number;
  /** estimate ± z standardError with P(|Z| <= z) = confidence: right when the mean is nearly normal, see `reliable`. */
  readonly interval: readonly [number, number];
  readonly confidence: number;
  /** L(w), without masks. */
  readonly loss: number;
  /** L(w) + ½ Σ_j Var(s_j) (‖x_j‖²/n) w_j², what the estimate should be. */
  readonly tikhonov: number;
  /** True if `tikhonov` lies in the interval, or within rounding of the estimate. */
  readonly agrees: boolean;
  /**
   * False if the interval promises more than it can: with fewer than 100 samples, or when masks whose rarer outcome
   * (dropped or kept) is expected fewer than 30 times in all samples could move the estimate by more than a tenth of the
   * standard error. Such an outcome may not have come at all, and the standard error knows nothing of it: take more
   * samples, or a Gaussian mask of the same variance. At 30 such outcomes an interval of 99 % covers in some 98 % of
   * cases, from 100 on in 99 %.
   */
  readonly reliable: boolean;
  readonly samples: number;
  readonly seed: number;
  readonly mask: MaskName;
  /** Var(s_j) of each column's mask. */
  readonly variance: Float64Array;
}

const keys = [
  "coefficients",
  "penalty",
  "lambda",
  "keepProbability",
  "variance",
  "mask",
  "beta",
  "gamma",
].concat(["zeta", "samples", "confidence", "seed", "intercept", "standardize", "convergence"]);
const fewestSamples = 100;
const largestShift = 0.1;

/**
 * Checks that masks act as Tikhonov regularisation: for the squared error L and independent masks s of mean 1,
 * E L(s∘w) = L(w) + ½ Σ_j Var(s_j) (‖x_j‖²/n) w_j² (arXiv 2106.07769, section 2). Draws masks on a worker of the addon,
 * not on the event loop. The data are copied before the call returns.
 *
 * @throws FlipsideError, always as a rejection: bad arguments, ABORTED, OUT_OF_MEMORY, NUMERIC.
 */
export async function verifyExpectation(problem: Problem, options: ExpectationOptions): Promise<Expectation> {
  const { request, controls, confidence } = readSetup(problem, options);
  const { seed, mask } = request;
  return begin(request, controls).then((result) => describeResult(result, confidence, seed, mask));
}

function begin(request: ExpectationRequest, controls: Controls<number>): Promise<NativeExpectation> {
  return runJob<NativeExpectation, number>(
    (settle, progress) => native.expectation(request, settle, progress),
    controls,
  );
}

function describeResult(
  result: NativeExpectation,
  confidence: number,
  seed: number,
  mask: Expectation["mask"],
): Expectation {
  const { estimate, standardError, samples, loss, tikhonov, unseen, variances } = result;
  const reach = normalQuantile(confidence) * standardError;
  const rounding = 4 * Number.EPSILON * Math.max(estimate, tikhonov);
  return Object.freeze({
    estimate,
    standardError,
    interval: Object.freeze([estimate - reach, estimate + reach] as const),
    confidence,
    loss,
    tikhonov,
    agrees: Math.abs(tikhonov - estimate) <= reach + rounding,
    reliable: unseen <= largestShift * standardError && (samples >= fewestSamples || standardError === 0),
    samples,
    seed,
    mask,
    variance: variances,
  });
}

interface Setup {
  readonly request: ExpectationRequest;
  readonly controls: Controls<number>;
  readonly confidence: number;
}

function readSetup(problem: unknown, given: unknown): Setup {
  const data = readData(problem);
  const options = requireOptions("options", given, keys);
  const get = (key: string) => property("options", options, key);
  const { columns } = data.x;
  const coefficients = toVector("coefficients", get("coefficients"), columns, "one per column of x");
  requireEntries("coefficients", coefficients, -Infinity);
  const number = (key: string, range: object, standard: number) => {
    const value = get(key);
    return value === undefined ? standard : requireNumber(key, value, range);
  };
  const flag = (key: string) => {
    const value = get(key);
    return value === undefined || requireBoolean(key, value);
  };
  const maskGiven = get("mask");
  const mask = maskGiven === undefined ? "bernoulli" : requireChoice("mask", maskGiven, maskNames);
  const request: ExpectationRequest = {
    ...data,
    coefficients,
    ...readVariation(get, coefficients),
    mask,
    ...readShape(get, mask),
    samples: number("samples", { min: 2, max: 2 ** 31 - 1, integer: true }, 10_000),
    seed: number("seed", { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true }, 0),
    intercept: flag("intercept"),
    standardize: flag("standardize"),
  };
  const confidence = number("confidence", { above: 0, below: 1 }, 0.99);
  return { request, controls: controlsOf(get("convergence")), confidence };
}

function controlsOf(given: unknown): Controls<number> {
  const options = given === undefined ? {} : requireOptions("convergence", given, ["signal", "onProgress"]);
  const { signal, onProgress } = readControls<{ samples: number }>(options);
  return {
    signal,
    onProgress: onProgress && ((samples) => onProgress({ samples })),
    aborted: "the expectation was aborted before all samples were drawn",
  };
}
