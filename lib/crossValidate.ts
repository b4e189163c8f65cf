import type { CrossModel, CrossRequest, NativeCrossValidation } from "../binding.js";
import { native } from "./binding.js";
import { isArray, property, requireBoolean, requireChoice, requireOptions } from "./checks.js";
import { type ConvergenceOptions, readLimits } from "./convergence.js";
import { type Measure, measureNames, measuresOf } from "./crossCurve.js";
import { type CrossValidation, makeCrossValidation } from "./crossValidation.js";
import { expected, FlipsideError } from "./errors.js";
import { withNames } from "./featureNames.js";
import type { Setting } from "./fitJSON.js";
import { fitFromNative } from "./fitted.js";
import {
  type Labels,
  type Numbered,
  numbered,
  partition,
  readFoldOf,
  readLabels,
  requireFoldCount,
} from "./folds.js";
import { type Controls, runJob } from "./job.js";
import type { VectorLike } from "./matrix.js";
import { makePath, type PathOptions, readLambdas } from "./path.js";
import type { Penalty } from "./penalty.js";
import { optionKeys, type Problem, readModel, readSetup, type Setup } from "./request.js";
import { solverDefaults } from "./solver.js";
import { arrayLength, element } from "./views.js";

/** How far `crossValidate` is. */
export interface CrossProgress {
  /** Fits of one λ that have ended, those of the paths on all rows included. */
  readonly done: number;
  readonly count: number;
}

/** The options of `crossValidate`: those of `fitPath` and these. */
export interface CrossValidateOptions extends Omit<PathOptions, "penalty" | "convergence"> {
  /** Either one penalty ... */
  readonly penalty?: Penalty | undefined;
  /** ... or several to choose from, such as mcp with different a. Each has λ of its own unless they are given. */
  readonly penalties?: readonly Penalty[] | undefined;
  /**
   * How many, an integer from 2 to the number of rows, by default 10; or the fold of each row, numbers from 0 without gaps.
   */
  readonly folds?: number | VectorLike | undefined;
  /** One label per row: rows with the same one are held out together. */
  readonly foldGroups?: Labels | undefined;
  /**
   * Spread the classes of y (logistic: y > 1/2 or not; multinomial; cox: rows with and without an event) evenly over the
   * folds. By default true for these losses; the others have none.
   */
  readonly stratify?: boolean | undefined;
  /** Of the random folds, and of the solver "dropout"; an integer in [0, 2^53), by default 0. */
  readonly seed?: number | undefined;
  /**
   * What is best, by default "deviance"; all that make sense for the loss are computed. Each is a weighted mean over the
   * held-out rows of a fold:
   *
   * - "deviance": 2 (φ(z, y) - min φ(·, y)), φ the loss of a row; of squared loss (y - z)². Of cox the deviance of all rows
   *   minus that of the others, both with the coefficients of the fold (Verweij and van Houwelingen, 1993), per event.
   * - "squaredError" and "absoluteError": of y and its prediction, which is z, of logistic and multinomial the probability,
   *   of poisson exp z; the sum over the classes or tasks where there are several.
   * - "misclassification" (logistic, multinomial): the share of wrong classes; of logistic z > 0 says 1.
   * - "auc" (logistic): the area under the curve, ties counted half.
   */
  readonly measure?: Measure | undefined;
  /** Keep the predictors of the held-out rows. By default false. */
  readonly keep?: boolean | undefined;
  /**
   * `tolerance` is that of all fits. By default the path on all rows has that of the solver, or 1e-6 where that is less. The
   * fits of the folds, which only serve to predict, then end where the stationarity is at most 6e-4 times the largest gradient at w = 0, or 0.1 λ
   * where that is less; those of the solver "dropout" as all of its fits. A signal rejects with ABORTED: there is no partial
   * result.
   */
  readonly convergence?:
    | (Omit<ConvergenceOptions, "onProgress"> & {
        /** Called at most every 50 ms. What it throws stops all and becomes the rejection of the promise. */
        readonly onProgress?: ((progress: CrossProgress) => void) | undefined;
      })
    | undefined;
}

