import type { NativeFit } from "../binding.js";
import { type CardOptions, type ModelCard, modelCard } from "./card.js";
import { requireNumber } from "./checks.js";
import { FlipsideError, lengthMismatch } from "./errors.js";
import { withNames } from "./featureNames.js";
import { decodeFit, encodeFit, type FitJSON, type FitReason, type Setting } from "./fitJSON.js";
import { parse } from "./json.js";
import type { MatrixLike, VectorLike } from "./matrix.js";
import { type NamedOptions, namedCoefficients } from "./namedCoefficients.js";
import { readNewOffset, requireOffset } from "./outputs.js";
import { notConstructible, type Penalty } from "./penalty.js";
import { labelsOf, linearOf, toMean } from "./predict.js";
import { type Predictors, predictors } from "./predictors.js";
import { type FitRecord, recordOf } from "./record.js";
import type { FitSetup } from "./setup.js";
import type { LossName, SolverName } from "./solver.js";
import type { FitStructure } from "./structure.js";
import { allocate } from "./views.js";
import { type FitWarning, warningsOf } from "./warnings.js";

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
   * many columns made on first use: `support` says cheaply which columns have one. With several outputs columns x outputs
   * numbers, output after output, as `eta` and `keepProbability`: that of column j in output k is entry k * columns + j.
   */
  readonly coefficients: Float64Array;
  /** 0 if the fit had none, and for the loss "cox", where it would change nothing; of several outputs that of the first. */
  readonly intercept: number;
  /** Values of the linear predictor per row: the classes of multinomial loss, the tasks of multiTask, else 1. */
  readonly outputs: number;
  /** The labels of the classes, one per output, ascending, as strings; undefined for other losses than multinomial. */
  readonly classes: readonly string[] | undefined;
  readonly lambda: number;
  readonly penalty: Penalty;
  readonly loss: LossName;
  /** The numbers of the loss: [delta] of "huber", of "cox" [0] for Breslow's and [1] for Efron's ties; else empty. */
  readonly lossParameters: readonly number[];
  /** The algorithm that ran; undefined in a fit from JSON of an earlier version. */
  readonly solver: SolverName | undefined;
  /** Factors, bounds and groups of the penalty; undefined where it acts on each coefficient alike. */
  readonly structure: FitStructure | undefined;
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
  #intercepts: Float64Array | undefined;
  #warnings: readonly FitWarning[] | undefined;

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
    this.outputs = about.outputs ?? 1;
    this.classes = about.classes;
    this.lambda = native.lambda;
    this.penalty = about.penalty;
    this.loss = about.loss;
    this.lossParameters = Object.freeze([...(about.lossParameters ?? [])]);
    this.solver = about.solver;
    this.structure = about.structure;
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
    const all = allocate(name, this.columns * this.outputs);
    if (elsewhere !== 0) all.fill(elsewhere);
    (this.#native.support as Float64Array).forEach((entry, k) => {
      all[entry] = values[k] as number;
    });
    return all;
  }

  /** The columns of x with a coefficient that is not 0, of several outputs in any of them, ascending. */
  get support(): Uint32Array {
    const { support, coefficients } = this.#native;
    if (this.#support === undefined) {
      const entries = support ?? [...coefficients.keys()].filter((j) => coefficients[j] !== 0);
      const columns = Uint32Array.from(entries, (entry) => entry % this.columns);
      this.#support = this.outputs === 1 ? columns : Uint32Array.from(new Set(columns.sort()));
    }
    return this.#support;
  }

  /** One per output, on the scale of x; of multinomial loss they sum to 0. All 0 if the fit had none. */
  get intercepts(): Float64Array {
    this.#intercepts ??= this.#native.intercepts ?? Float64Array.of(this.intercept);
    return this.#intercepts;
  }

  /**
   * The coefficients of one output, a number per column, on the scale of x: a view of `coefficients`.
   *
   * @param output From 0: the place of a class in `classes`, or of a task in the columns of y.
   * @throws FlipsideError OUT_OF_RANGE, INVALID_ARGUMENT.
   */
  coefficientsOf(output: number): Float64Array {
    const range = { min: 0, max: this.outputs - 1, integer: true };
    const first = requireNumber("output", output, range) * this.columns;
    return this.coefficients.subarray(first, first + this.columns);
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

  /** What the caller should know: empty of a fit in order. Nothing is printed. */
  get warnings(): readonly FitWarning[] {
    this.#warnings ??= warningsOf({ native: this.#native, ...this.#about, setup: this.setup });
    return this.#warnings;
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
   * The mean response, one number per row of x: the linear predictor z for the losses "squared" and "huber", for "logistic"
   * the probability 1 / (1 + exp(-z)), for "poisson" the mean exp(z). For "cox" the hazard exp(z) relative to that of a
   * row of zeros. With several outputs rows x outputs numbers, row after row: the probabilities exp(z_k) / Σ exp(z_l) of the
   * classes for multinomial loss, for multiTask the linear predictors.
   *
   * @param x, offset As for `linearPredictor`, which says what is thrown.
   */
  predict(x: Predictors, offset?: VectorLike | MatrixLike): Float64Array {
    return toMean(this.loss, this.linearPredictor(x, offset), this.outputs);
  }

  /**
   * The most likely class of each row of x: for multinomial loss one of `classes`, of equally likely ones the first; for
   * logistic loss "1" where the probability is above 1/2, else "0".
   *
   * @param x, offset As for `linearPredictor`.
   * @throws FlipsideError UNSUPPORTED for other losses; as `linearPredictor`.
   */
  classify(x: Predictors, offset?: VectorLike | MatrixLike): string[] {
    if (this.loss !== "multinomial" && this.loss !== "logistic") {
      const message = `classify needs a fit of logistic or multinomial loss, but its loss is ${this.loss}`;
      throw new FlipsideError("UNSUPPORTED", message);
    }
    return labelsOf(this.linearPredictor(x, offset), this.classes);
  }

  /**
   * z = intercept + x * coefficients (+ offset), one number per row of x; with several outputs rows x outputs numbers, row
   * after row: that of row i and output k is entry i * outputs + k.
   *
   * @param x Any matrix with as many columns as the data of the fit, or one row as a flat array, or, of a fit with feature
   *   names, one or an array of records `{ name: number }`, whose other keys are not read. Elements must be finite, but of a
   *   fit with `missing: "mean"` may be missing; of a fit with at least 1000 coefficients those whose coefficient is 0 may
   *   not be looked at.
   * @param offset One number per row, with several outputs a matrix, rows x outputs, or its only row as a flat array; the
   *   offset of the fitted problem is not remembered.
   * @throws FlipsideError LENGTH_MISMATCH, NOT_FINITE, MISSING_VALUES, INVALID_ARGUMENT, EMPTY.
   */
  linearPredictor(x: Predictors, offset?: VectorLike | MatrixLike): Float64Array {
    // The matrix last: reading it may be the last time that code of the caller runs.
    const given = readNewOffset(offset, this.outputs);
    const matrix = predictors(this, x);
    const { rows, columns } = matrix;
    if (columns !== this.columns) {
      throw lengthMismatch("a row of x", this.columns, "as the fit has columns", columns);
    }
    const shift = given && requireOffset(given, rows);
    try {
      return linearOf(this.#native, this.intercepts, matrix, shift);
    } catch (error) {
      throw withNames(error, this.featureNames);
    }
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
