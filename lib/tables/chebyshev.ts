// Chebyshev series on a cell, in t from 0 to 1 across it.

/** Samples of a cell. */
export const nodeCount = 16;
/** Coefficients of a polynomial that a table holds (NativeCurve). */
export const terms = 8;

/** The nodes of the first kind in t, ascending: none lies at an end of the cell. */
export const nodes: readonly number[] = Array.from(
  { length: nodeCount },
  (_, j) => Math.sin((Math.PI * (j + 0.5)) / (2 * nodeCount)) ** 2,
);

/** transform[k][j]: the weight of the value at node j in coefficient k. */
const transform: readonly Float64Array[] = Array.from({ length: nodeCount }, (_, k) =>
  Float64Array.from(
    nodes,
    (_, j) =>
      ((k === 0 ? 1 : 2) / nodeCount) *
      (k % 2 === 0 ? 1 : -1) *
      Math.cos((Math.PI * k * (j + 0.5)) / nodeCount),
  ),
);

/** powersOf[k]: the shifted Chebyshev polynomial T_k(2t - 1) in powers of t; integers. */
const powersOf: readonly (readonly number[])[] = shifted();

function shifted(): number[][] {
  const all: number[][] = [[1], [-1, 2]];
  for (let k = 2; k < nodeCount; ++k) {
    const one = all[k - 1] as number[];
    const two = all[k - 2] as number[];
    const at = (array: number[], i: number) => array[i] ?? 0;
    all.push(Array.from({ length: k + 1 }, (_, i) => 4 * at(one, i - 1) - 2 * at(one, i) - at(two, i)));
  }
  return all;
}

/** The coefficients of the polynomial through values at the nodes. */
export function toSeries(values: ArrayLike<number>): Float64Array {
  const series = new Float64Array(nodeCount);
  for (let k = 0; k < nodeCount; ++k) {
    const weights = transform[k] as Float64Array;
    let sum = 0;
    for (let j = 0; j < nodeCount; ++j) sum += (weights[j] as number) * (values[j] as number);
    series[k] = sum;
  }
  return series;
}

/** The first `count` terms of a series in powers of t. */
export function toPowers(series: Float64Array, count: number): Float64Array {
  const powers = new Float64Array(count);
  for (let k = count - 1; k >= 0; --k) {
    const row = powersOf[k] as number[];
    for (let i = 0; i <= k; ++i)
      powers[i] = (powers[i] as number) + (series[k] as number) * (row[i] as number);
  }
  return powers;
}

/** The series of the derivative with respect to t of the first `count` terms. */
export function differentiate(series: Float64Array, count: number): Float64Array {
  const out = new Float64Array(nodeCount);
  for (let k = count - 1; k >= 1; --k) {
    out[k - 1] = (k + 1 < nodeCount ? (out[k + 1] as number) : 0) + 4 * k * (series[k] as number);
  }
  out[0] = (out[0] as number) / 2;
  return out;
}

/** A series at t, by Clenshaw's recurrence. */
export function evaluateSeries(series: Float64Array, t: number): number {
  const x = 2 * t - 1;
  let next = 0;
  let afterNext = 0;
  for (let k = series.length - 1; k >= 1; --k) {
    const current = (series[k] as number) + 2 * x * next - afterNext;
    afterNext = next;
    next = current;
  }
  return (series[0] as number) + x * next - afterNext;
}

/** sum_k powers[from + k] t^k over one cell's coefficients. */
export function horner(powers: Float64Array, t: number, from = 0): number {
  let sum = 0;
  for (let k = from + terms - 1; k >= from; --k) sum = sum * t + (powers[k] as number);
  return sum;
}

/** Its integral from 0 to t. */
export function hornerIntegral(powers: Float64Array, t: number, from = 0): number {
  let sum = 0;
  for (let k = terms - 1; k >= 0; --k) sum = sum * t + (powers[from + k] as number) / (k + 1);
  return sum * t;
}
