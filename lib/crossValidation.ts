import type { NativeCandidate } from "../binding.js";
import {
  type CrossCurve,
  curveOf,
  type Measure,
  measureNames,
  measuresOf,
  selectFrom,
} from "./crossCurve.js";
import { expected } from "./errors.js";
import type { Fit } from "./fitted.js";
import { readFoldOf } from "./folds.js";
import { encodeNumbers, FieldReader, type JSONNumber, parse, requireFormat } from "./json.js";
import type { DenseMatrix } from "./matrix.js";
import { Path, type PathJSON } from "./path.js";
import { notConstructible, type Penalty } from "./penalty.js";
import { arrayLength, element } from "./views.js";

/** What `JSON.stringify` writes for a candidate. */
export interface CrossCandidateJSON {
  path: PathJSON;
  /** Of each measure: folds x lambdas, row-major. */
  scores: Partial<Record<Measure, JSONNumber[]>>;
  unconverged: number[];
  stationarity: JSONNumber[];
  linearPredictors?: JSONNumber[];
}

/** What `JSON.stringify` writes for a cross-validation. */
export interface CrossValidationJSON {
  format: "flipside.crossValidation";
  version: 1;
  measure: Measure;
  foldOf: number[];
  foldWeights: JSONNumber[];
  candidates: CrossCandidateJSON[];
}

/** What a candidate is made of. @internal */
export interface CandidateParts extends Omit<NativeCandidate, "fits" | "scores"> {
  readonly path: Path;
  readonly scores: ReadonlyMap<Measure, Float64Array>;
}

/** What a cross-validation is made of. @internal */
export interface CrossParts {
  readonly measure: Measure;
  readonly foldOf: Int32Array;
  readonly foldWeights: Float64Array;
  readonly candidates: readonly CandidateParts[];
}

const secret = Symbol("made by flipside");

/** @internal */
export let makeCrossValidation: (parts: CrossParts) => CrossValidation;

let makeCandidate: (parts: CandidateParts, measure: Measure, foldWeights: Float64Array) => CrossCandidate;

/** One penalty of a cross-validation: its path on all rows with the scores of held-out rows along it. */
export class CrossCandidate {
  readonly penalty: Penalty;
  readonly measure: Measure;
  /** The fits to all rows. */
  readonly path: Path;
  /** Largest first; every fold has fits at the same. */
  readonly lambdas: Float64Array;
  /** How many coefficients of each fit to all rows are not 0. */
  readonly nonzero: Uint32Array;
  /** Every measure that makes sense for the loss. */
  readonly scores: Readonly<Partial<Record<Measure, CrossCurve>>>;
  /** Of `measure`, as `scores` has them. */
  readonly mean: Float64Array;
  readonly standardError: Float64Array;
  readonly foldScores: CrossCurve["foldScores"];
  /** The place of the λ with the best mean; of equals that of the largest λ. */
  readonly indexMin: number;
  /** The place of the largest λ whose mean is within one standard error of the best, that of the best λ. */
  readonly index1se: number;
  readonly lambdaMin: number;
  readonly lambda1se: number;
  /** Of each fold: how many of its fits did not converge. */
  readonly unconverged: Float64Array;
  /** `Fit.stationarity` of each fit of a fold, folds x lambdas, row-major. */
  readonly stationarity: DenseMatrix & { readonly data: Float64Array };
  /** True if every fit of every fold and of the path converged. */
  readonly converged: boolean;
  /**
   * With `keep`: offset + intercept + x w of each row by the fits that have not seen it, rows x lambdas, column-major; with
   * several outputs rows · outputs x lambdas, output after output.
   */
  readonly linearPredictors: (DenseMatrix & { readonly data: Float64Array }) | undefined;

  static {
    makeCandidate = (...parts) => new CrossCandidate(secret, ...parts);
  }

