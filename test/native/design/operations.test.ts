// What each storage of a design computes, against plain loops, with every set of instructions.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OperationsRequest } from "../../../binding.js";
import { type Held, holdings, nameOf, reference, requestOf, withZeros } from "../../support/designs.ts";
import { native } from "../../support/native.ts";
import { type Data, makeProblem, plainProblem, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";

const targets = forcedTargets();

/**
 * Roundings that the terms of a sum go through, of the compiled kernels (a chunk of 512 rows in at least 2 lanes, some
 * operations per term) and of the loops that they are compared with.
 */
const roundings = 500;

/** Each result, relative to the sizes of its terms: columns are as far from 0 as their means. */
function expectReference(data: Data, request: OperationsRequest): void {
  const results = native.designOperations(request);
  for (const [name, wanted] of Object.entries(reference(data, request))) {
    const given = results[name as keyof typeof results] as Float64Array;
    expect(given.length, name).toBe(wanted.length);
    wanted.forEach(({ value, size }, k) => {
      const error = Math.abs((given[k] as number) - value);
      if (!(error <= roundings * 2 ** -53 * size))
        expect.fail(`${name}[${k}] is ${given[k]}, not ${value} (terms of ${size})`);
    });
  }
}

/** Some columns, of which some more than once, in any order. */
function some(random: Random, columns: number): Int32Array {
  return Int32Array.from({ length: random.integer(columns + 3) }, () => random.integer(columns));
}

describe.each(holdings.map((held) => ({ held, name: nameOf(held) })))("$name", ({ held }) => {
  test.each(targets)("random designs with %s", (target) => {
    native.simd(target);
    check(
      60,
      fc.property(
        problemSpecs(60),
        fc.tuple(...Array.from({ length: 5 }, () => fc.boolean())),
        (spec, flags) => {
          const data = withZeros(makeProblem(spec), held.single);
          const random = new Random(spec.seed);
          const [intercept, scaled, fold, weighted, all] = flags as boolean[];
          const left = some(random, data.columns);
          const lists = all ? {} : { left, right: some(random, data.columns) };
          const rowWeights = weighted ? random.normals(data.rows) : undefined;
          const residuals = random.normals(data.rows * (1 + random.integer(11)));
          const own = {
            intercept,
            standardize: scaled,
            fold,
            rowWeights,
            residuals,
            ...lists,
          } as Partial<OperationsRequest>;
          expectReference(data, requestOf(data, held, own));
        },
      ),
    );
  });

  test.each(targets)("every number of rows around those of vectors and chunks with %s", (target) => {
    native.simd(target);
    const lengths = Array.from({ length: 70 }, (_, i) => i + 1).concat(511, 512, 513, 1023, 4099);
    for (const rows of lengths) {
      const data = withZeros(plainProblem(rows, 5), held.single);
      const left = Int32Array.of(4, 1, 2);
      expectReference(data, requestOf(data, held, { left, right: Int32Array.of(0, 2) }));
    }
  });

  test.each(targets)("more columns than a tile has with %s", (target) => {
    native.simd(target);
    for (const columns of [23, 24, 25, 97, 110]) {
      const data = withZeros(plainProblem(13, columns), held.single);
      expectReference(data, requestOf(data, held));
    }
  });

  test("a constant column is 0 in every operation", () => {
    const plain = plainProblem(20, 4);
    const data = { ...plain, x: plain.x.map((value, k) => (k % 4 === 2 ? 0.1 : value)) };
    const result = native.designOperations(requestOf(data, held));
    expect(result.curvature[2]).toBe(0);
    expect(result.scales[2]).toBe(1);
    expect(result.correlate[2]).toBe(0);
    expect([...result.gather.subarray(40, 60)]).toEqual(new Array(20).fill(0));
    expect([8, 9, 10, 11, 2, 6, 14].map((k) => result.products[k])).toEqual(new Array(7).fill(0));
  });
});

test("means, scales and curvature of a small matrix", () => {
  const x = Float64Array.of(1, 5, 2, 5, 3, 5, 6, 5);
  const data = { rows: 4, columns: 2, x, y: x, weights: Float64Array.of(1, 1, 0, 2), offset: undefined };
  for (const held of holdings) {
    const scaled = native.designOperations(requestOf(data, held));
    // Weights 1, 1, 0, 2 of 1, 2, 3, 6: mean 15/4, mean square deviation 83/16.
    expect(scaled.means[0]).toBeCloseTo(15 / 4, 14);
    expect(scaled.scales[0]).toBeCloseTo(Math.sqrt(83) / 4, 14);
    expect([...scaled.curvature]).toEqual([1, 0]);
    const plain = native.designOperations(requestOf(data, held, { standardize: false }));
    expect(plain.curvature[0]).toBeCloseTo(83 / 16, 13);
    expect(plain.scales[0]).toBe(1);
  }
});

test("what a design holds and reads", () => {
  const data = withZeros(plainProblem(30, 10), false);
  const stored = data.x.filter((value) => value !== 0).length;
  const of = (held: Held) => {
    const { bytes, elements } = native.designOperations(requestOf(data, held));
    return { bytes, elements };
  };
  const sparse = { layout: "compressedColumns", storage: "compact" } as const;
  expect(of({ layout: "rowMajor", single: true, storage: "dense" })).toEqual({ bytes: 2400, elements: 300 });
  expect(of({ layout: "rowMajor", single: true, storage: "compact" })).toEqual({
    bytes: 1200,
    elements: 300,
  });
  expect(of({ ...sparse, single: false })).toEqual({ bytes: 12 * stored + 44 + 240, elements: stored });
  expect(of({ ...sparse, single: true })).toEqual({ bytes: 8 * stored + 44 + 240, elements: stored });
});
