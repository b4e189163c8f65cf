import type { NativeFit, NativeMatrix } from "../binding.js";
import { readPenalty } from "./catalogue.js";
import { isArray, property } from "./checks.js";
import { lengthMismatch } from "./errors.js";
import { encodeNumber, encodeNumbers, FieldReader, type JSONNumber, parse, requireFormat } from "./json.js";
import { multiplyAdd } from "./layouts.js";
import { type MatrixLike, requireEntries, toMatrix, toVector, type VectorLike } from "./matrix.js";
import { notConstructible, type Penalty, type PenaltyJSON } from "./penalty.js";
import { type LossName, lossNames } from "./solver.js";
import { allocate, kindOf, lengthOf, type NumericArray } from "./views.js";

/** Why a fit ended. Only "tolerance" is convergence. */
export type FitReason = "tolerance" | "maxIterations" | "aborted" | "stalled";

/** The objective and the number of nonzero coefficients after an iteration; iteration 0 is the start. */
export interface HistoryEntry {
  readonly iteration: number;
  readonly objective: number;
  readonly nonzero: number;
}

/** What `JSON.stringify` writes for a fit: every number of it exactly. */
export interface FitJSON {
  format: "flipside.fit";
  version: 1;
  loss: LossName;
  penalty: PenaltyJSON;
  lambda: JSONNumber;
  rows: number;
  columns: number;
  coefficients: JSONNumber[];
  intercept: JSONNumber;
  objective: JSONNumber;
  /** Of a stochastic solver only. */
  objectiveMargin?: JSONNumber;
  lossValue: JSONNumber;
  stationarity: JSONNumber;
  nonzero: number;
  iterations: number;
  reason: FitReason;
  eta: JSONNumber[];
  keepProbability: JSONNumber[];
  history: { objective: JSONNumber[]; nonzero: number[] };
}

const reasons = ["tolerance", "maxIterations", "aborted", "stalled"] as const;
const secret = Symbol("made by flipside");

/** @internal */
export let fitFromNative: (native: NativeFit, about: Setting) => Fit;

/** What a native fit does not know of itself. @internal */
export interface Setting {
  readonly penalty: Penalty;
  readonly loss: LossName;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The result of `fit`, `fitSync`, one lambda of `fitPath`, or `Fit.fromJSON`. Its arrays may be views of one buffer:
 * copy one (`slice()`) before transferring its buffer to another thread.
 */
export class Fit {
  /** One coefficient per column, on the scale of x; 0 for a constant column. */
  readonly coefficients: Float64Array;
  /** 0 if the fit had none. */
  readonly intercept: number;
  readonly lambda: number;
  readonly penalty: Penalty;
  readonly loss: LossName;
  /** L(w) + λ Ω(w), with Ω on the standardised scale. */
  readonly objective: number;
  /**
   * Of the stochastic solver "dropout": how far `objective` may lie above the stationary value that the averages
   * approach, with 95 % confidence; Infinity where it does not know. Undefined for the others.
   */
  readonly objectiveMargin: number | undefined;
  /** L(w) alone. */
  readonly lossValue: number;
  readonly iterations: number;
  /** True only if `reason` is "tolerance". */
  readonly converged: boolean;
  readonly reason: FitReason;
  /** Largest violation of the first-order condition on the standardised scale, recomputed from scratch at the end. */
  readonly stationarity: number;
  /** How many coefficients are not 0. */
  readonly nonzero: number;
  /** η̂ of each standardised coefficient, from 0 to Infinity. */
  readonly eta: Float64Array;
  /** Keep probability of each column under the equivalent dropout, from 0 to 1. */
  readonly keepProbability: Float64Array;
  /** Observations and variables of the data. */
  readonly rows: number;
  readonly columns: number;
  readonly #objectives: Float64Array;
  readonly #nonzeros: Float64Array;
  readonly #seconds: Float64Array;
  #history: readonly HistoryEntry[] | undefined;

  static {
    fitFromNative = (native, about) => new Fit(secret, native, about);
  }

  private constructor(key: symbol, native: NativeFit, about: Setting) {
    if (key !== secret) throw notConstructible("Fit", "fit, fitSync, fitPath or Fit.fromJSON");
    this.coefficients = native.coefficients;
    this.intercept = native.intercept;
    this.lambda = native.lambda;
    this.penalty = about.penalty;
    this.loss = about.loss;
    this.objective = native.objective;
    this.objectiveMargin = Number.isNaN(native.objectiveMargin) ? undefined : native.objectiveMargin;
    this.lossValue = native.loss;
    this.iterations = native.iterations;
    this.converged = native.reason === "tolerance";
    this.reason = native.reason;
    this.stationarity = native.stationarity;
    this.nonzero = native.nonzero;
    this.eta = native.eta;
    this.keepProbability = native.keepProbability;
    this.rows = about.rows;
    this.columns = about.columns;
    this.#objectives = native.objectiveHistory;
    this.#nonzeros = native.nonzeroHistory;
    this.#seconds = native.secondsHistory;
  }

