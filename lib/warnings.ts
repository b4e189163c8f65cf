import type { NativeFit } from "../binding.js";
import { encodeNumber, encodeNumbers, type FieldReader, type JSONNumber } from "./json.js";
import type { Penalty } from "./penalty.js";
import type { FitSetup } from "./setup.js";
import type { SolverName } from "./solver.js";

/**
 * What a fit warns of, stable across versions:
 *
 * - `NOT_CONVERGED` the fit ended before the first-order condition held as asked for; `details`: reason, stationarity, the
 *   `goal` that it was to reach (NaN where it is not known), iterations
 * - `SEPARATION` of the losses logistic and multinomial: every row has its class with log odds (against all others
 *   together) above 5, or some rows (`saturatedRows`) with a probability above 1 - 1e-6; then the coefficients may grow
 *   without bound as λ falls, and surely do so where all rows are on the right side (`complete` is 1, `smallestMargin` the
 *   log odds of the worst)
 * - `ZERO_VARIANCE_COLUMNS` columns that are constant, or all 0 in a fit without intercept: their coefficient is 0;
 *   `details`: count, the first ten `columns`
 * - `LAMBDA_ABOVE_MAX` every coefficient is 0 because λ is above `lambdaMax`, the smallest λ with that minimum
 * - `ALL_ZERO` every coefficient is 0 although λ is below `lambdaMax`: a stationary point, but hardly the minimum
 *
 * That a penalty is not convex is no warning: `fit.record.locallyConvex` and `path.convexMin` tell about it.
 */
export type FitWarningCode =
  | "NOT_CONVERGED"
  | "SEPARATION"
  | "ZERO_VARIANCE_COLUMNS"
  | "LAMBDA_ABOVE_MAX"
  | "ALL_ZERO";

/** Something about a fit that its caller should know. The library prints none of them. */
export interface FitWarning {
  readonly code: FitWarningCode;
  /** A sentence on what is the case and what may help. */
  readonly message: string;
  readonly details: Readonly<Record<string, number | string | readonly number[]>>;
}

/** A warning of a path, said once for all the fits that it is about; `details` are those of the last of them. */
export interface PathWarning extends FitWarning {
  /** The λ of those fits, largest first. */
  readonly lambdas: readonly number[];
}

/** What the addon has seen beyond the solution. @internal */
export type NativeDiagnosis = Pick<
  NativeFit,
  "lambdaMax" | "smallestMargin" | "largestMargin" | "saturatedRows" | "constantCount" | "constantColumns"
>;

/** What `JSON.stringify` writes for it; absent is what is not known. */
export interface DiagnosisJSON {
  lambdaMax?: JSONNumber;
  margins?: JSONNumber[];
  constantCount?: number;
  constantColumns?: JSONNumber[];
}

/** @internal */
export interface Warned {
  readonly native: NativeFit;
  readonly penalty: Penalty;
  readonly solver: SolverName | undefined;
  readonly setup: FitSetup | undefined;
}

/** Log odds from which a class counts as certain when every row has them: a probability of 0.9933. */
const certain = 5;
/** Beyond what rounding of λ_max and of λ can do. */
const rounding = 1e-9;

/** @internal */
export function warningsOf(fit: Warned): readonly FitWarning[] {
  const all = [notConverged(fit), separation(fit.native), constantColumns(fit.native), allZero(fit.native)];
  return Object.freeze(all.filter((one) => one !== undefined));
}

function warning(code: FitWarningCode, message: string, details: FitWarning["details"]): FitWarning {
  return Object.freeze({ code, message, details: Object.freeze(details) });
}

function notConverged({ native, penalty, solver, setup }: Warned): FitWarning | undefined {
  const { reason, stationarity, iterations, lambda, objectiveMargin } = native;
  if (reason === "tolerance") return undefined;
  const goal = setup === undefined || lambda === 0 || solver === "dropout" ? NaN : setup.tolerance * lambda;
  const times = stationarity / goal;
  const far = !Number.isNaN(objectiveMargin)
    ? `its objective may lie ${brief(objectiveMargin)} above the one that it approaches`
    : `the first-order condition is violated by ${brief(stationarity)}${
        Number.isFinite(times)
          ? `, ${brief(times)} times the goal of tolerance * lambda = ${brief(goal)}`
          : ""
      }`;
  const why = {
    maxIterations: `reached its limit of ${iterations} iterations`,
    stalled: `made no further progress in double precision after ${iterations} iterations`,
    aborted: `was stopped after ${iterations} iterations`,
  }[reason];
  const details = { reason, stationarity, goal, iterations };
  return warning("NOT_CONVERGED", `the fit ${why}: ${far}; ${advice(reason, penalty, solver)}`, details);
}

function advice(reason: string, penalty: Penalty, solver: SolverName | undefined): string {
  if (reason === "aborted") return "run it again without stopping it";
  const other = solver === "workingSet" ? "another start" : 'the solver "workingSet"';
  const start = penalty.convex ? "" : `, ${other}`;
  if (reason === "maxIterations") {
    return `try a larger convergence.maxIterations${start}, a larger lambda or columns of similar size`;
  }
  return `try a larger convergence.tolerance${start}, or remove columns that are almost collinear`;
}

