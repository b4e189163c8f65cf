import type { FitRequest, NativeFit } from "../binding.js";
import { isObject, property, requireNumber } from "./checks.js";
import { FlipsideError } from "./errors.js";
import { runFits } from "./fit.js";
import type { FitJSON, FitReason, Setting } from "./fitJSON.js";
import { type Fit, fitFromNative, readFitted, writeCoefficients } from "./fitted.js";
import type { Gram } from "./gram.js";
import { type CriteriaOptions, type InformationCriteria, informationCriteria } from "./inference/criteria.js";
import { encodeNumbers, FieldReader, type JSONNumber, parse, requireFormat } from "./json.js";
import { type DenseMatrix, requireEntries, toVector, type VectorLike } from "./matrix.js";
import { notConstructible } from "./penalty.js";
import { optionKeys, type Problem, readSetup, type SharedOptions } from "./request.js";
import { allocate, arrayLength, element } from "./views.js";
import { mergeWarnings, type PathWarning } from "./warnings.js";

/** The options of `fitPath`. */
export interface PathOptions extends SharedOptions {
  /** The values of λ, finite and >= 0, in any order. By default a geometric grid down from the smallest λ with no nonzero. */
  readonly lambdas?: VectorLike | undefined;
  /** How many values the default grid has, an integer in [1, 100000], by default 100. */
  readonly lambdaCount?: number | undefined;
  /** Smallest over largest λ of the default grid, in (0, 1); by default 1e-4 if rows > columns, else 1e-2. */
  readonly lambdaRatio?: number | undefined;
}

/** What `JSON.stringify` writes for a path. */
export interface PathJSON {
  format: "flipside.path";
  version: 1;
  requested: number;
  /** Of all fits, which do not repeat it. */
  featureNames?: readonly string[];
  imputation?: JSONNumber[];
  fits: FitJSON[];
}

const keys = optionKeys("lambdas", "lambdaCount", "lambdaRatio");
const countRange = { min: 1, max: 100_000, integer: true };
const ratioRange = { above: 0, below: 1 };
const secret = Symbol("made by flipside");
/** @internal */
export let makePath: (fits: readonly Fit[], requested: number) => Path;

/**
 * Fits of one problem at many λ, largest first, each started from the one before; the design is prepared once.
 *
 * @param problem The data, or a `Gram` of them, which serves the squared loss.
 * @returns The path; one that ended early has fewer fits than `requested` or fits that did not converge.
 * @throws FlipsideError, always as a rejection, as `fit` does.
 */
export async function fitPath(problem: Problem | Gram, options: PathOptions): Promise<Path> {
  const { request, convergence, about } = readSetup(problem, options, keys, true);
  readLambdas(options, request, about);
  const requested = request.lambdas.length || request.pathLength;
  return runFits(request, convergence, about.featureNames).then((fits: NativeFit[]) =>
    makePath(
      fits.map((one) => fitFromNative(one, about)),
      requested,
    ),
  );
}

/** The λ of a path, or how many and how far down. @internal */
export function readLambdas(options: object, request: FitRequest, { rows, columns }: Setting): void {
  const lambdas = property("options", options, "lambdas");
  const count = property("options", options, "lambdaCount");
  const ratio = property("options", options, "lambdaRatio");
  if (lambdas !== undefined) {
    if (count !== undefined || ratio !== undefined) {
      const name = count !== undefined ? "lambdaCount" : "lambdaRatio";
      throw new FlipsideError(
        "INVALID_ARGUMENT",
        `${name} must be left out where lambdas are given, but is there`,
      );
    }
    const given = toVector("lambdas", lambdas);
    requireEntries("lambdas", given, 0);
    request.lambdas = new Float64Array(given).sort().reverse();
  }
  request.pathLength = count === undefined ? 100 : requireNumber("lambdaCount", count, countRange);
  const usualRatio = rows > columns ? 1e-4 : 1e-2;
  request.pathRatio = ratio === undefined ? usualRatio : requireNumber("lambdaRatio", ratio, ratioRange);
}

