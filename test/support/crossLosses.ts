// Cross-validation of any loss as a plain loop: a path on the rows outside each fold, scored from the definitions.
import { type Fit, fitPath, type PathOptions } from "flipside";
import { lossFormula } from "./lossFormulas.ts";

/** Rows of numbers; y is what `rowsOfY` can pick from. */
export interface Table {
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[] | readonly string[] | readonly (readonly number[])[] | Survival;
  readonly weights?: readonly number[] | undefined;
  /** Of several outputs a row each. */
  readonly offset?: readonly number[] | readonly (readonly number[])[] | undefined;
  readonly featureNames?: readonly string[] | undefined;
}

export interface Survival {
  readonly time: readonly number[];
  readonly status: readonly number[];
}

/** A score of rows with the linear predictors z, one array per row. */
export type Score = (table: Table, z: number[][], fit: Fit) => number;

const pickRows = <T>(values: readonly T[], rows: readonly number[]): T[] => rows.map((i) => values[i] as T);

export function rowsOfTable(table: Table, rows: readonly number[]): Table {
  const { x, y, weights, offset, featureNames } = table;
  return {
    x: pickRows(x, rows),
    y:
      "time" in y
        ? { time: pickRows(y.time, rows), status: pickRows(y.status, rows) }
        : (pickRows(y as readonly unknown[], rows) as number[]),
    weights: weights && pickRows(weights, rows),
    offset: offset && (pickRows(offset as readonly unknown[], rows) as number[]),
    featureNames,
  };
}

/** offset + intercept + x w of each row and output; NaN in x counts as `fill` of its column. */
export function linearOf({ x, offset }: Table, fit: Fit, fill?: ArrayLike<number>): number[][] {
  return x.map((row, i) =>
    Array.from({ length: fit.outputs }, (_, k) => {
      const shift = offset?.[i] ?? 0;
      let z = (fit.intercepts[k] as number) + (typeof shift === "number" ? shift : (shift[k] as number));
      row.forEach((value, j) => {
        const known = Number.isNaN(value) ? (fill?.[j] as number) : value;
        z += known * (fit.coefficients[k * fit.columns + j] as number);
      });
      return z;
    }),
  );
}

/** A weighted mean over the rows of something of y and z of a row. */
export function meanScore<Y>(score: (y: Y, z: number[]) => number): Score {
  return ({ y, weights }, z) => {
    let sum = 0;
    let total = 0;
    z.forEach((own, i) => {
      const weight = weights?.[i] ?? 1;
      sum += weight * score((y as unknown as Y[])[i] as Y, own);
      total += weight;
    });
    return sum / total;
  };
}

const all = (count: number) => Array.from({ length: count }, (_, i) => i);

/** scores[fold][lambda] of rows that have a deviance of their own. */
export async function crossScores(
  table: Table,
  folds: ArrayLike<number>,
  options: PathOptions,
  score: Score,
): Promise<number[][]> {
  const scores: number[][] = [];
  const count = Math.max(...Array.from(folds)) + 1;
  for (let k = 0; k < count; ++k) {
    const training = rowsOfTable(
      table,
      all(table.x.length).filter((i) => folds[i] !== k),
    );
    const held = rowsOfTable(
      table,
      all(table.x.length).filter((i) => folds[i] === k),
    );
    const fill = options.missing === "mean" ? meansOf(training) : undefined;
    const filled = fill && {
      ...training,
      x: training.x.map((row) => row.map((value, j) => (Number.isNaN(value) ? (fill[j] as number) : value))),
    };
    const path = await fitPath((filled ?? training) as never, { ...options, missing: undefined });
    scores.push(path.fits.map((fit) => score(held, linearOf(held, fit, fill), fit)));
  }
  return scores;
}

/** Weighted means of what is there of each column. */
export function meansOf({ x, weights }: Table): number[] {
  return (x[0] as readonly number[]).map((_, j) => {
    let sum = 0;
    let total = 0;
    x.forEach((row, i) => {
      if (Number.isNaN(row[j])) return;
      sum += (weights?.[i] ?? 1) * (row[j] as number);
      total += weights?.[i] ?? 1;
    });
    return sum / total;
  });
}

/** Minus twice the log partial likelihood, weights as they are, and that of a perfect model. */
function coxDeviance({ y, weights }: Table, z: readonly number[], efron: boolean): number {
  const { time, status } = y as Survival;
  const n = time.length;
  const w = Float64Array.from(time, (_, i) => weights?.[i] ?? 1);
  const { loss } = lossFormula("cox", [Number(efron)])(
    Float64Array.from(z),
    Float64Array.from([...time, ...status]),
    w,
  );
  let perfect = 0;
  for (const moment of new Set(time)) {
    const events = all(n).filter((i) => time[i] === moment && status[i] === 1 && (w[i] as number) > 0);
    const total = events.reduce((sum, i) => sum + (w[i] as number), 0);
    events.forEach((_, l) => {
      const left = efron ? 1 - l / events.length : 1;
      perfect += (total / events.length) * Math.log(total * left);
    });
  }
  return 2 * (n * loss - perfect);
}

/** Verweij and van Houwelingen: the deviance of all rows less that of the training rows, per event left out. */
export async function crossCox(
  table: Table,
  folds: ArrayLike<number>,
  options: PathOptions,
): Promise<number[][]> {
  const rows = table.x.length;
  const sum = (table.weights ?? []).reduce((total, w) => total + w, 0);
  const weights = all(rows).map((i) => (table.weights ? ((table.weights[i] as number) * rows) / sum : 1));
  const scaled: Table = { ...table, weights };
  const scores: number[][] = [];
  const efron = options.cox?.ties !== "breslow";
  for (let k = 0; k <= Math.max(...Array.from(folds)); ++k) {
    const training = rowsOfTable(
      scaled,
      all(rows).filter((i) => folds[i] !== k),
    );
    const path = await fitPath(training as never, options);
    const { status } = table.y as Survival;
    const events = all(rows).reduce(
      (total, i) => total + (folds[i] === k ? (weights[i] as number) * (status[i] as number) : 0),
      0,
    );
    scores.push(
      path.fits.map((fit) => {
        const of = (part: Table) => coxDeviance(part, linearOf(part, fit).flat(), efron);
        return (of(scaled) - of(training)) / events;
      }),
    );
  }
  return scores;
}
