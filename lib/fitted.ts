import type { NativeFit } from "../binding.js";
import { type CardOptions, type ModelCard, modelCard } from "./card.js";
import { lengthMismatch } from "./errors.js";
import { withNames } from "./featureNames.js";
import { decodeFit, encodeFit, type FitJSON, type FitReason, type Setting } from "./fitJSON.js";
import { parse } from "./json.js";
import { multiplyAdd, multiplyAddSome } from "./layouts.js";
import { requireEntries, toVector, type VectorLike } from "./matrix.js";
import { type NamedOptions, namedCoefficients } from "./namedCoefficients.js";
import { notConstructible, type Penalty } from "./penalty.js";
import { type Predictors, predictors } from "./predictors.js";
import { type FitRecord, recordOf } from "./record.js";
import type { FitSetup } from "./setup.js";
import type { LossName, SolverName } from "./solver.js";
import { allocate, lengthOf } from "./views.js";

/** The objective and the number of nonzero coefficients after an iteration; iteration 0 is the start. */
export interface HistoryEntry {
  readonly iteration: number;
  readonly objective: number;
  readonly nonzero: number;
}

const secret = Symbol("made by flipside");

/** @internal */
export let fitFromNative: (native: NativeFit, about: Setting) => Fit;

/** out[offset + j] = the coefficient of column j, for each that is not 0. @internal */
export let writeCoefficients: (fit: Fit, out: Float64Array, offset: number) => void;

/**
 * The result of `fit`, `fitSync`, one lambda of `fitPath`, or `Fit.fromJSON`. Its arrays may be views of one buffer:
 * copy one (`slice()`) before transferring its buffer to another thread.
 */
export class Fit {
  /**
   * One coefficient per column, on the scale of x; 0 for a constant column. Like `eta` and `keepProbability`, of a fit with
   * many columns made on first use: `support` says cheaply which columns have one.
   */
  readonly coefficients: Float64Array;
  /** 0 if the fit had none. */
  readonly intercept: number;
  readonly lambda: number;
  readonly penalty: Penalty;
  readonly loss: LossName;
  /** The algorithm that ran; undefined in a fit from JSON of an earlier version. */
  readonly solver: SolverName | undefined;
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
  /** The names of the columns, if the problem had them. */
  readonly featureNames: readonly string[] | undefined;
  /** With `missing: "mean"`: what stands for a missing value of each column, in predictions too. */
  readonly imputation: Float64Array | undefined;
  /** What the objective was made of; undefined in a fit from JSON of an earlier version. */
  readonly setup: FitSetup | undefined;
  readonly #native: NativeFit;
  readonly #about: Setting;
  #history: readonly HistoryEntry[] | undefined;
  #support: Uint32Array | undefined;
  #record: FitRecord | undefined;

  static {
    fitFromNative = (native, about) => new Fit(secret, native, about);
    writeCoefficients = (fit, out, offset) => {
      const { support, coefficients } = fit.#native;
      if (support === undefined) out.set(coefficients, offset);
      for (let k = 0; k < (support?.length ?? 0); ++k) {
        out[offset + ((support as Float64Array)[k] as number)] = coefficients[k] as number;
      }
    };
  }

  private constructor(key: symbol, native: NativeFit, about: Setting) {
    if (key !== secret) throw notConstructible("Fit", "fit, fitSync, fitPath or Fit.fromJSON");
    const dense = native.support === undefined;
    this.coefficients = native.coefficients;
    this.intercept = native.intercept;
    this.lambda = native.lambda;
    this.penalty = about.penalty;
    this.loss = about.loss;
    this.solver = about.solver;
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
    this.featureNames = about.featureNames;
    this.imputation = native.imputed;
    this.setup = about.setup;
    this.#native = native;
    this.#about = about;
    if (dense) return;
    defineOnUse(this, "coefficients", () => this.#spread("coefficients", native.coefficients, 0));
    defineOnUse(this, "eta", () => this.#spread("eta", native.eta, native.etaAtZero));
    const keep = () => this.#spread("keepProbability", native.keepProbability, native.keepAtZero);
    defineOnUse(this, "keepProbability", keep);
  }

  #spread(name: string, values: Float64Array, elsewhere: number): Float64Array {
    const all = allocate(name, this.columns);
    if (elsewhere !== 0) all.fill(elsewhere);
    this.support.forEach((column, k) => {
      all[column] = values[k] as number;
    });
    return all;
  }

  /** The columns whose coefficient is not 0, ascending. */
  get support(): Uint32Array {
    const { support, coefficients } = this.#native;
    this.#support ??= Uint32Array.from(
      support ?? [...coefficients.keys()].filter((j) => coefficients[j] !== 0),
    );
    return this.#support;
  }

