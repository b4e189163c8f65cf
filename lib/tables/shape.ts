// On which intervals a function rises that must not, with their ends refined.

export type Interval = readonly [from: number, to: number];

/** A function on a grid, each value with its error. */
export interface Sampled {
  readonly grid: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly errors: ArrayLike<number>;
}

/** Maximal stretches of the grid, as indices, over which the function rises by more than its errors. */
export function rises({ values, errors }: Sampled): [number, number][] {
  const found: [number, number][] = [];
  const value = (i: number) => values[i] as number;
  const error = (i: number) => errors[i] as number;
  const significant = (low: number, high: number) => value(high) - error(high) > value(low) + error(low);
  let low = 0;
  let high = 0;
  for (let i = 1; i < values.length; ++i) {
    if (significant(low, high) && significant(i, high)) {
      found.push([low, high]);
      low = high = i;
    }
    if (value(i) > value(high)) high = i;
    else if (!significant(low, high) && value(i) <= value(low) + error(i)) low = high = i;
  }
  if (significant(low, high)) found.push([low, high]);
  return found;
}

/**
 * The same as intervals. An end at the end of the grid is 0 or Infinity; others are where f is smallest before the
 * rise and largest after it, the nearest to the rise of such places.
 */
export function riseIntervals(sampled: Sampled, f: (w: number) => number): Interval[] {
  const { grid, values, errors } = sampled;
  const last = grid.length - 1;
  const at = (i: number) => grid[Math.max(0, Math.min(last, i))] as number;
  const value = (i: number) => values[i] as number;
  const level = (i: number, j: number) => Math.abs(value(i) - value(j)) <= 0.01 * (errors[j] as number);
  return rises(sampled).map(([lowest, highest]) => {
    let [low, high] = [lowest, highest];
    for (let i = lowest; i < highest; ++i) if (level(i, lowest)) low = i;
    for (let i = highest; i > low; --i) if (level(i, highest)) high = i;
    let shown = low;
    while (value(shown) - (errors[shown] as number) <= value(low) + (errors[low] as number)) ++shown;
    const from = low === 0 ? 0 : extremum(at(low - 1), at(low + 1), (w) => -f(w), 1);
    const to = highest === last ? Infinity : extremum(at(high - 1), at(high + 1), f, -1);
    // Rising all the way from 0, as soon as doubles can tell.
    return [from < 0.01 * at(shown) ? 0 : from, to];
  });
}

const ratio = (Math.sqrt(5) - 1) / 2;

/** Where f is largest between two places, by golden section; of equal places the first (side -1) or the last (1). */
export function extremum(from: number, to: number, f: (w: number) => number, side: 1 | -1): number {
  let [a, b] = [from, to];
  let c = b - ratio * (b - a);
  let d = a + ratio * (b - a);
  let [fc, fd] = [f(c), f(d)];
  for (let step = 0; step < 250 && b - a > 1e-15 * b; ++step) {
    const level = Math.abs(fc - fd) <= 1e-14 * Math.max(Math.abs(fc), Math.abs(fd));
    if (level ? side > 0 : fd > fc) {
      a = c;
      [c, fc] = [d, fd];
      d = a + ratio * (b - a);
      fd = f(d);
    } else {
      b = d;
      [d, fd] = [c, fc];
      c = b - ratio * (b - a);
      fc = f(c);
    }
  }
  return 0.5 * (a + b);
}