/** Fits of one problem at falling λ. */
export class Path {
  /** Largest λ first. */
  readonly fits: readonly Fit[];
  /** The λ of each fit. */
  readonly lambdas: Float64Array;
  /** How many fits were asked for; there are fewer in a path that was aborted. */
  readonly requested: number;
  /** True if every fit that was asked for is there and converged. */
  readonly converged: boolean;
  /** "aborted" for a path that is not complete, else the reason of its first fit that did not converge. */
  readonly reason: FitReason;
  /**
   * The position of the smallest λ down to which every fit is locally convex (`FitRecord.locallyConvex`), as `convex.min` of
   * ncvreg; undefined if none is or it is not known.
   */
  readonly convexMin: number | undefined;
  /** The names of the columns, if the problem had them. */
  readonly featureNames: readonly string[] | undefined;
  #coefficients: DenseMatrix | undefined;
  #warnings: readonly PathWarning[] | undefined;

  static {
    makePath = (fits, requested) => new Path(secret, fits, requested);
  }

  private constructor(key: symbol, fits: readonly Fit[], requested: number) {
    if (key !== secret) throw notConstructible("Path", "fitPath or Path.fromJSON");
    this.fits = Object.freeze(fits);
    this.lambdas = Float64Array.from(fits, (one) => one.lambda);
    this.requested = requested;
    const unfinished = fits.find((one) => !one.converged);
    this.reason = fits.length < requested ? "aborted" : (unfinished?.reason ?? "tolerance");
    this.converged = this.reason === "tolerance";
    this.convexMin = lastConvex(fits);
    this.featureNames = fits[0]?.featureNames;
  }

  /**
   * Coefficients on the scale of x as a matrix, one row per variable and one column per λ; of several outputs columns x
   * outputs rows, output after output.
   */
  get coefficients(): DenseMatrix {
    if (this.#coefficients === undefined) {
      const first = this.fits[0];
      const rows = first === undefined ? 0 : first.columns * first.outputs;
      const columns = this.fits.length;
      const data = allocate("coefficients", rows * columns);
      this.fits.forEach((one, k) => {
        writeCoefficients(one, data, k * rows);
      });
      this.#coefficients = Object.freeze({ data, rows, columns, order: "column-major" as const });
    }
    return this.#coefficients;
  }

  /** The warnings of the fits, each code once with the λ concerned. */
  get warnings(): readonly PathWarning[] {
    this.#warnings ??= mergeWarnings(this.fits);
    return this.#warnings;
  }

  /** AIC, BIC and extended BIC of each fit, and where each is smallest: see `informationCriteria`. */
  criteria(options: CriteriaOptions = {}): Promise<InformationCriteria> {
    return informationCriteria(this, options);
  }

  /** Plain JSON that `Path.fromJSON` restores exactly. */
  toJSON(): PathJSON {
    const [first] = this.fits;
    return {
      format: "flipside.path",
      version: 1,
      requested: this.requested,
      ...(first?.featureNames !== undefined && { featureNames: first.featureNames }),
      ...(first?.imputation !== undefined && { imputation: encodeNumbers(first.imputation) }),
      fits: this.fits.map((one) => {
        const { featureNames: _names, imputation: _imputation, ...own } = one.toJSON();
        return own;
      }),
    };
  }

  /**
   * Restores a path from `toJSON()`, an object or its JSON text.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others that name the bad field; VERSION for JSON of a newer version.
   */
  static fromJSON(json: unknown): Path {
    const read = new FieldReader("json", requireFormat("json", parse("json", json), "flipside.path", 1));
    const array = read.array("fits");
    const requested = read.count("requested", 1);
    const count = arrayLength("json.fits", array);
    if (count === 0 || count > requested) {
      const message = `json.fits must have from 1 to ${requested} entries, but has ${count}`;
      throw new FlipsideError("LENGTH_MISMATCH", message);
    }
    const fits = Array.from({ length: count }, (_, k) =>
      readFitted(`json.fits[${k}]`, withShared(read, element("json.fits", array, k))),
    );
    return makePath(fits, requested);
  }
}

/** A fit of a path with what its path has for all. */
function withShared(path: FieldReader, fit: unknown): unknown {
  const shared = ["featureNames", "imputation"].filter((key) => path.has(key));
  if (shared.length === 0 || !isObject(fit)) return fit;
  return Object.assign(Object.create(fit), Object.fromEntries(shared.map((key) => [key, path.value(key)])));
}

function lastConvex(fits: readonly Fit[]): number | undefined {
  const known = fits.map((one) => one.record.locallyConvex);
  const first = known.findIndex((convex) => convex !== true);
  if (first === -1) return fits.length - 1;
  return first === 0 || known[first] === undefined ? undefined : first - 1;
}
