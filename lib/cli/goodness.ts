import {
  type Fit,
  fit as fitOnce,
  type HuberOptions,
  type LossName,
  type Path,
  penalties,
} from "../index.js";
import type { Dataset } from "./dataset.js";

/** The loss of the model without features. */
export async function nullLoss(
  dataset: Dataset,
  model: { loss: LossName; huber: HuberOptions | undefined; intercept: boolean },
): Promise<number> {
  if (model.loss === "squared") return dataset.variance / 2;
  const { missing } = dataset;
  const options = { ...model, missing, penalty: penalties.l1(), lambda: Number.MAX_VALUE };
  return (await fitOnce(dataset.problem, options)).lossValue;
}

/** The least that the loss can be at these responses, whatever the predictions. */
export function saturatedLoss({ problem }: Dataset, loss: LossName): number {
  if (loss !== "poisson") return 0;
  const weights = problem.weights as Float64Array | undefined;
  let sum = 0;
  let total = 0;
  problem.y.forEach((y, i) => {
    const weight = weights?.[i] ?? 1;
    total += weight;
    if (y > 0) sum += weight * (y - y * Math.log(y));
  });
  return sum / total;
}

/** What the share of the loss that the features explain is called: R², or for other losses the deviance explained. */
export function shareName(loss: LossName): string {
  return loss === "squared" ? "R²" : loss === "huber" ? "loss explained" : "deviance explained";
}

/** That share; NaN for a constant target, which has none. */
export function shareExplained(fit: Fit, outcome: { nullLoss: number; saturatedLoss: number }): number {
  const whole = outcome.nullLoss - outcome.saturatedLoss;
  return whole > 0 ? 1 - (fit.lossValue - outcome.saturatedLoss) / whole : NaN;
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