function separation({ smallestMargin, saturatedRows }: NativeDiagnosis): FitWarning | undefined {
  if (!(smallestMargin > certain) && !(saturatedRows > 0)) return undefined;
  // All on the right side: a proof that no finite coefficients maximise the likelihood.
  const complete = smallestMargin > 0;
  const grow = "the coefficients may grow without bound as lambda falls; a larger lambda keeps them in place";
  const message = complete
    ? `the columns separate the classes, every row has its own with a fitted probability of at least ${(1 / (1 + Math.exp(-smallestMargin))).toFixed(4)}: ${grow}`
    : `${saturatedRows} ${saturatedRows === 1 ? "row has" : "rows have"} a fitted probability of 0 or 1 to six digits: the columns may separate these from the others, and ${grow}`;
  return warning("SEPARATION", message, { complete: Number(complete), smallestMargin, saturatedRows });
}

function constantColumns({ constantCount, constantColumns }: NativeDiagnosis): FitWarning | undefined {
  if (constantCount === 0) return undefined;
  const columns = Object.freeze(Array.from(constantColumns));
  const more = constantCount > columns.length ? ` and ${constantCount - columns.length} more` : "";
  const subject = constantCount === 1 ? "1 column of x has" : `${constantCount} columns of x have`;
  const message = `${subject} no variance and the coefficient 0: ${columns.join(", ")}${more}`;
  return warning("ZERO_VARIANCE_COLUMNS", message, { count: constantCount, columns });
}

function allZero({ lambda, lambdaMax, nonzero }: NativeFit): FitWarning | undefined {
  if (nonzero > 0 || Number.isNaN(lambdaMax)) return undefined;
  const details = { lambda, lambdaMax };
  if (lambda > lambdaMax * (1 + rounding)) {
    const message = `every coefficient is 0, because lambda is ${brief(lambda)} and from lambda_max = ${brief(lambdaMax)} on none is worth its penalty: take a smaller one`;
    return warning("LAMBDA_ABOVE_MAX", message, details);
  }
  if (lambda >= lambdaMax * (1 - rounding)) return undefined;
  const message = `every coefficient is 0, although lambda is ${brief(lambda)} and below lambda_max = ${brief(lambdaMax)}: 0 is stationary, but other starts or the path down from lambda_max may end lower`;
  return warning("ALL_ZERO", message, details);
}

function brief(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** Each code once, with the λ of the fits that have it. @internal */
export function mergeWarnings(
  fits: readonly { lambda: number; warnings: readonly FitWarning[] }[],
): readonly PathWarning[] {
  const byCode = new Map<FitWarningCode, { last: FitWarning; lambdas: number[] }>();
  for (const { lambda, warnings } of fits) {
    for (const one of warnings) {
      const lambdas = byCode.get(one.code)?.lambdas ?? [];
      lambdas.push(lambda);
      byCode.set(one.code, { last: one, lambdas });
    }
  }
  return Object.freeze(
    [...byCode.values()].map(({ last, lambdas }) =>
      Object.freeze({
        code: last.code,
        message: ofPath(last, lambdas, fits.length),
        details: last.details,
        lambdas: Object.freeze(lambdas),
      }),
    ),
  );
}

function ofPath(last: FitWarning, lambdas: readonly number[], count: number): string {
  if (last.code === "ZERO_VARIANCE_COLUMNS") return last.message;
  const smallest = Math.min(...lambdas);
  const largest = Math.max(...lambdas);
  const range =
    lambdas.length === 1
      ? `lambda = ${brief(smallest)}`
      : `lambda from ${brief(smallest)} to ${brief(largest)}`;
  if (last.code === "LAMBDA_ABOVE_MAX") {
    const verb = lambdas.length === 1 ? "lies" : "lie";
    const { lambdaMax } = last.details;
    return `${lambdas.length} of ${count} lambdas ${verb} above lambda_max = ${brief(lambdaMax as number)}, where every coefficient is 0`;
  }
  return `${lambdas.length} of ${count} fits (${range}), of the last: ${last.message}`;
}

/** @internal */
export function encodeDiagnosis(native: NativeDiagnosis): DiagnosisJSON {
  const { lambdaMax, smallestMargin, largestMargin, saturatedRows, constantCount, constantColumns } = native;
  return {
    ...(!Number.isNaN(lambdaMax) && { lambdaMax: encodeNumber(lambdaMax) }),
    ...(!Number.isNaN(saturatedRows) && {
      margins: encodeNumbers(Float64Array.of(smallestMargin, largestMargin, saturatedRows)),
    }),
    ...(constantCount > 0 && { constantCount, constantColumns: encodeNumbers(constantColumns) }),
  };
}

/** Of a fit that was written before there were warnings, one that knows nothing. @internal */
export function decodeDiagnosis(read: FieldReader | undefined, columns: number): NativeDiagnosis {
  const margins = read?.has("margins") ? read.numbers("margins", 3) : undefined;
  return {
    lambdaMax: read?.has("lambdaMax") ? read.number("lambdaMax") : NaN,
    smallestMargin: margins?.[0] ?? NaN,
    largestMargin: margins?.[1] ?? NaN,
    saturatedRows: margins?.[2] ?? NaN,
    constantCount: read?.has("constantCount") ? read.count("constantCount", 0, columns) : 0,
    constantColumns: read?.has("constantColumns")
      ? read.numbers("constantColumns", undefined, 0, columns - 1)
      : new Float64Array(0),
  };
}