  private constructor(key: symbol, parts: CandidateParts, measure: Measure, foldWeights: Float64Array) {
    if (key !== secret) throw notConstructible("CrossCandidate", "crossValidate");
    const { path, predictors } = parts;
    this.path = path;
    this.penalty = this.#fit(0).penalty;
    this.measure = measure;
    this.lambdas = path.lambdas;
    this.nonzero = Uint32Array.from(path.fits, (one) => one.nonzero);
    const curves = Array.from(
      parts.scores,
      ([name, values]) => [name, curveOf(values, foldWeights)] as const,
    );
    this.scores = Object.freeze(Object.fromEntries(curves));
    const chosen = this.scores[measure] as CrossCurve;
    this.mean = chosen.mean;
    this.standardError = chosen.standardError;
    this.foldScores = chosen.foldScores;
    [this.indexMin, this.index1se] = selectFrom(measure, chosen);
    this.lambdaMin = this.lambdas[this.indexMin] as number;
    this.lambda1se = this.lambdas[this.index1se] as number;
    this.unconverged = parts.unconverged;
    this.converged = path.converged && parts.unconverged.every((count) => count === 0);
    const columns = this.lambdas.length;
    const rows = foldWeights.length;
    this.stationarity = Object.freeze({
      data: parts.stationarity,
      rows,
      columns,
      order: "row-major" as const,
    });
    this.linearPredictors =
      predictors.length === 0
        ? undefined
        : Object.freeze({
            data: predictors,
            rows: predictors.length / columns,
            columns,
            order: "column-major" as const,
          });
  }

  #fit(k: number): Fit {
    return this.path.fits[k] as Fit;
  }

  /** The fit to all rows at the λ with the best mean. */
  get best(): Fit {
    return this.#fit(this.indexMin);
  }

  /** The fit to all rows at one of the two λ. */
  fitAt(which: "lambdaMin" | "lambda1se"): Fit {
    if (which === "lambdaMin") return this.best;
    if (which === "lambda1se") return this.#fit(this.index1se);
    throw expected("which", '"lambdaMin" or "lambda1se"', which);
  }

  /** Plain JSON, part of that of a `CrossValidation`. */
  toJSON(): CrossCandidateJSON {
    const scores = Object.entries(this.scores).map(
      ([name, { foldScores }]) => [name, encodeNumbers(foldScores.data)] as const,
    );
    return {
      path: this.path.toJSON(),
      scores: Object.fromEntries(scores),
      unconverged: Array.from(this.unconverged),
      stationarity: encodeNumbers(this.stationarity.data),
      ...(this.linearPredictors && { linearPredictors: encodeNumbers(this.linearPredictors.data) }),
    };
  }
}

/** The result of `crossValidate`: the best of its candidates with its curves, and all of them. */
export class CrossValidation {
  /** The penalty with the best mean of `measure`; of equals the first. What follows is about it. */
  readonly penalty: Penalty;
  readonly measure: Measure;
  /** See `CrossCandidate` for these. */
  readonly path: Path;
  readonly lambdas: Float64Array;
  readonly nonzero: Uint32Array;
  readonly scores: Readonly<Partial<Record<Measure, CrossCurve>>>;
  readonly mean: Float64Array;
  readonly standardError: Float64Array;
  readonly foldScores: CrossCurve["foldScores"];
  readonly indexMin: number;
  readonly index1se: number;
  readonly lambdaMin: number;
  readonly lambda1se: number;
  /** How many of the fits of the folds did not converge. */
  readonly unconverged: number;
  readonly converged: boolean;
  readonly linearPredictors: CrossCandidate["linearPredictors"];
  /** The names of all measures in `scores`. */
  readonly measures: readonly Measure[];
  /** The fold of each row, from 0. */
  readonly foldOf: Int32Array;
  /** Of each fold: the sum of the weights of its rows (of cox of those with an event), where weights have the mean 1. */
  readonly foldWeights: Float64Array;
  /** In the order of the penalties that were given. */
  readonly candidates: readonly CrossCandidate[];
  readonly #chosen: CrossCandidate;

  static {
    makeCrossValidation = (parts) => new CrossValidation(secret, parts);
  }

