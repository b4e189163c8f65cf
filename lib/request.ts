import type { FitRequest, NativeMatrix, NativePenalty } from "../binding.js";
import { property, requireBoolean, requireChoice, requireOptions } from "./checks.js";
import type { ClassLabels } from "./classes.js";
import { type Convergence, type ConvergenceOptions, readConvergence } from "./convergence.js";
import { type Design, designState } from "./design.js";
import { FlipsideError, lengthMismatch } from "./errors.js";
import { problemNames } from "./featureNames.js";
import type { Setting } from "./fitJSON.js";
import { type GramState, gramState } from "./gram.js";
import { type CoxOptions, type HuberOptions, lossKeys, readLossOptions } from "./lossOptions.js";
import { type MatrixLike, requireEntries, toMatrix, toVector, type VectorLike } from "./matrix.js";
import { type MissingPolicy, readMissing, requireDense } from "./missing.js";
import { readOffsets } from "./outputs.js";
import { type Penalty, requirePenalty, solvablePenalty } from "./penalty.js";
import { type Response, readResponse } from "./response.js";
import { perRow, readWeights } from "./rowVectors.js";
import { setupOf } from "./setup.js";
import {
  type Choice,
  type DropoutOptions,
  type LossName,
  lossNames,
  type ProximalOptions,
  readSolver,
  type SolverName,
  solverDefaults,
  solverKeys,
} from "./solver.js";
import { describeStructure, readStructure, type StructureOptions, structureKeys } from "./structure.js";
import type { SurvivalResponse } from "./survival.js";

/** The data of a sparse regression: `rows` observations of `columns` variables. */
export interface Problem {
  /**
   * The design, rows x columns, or one that was prepared for many fits. Every element must be finite, but see the option
   * `missing` for NaN; a constant column gets the coefficient 0.
   */
  readonly x: MatrixLike | Design;
  /**
   * The response, one finite number per row: for the loss "logistic" from 0 to 1, for "poisson" >= 0. For "cox" the times
   * with their statuses. For "multinomial" one class label per row, all strings, integers or booleans, of at least 2
   * classes. For "multiTask" a matrix, rows x tasks.
   */
  readonly y: VectorLike | SurvivalResponse | MatrixLike | ClassLabels;
  /** One finite number >= 0 per row, not all 0; only their ratios count. By default all rows weigh the same. A Design has its own. */
  readonly weights?: VectorLike | undefined;
  /**
   * One finite number per row, added to the fitted values with coefficient 1; with several outputs (classes, tasks) a
   * matrix, rows x outputs.
   */
  readonly offset?: VectorLike | MatrixLike | undefined;
  /** What the columns of x are called: one name each, not empty, all different. Fits carry them, and errors use them. */
  readonly featureNames?: readonly string[] | undefined;
}

/** The options that a fit and a path share. */
export interface SharedOptions extends StructureOptions {
  /** From `penalties` or `strategies`. */
  readonly penalty: Penalty;
  /**
   * The empirical risk, a mean over the rows with z = offset + intercept + x w: "squared" (the default) is (y - z)² / 2,
   * "logistic" is log(1 + exp z) - y z with y from 0 to 1, "poisson" is exp z - y z with y >= 0 (the logarithm of an
   * exposure is an offset), "huber" is (y - z)² / 2 up to |y - z| = δ and δ |y - z| - δ² / 2 beyond. "cox" is no mean over
   * the rows but minus the log partial likelihood of proportional hazards exp z over the sum of the weights, these
   * rescaled to mean 1; it has no intercept. With an output z_k per row for each class or task, "multinomial" is
   * log Σ_k exp z_k - z_y, y a class, and "multiTask" Σ_k (y_k - z_k)² / 2, which "squared" is too where y has several columns.
   */
  readonly loss?: LossName | undefined;
  /** Options of the loss "huber"; an error with another loss. */
  readonly huber?: HuberOptions | undefined;
  /** Options of the loss "cox"; an error with another loss. */
  readonly cox?: CoxOptions | undefined;
  /**
   * The algorithm, see `SolverName`; "auto" (the default) is the first that can serve of "workingSet", "reweighted" and
   * "proximal", or "blocks" for a penalty with structure.
   */
  readonly solver?: "auto" | SolverName | undefined;
  /** Options of the solver "proximal"; an error with another solver. */
  readonly proximal?: ProximalOptions | undefined;
  /** Options of the solver "dropout"; an error with another solver. */
  readonly dropout?: DropoutOptions | undefined;
  /**
   * How many starts to try, an integer in [1, 100000], by default 1: with a penalty that is not convex the best end is kept, and
   * `fit.record.worstObjective` tells how far the ends were apart. More than one is for the solver "workingSet".
   */
  readonly starts?: number | undefined;
  /** Fit an intercept, which is never penalised. By default true. A Design or Gram has its own, which must agree. */
  readonly intercept?: boolean | undefined;
  /** Let the penalty act on columns scaled to mean square 1 (centred first if there is an intercept). By default true; as for intercept. */
  readonly standardize?: boolean | undefined;
  /** What becomes of missing values in x. By default "error"; of a Design as it was prepared. */
  readonly missing?: MissingPolicy | undefined;
  readonly convergence?: ConvergenceOptions | undefined;
  /** Coefficients to start from, one per column, on the scale of x; of several outputs output after output. */
  readonly start?: VectorLike | undefined;
  /** For the solver "dropout", which draws random numbers, an integer in [0, 2^53), by default 0. */
  readonly seed?: number | undefined;
}