const pathTolerance = 1e-6;
const foldTolerance = 1e-5;
/** Of the largest gradient at 0. */
const foldLeeway = 6e-4;
const ownKeys = ["lambdas", "lambdaCount", "lambdaRatio", "penalties", "folds", "foldGroups", "stratify"];
const keys = optionKeys(...ownKeys, "measure", "keep");

/**
 * Cross-validation of the path of one penalty or of several as one job of the addon: the paths on all rows and on the rows
 * outside each fold, spread over the threads, with the same λ. Weights and offsets count in fitting and in scoring; columns
 * are standardised inside each fold by its training rows. The result does not depend on the number of threads.
 *
 * @param problem The data; not a Design or Gram, of which no rows can be left out.
 * @throws FlipsideError, always as a rejection, as `fitPath` does; what is wrong with one fold names it: "fold 3: ...".
 */
export async function crossValidate(
  problem: Problem,
  options: CrossValidateOptions,
): Promise<CrossValidation> {
  const { request, abouts, measure, controls } = readCross(problem, options);
  const { folds: foldOf } = request;
  const requested = request.lambdas.length || request.pathLength;
  const names = abouts[0]?.featureNames;
  return run(request, controls).then(
    (result) => collect(result, { abouts, measure, foldOf, requested }),
    (error) => {
      throw withNames(error, names);
    },
  );
}

function run(request: CrossRequest, controls: Controls<number>): Promise<NativeCrossValidation> {
  return runJob<NativeCrossValidation, number>(
    (settle, progress) => native.crossValidate(request, settle, progress),
    controls,
  );
}

interface Asked {
  readonly abouts: readonly Setting[];
  readonly measure: Measure;
  readonly foldOf: Int32Array;
  readonly requested: number;
}

function collect(
  { measures, foldWeights, candidates }: NativeCrossValidation,
  { abouts, measure, foldOf, requested }: Asked,
): CrossValidation {
  return makeCrossValidation({
    measure,
    foldOf,
    foldWeights,
    candidates: candidates.map(({ fits, scores, ...rest }, k) => {
      const size = scores.length / measures.length;
      const about = abouts[k] as Setting;
      return {
        ...rest,
        path: makePath(
          fits.map((one) => fitFromNative(one, about)),
          requested,
        ),
        scores: new Map(measures.map((name, m) => [name, scores.slice(m * size, (m + 1) * size)])),
      };
    }),
  });
}

interface Cross {
  readonly request: CrossRequest;
  readonly abouts: readonly Setting[];
  readonly measure: Measure;
  readonly controls: Controls<number>;
}

function readCross(problem: unknown, options: unknown): Cross {
  const given = readOnce(options);
  const penalties = readPenalties(given);
  const setup = readSetup(problem, { ...given, penalty: penalties[0] }, keys, true);
  const { request, convergence, about } = setup;
  if (request.x === undefined) {
    const message = "problem.x must be a matrix, of which rows can be left out, but is a Design or a Gram";
    throw new FlipsideError("UNSUPPORTED", message);
  }
  readLambdas(given, request, about);
  const { convergence: limited = {} } = given;
  const limit = (key: string) => property("convergence", limited as object, key);
  const limits: Limits = { tolerance: limit("tolerance"), maxIterations: limit("maxIterations") };
  const models = penalties.map((penalty, k) => readCandidate(given, penalty, k, limits, setup));
  const [first, ...others] = models.map(({ model }) => model) as [CrossModel, ...CrossModel[]];
  const folds = readFolds(given, setup);
  const foldCount = folds.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  const { keep } = given;
  const count = models.length * (foldCount + 1) * (request.lambdas.length || request.pathLength);
  const onProgress = convergence.onProgress as unknown as ((progress: CrossProgress) => void) | undefined;
  return {
    request: {
      ...request,
      ...first,
      others,
      folds,
      foldCount,
      foldLeeway: limits.tolerance === undefined ? foldLeeway : 0,
      keep: keep !== undefined && requireBoolean("keep", keep),
    },
    abouts: models.map(({ about }) => about),
    measure: readMeasure(given, setup),
    controls: {
      signal: convergence.signal,
      onProgress: onProgress && ((done) => onProgress({ done, count })),
      aborted: "the cross-validation was aborted",
    },
  };
}

