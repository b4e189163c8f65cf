// Regression problems from a seed: rows from an AR(1) process along the columns, a few true coefficients, noise.

const signalToNoise = 5;

export interface Dataset {
  readonly rows: number;
  readonly columns: number;
  /** Column-major. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The smallest lambda at which the lasso on standardised columns is 0. */
  readonly lambdaMax: number;
}

/** x_ij = correlation x_i,j-1 + noise, with variance 1, column-major. */
export function autoregressive(
  rows: number,
  columns: number,
  correlation: number,
  gaussian: () => number,
): Float64Array {
  const innovation = Math.sqrt(1 - correlation ** 2);
  const x = new Float64Array(rows * columns);
  for (let i = 0; i < rows; ++i) {
    let value = gaussian();
    for (let j = 0; j < columns; ++j) {
      if (j > 0) value = correlation * value + innovation * gaussian();
      x[j * rows + i] = value;
    }
  }
  return x;
}

/** Columns by autoregressive(); one in twenty coefficients is not 0; signal : noise variance 5. */
export function makeDataset(rows: number, columns: number, seed: number, correlation = 0.5): Dataset {
  const gaussian = gaussianFrom(seed);
  const x = autoregressive(rows, columns, correlation, gaussian);
  const y = new Float64Array(rows);
  const nonzero = Math.max(2, Math.round(columns / 20));
  for (let k = 0; k < nonzero; ++k) {
    const column = Math.floor((k * columns) / nonzero) * rows;
    const coefficient = (k % 2 === 0 ? 1 : -1) * (0.5 + 1.5 * ((k * 0.618) % 1));
    for (let i = 0; i < rows; ++i) y[i] = (y[i] as number) + coefficient * (x[column + i] as number);
  }
  const deviation = Math.sqrt(meanSquare(y) / signalToNoise);
  for (let i = 0; i < rows; ++i) y[i] = (y[i] as number) + deviation * gaussian();
  return { rows, columns, x, y, lambdaMax: lambdaMax(x, y, rows, columns) };
}

function meanSquare(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum / values.length;
}

export function lambdaMax(x: Float64Array, y: Float64Array, rows: number, columns: number): number {
  const mean = y.reduce((sum, value) => sum + value, 0) / rows;
  let largest = 0;
  for (let j = 0; j < columns; ++j) {
    const column = x.subarray(j * rows, (j + 1) * rows);
    const center = column.reduce((sum, value) => sum + value, 0) / rows;
    let square = 0;
    let product = 0;
    for (let i = 0; i < rows; ++i) {
      const value = (column[i] as number) - center;
      square += value * value;
      product += value * ((y[i] as number) - mean);
    }
    largest = Math.max(largest, Math.abs(product) / Math.sqrt(rows * square));
  }
  return largest;
}

/** Standard normal numbers by Box and Muller over mulberry32. */
export function gaussianFrom(seed: number): () => number {
  const uniform = uniformFrom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Numbers in [0, 1) by mulberry32. */
export function uniformFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
