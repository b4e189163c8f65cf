/** The objective of one algorithm by time. */
export interface Course {
  readonly name: string;
  readonly seconds: readonly number[];
  readonly objectives: readonly number[];
}

/** How far each algorithm is above the best objective that any of them found, by time. */
export interface Gaps {
  readonly best: number;
  /** [seconds, (objective - best) / |best|], both positive: smaller ones are raised to the floors. */
  readonly curves: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

/** Smaller gaps are rounding: a sum of some hundred terms is no more exact. */
export const gapFloor = 1e-14;
/** What a clock can tell apart. */
export const timeFloor = 1e-6;

/**
 * The gaps of several algorithms on one problem. A logarithmic axis has no zero, which the best point of all has and which
 * an algorithm that goes up and down may touch now and then: what is at or below a floor lies on it.
 */
export function gapsOf(courses: readonly Course[]): Gaps {
  const best = courses
    .flatMap(({ objectives }) => objectives)
    .reduce((least, objective) => Math.min(least, objective), Infinity);
  const scale = Math.abs(best) || 1;
  const curves = courses.map(({ name, seconds, objectives }) => ({
    name,
    points: objectives
      .map((objective, i) => {
        const gap = (objective - best) / scale;
        return [Math.max(seconds[i] as number, timeFloor), Math.max(gap, gapFloor)] as const;
      })
      // A start that a constraint forbids costs infinitely much.
      .filter(([, gap]) => Number.isFinite(gap)),
  }));
  return { best, curves };
}

/** At most so many points of a long course, evenly spaced in the logarithm of time, its ends among them. */
export function thin<P extends readonly [number, number]>(points: readonly P[], most: number): P[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length <= most) return [...points];
  const step = Math.log(last[0] / first[0]) / (most - 2);
  const kept: P[] = [first];
  let next = Math.log(first[0]) + step;
  for (const point of points.slice(1, -1)) {
    if (Math.log(point[0]) < next) continue;
    kept.push(point);
    while (next <= Math.log(point[0])) next += step;
  }
  return [...kept, last];
}