/** The options with each property read once: they are looked at from several places. */
function readOnce(options: unknown): Record<string, unknown> {
  const object = requireOptions("options", options, keys);
  const given: Record<string, unknown> = {};
  for (const key of keys) {
    const value = property("options", object, key);
    if (value !== undefined) given[key] = value;
  }
  return given;
}

function readPenalties(given: Record<string, unknown>): unknown[] {
  const { penalty, penalties: several } = given;
  if (several === undefined) return [penalty];
  if (penalty !== undefined) {
    const message = "penalty must be left out where penalties are given, but is there";
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  if (!isArray("penalties", several)) throw expected("penalties", "an array of penalties", several);
  const count = arrayLength("penalties", several);
  if (count === 0) throw expected("penalties", "an array of at least one penalty", several, "EMPTY");
  return Array.from({ length: count }, (_, k) => element("penalties", several, k));
}

/** As they were given; readSetup has seen that there is nothing else. */
interface Limits {
  readonly tolerance: unknown;
  readonly maxIterations: unknown;
}

function readCandidate(
  given: Record<string, unknown>,
  penalty: unknown,
  k: number,
  limits: Limits,
  { request, about }: Setup,
): { model: CrossModel; about: Setting } {
  const { handle, choice } = named(k, given, () =>
    readModel(given, penalty, about.loss, request.structure !== undefined),
  );
  const { solver } = choice;
  const usual = solverDefaults[solver];
  const model = {
    ...choice,
    ...readLimits(limits, { ...usual, tolerance: Math.max(usual.tolerance, pathTolerance) }),
    penalty: handle,
    foldTolerance: (limits.tolerance as number | undefined) ?? Math.max(usual.tolerance, foldTolerance),
  };
  return { model, about: { ...about, penalty: penalty as Penalty, solver } };
}

/** What is wrong with one of several penalties names it. */
function named<T>(k: number, { penalties }: Record<string, unknown>, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (penalties === undefined || !(error instanceof FlipsideError)) throw error;
    const { code, message, cause } = error;
    throw new FlipsideError(code, `penalties[${k}]: ${message}`, cause === undefined ? undefined : { cause });
  }
}

function readMeasure(given: Record<string, unknown>, { about }: Setup): Measure {
  const { measure } = given;
  if (measure === undefined) return "deviance";
  const known = measuresOf[about.loss];
  const name = requireChoice("measure", measure, measureNames);
  if (known.includes(name)) return name;
  const message = `measure must be one of ${known.join(", ")} for the ${about.loss} loss, but is ${name}`;
  throw new FlipsideError("UNSUPPORTED", message);
}

function readFolds(given: Record<string, unknown>, setup: Setup): Int32Array {
  const { folds, foldGroups, stratify } = given;
  const { rows } = setup.about;
  if (folds !== undefined && typeof folds !== "number") {
    const other = foldGroups !== undefined ? "foldGroups" : stratify !== undefined ? "stratify" : undefined;
    if (other === undefined) return readFoldOf("folds", folds, rows);
    const message = `${other} must be left out where the fold of each row is given, but is there`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  return partition(rows, {
    folds: requireFoldCount(folds ?? 10, rows, "rows of x"),
    seed: setup.request.seed,
    strata: readStrata(stratify, setup),
    groups: readLabels("foldGroups", foldGroups, rows),
  });
}

function readStrata(stratify: unknown, { request, about: { loss, rows } }: Setup): Numbered | undefined {
  const wanted = stratify === undefined ? undefined : requireBoolean("stratify", stratify);
  if (wanted === false) return undefined;
  const y = request.y as Float64Array;
  if (loss === "logistic") return numbered(y.map((value) => (value > 0.5 ? 1 : 0)));
  if (loss === "multinomial") return numbered(y);
  if (loss === "cox") return numbered(y.slice(rows));
  if (wanted === undefined) return undefined;
  const message = `stratify must be left out or false for the ${loss} loss, whose y has no classes, but is true`;
  throw new FlipsideError("UNSUPPORTED", message);
}
