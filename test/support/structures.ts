// Random factors, bounds and groups for the columns of a problem.
import fc from "fast-check";
import type { StructuredSetting } from "../structured.ts";

export const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);

/** What does not fit a problem's columns is cut off or repeated. */
export const structures = fc.record({
  size: fc.integer({ min: 1, max: 5 }),
  interleaved: fc.boolean(),
  factors: fc.option(fc.array(fc.constantFrom(0, 0.3, 1, 1, 2, Infinity), { minLength: 1, maxLength: 7 }), {
    nil: undefined,
  }),
  convention: fc.constantFrom("ncvreg" as const, "skglm" as const),
  signs: fc.option(fc.array(fc.constantFrom(-1, 0, 0, 1), { minLength: 1, maxLength: 5 }), {
    nil: undefined,
  }),
  box: fc.option(decades(-2, 1), { nil: undefined }),
});
export type Shape = typeof structures extends fc.Arbitrary<infer T> ? T : never;

export function structureOf(shape: Shape, columns: number): Partial<StructuredSetting> {
  const count = Math.ceil(columns / shape.size);
  const groups = Array.from({ length: columns }, (_, j) =>
    shape.interleaved ? j % count : Math.floor(j / shape.size),
  );
  const pick = <T>(list: readonly T[], k: number) => list[k % list.length] as T;
  const { factors, signs, box } = shape;
  const alone = shape.size === 1;
  const end = alone && box !== undefined ? box : Infinity;
  const sign = (j: number) => (signs === undefined ? 0 : pick(signs, j));
  return {
    groups,
    convention: shape.convention,
    ...(factors && { factors: groups.map((g) => pick(factors, g)) }),
    ...((signs || end < Infinity) && {
      lower: groups.map((_, j) => (sign(j) > 0 ? 0 : -end)),
      upper: groups.map((_, j) => (sign(j) < 0 ? 0 : end)),
    }),
  };
}
