// The sparse problem of the comparison: 0-1 labels, a matrix in compressed columns, a few true coefficients.
import { gaussianFrom, uniformFrom } from "../data.ts";
import { distinct } from "./dense.ts";

export interface SparseShape {
  readonly rows: number;
  readonly columns: number;
  /** Share of the entries that are stored, on average over the columns. */
  readonly density: number;
  /** True coefficients that are not 0. */
  readonly nonzero: number;
}

export interface SparseProblem {
  readonly kind: "sparse";
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
  /** Rising within a column. */
  readonly rowIndices: Int32Array;
  readonly columnPointers: Int32Array;
  /** 0 or 1. */
  readonly y: Float64Array;
}

export const sparseShape: SparseShape = { rows: 20_000, columns: 200_000, density: 3e-4, nonzero: 50 };

/**
 * The mean square of a column. With logistic loss its curvature at 0 is a quarter of that, and mcp(3) makes one coordinate
 * nonconvex where the curvature is below 1/3: coordinate descent with the usual step needs it above.
 */
export const meanSquare = 4;
/** Deviation of the true log odds. */
const signal = 3;

/** The share of entries in column j falls as (j + rankShift)^-decay: few are common, most are rare, as words in texts. */
const decay = 0.9;
const rankShift = 20;
/** The true coefficients are among the first columns, so many per nonzero one. */
const trueSpread = 10;

/** Normal entries in random places, at least one in each column; a few common columns decide about the labels. */
export function makeSparse({ rows, columns, density, nonzero }: SparseShape, seed: number): SparseProblem {
  const gaussian = gaussianFrom(2 * seed + 1);
  const uniform = uniformFrom(2 * seed + 2);
  const values: number[] = [];
  const rowIndices: number[] = [];
  const columnPointers = new Int32Array(columns + 1);
  const shares = Float64Array.from({ length: columns }, (_, j) => (j + rankShift) ** -decay);
  const mean = shares.reduce((sum, share) => sum + share, 0) / columns;
  for (let j = 0; j < columns; ++j) {
    const begin = values.length;
    const logOfRest = Math.log1p(-Math.min(0.5, (density * (shares[j] as number)) / mean));
    // The distance to the next entry of a Bernoulli sequence is geometric.
    for (let i = skip(uniform, logOfRest); i < rows; i += 1 + skip(uniform, logOfRest)) {
      values.push(gaussian());
      rowIndices.push(i);
    }
    if (values.length === begin) {
      values.push(gaussian());
      rowIndices.push(Math.floor(uniform() * rows));
    }
    scaleFrom(values, begin, rows);
    columnPointers[j + 1] = values.length;
  }
  const matrix = {
    values: Float64Array.from(values),
    rowIndices: Int32Array.from(rowIndices),
    columnPointers,
  };
  const odds = new Float64Array(rows);
  for (const j of distinct(nonzero, Math.min(columns, trueSpread * nonzero), uniform)) {
    const sign = uniform() < 0.5 ? -1 : 1;
    for (let k = columnPointers[j] as number; k < (columnPointers[j + 1] as number); ++k) {
      const i = rowIndices[k] as number;
      odds[i] = (odds[i] as number) + sign * (values[k] as number);
    }
  }
  const scale = signal / Math.sqrt(odds.reduce((sum, z) => sum + z * z, 0) / rows);
  const y = odds.map((z) => (uniform() < 1 / (1 + Math.exp(-scale * z)) ? 1 : 0));
  return { kind: "sparse", rows, columns, ...matrix, y };
}

/** The last column to its mean square. */
function scaleFrom(values: number[], begin: number, rows: number): void {
  let square = 0;
  for (let k = begin; k < values.length; ++k) square += (values[k] as number) ** 2;
  const scale = Math.sqrt((meanSquare * rows) / square);
  for (let k = begin; k < values.length; ++k) values[k] = (values[k] as number) * scale;
}

function skip(uniform: () => number, logOfRest: number): number {
  return Math.floor(Math.log1p(-uniform()) / logOfRest);
}
