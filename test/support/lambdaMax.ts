import { standardize } from "../optimality.ts";
import type { Data } from "./problems.ts";

/** max |x_j'y| / n on the scale where the penalty acts. */
export function lambdaMax(data: Data, options: { intercept: boolean; standardize: boolean }): number {
  const { columns, rows, weights } = standardize(data, options);
  const y = data.y.map((value, i) => value - (data.offset?.[i] ?? 0));
  const total = y.reduce((sum, value, i) => sum + (weights[i] as number) * value, 0);
  const mean = options.intercept ? total / rows : 0;
  const pulls = columns.map((column) => {
    const pull = (sum: number, x: number, i: number) =>
      sum + x * Math.sqrt(weights[i] as number) * ((y[i] as number) - mean);
    return Math.abs(column.reduce(pull, 0)) / rows;
  });
  return Math.max(...pulls);
}
