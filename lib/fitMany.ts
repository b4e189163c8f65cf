import type { ManyRequest, NativeFit, NativeSpec } from "../binding.js";
import { native } from "./binding.js";
import { isArray, isObject, property, requireNumber, requireOptions } from "./checks.js";
import { type Convergence, readLimits, requireControls } from "./convergence.js";
import type { Design } from "./design.js";
import { expected, FlipsideError } from "./errors.js";
import { problemNames, withNames } from "./featureNames.js";
import type { FitOptions } from "./fit.js";
import type { Setting } from "./fitJSON.js";
import { type Fit, fitFromNative } from "./fitted.js";
import { type Controls, runJob } from "./job.js";
import { lossKeys, readLossOptions } from "./lossOptions.js";
import type { MatrixLike, VectorLike } from "./matrix.js";
import type { Penalty } from "./penalty.js";
import { ownWeights, readLoss, readModel, readSource, readStart, type SharedOptions } from "./request.js";
import { readResponse } from "./response.js";
import { perRow, readWeights } from "./rowVectors.js";
import { setupOf } from "./setup.js";
import { type LossName, solverDefaults, solverKeys } from "./solver.js";
import { structureKeys } from "./structure.js";
import type { SurvivalResponse } from "./survival.js";
import { arrayLength, element } from "./views.js";

type Own = "penalty" | "lambda" | "solver" | "start" | "seed" | "starts" | "proximal" | "dropout";

/** One of the fits of `fitMany`; what is not said here is as in `FitOptions`. */
export interface FitSpec extends Pick<FitOptions, Own> {
  /** The response, as in `Problem`. An array (of cox, an object) that several fits share is copied once. */
  readonly y: VectorLike | SurvivalResponse;
  /** One finite number per row, added to the fitted values with coefficient 1. */
  readonly offset?: VectorLike | undefined;
  readonly convergence?:
    | { readonly tolerance?: number | undefined; readonly maxIterations?: number | undefined }
    | undefined;
}

/** How far `fitMany` is. */
export interface ManyProgress {
  /** Fits that have ended. */
  readonly done: number;
  readonly count: number;
}

/** What the fits of `fitMany` share. */
export interface FitManyOptions
  extends Pick<SharedOptions, "loss" | "huber" | "cox" | "intercept" | "standardize" | "missing"> {
  /** One finite number >= 0 per row, not all 0; a Design has its own. */
  readonly weights?: VectorLike | undefined;
  /** As of a problem. */
  readonly featureNames?: readonly string[] | undefined;
  /**
   * Stops all fits. If each has been begun by then the promise resolves, and those that were interrupted have the reason
   * "aborted". If not, it rejects with a FlipsideError ABORTED whose `fits` has what there is.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called at most every 50 ms. What it throws stops the fits and becomes the rejection of the promise. */
  readonly onProgress?: ((progress: ManyProgress) => void) | undefined;
}

const specKeys = ["y", "offset", "start", "penalty", "lambda", "convergence", ...solverKeys];
const optionKeys = [
  "weights",
  "featureNames",
  "intercept",
  "standardize",
  "missing",
  "loss",
  ...lossKeys,
  "signal",
  "onProgress",
];
const lambdaRange = { min: 0 };
const aborted = "the fits were aborted before each had an iterate";

/**
 * Many fits of one design as one job of the addon: x is copied and standardised once, and the fits are spread over the
 * threads. Each is the same, to the bit, as by `fit`. All data are copied before the call returns, which takes some
 * 15 µs per fit on the calling thread beside copying each different y once.
 *
 * @returns The fits in the order of `fits`; one that ended early says so in `converged` and `reason`.
 * @throws FlipsideError, always as a rejection, as `fit` does; that of one fit names it, such as "fits[3].lambda".
 */
export async function fitMany(
  x: MatrixLike | Design,
  fits: readonly FitSpec[],
  options: FitManyOptions = {},
): Promise<Fit[]> {
  const { request, abouts, controls } = readMany(x, fits, options);
  const names = abouts[0]?.featureNames;
  return runMany(request, controls).then(
    (results) => collect(results, abouts),
    (error) => {
      throw withNames(error, names);
    },
  );
}

function runMany(request: ManyRequest, controls: Controls<number>): Promise<(NativeFit | null)[]> {
  return runJob<(NativeFit | null)[], number>(
    (settle, progress) => native.fitMany(request, settle, progress),
    controls,
  );
}

function collect(results: (NativeFit | null)[], abouts: readonly Setting[]): Fit[] {
  const fits = results.map((one, k) => (one === null ? undefined : fitFromNative(one, abouts[k] as Setting)));
  if (fits.every((one) => one !== undefined)) return fits;
  const error = new FlipsideError("ABORTED", aborted);
  throw Object.defineProperty(error, "fits", { value: fits, configurable: true });
}