  /** The course of the fit, first entry the start; objectives never rise, but those of the solver "dropout" may. */
  get history(): readonly HistoryEntry[] {
    this.#history ??= Array.from(this.#objectives, (objective, iteration) => ({
      iteration,
      objective,
      nonzero: this.#nonzeros[iteration] as number,
    }));
    return this.#history;
  }

  /**
   * Seconds since the start of the solver, one per entry of `history`; empty in a fit from JSON, which has only what is
   * the same in every run.
   */
  get seconds(): Float64Array {
    return this.#seconds;
  }

  /**
   * The mean response, one number per row of x: the linear predictor for squared loss, for logistic loss the probability
   * 1 / (1 + exp(-z)).
   *
   * @param x, offset As for `linearPredictor`, which says what is thrown.
   */
  predict(x: MatrixLike | readonly number[] | NumericArray, offset?: VectorLike): Float64Array {
    const out = this.linearPredictor(x, offset);
    if (this.loss === "logistic") {
      for (let i = 0; i < out.length; ++i) out[i] = 1 / (1 + Math.exp(-(out[i] as number)));
    }
    return out;
  }

  /**
   * z = intercept + x * coefficients (+ offset), one number per row of x.
   *
   * @param x Any matrix with as many columns as the data of the fit, or one row as a flat array. Elements must be finite.
   * @param offset One number per row; the offset of the fitted problem is not remembered.
   * @throws FlipsideError LENGTH_MISMATCH, NOT_FINITE, INVALID_ARGUMENT, EMPTY.
   */
  linearPredictor(x: MatrixLike | readonly number[] | NumericArray, offset?: VectorLike): Float64Array {
    // The matrix last: reading it may be the last time that code of the caller runs.
    const given = offset === undefined ? undefined : toVector("offset", offset);
    const matrix = isRow(x) ? rowMatrix(x, this.columns) : toMatrix("x", x);
    const { rows, columns } = matrix;
    if (columns !== this.columns) {
      throw lengthMismatch("a row of x", this.columns, "as the fit has columns", columns);
    }
    const out = allocate("the prediction", rows);
    if (given !== undefined) {
      if (lengthOf(given) !== rows) throw lengthMismatch("offset", rows, "one per row of x", lengthOf(given));
      requireEntries("offset", given, -Infinity);
      out.set(given);
    }
    for (let i = 0; i < out.length; ++i) out[i] = (out[i] as number) + this.intercept;
    multiplyAdd("x", matrix, this.coefficients, out);
    return out;
  }

  /** Plain JSON that `Fit.fromJSON` restores exactly; what JSON cannot write (Infinity, -0) is a string. */
  toJSON(): FitJSON {
    return {
      format: "flipside.fit",
      version: 1,
      loss: this.loss,
      penalty: this.penalty.toJSON(),
      lambda: encodeNumber(this.lambda),
      rows: this.rows,
      columns: this.columns,
      coefficients: encodeNumbers(this.coefficients),
      intercept: encodeNumber(this.intercept),
      objective: encodeNumber(this.objective),
      ...(this.objectiveMargin === undefined ? {} : { objectiveMargin: encodeNumber(this.objectiveMargin) }),
      lossValue: encodeNumber(this.lossValue),
      stationarity: encodeNumber(this.stationarity),
      nonzero: this.nonzero,
      iterations: this.iterations,
      reason: this.reason,
      eta: encodeNumbers(this.eta),
      keepProbability: encodeNumbers(this.keepProbability),
      history: { objective: encodeNumbers(this.#objectives), nonzero: Array.from(this.#nonzeros) },
    };
  }

  /**
   * Restores a fit from `toJSON()`, an object or its JSON text. Fields of other names are ignored.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others that name the bad field; VERSION for JSON of a newer version.
   */
  static fromJSON(json: unknown): Fit {
    return readFitted("json", parse("json", json));
  }
}

/** @internal */
export function readFitted(argument: string, json: unknown): Fit {
  const read = new FieldReader(argument, requireFormat(argument, json, "flipside.fit", 1));
  const rows = read.count("rows", 1);
  const columns = read.count("columns", 1);
  const loss = read.word("loss", lossNames);
  const history = read.fields("history");
  const objectiveHistory = history.numbers("objective", undefined);
  const native: NativeFit = {
    lambda: read.finite("lambda", 0),
    coefficients: read.numbers("coefficients", columns, -Number.MAX_VALUE, Number.MAX_VALUE),
    eta: read.numbers("eta", columns, 0),
    keepProbability: read.numbers("keepProbability", columns, 0, 1),
    intercept: read.finite("intercept"),
    objective: read.number("objective"),
    objectiveMargin: read.has("objectiveMargin") ? read.number("objectiveMargin") : NaN,
    loss: read.number("lossValue"),
    stationarity: read.number("stationarity"),
    nonzero: read.count("nonzero", 0, columns),
    iterations: read.count("iterations", 0),
    reason: read.word("reason", reasons),
    objectiveHistory,
    nonzeroHistory: history.numbers("nonzero", objectiveHistory.length, 0, columns),
    secondsHistory: new Float64Array(0),
  };
  const penalty = readPenalty(read.name("penalty"), read.value("penalty"));
  return fitFromNative(native, { penalty, loss, rows, columns });
}

/** A flat array or typed array: one observation. */
function isRow(x: unknown): boolean {
  if (kindOf(x) !== undefined) return true;
  return isArray("x", x) && typeof property("x", x, "0") === "number";
}

function rowMatrix(x: unknown, columns: number): NativeMatrix {
  const data = toVector("x", x, columns, "one per coefficient");
  return { data, rows: 1, columns: lengthOf(data), layout: "rowMajor" };
}
