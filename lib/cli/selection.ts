import type { Fit, Path } from "../index.js";
import { trainingError } from "./dataset.js";

/** Who chose a λ: the user with --lambda, or the path's smallest BIC. */
export type Choice = "user" | "bic";

/** Schwarz's criterion for least squares with as many parameters as there are nonzero coefficients. */
export function bic(fit: Fit): number {
  return fit.rows * Math.log(trainingError(fit)) + Math.log(fit.rows) * fit.nonzero;
}

/**
 * The fit of a path that the page shows when the user asked for none. Degrees of freedom are the nonzeros, exact in
 * expectation for the lasso (Zou, Hastie and Tibshirani 2007) and usual for the others. Of equal ones the sparsest.
 */
export function smallestBIC({ fits }: Path): Fit | undefined {
  let best = fits[0];
  for (const candidate of fits) {
    if (best !== undefined && bic(candidate) < bic(best)) best = candidate;
  }
  return best;
}