interface Many {
  readonly request: ManyRequest;
  readonly abouts: readonly Setting[];
  readonly controls: Controls<number>;
}

function readMany(x: unknown, specs: unknown, options: unknown): Many {
  refuseStructure("options", options);
  const given = requireOptions("options", options, optionKeys);
  const source = readSource(x, given);
  const weights = readWeights(property("options", given, "weights"), source.rows);
  if (weights !== undefined && source.design !== undefined) throw ownWeights("weights");
  const featureNames = problemNames(given, source.columns);
  const loss = readLoss(given);
  if (loss === "multinomial" || loss === "multiTask") {
    const message = `loss must have one output per row for fitMany, but is ${loss}: use fit`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  if (!isArray("fits", specs)) throw expected("fits", "an array of fits", specs);
  const count = arrayLength("fits", specs);
  if (count === 0) throw expected("fits", "an array of at least one fit", specs, "EMPTY");
  const lossParameters = readLossOptions(given, loss);
  const responses = new Responses(source.rows, loss);
  const abouts: Setting[] = [];
  const fits: NativeSpec[] = [];
  for (let k = 0; k < count; ++k) {
    const one = element("fits", specs, k);
    refuseStructure(`fits[${k}]`, one);
    const spec = requireOptions(`fits[${k}]`, one, specKeys);
    try {
      const fit = readSpec(spec, source, loss, responses);
      const { rows, columns, intercept, standardize } = source;
      const { offset, tolerance } = fit.native;
      const weighted = weights !== undefined || source.weighted === true;
      const setup = setupOf({ intercept, standardize, offset, tolerance }, weighted);
      fits.push(fit.native);
      abouts.push({ ...fit.about, lossParameters, rows, columns, featureNames, setup });
    } catch (error) {
      throw inFit(k, error);
    }
  }
  const { signal, onProgress } = requireControls<ManyProgress>(
    "",
    property("options", given, "signal"),
    property("options", given, "onProgress"),
  );
  const { design, intercept, standardize, imputeMissing } = source;
  const shared = { x: source.x, design, weights, intercept, standardize, imputeMissing, loss };
  return {
    request: { ...shared, lossParameters, responses: responses.all, fits },
    abouts,
    controls: {
      signal,
      onProgress: onProgress && ((done) => onProgress({ done, count })),
      signalName: "signal",
      aborted,
    },
  };
}

/** What fit takes, but many fits of one design do not. */
function refuseStructure(argument: string, given: unknown): void {
  if (!isObject(given)) return;
  for (const key of structureKeys) {
    if (property(argument, given, key) === undefined) continue;
    const message = `${argument}.${key} must be left out: fitMany takes no factors, bounds or groups, use fit`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
}

function readSpec(
  spec: object,
  source: { rows: number; columns: number },
  loss: LossName,
  responses: Responses,
): { native: NativeSpec; about: Pick<Setting, "penalty" | "loss" | "solver"> } {
  const get = (key: string) => property("", spec, key);
  const penalty = get("penalty");
  const { handle, choice } = readModel(spec, penalty, loss);
  const limits: Pick<Convergence, "tolerance" | "maxIterations"> = readLimits(
    get("convergence"),
    solverDefaults[choice.solver],
  );
  return {
    native: {
      response: responses.place(get("y")),
      offset: perRow("offset", get("offset"), source.rows, -Infinity),
      start: readStart(spec, source.columns),
      lambda: requireNumber("lambda", get("lambda"), lambdaRange),
      penalty: handle,
      ...choice,
      ...limits,
    },
    about: { penalty: penalty as Penalty, loss, solver: choice.solver },
  };
}

/** The different vectors y, each checked and handed over once. */
class Responses {
  readonly all: Float64Array[] = [];
  readonly #rows: number;
  readonly #loss: LossName;
  readonly #places = new Map<unknown, number>();

  constructor(rows: number, loss: LossName) {
    this.#rows = rows;
    this.#loss = loss;
  }

  place(y: unknown): number {
    const known = this.#places.get(y);
    if (known !== undefined) return known;
    const { y: vector } = readResponse({ y }, this.#rows, this.#loss);
    this.#places.set(y, this.all.length);
    return this.all.push(vector) - 1;
  }
}

function inFit(k: number, error: unknown): unknown {
  if (!(error instanceof FlipsideError)) return error;
  const message = `fits[${k}].${error.message}`;
  return new FlipsideError(
    error.code,
    message,
    error.cause === undefined ? undefined : { cause: error.cause },
  );
}
