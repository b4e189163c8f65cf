// Cross-validation as a plain loop: a path on the rows outside each fold, and every measure from its definition.
import { type Fit, fitPath, type LossName, type PathOptions } from "flipside";
import { type Data, problemOf } from "./problems.ts";

export type Scores = Map<string, number[][]>;

/** The rows of a problem for which `wanted` is true. */
export function rowsOf(data: Data, wanted: (row: number) => boolean): Data {
  const { columns } = data;
  const rows = Array.from({ length: data.rows }, (_, i) => i).filter(wanted);
  const pick = (values: Float64Array | undefined) =>
    values && Float64Array.from(rows, (i) => values[i] as number);
  const x = new Float64Array(rows.length * columns);
  rows.forEach((i, k) => {
    x.set(data.x.subarray(i * columns, (i + 1) * columns), k * columns);
  });
  return {
    rows: rows.length,
    columns,
    x,
    y: pick(data.y) as Float64Array,
    weights: pick(data.weights),
    offset: pick(data.offset),
  };
}

/** offset + intercept + x w, row by row. */
export function linear(data: Data, { intercept, coefficients }: Fit): number[] {
  const { columns } = data;
  return Array.from(data.y, (_, i) => {
    let z = intercept + (data.offset?.[i] ?? 0);
    for (let j = 0; j < columns; ++j) z += (data.x[i * columns + j] as number) * (coefficients[j] as number);
    return z;
  });
}

const plog = (p: number, q: number) => (p === 0 ? 0 : p * Math.log(q));

/** P(z of a one > z of a zero) + P(equal) / 2, over all pairs. */
export function pairwiseAuc(z: readonly number[], y: ArrayLike<number>, w: ArrayLike<number>): number {
  let all = 0;
  let right = 0;
  z.forEach((a, i) => {
    z.forEach((b, k) => {
      const pair = (w[i] as number) * (y[i] as number) * (w[k] as number) * (1 - (y[k] as number));
      all += pair;
      right += pair * (a > b ? 1 : a === b ? 0.5 : 0);
    });
  });
  return right / all;
}

type RowScore = (y: number, z: number) => number;

const squared: Record<string, RowScore> = {
  deviance: (y, z) => (y - z) ** 2,
  squaredError: (y, z) => (y - z) ** 2,
  absoluteError: (y, z) => Math.abs(y - z),
};
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const logistic: Record<string, RowScore> = {
  deviance: (y, z) => 2 * (plog(y, y) + plog(1 - y, 1 - y) - plog(y, sigmoid(z)) - plog(1 - y, sigmoid(-z))),
  squaredError: (y, z) => (y - sigmoid(z)) ** 2,
  absoluteError: (y, z) => Math.abs(y - sigmoid(z)),
  misclassification: (y, z) => (z > 0 ? 1 - y : y),
};

/** scores.get(measure)[fold][lambda] */
export async function crossByHand(
  data: Data,
  folds: ArrayLike<number>,
  options: PathOptions & { readonly loss: LossName },
): Promise<Scores> {
  const measures = options.loss === "squared" ? squared : logistic;
  const names = [...Object.keys(measures), ...(options.loss === "logistic" ? ["auc"] : [])];
  const scores: Scores = new Map(names.map((name) => [name, []]));
  const count = Math.max(...Array.from(folds)) + 1;
  for (let k = 0; k < count; ++k) {
    const held = rowsOf(data, (i) => folds[i] === k);
    const path = await fitPath(problemOf(rowsOf(data, (i) => folds[i] !== k)), options);
    const w = held.weights ?? new Float64Array(held.rows).fill(1);
    const total = w.reduce((sum, value) => sum + value, 0);
    const all = path.fits.map((one) => linear(held, one));
    for (const name of names) {
      const row = measures[name];
      const values = all.map((z) =>
        row === undefined
          ? pairwiseAuc(z, held.y, w)
          : z.reduce((sum, value, i) => sum + (w[i] as number) * row(held.y[i] as number, value), 0) / total,
      );
      scores.get(name)?.push(values);
    }
  }
  return scores;
}