/** Everything about a call, validated. @internal */
export interface Setup {
  readonly request: FitRequest;
  readonly convergence: Convergence;
  readonly about: Setting;
}

/** @internal */
export const problemKeys = ["x", "y", "weights", "offset", "featureNames"];
const sharedKeys = [
  "penalty",
  "loss",
  "intercept",
  "standardize",
  "missing",
  "convergence",
  "start",
  ...solverKeys,
  ...lossKeys,
  ...structureKeys,
];

/** The keys of an options object: the shared ones and those of one function. @internal */
export function optionKeys(...own: string[]): string[] {
  return [...own, ...sharedKeys];
}

/** A problem as the addon takes it. @internal */
export interface Data {
  readonly x: NativeMatrix;
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly offset: Float64Array | undefined;
}

/** A problem with a matrix. @internal */
export function readData(problem: unknown): Data {
  const data = requireOptions("problem", problem, problemKeys);
  const x = toMatrix("x", property("problem", data, "x"));
  const { y, weights, offset, outputs } = readRows(data, x.rows, "squared");
  if (outputs > 1) throw lengthMismatch("y.columns", 1, "one response", outputs);
  return { x, y, weights, offset };
}

/** What a problem tells of its rows. @internal */
export type Rows = Omit<Data, "x"> & Response;

/** @internal */
export function readRows(data: object, rows: number, loss: LossName): Rows {
  const response = readResponse(data, rows, loss);
  const weights = readWeights(property("problem", data, "weights"), rows);
  const given = property("problem", data, "offset");
  const offset =
    response.outputs === 1
      ? perRow("offset", given, rows, -Infinity)
      : readOffsets("offset", given, rows, response.outputs);
  return { ...response, weights, offset };
}

/** What a problem is about, as the addon takes it. @internal */
export interface Source
  extends Pick<FitRequest, "x" | "design" | "gram" | "intercept" | "standardize" | "imputeMissing"> {
  readonly rows: number;
  readonly columns: number;
  /** Whether it is a design with weights of its own. */
  readonly weighted?: boolean | undefined;
}

/** x of a problem; intercept and standardize come from the options, or from a design that they must agree with. @internal */
export function readSource(x: unknown, options: object): Source {
  const state = designState(x);
  const intercept = readFlag(options, "intercept", state);
  const standardize = readFlag(options, "standardize", state);
  const imputeMissing = readMissing(options);
  if (state !== undefined) {
    const { design, rows, columns, weighted } = state;
    if (imputeMissing && state.imputation === undefined) throw ownMissing("Design");
    return { design, rows, columns, intercept, standardize, weighted };
  }
  const matrix = toMatrix("x", x, true);
  if (imputeMissing) requireDense(matrix);
  return { x: matrix, rows: matrix.rows, columns: matrix.columns, intercept, standardize, imputeMissing };
}

function readFlag(
  options: object,
  key: "intercept" | "standardize",
  fixed: { intercept: boolean; standardize: boolean } | undefined,
): boolean {
  const given = property("options", options, key);
  const value = given === undefined ? (fixed?.[key] ?? true) : requireBoolean(key, given);
  if (fixed === undefined || value === fixed[key]) return value;
  const message = `${key} must be left out or ${fixed[key]}, as the data were prepared, but is ${value}`;
  throw new FlipsideError("INVALID_ARGUMENT", message);
}

