// Folds: partitions that are random, even and the same everywhere.
import fc from "fast-check";
import { makeFolds } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { check } from "../support/property.ts";
import { Random } from "../support/random.ts";

/** How many rows of each label are in each fold: counts[label][fold]. */
function countsOf(folds: Int32Array, count: number, labels: ArrayLike<number | string>): number[][] {
  const counts = new Map<number | string, number[]>();
  folds.forEach((fold, i) => {
    const label = labels[i] as number;
    const own = counts.get(label) ?? new Array<number>(count).fill(0);
    own[fold] = (own[fold] as number) + 1;
    counts.set(label, own);
  });
  return [...counts.values()];
}

const spreadOf = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts);
const ones = (rows: number) => new Uint8Array(rows);

describe("partitions", () => {
  const shapes = fc
    .record({ rows: fc.integer({ min: 2, max: 200 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ rows, share }) => ({ rows, folds: 2 + Math.floor(share * (rows - 2)) }));
  const seeds = fc.maxSafeNat();

  test("sizes differ by at most one, and so do the numbers of rows of each stratum", () => {
    check(
      100,
      fc.property(shapes, seeds, ({ rows, folds }, seed) => {
        const random = new Random(seed % 1000);
        const strata = Float64Array.from({ length: rows }, () => random.integer(3));
        for (const options of [{}, { strata }]) {
          const made = makeFolds(rows, { folds, seed, ...options });
          expect(made.length).toBe(rows);
          expect(spreadOf(countsOf(made, folds, ones(rows))[0] as number[])).toBeLessThanOrEqual(1);
          if (!("strata" in options)) continue;
          for (const counts of countsOf(made, folds, strata)) expect(spreadOf(counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("groups stay together, no fold is empty, and sizes differ by no more than the largest group", () => {
    check(
      100,
      fc.property(shapes, seeds, ({ rows, folds }, seed) => {
        const random = new Random(seed % 1000);
        // The first `folds` rows have groups of their own, so that there are enough.
        const groups = Array.from({ length: rows }, (_, i) => `g${i < folds ? i : random.integer(rows)}`);
        const made = makeFolds(rows, { folds, seed, groups });
        for (const counts of countsOf(made, folds, groups)) {
          expect(counts.filter((count) => count > 0).length).toBe(1);
        }
        const [sizes] = countsOf(made, folds, ones(rows)) as [number[]];
        expect(Math.min(...sizes)).toBeGreaterThan(0);
        const sizesOfGroups = countsOf(made, folds, groups).map((counts) => Math.max(...counts));
        expect(spreadOf(sizes)).toBeLessThanOrEqual(Math.max(...sizesOfGroups));
      }),
    );
  });

  test("groups of one stratum each are spread by stratum", () => {
    const groups = Array.from({ length: 120 }, (_, i) => Math.floor(i / 3));
    const strata = groups.map((group) => (group % 4 === 0 ? "rare" : "common"));
    const made = makeFolds(120, { folds: 5, groups, strata });
    for (const counts of countsOf(made, 5, strata)) expect(spreadOf(counts)).toBe(0);
  });
});

describe("the random order", () => {
  test("is a known one for a seed", () => {
    expect(Array.from(makeFolds(12, { folds: 3, seed: 7 }))).toEqual([2, 2, 1, 0, 1, 0, 0, 2, 1, 2, 0, 1]);
    expect(Array.from(makeFolds(10, { folds: 5 }))).toEqual([0, 3, 3, 2, 4, 1, 4, 1, 2, 0]);
  });

  test("differs between seeds and puts every row into every fold about as often", () => {
    const counts = Array.from({ length: 6 }, () => [0, 0, 0]);
    const runs = 3000;
    for (let seed = 0; seed < runs; ++seed) {
      makeFolds(6, { folds: 3, seed }).forEach((fold, row) => {
        const own = counts[row] as number[];
        own[fold] = (own[fold] as number) + 1;
      });
    }
    // Six standard deviations of a binomial variable.
    const margin = 6 * Math.sqrt(runs * (1 / 3) * (2 / 3));
    for (const own of counts) for (const n of own) expect(Math.abs(n - runs / 3)).toBeLessThan(margin);
  });

  test("labels count by what they are, not by their order or kind", () => {
    const numbers = makeFolds(9, { folds: 3, strata: [5, 5, 1, 1, 5, 1, 5, 1, 5] });
    const words = makeFolds(9, { folds: 3, strata: ["a", "a", "b", "b", "a", "b", "a", "b", "a"] });
    expect(words).toEqual(numbers);
  });
});

test("bad calls", () => {
  const call = loose(makeFolds);
  expectFailure(() => call(1), "OUT_OF_RANGE", "rows must be an integer >= 2");
  expectFailure(() => call(5), "OUT_OF_RANGE", "folds must be");
  expectFailure(
    () => call(5, { folds: 6 }),
    "OUT_OF_RANGE",
    "folds must be at most the number of rows (5), but is 6",
  );
  expectFailure(() => call(5, { folds: 1 }), "OUT_OF_RANGE", "folds must be an integer >= 2");
  expectFailure(() => call(5, { folds: "3" }), "INVALID_ARGUMENT", "folds must be an integer");
  expectFailure(() => call(5, { folds: 2, seed: -1 }), "OUT_OF_RANGE", "seed must be");
  expectFailure(() => call(5, { folds: 2, strata: [1, 2] }), "LENGTH_MISMATCH", "strata must have 5 entries");
  expectFailure(() => call(5, { folds: 2, strata: ["a"] }), "LENGTH_MISMATCH", "strata must have 5 entries");
  expectFailure(
    () => call(3, { folds: 2, groups: ["a", "b", {}] }),
    "INVALID_ARGUMENT",
    "groups[2] must be a string or a number",
  );
  expectFailure(() => call(3, { folds: 2, groups: [1, NaN, 2] }), "NOT_FINITE", "groups[1] must be");
  expectFailure(
    () => call(4, { folds: 3, groups: [1, 1, 2, 2] }),
    "OUT_OF_RANGE",
    "folds must be at most the number of groups (2)",
  );
  expectFailure(() => call(4, { fold: 3 }), "UNKNOWN_OPTION", "options has no");
});
