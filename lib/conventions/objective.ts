import {
  isInstance,
  property,
  requireBoolean,
  requireChoice,
  requireNumber,
  requireOptions,
} from "../checks.js";
import { designState } from "../design.js";
import { FlipsideError } from "../errors.js";
import { gatherColumns, rootMeanSquare, weightedMean } from "../inference/rows.js";
import { multiplyAddSome } from "../layouts.js";
import { requireEntries, toMatrix, toVector, type VectorLike } from "../matrix.js";
import { Penalty } from "../penalty.js";
import { type Problem, problemKeys, type Rows, readRows } from "../request.js";
import type { LossName } from "../solver.js";
import {
  type Convention,
  canonicalValue,
  conventions,
  descriptionKeys,
  type PenaltyDescription,
  type Read,
  readDescription,
  toCanonical,
} from "./canonical.js";
import { penaltyOfKind, readFactors, readLossName, responseScale } from "./data.js";
import { meanLoss, requireEvaluable, workingCurvature } from "./losses.js";

export interface ObjectiveOptions extends PenaltyDescription {
  /** One finite number per column, on the scale of x. */
  readonly coefficients: VectorLike;
  /** Of a model with one; left out, the model has none. */
  readonly intercept?: number | undefined;
  /** Whose scaling; by default "paper". */
  readonly convention?: Convention | undefined;
  /** "squared" (the default), "logistic", "poisson" or "huber". */
  readonly loss?: LossName | undefined;
  /** Of huber, by default 1. */
  readonly delta?: number | undefined;
  /** Whether the penalty acts on standardised columns: by default true, in "skglm" false and nothing else. */
  readonly standardize?: boolean | undefined;
  /** One number >= 0 per column; Infinity for a column that is left out. */
  readonly penaltyFactors?: readonly number[] | Float64Array | undefined;
  /** Of "paper": λ_j = m_j λ ("ncvreg", the default) or m_j times the penalty ("skglm"). */
  readonly factorConvention?: "ncvreg" | "skglm" | undefined;
}

/** An objective and its parts. */
export interface Objective {
  readonly convention: Convention;
  /** loss + penalty. */
  readonly objective: number;
  /** The mean loss, as all four conventions have it. */
  readonly loss: number;
  /** With λ. */
  readonly penalty: number;
  /** What the package's solver really minimises, where that is not the objective it documents. */
  readonly minimised:
    | { readonly objective: number; readonly penalty: number; readonly reason: string }
    | undefined;
}

const keys = [
  ...descriptionKeys,
  "coefficients",
  "intercept",
  "convention",
  "loss",
  "delta",
  "standardize",
  "penaltyFactors",
  "factorConvention",
];

/**
 * The objective of coefficients in the scaling of another package, to compare fits across packages. The loss is the
 * weighted mean over the rows of (y - z)² / 2, log(1 + e^z) - y z with y in [0, 1] (in skglm also y = ±1), e^z - y z, or
 * Huber's, with z = offset + intercept + x w; the penalties are those of `Convention`, on columns as the package scales them:
 *
 * - "paper": centred if there is an intercept, then mean square 1, as the fits of this library
 * - "glmnet" and "ncvreg": divided by their standard deviation (1/n), in glmnet also without an intercept
 * - "skglm": as they are
 *
 * glmnet's solver divides the ridge part of squared loss by the standard deviation of y; ncvreg's solver scales MCP, SCAD
 * and ridge of other losses by working weights v_j: P(v_j w; λ, γ) / v_j + v_j λ (1 - α) w² / 2, with v_j = x_j' W x_j / n at
 * the end, held fixed. `minimised` is that objective; the end of the package is stationary for it and in general not for
 * `objective`. Computed on the calling thread, in as many steps as x has elements in the columns with a coefficient.
 *
 * @throws FlipsideError UNSUPPORTED for what the package has not (weights in ncvreg, another loss); bad arguments.
 */