/** Reads the problem, or the Gram in its place, and the shared options; lambdas are left to the caller. @internal */
export function readSetup(
  problem: unknown,
  options: unknown,
  keys: readonly string[],
  background: boolean,
): Setup {
  const gram = gramState(problem);
  const data = gram === undefined ? requireOptions("problem", problem, problemKeys) : undefined;
  const given = requireOptions("options", options, keys);
  const source =
    data === undefined
      ? sourceOfGram(gram as NonNullable<typeof gram>, given)
      : readSource(property("problem", data, "x"), given);
  const named = readLoss(given);
  const rows = data && readRows(data, source.rows, named);
  const loss = rows?.loss ?? named;
  if (rows?.weights !== undefined && source.design !== undefined) throw ownWeights("problem.weights");
  if (gram !== undefined && loss !== "squared") {
    throw new FlipsideError("UNSUPPORTED", `loss must be squared for a Gram, but is ${loss}`);
  }
  const penalty = property("options", given, "penalty");
  const outputs = rows?.outputs ?? 1;
  const structure = readStructure(given, source.columns, outputs);
  const { handle, choice } = readModel(given, penalty, loss, structure !== undefined);
  const convergence = readConvergence(
    property("options", given, "convergence"),
    background,
    solverDefaults[choice.solver],
  );
  const lossParameters = readLossOptions(given, loss);
  // One by one: an object as a spread in front would take longer than a small fit.
  const request: FitRequest = {
    x: source.x,
    design: source.design,
    gram: source.gram,
    y: rows?.y,
    weights: rows?.weights,
    offset: rows?.offset,
    start: readStart(given, source.columns * outputs),
    loss,
    lossParameters,
    outputs,
    structure,
    penalty: handle,
    ...choice,
    lambdas: noLambdas,
    pathLength: 1,
    pathRatio: 1,
    intercept: source.intercept,
    standardize: source.standardize,
    imputeMissing: source.imputeMissing,
    tolerance: convergence.tolerance,
    maxIterations: convergence.maxIterations,
  };
  const { solver } = choice;
  const { columns } = source;
  const featureNames = data && problemNames(data, columns);
  const weighted = gram === undefined ? request.weights !== undefined || source.weighted === true : undefined;
  const about: Setting = {
    penalty: penalty as Penalty,
    loss,
    lossParameters,
    rows: source.rows,
    columns,
    solver,
    outputs,
    classes: rows?.classes,
    structure: structure && describeStructure(structure),
    featureNames,
    setup: setupOf(request, weighted),
  };
  return { request, convergence, about };
}

function sourceOfGram(state: GramState, options: object): Source {
  const { gram, rows, columns } = state;
  if (gram === undefined) throw new FlipsideError("EMPTY", "gram must have rows, but has none");
  const intercept = readFlag(options, "intercept", state);
  if (readMissing(options)) throw ownMissing("Gram");
  return { gram, rows, columns, intercept, standardize: readFlag(options, "standardize", state) };
}

function ownMissing(what: string): FlipsideError {
  const message = `missing must be left out or "error" with a ${what} that was made of complete data, but is "mean"`;
  return new FlipsideError("INVALID_ARGUMENT", message);
}

/** @internal */
export function ownWeights(name: string): FlipsideError {
  const message = `${name} must be left out with a Design, which was prepared with its own, but is there`;
  return new FlipsideError("INVALID_ARGUMENT", message);
}

/** @internal */
export function readLoss(options: object): LossName {
  const given = property("options", options, "loss");
  return given === undefined ? "squared" : requireChoice("loss", given, lossNames);
}

/** A spread of it is as dear as a tenth of a small fit: it is made once and taken apart once. */
interface Model {
  readonly handle: NativePenalty;
  readonly choice: Choice;
}

/** The penalty and the solver with its options. @internal */
export function readModel(options: object, penalty: unknown, loss: LossName, structured = false): Model {
  const choice = readSolver(options, requirePenalty("penalty", penalty).handle, loss, structured);
  return { handle: solvablePenalty("penalty", penalty, choice.solver === "etaTrick"), choice };
}

/** @internal */
export function readStart(options: object, columns: number): Float64Array | undefined {
  const given = property("options", options, "start");
  if (given === undefined) return undefined;
  const start = toVector("start", given, columns, "one per column of x");
  requireEntries("start", start, -Infinity);
  return start;
}

const noLambdas = new Float64Array(0);
