import type { NativeFit } from "../binding.js";
import { readPenalty } from "./catalogue.js";
import { expected } from "./errors.js";
import { readFeatureNames } from "./featureNames.js";
import { encodeNumber, encodeNumbers, FieldReader, type JSONNumber, requireFormat } from "./json.js";
import type { Penalty, PenaltyJSON } from "./penalty.js";
import { decodeRecord, encodeRecord, type RecordJSON } from "./record.js";
import { decodeSetup, encodeSetup, type FitSetup, type SetupJSON } from "./setup.js";
import { type LossName, lossNames, type SolverName, solverNames } from "./solver.js";

/** Why a fit ended. Only "tolerance" is convergence. */
export type FitReason = "tolerance" | "maxIterations" | "aborted" | "stalled";

/** What `JSON.stringify` writes for a fit: every number of it exactly. */
export interface FitJSON {
  format: "flipside.fit";
  /** 2 for a fit with many columns of which few have a coefficient: then `support` is there. */
  version: 1 | 2;
  loss: LossName;
  penalty: PenaltyJSON;
  lambda: JSONNumber;
  rows: number;
  columns: number;
  /** Names of the columns, if they were told. */
  featureNames?: readonly string[];
  /** With `missing: "mean"`: what stands for a missing value of each column. */
  imputation?: JSONNumber[];
  setup?: SetupJSON;
  solver?: SolverName;
  /**
   * The columns, ascending, that `coefficients`, `eta` and `keepProbability` have an entry for; every other column has the
   * coefficient 0, `etaAtZero` and `keepAtZero`. Without it there is an entry per column.
   */
  support?: number[];
  etaAtZero?: JSONNumber;
  keepAtZero?: JSONNumber;
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
  record?: RecordJSON;
}

/** What a native fit does not know of itself. @internal */
export interface Setting {
  readonly penalty: Penalty;
  readonly loss: LossName;
  readonly rows: number;
  readonly columns: number;
  /** Undefined in a fit that was written before it was known. */
  readonly solver: SolverName | undefined;
  readonly featureNames?: readonly string[] | undefined;
  /** Undefined likewise. */
  readonly setup?: FitSetup | undefined;
}

const reasons = ["tolerance", "maxIterations", "aborted", "stalled"] as const;

/** @internal */
export function encodeFit(native: NativeFit, about: Setting): FitJSON {
  const { support } = native;
  return {
    format: "flipside.fit",
    version: support === undefined ? 1 : 2,
    loss: about.loss,
    penalty: about.penalty.toJSON(),
    lambda: encodeNumber(native.lambda),
    rows: about.rows,
    columns: about.columns,
    ...(about.featureNames !== undefined && { featureNames: about.featureNames }),
    ...(native.imputed !== undefined && { imputation: encodeNumbers(native.imputed) }),
    ...(about.setup !== undefined && { setup: encodeSetup(about.setup) }),
    ...(about.solver !== undefined && { solver: about.solver }),
    ...(support !== undefined && {
      support: Array.from(support),
      etaAtZero: encodeNumber(native.etaAtZero),
      keepAtZero: encodeNumber(native.keepAtZero),
    }),
    coefficients: encodeNumbers(native.coefficients),
    intercept: encodeNumber(native.intercept),
    objective: encodeNumber(native.objective),
    ...(!Number.isNaN(native.objectiveMargin) && { objectiveMargin: encodeNumber(native.objectiveMargin) }),
    lossValue: encodeNumber(native.loss),
    stationarity: encodeNumber(native.stationarity),
    nonzero: native.nonzero,
    iterations: native.iterations,
    reason: native.reason,
    eta: encodeNumbers(native.eta),
    keepProbability: encodeNumbers(native.keepProbability),
    history: {
      objective: encodeNumbers(native.objectiveHistory),
      nonzero: Array.from(native.nonzeroHistory),
    },
    record: encodeRecord(native),
  };
}

/** @internal */
export function decodeFit(argument: string, json: unknown): { native: NativeFit; about: Setting } {
  const read = new FieldReader(argument, requireFormat(argument, json, "flipside.fit", 2));
  const rows = read.count("rows", 1);
  const columns = read.count("columns", 1);
  const loss = read.word("loss", lossNames);
  const solver = read.has("solver") ? read.word("solver", algorithms) : undefined;
  const support = read.has("support") ? readSupport(read, columns) : undefined;
  const entries = support?.length ?? columns;
  const history = read.fields("history");
  const objectiveHistory = history.numbers("objective", undefined);
  const native: NativeFit = {
    lambda: read.finite("lambda", 0),
    support,
    etaAtZero: support === undefined ? 0 : within(read, "etaAtZero", Infinity),
    keepAtZero: support === undefined ? 0 : within(read, "keepAtZero", 1),
    coefficients: read.numbers("coefficients", entries, -Number.MAX_VALUE, Number.MAX_VALUE),
    eta: read.numbers("eta", entries, 0),
    keepProbability: read.numbers("keepProbability", entries, 0, 1),
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
    intercepts: undefined,
    imputed: read.has("imputation")
      ? read.numbers("imputation", columns, -Number.MAX_VALUE, Number.MAX_VALUE)
      : undefined,
    ...decodeRecord(read.has("record") ? read.fields("record") : undefined),
  };
  const penalty = readPenalty(read.name("penalty"), read.value("penalty"));
  const featureNames = readFeatureNames(read.name("featureNames"), read.value("featureNames"), columns);
  const setup = read.has("setup") ? decodeSetup(read.fields("setup")) : undefined;
  return { native, about: { penalty, loss, rows, columns, solver, featureNames, setup } };
}

const algorithms = solverNames.filter((name) => name !== "auto");

function within(read: FieldReader, key: string, max: number): number {
  const value = read.number(key);
  if (value >= 0 && value <= max) return value;
  throw expected(read.name(key), `a number >= 0 and <= ${max}`, value, "OUT_OF_RANGE");
}

/** Predictions index the coefficients with it. */
function readSupport(read: FieldReader, columns: number): Float64Array {
  const support = read.numbers("support", undefined, 0, columns - 1);
  let previous = -1;
  for (const [k, column] of support.entries()) {
    if (!Number.isInteger(column) || column <= previous) {
      throw expected(read.name(`support[${k}]`), `an integer > ${previous}`, column, "OUT_OF_RANGE");
    }
    previous = column;
  }
  return support;
}
