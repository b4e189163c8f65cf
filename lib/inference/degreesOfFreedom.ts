import { native } from "../binding.js";
import { requireChoice } from "../checks.js";
import { FlipsideError } from "../errors.js";
import type { Fit } from "../fitted.js";
import { nativePenalty } from "../penalty.js";
import type { Problem } from "../request.js";
import { Breather, Cholesky } from "./cholesky.js";
import { informationOf } from "./information.js";
import { boundCount, readFittedRows, requireFit } from "./rows.js";

/** How degrees of freedom are counted, see `degreesOfFreedom`. */
export type DegreesMethod = "nonzero" | "trace";

const methods = ["nonzero", "trace"] as const satisfies readonly DegreesMethod[];

/** Whether a fit counts its nonzeros by default: a penalty that is flat at 0 leaves none at 0. */
export function usualMethod({ penalty, lambda }: Fit): DegreesMethod {
  if (lambda === 0 || !penalty.separable) return "nonzero";
  if (penalty.name === "elasticNet") return "trace";
  return native.slopeAt(nativePenalty("penalty", penalty), 0, lambda) === 0 ? "trace" : "nonzero";
}

/**
 * The degrees of freedom of a fit, its intercepts included.
 *
 * - "nonzero": the number of nonzero coefficients that are not at a bound. Unbiased for the lasso (Zou, Hastie and
 *   Tibshirani, Annals of Statistics 35, 2007); for penalties that are not convex usual, but too few: that the support was
 *   searched for is not counted. Too many for groups, which shrink inside like ridge.
 * - "trace": the trace of (H + D)^-1 H on the support, with the information H and the curvature D = diag(n λ ω''(w_j)) of
 *   the penalty: for squared loss the derivative of the fitted values by the response, Stein's formula, as long as the
 *   support does not change, with the Hessian of the penalty as D where there are groups (Vaiter and others, arXiv
 *   1205.1481); of ridge and elastic net tr X_s (X_s'X_s + n λ D)^-1 X_s' (Tibshirani and Taylor, Annals of
 *   Statistics 40, 2012).
 *
 * By default "trace" for a penalty that shrinks like ridge (lp with p > 1, logSumSquares, elasticNet), else "nonzero".
 *
 * @param problem For "trace": the data of the fit, x as a matrix.
 * @throws FlipsideError UNSUPPORTED for "trace" without the data, with a loss other than squared, logistic and poisson, or
 *   with coefficients at bounds other than 0;
 *   NUMERIC where H + D is not positive definite.
 */
export async function degreesOfFreedom(
  fit: Fit,
  problem?: Problem | undefined,
  method?: DegreesMethod | undefined,
): Promise<number> {
  requireFit(fit);
  const chosen = method === undefined ? usualMethod(fit) : requireChoice("method", method, methods);
  const intercept = interceptsOf(fit);
  if (chosen === "nonzero" || fit.nonzero === 0) return fit.nonzero - boundCount(fit) + intercept;
  if (problem === undefined) {
    const message = `problem must be given, as degrees of freedom of ${fit.penalty.name} depend on the data, but is not`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const rows = readFittedRows(fit, problem);
  const { size, matrix, penalty } = await informationOf("the degrees of freedom", fit, rows, "curvature");
  const breather = new Breather();
  const sum = matrix.slice();
  for (let i = 0; i < size; ++i) {
    for (let j = 0; j <= i; ++j) {
      const own = i === j ? 1 : (matrix[i * size + j] as number);
      sum[i * size + j] = own + (penalty[i * size + j] as number);
    }
  }
  const factor = await Cholesky.factor(sum, size, breather);
  // tr (H + D)^-1 H = size - tr (H + D)^-1 D.
  let trace = size;
  for (let j = 0; j < size; ++j) {
    const column = penalty.slice(j * size, (j + 1) * size);
    if (column.every((value) => value === 0)) continue;
    await breather.breathe();
    trace -= factor.solve(column)[j] as number;
  }
  return trace + intercept;
}

/** How many intercepts a fit has that are free: none of cox, and those of multinomial loss sum to 0. */
export function interceptsOf(fit: Fit): number {
  if (fit.loss === "cox") return 0;
  if (!(fit.setup?.intercept ?? fit.intercept !== 0)) return 0;
  return fit.loss === "multinomial" ? fit.outputs - 1 : fit.outputs;
}
