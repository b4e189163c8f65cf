// The dense problems of the comparison with other packages, ready for use: columns centred and of mean square 1, y centred.
import { autoregressive, gaussianFrom, uniformFrom } from "../data.ts";

export interface DenseShape {
  readonly rows: number;
  readonly columns: number;
  /** True coefficients that are not 0. */
  readonly nonzero: number;
}

/** What every side gets: the same bits. */
export interface DenseProblem {
  readonly kind: "dense";
  readonly rows: number;
  readonly columns: number;
  /** Column-major. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export const denseShapes: readonly DenseShape[] = [
  { rows: 1000, columns: 2000, nonzero: 50 },
  { rows: 1000, columns: 10_000, nonzero: 100 },
  { rows: 5000, columns: 1000, nonzero: 50 },
];

export const correlation = 0.5;
/** ||X beta||^2 / ||noise||^2. */
export const signalToNoise = 5;

export function shapeName({ rows, columns }: Pick<DenseShape, "rows" | "columns">): string {
  return `${rows} × ${columns}`;
}

/** Columns from an AR(1) process along each row, some true coefficients of +-1 in random places, noise of a set norm. */
export function makeDense({ rows, columns, nonzero }: DenseShape, seed: number): DenseProblem {
  const gaussian = gaussianFrom(2 * seed + 1);
  const uniform = uniformFrom(2 * seed + 2);
  const x = autoregressive(rows, columns, correlation, gaussian);
  for (let j = 0; j < columns; ++j) {
    const column = x.subarray(j * rows, (j + 1) * rows);
    center(column);
    const scale = Math.sqrt(sumOfSquares(column) / rows);
    for (let i = 0; i < rows; ++i) column[i] = (column[i] as number) / scale;
  }
  const y = new Float64Array(rows);
  for (const place of distinct(nonzero, columns, uniform)) {
    const sign = uniform() < 0.5 ? -1 : 1;
    for (let i = 0; i < rows; ++i) y[i] = (y[i] as number) + sign * (x[place * rows + i] as number);
  }
  const noise = Float64Array.from({ length: rows }, gaussian);
  const deviation = Math.sqrt(sumOfSquares(y) / (signalToNoise * sumOfSquares(noise)));
  for (let i = 0; i < rows; ++i) y[i] = (y[i] as number) + deviation * (noise[i] as number);
  center(y);
  return { kind: "dense", rows, columns, x, y };
}

/** So many different numbers below `limit`. */
export function distinct(count: number, limit: number, uniform: () => number): Set<number> {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, limit)) chosen.add(Math.floor(uniform() * limit));
  return chosen;
}

function center(values: Float64Array): void {
  // Twice: the second pass takes out what rounding left of the first mean.
  for (let pass = 0; pass < 2; ++pass) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    for (let i = 0; i < values.length; ++i) values[i] = (values[i] as number) - mean;
  }
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