export function evaluateObjective(problem: Problem, options: ObjectiveOptions): Objective {
  const given = requireOptions("options", options, keys);
  const get = (key: string) => property("options", given, key);
  const convention =
    get("convention") === undefined ? "paper" : requireChoice("convention", get("convention"), conventions);
  const loss = readLossName(get("loss"));
  requireEvaluable(loss);
  const data = requireOptions("problem", problem, problemKeys);
  const rawX = property("problem", data, "x");
  if (designState(rawX) !== undefined) {
    throw new FlipsideError("UNSUPPORTED", "problem.x must be the matrix itself here, but is a Design");
  }
  const x = toMatrix("x", rawX);
  const rows = readRows(data, x.rows, loss);
  refuseForeign(convention, rows, get);
  const coefficients = toVector("coefficients", get("coefficients"), x.columns, "one per column of x");
  requireEntries("coefficients", coefficients, -Infinity);
  const hasIntercept = get("intercept") !== undefined;
  const intercept = hasIntercept ? requireNumber("intercept", get("intercept"), {}) : 0;
  const support = Uint32Array.from(coefficients.keys()).filter((j) => coefficients[j] !== 0);
  const values = Float64Array.from(support, (j) => coefficients[j] as number);
  const z = new Float64Array(x.rows).fill(intercept);
  for (let i = 0; i < z.length; ++i) z[i] = (z[i] as number) + (rows.offset?.[i] ?? 0);
  multiplyAddSome("x", x, support, values, z);
  const delta = get("delta") === undefined ? 1 : requireNumber("delta", get("delta"), { above: 0 });
  const y = convention === "skglm" && loss === "logistic" ? rows.y.map((one) => Number(one > 0)) : rows.y;
  const lossValue = meanLoss({ loss, y, weights: rows.weights, delta }, z);

  const columns = gatherColumns(x, support);
  const column = (k: number) => columns.subarray(k * x.rows, (k + 1) * x.rows);
  const centred = hasIntercept || convention !== "paper";
  const standardize = convention !== "skglm" && get("standardize") !== false;
  const scales = values.map((_, k) => (standardize ? scaleOf(column(k), rows.weights, centred) : 1));
  const terms: Terms = {
    w: values.map((value, k) => Math.abs(value) * (scales[k] as number)),
    support,
    columns: x.columns,
    factors: readFactors(get("penaltyFactors"), x.columns),
    times: convention === "skglm" || factorConvention(get("factorConvention"), convention) === "skglm",
  };
  const whole = (penalty: number) => ({ objective: lossValue + penalty, penalty });
  const result = (penalty: number, minimised?: number, reason = "") =>
    Object.freeze({
      convention,
      loss: lossValue,
      ...whole(penalty),
      minimised: minimised === undefined ? undefined : Object.freeze({ ...whole(minimised), reason }),
    });
  if (convention === "paper") return result(ownPenalty(given, terms));
  const read = readDescription(given, convention, terms.factors !== undefined);
  if (terms.factors !== undefined && !read.weighted) {
    const message = `penaltyFactors must be left out with this penalty of ${convention}, which has none, but are there`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const penalty = foreignPenalty(read, convention, terms, 1);
  if (convention === "glmnet" && loss === "squared" && read.alpha < 1) {
    const yScale = responseScale(rows, hasIntercept);
    const reason = `glmnet divides the ridge part by the standard deviation of y, ${yScale}`;
    return result(penalty, foreignPenalty(read, convention, terms, yScale), reason);
  }
  if (convention === "ncvreg" && loss !== "squared" && (read.kind !== "l1" || read.alpha < 1)) {
    const v = values.map((_, k) => workingCurvature(loss, z, column(k), scales[k] as number));
    const reason = "ncvreg scales the penalty of each column by its working weight at the end";
    return result(penalty, foreignPenalty(read, convention, terms, 1, v), reason);
  }
  return result(penalty);
}

/** The coefficients on the scale where the penalty acts. */
interface Terms {
  /** Sizes of those that are not 0. */
  readonly w: Float64Array;
  readonly support: Uint32Array;
  readonly columns: number;
  readonly factors: Float64Array | undefined;
  /** The factors multiply the penalty and not its λ. */
  readonly times: boolean;
}

function scaleOf(column: Float64Array, weights: Float64Array | undefined, centred: boolean): number {
  return rootMeanSquare(column, weights, centred ? weightedMean(column, weights) : 0) || 1;
}

function factorConvention(value: unknown, convention: Convention): "ncvreg" | "skglm" {
  if (value === undefined) return "ncvreg";
  if (convention !== "paper") {
    const message = `factorConvention must be left out in ${convention}, which has one of its own, but is there`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  return requireChoice("factorConvention", value, ["ncvreg", "skglm"] as const);
}

/** What a package cannot be given. */
function refuseForeign(convention: Convention, rows: Rows, get: (key: string) => unknown): void {
  const refuse = (what: string) => {
    throw new FlipsideError(
      "UNSUPPORTED",
      `${what} must be left out in ${convention}, which has none, but is there`,
    );
  };
  const standardize = get("standardize");
  if (standardize !== undefined) requireBoolean("standardize", standardize);
  if (convention === "ncvreg") {
    if (rows.weights !== undefined) refuse("weights");
    if (rows.offset !== undefined) refuse("offset");
    if (standardize === false) refuse("standardize: false");
    if (get("intercept") === undefined) {
      throw new FlipsideError(
        "UNSUPPORTED",
        "intercept must be given in ncvreg, which always has one, but is not",
      );
    }
  }
  if (convention === "skglm") {
    if (standardize === true) refuse("standardize: true");
    if (rows.offset !== undefined) refuse("offset");
    const loss = get("loss");
    if (rows.weights !== undefined && loss !== undefined && loss !== "squared")
      refuse(`weights with loss ${loss}`);
  }
}

/** Of this library: the sum of α λ_j ω(w_j; α λ_j) + (1 - α) λ_j w_j² / 2, columns with the coefficient 0 included. */
function ownPenalty(options: object, terms: Terms): number {
  const get = (key: string) => property("options", options, key);
  const lambda = requireNumber("lambda", get("lambda"), { min: 0 });
  let alpha = get("alpha") === undefined ? 1 : requireNumber("alpha", get("alpha"), { min: 0, max: 1 });
  let penalty = get("penalty");
  if (!isInstance(penalty, Penalty)) {
    const read = readDescription(options, "paper");
    alpha = read.alpha;
    penalty = penaltyOfKind(read.kind, read.shape);
  } else if (get("parameters") !== undefined) {
    const message = "parameters must be left out with a Penalty, which has its own, but is there";
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  const omega = penalty as Penalty;
  const { w, support, columns, factors, times } = terms;
  if (!omega.separable) {
    if (factors !== undefined || alpha !== 1) {
      const message = `penalty must be a sum over the coefficients for factors or alpha, but ${omega.name} is not`;
      throw new FlipsideError("UNSUPPORTED", message);
    }
    const all = new Float64Array(columns);
    support.forEach((j, k) => {
      all[j] = w[k] as number;
    });
    return lambda * omega.omega(all, lambda);
  }
  const term = (size: number, factor: number) => {
    if (factor === Infinity) return size > 0 ? Infinity : 0;
    const own = times ? lambda : lambda * factor;
    const sparse = own * alpha === 0 ? 0 : own * alpha * omega.omega(size, own * alpha);
    return (times ? factor : 1) * (sparse + 0.5 * own * (1 - alpha) * size * size);
  };
  let sum = 0;
  support.forEach((j, k) => {
    sum += term(w[k] as number, factors?.[j] ?? 1);
  });
  if (factors === undefined) return sum + (columns - support.length) * term(0, 1);
  const nonzero = new Set(support);
  factors.forEach((factor, j) => {
    if (!nonzero.has(j)) sum += term(0, factor);
  });
  return sum;
}

/** Of another package; every penalty of theirs is 0 at 0. `v`: the working weights of ncvreg. */
function foreignPenalty(
  read: Read,
  convention: Convention,
  { w, support, columns, factors, times }: Terms,
  yScale: number,
  v?: Float64Array,
): number {
  // glmnet counts an excluded column with the factor 1.
  const total = factors?.reduce((all, one) => all + (one === Infinity ? 1 : one), 0) ?? columns;
  const rescale = convention === "glmnet" ? columns / total : 1;
  let sum = 0;
  w.forEach((size, k) => {
    const factor = rescale * (factors?.[support[k] as number] ?? 1);
    if (factor === Infinity) sum = Infinity;
    const lambda = times ? read.lambda : read.lambda * factor;
    const one = toCanonical({ ...read, lambda }, convention, yScale);
    const scale = v?.[k] ?? 1;
    const sparse = canonicalValue({ ...one, ridge: 0 }, scale * size) / scale;
    sum += (times ? factor : 1) * (sparse + 0.5 * scale * one.ridge * size * size);
  });
  return sum;
}
