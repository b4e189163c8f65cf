import type { NativeGram } from "../../binding.js";
import { native } from "../binding.js";
import { FlipsideError } from "../errors.js";
import type { Fit } from "../fitted.js";
import { runJob } from "../job.js";
import { type PenaltyPart, penaltyMatrix } from "./penaltyMatrix.js";
import { rowLossOf } from "./rowLoss.js";
import { type FittedRows, gatherColumns, predictors, requireInside } from "./rows.js";

/** More columns than this take too long here. */
export const mostColumns = 2000;

/**
 * The information on the support: H = X_s' V X_s with v_i = w_i phi''(z_i), an intercept profiled out (columns centred by
 * V), in units in which its diagonal is 1.
 */
export interface Information {
  readonly size: number;
  /** The lower triangle, row by row: H_ij / (units_i units_j). */
  readonly matrix: Float64Array;
  readonly units: Float64Array;
  /** The sum of V, and the means of the columns under V. */
  readonly weight: number;
  readonly means: Float64Array;
  readonly z: Float64Array;
  /** What the penalty adds, in the same units: the full matrix; see `PenaltyPart`. */
  readonly penalty: Float64Array;
}

/** The products are computed on a worker of the addon. */
export async function informationOf(
  what: string,
  fit: Fit,
  rows: FittedRows,
  part: PenaltyPart,
): Promise<Information> {
  const { curvature } = rowLossOf(what, fit.loss);
  const size = fit.support.length;
  if (size > mostColumns) {
    const message = `${what} must have at most ${mostColumns} nonzero coefficients, but has ${size}`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  requireInside(what, fit);
  const z = predictors(fit, rows);
  const v = z.map((value, i) => curvature(value) * (rows.weights?.[i] ?? 1));
  const weight = v.reduce((sum, one) => sum + one, 0);
  const columns = gatherColumns(rows.x, fit.support);
  const { means, scatter } = await moments(columns, v, fit.setup?.intercept ?? true);
  const units = new Float64Array(size);
  for (let i = 0; i < size; ++i) {
    units[i] = Math.sqrt(scatter[i * size + i] as number);
    if ((units[i] as number) > 0 && Number.isFinite(units[i])) continue;
    const message = `column ${fit.support[i]} must tell something about the response, but the rows that count have one value of it`;
    throw new FlipsideError("NUMERIC", message);
  }
  for (let i = 0; i < size; ++i) {
    for (let j = 0; j <= i; ++j) {
      const unit = (units[i] as number) * (units[j] as number);
      scatter[i * size + j] = (scatter[i * size + j] as number) / unit;
    }
  }
  const penalty = penaltyMatrix(fit, rows, columns, part).map(
    (value, at) => value / (units[Math.floor(at / size)] as number) / (units[at % size] as number),
  );
  return { size, matrix: scatter, units, weight, means, z, penalty };
}

/** Means and centred products of columns under weights: full rows of a lower triangle. */
async function moments(columns: Float64Array, v: Float64Array, centred: boolean) {
  const rows = v.length;
  const size = columns.length / rows;
  const scatter = new Float64Array(size * size);
  const means = new Float64Array(size);
  if (size === 0) return { means, scatter };
  const x = { data: columns, rows, columns: size, layout: "columnMajor" as const };
  const gram = await runJob<NativeGram, never>(
    (settle) => native.gramOfBlock({ x, y: new Float64Array(rows), weights: v }, settle, null),
    { signal: undefined, onProgress: undefined, aborted: "the products were aborted" },
  );
  const sums = native.gramSums(gram);
  for (let j = 0, at = 0; j <= size; ++j) {
    for (let i = j; i <= size; ++i, ++at) {
      if (i < size) scatter[i * size + j] = sums.scatter[at] as number;
    }
  }
  for (let j = 0; j < size; ++j) means[j] = (sums.origin[j] as number) + (sums.mean[j] as number);
  if (centred) return { means, scatter };
  for (let i = 0; i < size; ++i) {
    for (let j = 0; j <= i; ++j) {
      const product = sums.weight * (means[i] as number) * (means[j] as number);
      scatter[i * size + j] = (scatter[i * size + j] as number) + product;
    }
  }
  return { means: means.fill(0), scatter };
}
