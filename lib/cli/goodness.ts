import { type Fit, fit as fitOnce, type LossName, type Path, penalties } from "../index.js";
import type { Dataset } from "./dataset.js";

/** The loss of the model without features. */
export async function nullLoss(dataset: Dataset, loss: LossName, intercept: boolean): Promise<number> {
  if (loss === "squared") return dataset.variance / 2;
  const { missing } = dataset;
  const options = { loss, intercept, missing, penalty: penalties.l1(), lambda: Number.MAX_VALUE };
  return (await fitOnce(dataset.problem, options)).lossValue;
}

/** What the share of the loss that the features explain is called: R², or for other losses the deviance explained. */
export function shareName(loss: LossName): string {
  return loss === "squared" ? "R²" : "deviance explained";
}

/** That share; NaN for a constant target, which has none. */
export function shareExplained(fit: Fit, loss0: number): number {
  return loss0 > 0 ? 1 - fit.lossValue / loss0 : NaN;
}

/** Schwarz's criterion with as many parameters as there are nonzero coefficients; for squared loss σ² is estimated. */
export function bic(fit: Fit): number {
  const deviance = fit.loss === "squared" ? Math.log(2 * fit.lossValue) : 2 * fit.lossValue;
  return fit.rows * deviance + Math.log(fit.rows) * fit.nonzero;
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
