import type { NativeFit } from "../../binding.js";
import { property, requireOptions } from "../checks.js";
import { FlipsideError } from "../errors.js";
import { runFits } from "../fit.js";
import { type Fit, fitFromNative } from "../fitted.js";
import { lossKeys } from "../lossOptions.js";
import type { MatrixLike } from "../matrix.js";
import { penalties } from "../penalties.js";
import { optionKeys, type Problem, readSetup, type SharedOptions } from "../request.js";
import type { FitStructure } from "../structure.js";
import { gatherColumns, readFittedRows, requireFit } from "./rows.js";

/** `huber` and `cox` are by default those of the fit. */
export type RefitOptions = Pick<SharedOptions, "convergence" | "huber" | "cox">;

/**
 * Fits the columns of a fit's support again without a penalty (the relaxed lasso with φ = 0: Meinshausen, Computational
 * Statistics and Data Analysis 52, 2007; ordinary least squares after selection): the coefficients lose the bias of the
 * penalty, and all others stay 0. The loss, intercept, bounds, names, what stands for missing values and data are those of
 * the fit.
 *
 * @param problem The data of the fit, x as a matrix.
 * @returns A fit of all columns with λ = 0. With the logistic loss and separated classes it has no minimum: it does not
 *   converge, or has the warning SEPARATION.
 * @throws FlipsideError, always as a rejection, as `fit` does.
 */
export async function refit(fit: Fit, problem: Problem, options: RefitOptions = {}): Promise<Fit> {
  requireFit(fit);
  const own = requireOptions("options", options, ["convergence", ...lossKeys]);
  if (fit.outputs > 1) {
    throw new FlipsideError("UNSUPPORTED", "fit must have one output to be refitted, but has several");
  }
  const rows = readFittedRows(fit, problem);
  const { support, structure, imputation, featureNames } = fit;
  const empty = support.length === 0;
  const x: MatrixLike = {
    // A column of zeros has the coefficient 0: the model without columns.
    data: empty ? new Float64Array(fit.rows) : gatherColumns(rows.x, support),
    rows: fit.rows,
    columns: empty ? 1 : support.length,
    order: "column-major",
  };
  const { featureNames: _names, ...data } = problem;
  const { request, convergence, about } = readSetup(
    { ...data, x },
    {
      ...lossOptionsOf(fit),
      ...given(own),
      loss: fit.loss,
      penalty: penalties.l1(),
      intercept: fit.setup?.intercept ?? true,
      bounds: boundsOf(structure, support, x.columns),
    },
    optionKeys(),
    true,
  );
  request.lambdas = new Float64Array(1);
  const bounded = structure &&
    about.structure && { ...about.structure, lower: structure.lower, upper: structure.upper };
  return runFits(request, convergence, undefined).then((fits) => {
    const native = embed(fits[0] as NativeFit, support);
    const whole = { ...about, columns: fit.columns, featureNames, structure: bounded };
    return fitFromNative(imputation === undefined ? native : { ...native, imputed: imputation }, whole);
  });
}

function given(own: object): object {
  const entries = ["convergence", ...lossKeys].map((key) => [key, property("options", own, key)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The numbers of the loss as options. */
function lossOptionsOf({ loss, lossParameters: [first] }: Fit): object {
  if (loss === "huber" && first !== undefined) return { huber: { delta: first } };
  if (loss === "cox" && first !== undefined) return { cox: { ties: first === 0 ? "breslow" : "efron" } };
  return {};
}

/** Of the columns of the support, or of none: that of zeros is free. */
function boundsOf(
  structure: FitStructure | undefined,
  support: Uint32Array,
  columns: number,
): object | undefined {
  const { lower, upper } = structure ?? {};
  if (lower === undefined && upper === undefined) return undefined;
  const some = (bounds: Float64Array | undefined, none: number) =>
    Float64Array.from({ length: columns }, (_, k) => bounds?.[support[k] ?? -1] ?? none);
  return { lower: some(lower, -Infinity), upper: some(upper, Infinity) };
}

/** The fit of some columns as one of all: it has an entry for each of them. */
function embed(native: NativeFit, support: Uint32Array): NativeFit {
  const inner = native.support;
  const entries = support.length === 0 ? 0 : native.coefficients.length;
  const columnOf = (k: number) => support[inner === undefined ? k : (inner[k] as number)] as number;
  return {
    ...native,
    support: Float64Array.from({ length: entries }, (_, k) => columnOf(k)),
    coefficients: native.coefficients.subarray(0, entries),
    eta: native.eta.subarray(0, entries),
    keepProbability: native.keepProbability.subarray(0, entries),
    etaAtZero: 0,
    keepAtZero: 0,
    constantCount: support.length === 0 ? 0 : native.constantCount,
    constantColumns: native.constantColumns.map((k) => support[k] ?? 0).subarray(0, support.length),
  };
}
