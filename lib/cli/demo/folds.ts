import { createHash } from "node:crypto";
import { type FitOptions, fit as fitOnce } from "../../index.js";
import type { Dataset } from "../dataset.js";

/** Mean squared error on rows that a fit has not seen. */
export interface FoldError {
  readonly mean: number;
  /** Standard error of the mean over the folds. */
  readonly standardError: number;
}

/** Splits rows into folds whose sizes differ by one at most; the same seed gives the same folds everywhere. */
export function makeFolds(rows: number, folds: number, seed: number): number[][] {
  const key = (row: number) => createHash("sha256").update(`${seed}/${row}`).digest("hex");
  const shuffled = Array.from({ length: rows }, (_, row) => ({ row, key: key(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
  return Array.from({ length: folds }, (_, fold) => shuffled.filter((_, i) => i % folds === fold));
}

/** The error of fits with the same options, each without one of the folds. */
export async function foldError(
  { problem, rows, features }: Dataset,
  folds: readonly (readonly number[])[],
  options: FitOptions,
): Promise<FoldError> {
  const take = (chosen: readonly number[]) => ({
    x: {
      data: Float64Array.from({ length: chosen.length * features.length }, (_, i) => {
        const column = Math.floor(i / chosen.length);
        return problem.x.data[column * rows + (chosen[i % chosen.length] as number)] as number;
      }),
      rows: chosen.length,
      columns: features.length,
      order: "column-major" as const,
    },
    y: Float64Array.from(chosen, (row) => problem.y[row] as number),
  });
  const errors: number[] = [];
  for (const held of folds) {
    const out = new Set(held);
    const seen = Array.from({ length: rows }, (_, row) => row).filter((row) => !out.has(row));
    const fitted = await fitOnce(take(seen), options);
    const test = take(held);
    const predicted = fitted.predict(test.x);
    errors.push(mean(test.y.map((value, i) => (value - (predicted[i] as number)) ** 2)));
  }
  const centre = mean(errors);
  const variance = errors.reduce((sum, error) => sum + (error - centre) ** 2, 0) / (errors.length - 1);
  return { mean: centre, standardError: Math.sqrt(variance / errors.length) };
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