  private constructor(key: symbol, { measure, foldOf, foldWeights, candidates }: CrossParts) {
    if (key !== secret)
      throw notConstructible("CrossValidation", "crossValidate or CrossValidation.fromJSON");
    this.candidates = Object.freeze(candidates.map((parts) => makeCandidate(parts, measure, foldWeights)));
    const sign = measure === "auc" ? -1 : 1;
    const level = ({ mean, indexMin }: CrossCandidate) => sign * (mean[indexMin] as number);
    const chosen = this.candidates.reduce((best, one) => (level(one) < level(best) ? one : best));
    this.#chosen = chosen;
    this.penalty = chosen.penalty;
    this.measure = measure;
    this.path = chosen.path;
    this.lambdas = chosen.lambdas;
    this.nonzero = chosen.nonzero;
    this.scores = chosen.scores;
    this.mean = chosen.mean;
    this.standardError = chosen.standardError;
    this.foldScores = chosen.foldScores;
    this.indexMin = chosen.indexMin;
    this.index1se = chosen.index1se;
    this.lambdaMin = chosen.lambdaMin;
    this.lambda1se = chosen.lambda1se;
    this.unconverged = chosen.unconverged.reduce((sum, count) => sum + count, 0);
    this.converged = chosen.converged;
    this.linearPredictors = chosen.linearPredictors;
    this.measures = Object.freeze(Object.keys(chosen.scores) as Measure[]);
    this.foldOf = foldOf;
    this.foldWeights = foldWeights;
  }

  /** The fit to all rows at the λ with the best mean. */
  get best(): Fit {
    return this.#chosen.best;
  }

  /** The fit to all rows at one of the two λ. */
  fitAt(which: "lambdaMin" | "lambda1se"): Fit {
    return this.#chosen.fitAt(which);
  }

  /** Plain JSON that `CrossValidation.fromJSON` restores exactly. */
  toJSON(): CrossValidationJSON {
    return {
      format: "flipside.crossValidation",
      version: 1,
      measure: this.measure,
      foldOf: Array.from(this.foldOf),
      foldWeights: encodeNumbers(this.foldWeights),
      candidates: this.candidates.map((one) => one.toJSON()),
    };
  }

  /**
   * Restores a cross-validation from `toJSON()`, an object or its JSON text.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others that name the bad field; VERSION for JSON of a newer version.
   */
  static fromJSON(json: unknown): CrossValidation {
    const object = requireFormat("json", parse("json", json), "flipside.crossValidation", 1);
    const read = new FieldReader("json", object);
    const measure = read.word("measure", measureNames);
    const numbers = read.numbers("foldOf", undefined, 0);
    const foldOf = readFoldOf("json.foldOf", numbers, numbers.length);
    const folds = foldOf.reduce((most, fold) => Math.max(most, fold), 0) + 1;
    const foldWeights = read.numbers("foldWeights", folds, 0, Number.MAX_VALUE);
    const array = read.array("candidates");
    const count = arrayLength("json.candidates", array);
    if (count === 0) throw expected("json.candidates", "an array of at least one", array, "EMPTY");
    const candidates = Array.from({ length: count }, (_, k) => {
      const name = `json.candidates[${k}]`;
      const one = element("json.candidates", array, k);
      return readCandidate(name, one, measure, folds);
    });
    return makeCrossValidation({ measure, foldOf, foldWeights, candidates });
  }
}

function readCandidate(argument: string, json: unknown, measure: Measure, folds: number): CandidateParts {
  const read = new FieldReader("json", { candidate: json }).fields("candidate");
  const path = Path.fromJSON(read.value("path"));
  const values = read.fields("scores");
  const loss = (path.fits[0] as Fit).loss;
  const names = measuresOf[loss].filter((name) => values.has(name));
  if (!names.includes(measure)) throw expected(`${argument}.scores`, `an object with ${measure}`, values);
  const lambdas = path.fits.length;
  return {
    path,
    scores: new Map(names.map((name) => [name, values.numbers(name, folds * lambdas)])),
    unconverged: read.numbers("unconverged", folds, 0),
    stationarity: read.numbers("stationarity", folds * lambdas, 0),
    predictors: read.has("linearPredictors")
      ? read.numbers("linearPredictors", undefined)
      : new Float64Array(0),
  };
}
