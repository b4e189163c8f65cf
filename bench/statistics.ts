/** The value below which a share q of the samples lies, interpolated between neighbours. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (at - below) * (high - low);
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** The largest |a_i - b_i| in units of the largest |b_i|. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < b.length; ++i) {
    largest = Math.max(largest, Math.abs(b[i] as number));
    difference = Math.max(difference, Math.abs((a[i] as number) - (b[i] as number)));
  }
  return a.length === b.length ? difference / largest : Infinity;
}

export interface Point {
  readonly size: number;
  readonly ours: number;
  readonly theirs: number;
}

/** Where one curve of times falls below the other for good. */
export interface Crossover {
  /** The smallest measured size from which on ours is faster; undefined if it is slower at the largest. */
  readonly from: number | undefined;
  /** The size at which the times meet, interpolated between neighbours in logarithms; undefined outside the range. */
  readonly estimate: number | undefined;
}

/** `points` in increasing order of size. */
export function crossover(points: readonly Point[]): Crossover {
  let first = points.length;
  while (first > 0 && isFaster(points[first - 1] as Point)) --first;
  const above = points[first];
  const below = points[first - 1];
  if (above === undefined || below === undefined) return { from: above?.size, estimate: undefined };
  const gain = (point: Point) => Math.log(point.theirs / point.ours);
  const share = gain(below) / (gain(below) - gain(above));
  const size = Math.exp(Math.log(below.size) + share * Math.log(above.size / below.size));
  return { from: above.size, estimate: size };
}

function isFaster({ ours, theirs }: Point): boolean {
  return ours < theirs;
}