  /**
   * The names of the columns with their coefficients, in the order of the columns: those that are not 0, or all.
   *
   * @param options.output Of a fit with several outputs which one, from 0 (the default).
   * @throws FlipsideError INVALID_ARGUMENT for a fit without names; UNKNOWN_OPTION, OUT_OF_RANGE.
   */
  namedCoefficients(options: NamedOptions = {}): [name: string, coefficient: number][] {
    return namedCoefficients(this, options);
  }

  /** How the fit went: passes over x, working sets, duality gap, local convexity, starts. */
  get record(): FitRecord {
    this.#record ??= recordOf(this.#native);
    return this.#record;
  }

  /** The course of the fit, first entry the start; objectives never rise, but those of the solver "dropout" may. */
  get history(): readonly HistoryEntry[] {
    const { objectiveHistory, nonzeroHistory } = this.#native;
    this.#history ??= Array.from(objectiveHistory, (objective, iteration) => ({
      iteration,
      objective,
      nonzero: nonzeroHistory[iteration] as number,
    }));
    return this.#history;
  }

  /**
   * Seconds since the start of the solver, one per entry of `history`; empty in a fit from JSON, which has only what is
   * the same in every run.
   */
  get seconds(): Float64Array {
    return this.#native.secondsHistory;
  }

  /**
   * The mean response, one number per row of x: the linear predictor for squared loss, for logistic loss the probability
   * 1 / (1 + exp(-z)).
   *
   * @param x, offset As for `linearPredictor`, which says what is thrown.
   */
  predict(x: Predictors, offset?: VectorLike): Float64Array {
    const out = this.linearPredictor(x, offset);
    if (this.loss === "logistic") {
      for (let i = 0; i < out.length; ++i) out[i] = 1 / (1 + Math.exp(-(out[i] as number)));
    }
    return out;
  }

  /**
   * z = intercept + x * coefficients (+ offset), one number per row of x.
   *
   * @param x Any matrix with as many columns as the data of the fit, or one row as a flat array, or, of a fit with feature
   *   names, one or an array of records `{ name: number }`, whose other keys are not read. Elements must be finite, but of a
   *   fit with `missing: "mean"` may be missing; of a fit with at least 1000 columns those whose coefficient is 0 may not be
   *   looked at.
   * @param offset One number per row; the offset of the fitted problem is not remembered.
   * @throws FlipsideError LENGTH_MISMATCH, NOT_FINITE, MISSING_VALUES, INVALID_ARGUMENT, EMPTY.
   */
  linearPredictor(x: Predictors, offset?: VectorLike): Float64Array {
    // The matrix last: reading it may be the last time that code of the caller runs.
    const given = offset === undefined ? undefined : toVector("offset", offset);
    const matrix = predictors(this, x);
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
    try {
      if (this.#native.support === undefined) multiplyAdd("x", matrix, this.coefficients, out);
      else multiplyAddSome("x", matrix, this.support, this.#native.coefficients, out);
    } catch (error) {
      throw withNames(error, this.featureNames);
    }
    return out;
  }

  /**
   * What this fit is, as plain JSON: the objective with every scaling, the data, the solver, how it converged, versions
   * and caveats. The same fit gives the same card unless `date` is given.
   *
   * @throws FlipsideError INVALID_ARGUMENT, UNKNOWN_OPTION for bad options.
   */
  card(options: CardOptions = {}): ModelCard {
    return modelCard(this, options);
  }

  /** Plain JSON that `Fit.fromJSON` restores exactly; what JSON cannot write (Infinity, -0) is a string. */
  toJSON(): FitJSON {
    return encodeFit(this.#native, this.#about);
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
  const { native, about } = decodeFit(argument, json);
  return fitFromNative(native, about);
}

/** A property that is computed when it is first read, and from then on an ordinary one. */
function defineOnUse(object: object, key: string, compute: () => unknown): void {
  Object.defineProperty(object, key, {
    get: () => {
      const value = compute();
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
      return value;
    },
    enumerable: true,
    configurable: true,
  });
}
