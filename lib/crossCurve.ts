import { FlipsideError } from "./errors.js";
import type { DenseMatrix } from "./matrix.js";
import type { LossName } from "./solver.js";

/** How predictions for held-out rows are judged; see `CrossValidateOptions.measure`. */
export type Measure = "deviance" | "squaredError" | "absoluteError" | "misclassification" | "auc";

const errors = ["deviance", "squaredError", "absoluteError"] as const;

/** The measures of each loss, in the order of the addon. @internal */
export const measuresOf: Readonly<Record<LossName, readonly Measure[]>> = {
  squared: errors,
  huber: errors,
  poisson: errors,
  multiTask: errors,
  logistic: [...errors, "misclassification", "auc"],
  multinomial: [...errors, "misclassification"],
  cox: ["deviance"],
};

/** @internal */
export const measureNames = measuresOf.logistic;

/** One measure along a path. */
export interface CrossCurve {
  /** Folds x lambdas, row-major. NaN for a fold that has no score: held-out rows without weight, or for auc of one class. */
  readonly foldScores: DenseMatrix & { readonly data: Float64Array };
  /** Of each λ: the mean m = Σ W_k s_k / Σ W_k of the scores s_k of the folds, W_k the weights of their held-out rows. */
  readonly mean: Float64Array;
  /** Of each λ: sqrt(Σ W_k (s_k - m)² / Σ W_k / (K - 1)) over the K folds that have a score, as glmnet. */
  readonly standardError: Float64Array;
}

/** @internal */
export function curveOf(scores: Float64Array, foldWeights: Float64Array): CrossCurve {
  const rows = foldWeights.length;
  const columns = scores.length / rows;
  const mean = new Float64Array(columns);
  const standardError = new Float64Array(columns);
  for (let l = 0; l < columns; ++l) {
    let count = 0;
    let weight = 0;
    let sum = 0;
    foldWeights.forEach((w, k) => {
      const score = scores[k * columns + l] as number;
      if (Number.isNaN(score)) return;
      ++count;
      weight += w;
      sum += w * score;
    });
    const center = sum / weight;
    let squares = 0;
    foldWeights.forEach((w, k) => {
      const score = scores[k * columns + l] as number;
      if (!Number.isNaN(score)) squares += w * (score - center) ** 2;
    });
    mean[l] = center;
    standardError[l] = Math.sqrt(squares / weight / (count - 1));
  }
  const foldScores = Object.freeze({ data: scores, rows, columns, order: "row-major" as const });
  return Object.freeze({ foldScores, mean, standardError });
}

/**
 * The place of the best mean, that of the largest λ among equals, and the first within one standard error of it.
 *
 * @internal
 */
export function selectFrom(measure: Measure, { mean, standardError }: CrossCurve): [number, number] {
  const sign = measure === "auc" ? -1 : 1;
  let best = -1;
  mean.forEach((value, l) => {
    if (Number.isNaN(value)) return;
    if (best < 0 || sign * value < sign * (mean[best] as number)) best = l;
  });
  if (best < 0) {
    const message = `measure must have a value in some fold, but ${measure} has none in any`;
    throw new FlipsideError("NUMERIC", message);
  }
  const margin = standardError[best] as number;
  const limit = sign * (mean[best] as number) + (Number.isNaN(margin) ? 0 : margin);
  const first = mean.findIndex((value) => sign * value <= limit);
  return [best, first];
}
