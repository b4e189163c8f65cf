// Tables of functions made by the tests: F' interpolated in Chebyshev's points of each cell.
import type { NativeCurve, NativePenalty, NativeTable } from "../../binding.js";
import { native } from "./native.ts";

export type { NativeCurve, NativeTable };

export const flat = { limit: 0, coefficient: 0, exponent: 1 };

export interface Source {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
  readonly knots: readonly number[];
  readonly head?: NativeCurve["head"];
  readonly tailDecay?: number;
}

const terms = 8;
const points = Array.from({ length: terms }, (_, k) => 0.5 - 0.5 * Math.cos((Math.PI * (k + 0.5)) / terms));

/** The coefficients of the polynomial through 8 values at the points, by Newton's divided differences. */
export function interpolate(values: readonly number[]): number[] {
  const divided = [...values];
  const at = (array: readonly number[], k: number) => array[k] as number;
  for (let order = 1; order < terms; ++order) {
    for (let k = terms - 1; k >= order; --k) {
      divided[k] = (at(divided, k) - at(divided, k - 1)) / (at(points, k) - at(points, k - order));
    }
  }
  let coefficients = [at(divided, terms - 1)];
  for (let k = terms - 2; k >= 0; --k) {
    // times (t - points[k]), plus divided[k]
    const shifted = [0, ...coefficients];
    coefficients = shifted.map((c, i) => c - at(points, k) * (coefficients[i] ?? 0));
    coefficients[0] = at(coefficients, 0) + at(divided, k);
  }
  return coefficients;
}

export function curveOf({ value, slope, knots, head = flat, tailDecay = 1 }: Source): NativeCurve {
  const lefts = knots.slice(0, -1);
  return {
    atZero: value(0),
    knots: Float64Array.from(knots),
    values: Float64Array.from(lefts, value),
    coefficients: Float64Array.from(
      lefts.flatMap((left, i) => {
        const width = (knots[i + 1] as number) - left;
        return interpolate(points.map((t) => slope(left + width * t)));
      }),
    ),
    head,
    tailDecay,
  };
}

/** Slopes that are constant on each cell, the first from 0 on: F is piecewise linear, F(0) = 0. */
export function stepsOf(knots: readonly number[], slopes: readonly number[], tailDecay = 1): NativeCurve {
  const values = [0];
  slopes.forEach((slope, i) => {
    const width = (knots[i + 1] as number) - (knots[i] as number);
    values.push((values[i] as number) + slope * width);
  });
  return {
    atZero: 0,
    knots: Float64Array.from(knots),
    values: Float64Array.from(values.slice(0, -1)),
    coefficients: Float64Array.from(slopes.flatMap((slope) => [slope, 0, 0, 0, 0, 0, 0, 0])),
    head: flat,
    tailDecay,
  };
}

export function geometric(from: number, to: number, cells: number): number[] {
  return Array.from({ length: cells + 1 }, (_, i) => (i === cells ? to : from * (to / from) ** (i / cells)));
}

export function tablePenalty(omega: NativeCurve, rest: Partial<NativeTable> = {}): NativePenalty {
  return native.createTablePenalty({ scaling: "lambdaFree", omega, convex: false, monotone: true, ...rest });
}

/** A curve by itself: F as omega, F' as slope. */
export function functionOf(curve: NativeCurve): { value(x: number): number; slope(x: number): number } {
  const penalty = tablePenalty(curve);
  return {
    value: (x) => native.omegaAt(penalty, x, 1),
    slope: (x) => native.slopeAt(penalty, x, 1),
  };
}
