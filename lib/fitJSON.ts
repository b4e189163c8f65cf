import type { NativeFit } from "../binding.js";
import { readPenalty } from "./catalogue.js";
import { expected } from "./errors.js";
import { readFeatureNames } from "./featureNames.js";
import { encodeNumber, encodeNumbers, FieldReader, type JSONNumber, requireFormat } from "./json.js";
import { decodeOutputs, encodeOutputs, type OutputsJSON } from "./outputsJSON.js";
import type { Penalty, PenaltyJSON } from "./penalty.js";
import { decodeRecord, encodeRecord, type RecordJSON } from "./record.js";
import { decodeSetup, encodeSetup, type FitSetup, type SetupJSON } from "./setup.js";
import { type LossName, lossNames, type SolverName, solverNames } from "./solver.js";
import { decodeStructure, encodeStructure, type FitStructure, type StructureJSON } from "./structure.js";
import {
  type DiagnosisJSON,
  decodeDiagnosis,
  encodeDiagnosis,
  type FitWarning,
  warningsOf,
} from "./warnings.js";

/** Why a fit ended. Only "tolerance" is convergence. */
export type FitReason = "tolerance" | "maxIterations" | "aborted" | "stalled";

/** What `JSON.stringify` writes for a fit: every number of it exactly. */
export interface FitJSON extends Partial<OutputsJSON> {
  format: "flipside.fit";
  /** 2 for a fit with many columns of which few have a coefficient: then `support` is there. 3 for one with several outputs. */
  version: 1 | 2 | 3;
  loss: LossName;
  /** See `Fit.lossParameters`. */
  lossParameters?: JSONNumber[];
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
   * coefficient 0, `etaAtZero` and `keepAtZero`. Without it there is an entry per column. With several outputs entry
   * k * columns + j stands for column j in output k.
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
  /** Factors, bounds and groups, where there are any. */
  structure?: StructureJSON;
  /** What the warnings are made of. */
  diagnosis?: DiagnosisJSON;
  /** To read; `Fit.fromJSON` makes them anew. */
  warnings?: readonly FitWarning[];
}

/** What a native fit does not know of itself. @internal */
export interface Setting {
  readonly penalty: Penalty;
  readonly loss: LossName;
  /** As `readLossOptions` gives them. */
  readonly lossParameters: Float64Array | undefined;
  readonly rows: number;
  readonly columns: number;
  /** Undefined in a fit that was written before it was known. */
  readonly solver: SolverName | undefined;
  /** 1 where it is not told. */
  readonly outputs?: number | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly structure?: FitStructure | undefined;
  readonly featureNames?: readonly string[] | undefined;
  /** Undefined likewise. */
  readonly setup?: FitSetup | undefined;
}

const reasons = ["tolerance", "maxIterations", "aborted", "stalled"] as const;

/** @internal */
export function encodeFit(native: NativeFit, about: Setting): FitJSON {
  const { support, intercepts } = native;
  const outputs = encodeOutputs({ outputs: about.outputs ?? 1, intercepts, classes: about.classes });
  const warnings = warningsOf({ native, ...about, setup: about.setup });
  const diagnosis = encodeDiagnosis(native);
  return {
    format: "flipside.fit",
    version: outputs !== undefined ? 3 : support === undefined ? 1 : 2,
    loss: about.loss,
    ...(about.lossParameters !== undefined && { lossParameters: encodeNumbers(about.lossParameters) }),
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
    ...outputs,
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
    ...(about.structure !== undefined && { structure: encodeStructure(about.structure) }),
    ...(Object.keys(diagnosis).length > 0 && { diagnosis }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** @internal */
export function decodeFit(argument: string, json: unknown): { native: NativeFit; about: Setting } {
  const read = new FieldReader(argument, requireFormat(argument, json, "flipside.fit", 3));
  const rows = read.count("rows", 1);
  const columns = read.count("columns", 1);
  const loss = read.word("loss", lossNames);
  const lossParameters = read.has("lossParameters")
    ? read.numbers("lossParameters", undefined, 0, Number.MAX_VALUE)
    : undefined;
  const solver = read.has("solver") ? read.word("solver", algorithms) : undefined;
  const { outputs, intercepts, classes } = decodeOutputs(read, loss);
  const coefficients = columns * outputs;
  const support = read.has("support") ? readSupport(read, coefficients) : undefined;
  const entries = support?.length ?? coefficients;
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
    nonzero: read.count("nonzero", 0, coefficients),
    iterations: read.count("iterations", 0),
    reason: read.word("reason", reasons),
    objectiveHistory,
    nonzeroHistory: history.numbers("nonzero", objectiveHistory.length, 0, coefficients),
    secondsHistory: new Float64Array(0),
    intercepts,
    imputed: read.has("imputation")
      ? read.numbers("imputation", columns, -Number.MAX_VALUE, Number.MAX_VALUE)
      : undefined,
    ...decodeRecord(read.has("record") ? read.fields("record") : undefined),
    ...decodeDiagnosis(read.has("diagnosis") ? read.fields("diagnosis") : undefined, columns),
  };
  const penalty = readPenalty(read.name("penalty"), read.value("penalty"));
  const structure = read.has("structure") ? decodeStructure(read.fields("structure"), columns) : undefined;
  const featureNames = readFeatureNames(read.name("featureNames"), read.value("featureNames"), columns);
  const setup = read.has("setup") ? decodeSetup(read.fields("setup")) : undefined;
  return {
    native,
    about: {
      penalty,
      loss,
      lossParameters,
      rows,
      columns,
      solver,
      outputs,
      classes,
      structure,
      featureNames,
      setup,
    },
  };
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
