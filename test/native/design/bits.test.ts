// Each number that a design gives is the same bits whatever is computed beside it, and by however many threads.
import { afterEach, describe, expect, test } from "vitest";
import { holdings, nameOf, operations, withZeros } from "../../support/designs.ts";
import { native } from "../../support/native.ts";
import { makeProblem, plainProblem } from "../../support/problems.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";

const targets = forcedTargets();
const budget = native.threads();
afterEach(() => native.setThreads(budget));

const spec = {
  seed: 3,
  rows: 603,
  columns: 31,
  correlation: 0.5,
  duplicates: true,
  constants: true,
  offset: false,
};

function bytes(values: Float64Array | number[]): Buffer {
  return Buffer.from(Float64Array.from(values).buffer);
}
const expectSame = (given: Float64Array | number[], wanted: Float64Array | number[]) =>
  expect(Buffer.compare(bytes(given), bytes(wanted))).toBe(0);

describe.each(holdings.map((held) => ({ held, name: nameOf(held) })))("$name", ({ held }) => {
  test.each(targets)("some columns give the bits of all with %s", (target) => {
    native.simd(target);
    const data = withZeros(makeProblem({ ...spec, weights: "zeros", spread: 1 }), held.single);
    const { rows, columns } = data;
    const residuals = new Random(1).normals(9 * rows);
    const all = operations(data, held, { residuals });
    expectSame(all.correlateMany.subarray(0, columns), all.correlate);
    expectSame(all.combine, all.multiply);
    for (let many = 1; many < 9; ++many) {
      const fewer = operations(data, held, { residuals: residuals.subarray(0, many * rows) });
      expectSame(fewer.correlateMany, all.correlateMany.subarray(0, many * columns));
    }
    for (let count = 1; count < 14; ++count) {
      const random = new Random(count);
      const left = Int32Array.from({ length: count }, () => random.integer(columns));
      const right = Int32Array.from({ length: 14 - count }, () => random.integer(columns));
      const part = operations(data, held, { left, right, residuals });
      expectSame(
        part.correlateSome,
        Array.from(left, (j) => at(all.correlate, j)),
      );
      const wanted = Array.from(right).flatMap((b) =>
        Array.from(left, (a) => at(all.products, a + b * columns)),
      );
      expectSame(part.products, wanted);
    }
  });

  test("products of the same columns are symmetric, with row weights too", () => {
    const data = withZeros(plainProblem(200, 30), held.single);
    for (const rowWeights of [undefined, new Random(5).normals(200)]) {
      const { products } = operations(data, held, { rowWeights });
      const transposed = products.map((_, k) => at(products, 30 * (k % 30) + Math.floor(k / 30)));
      expectSame(products, transposed);
    }
  });

  test("zeros among the coefficients change nothing", () => {
    const data = withZeros(plainProblem(70, 12), held.single);
    const w = new Random(2).normals(12).map((value, j) => (j % 3 === 0 ? 0 : value));
    const left = Int32Array.of(1, 2, 4, 5, 7, 8, 10, 11);
    const { multiply, combine } = operations(data, held, { w, left, coefficients: w.filter((v) => v !== 0) });
    expectSame(multiply, combine);
  });
});

describe("one thread or two", () => {
  // Large enough that every operation, and preparing the design, is shared.
  const large = plainProblem(1400, 900);
  const odd = Int32Array.from({ length: 450 }, (_, k) => 2 * k + 1);
  const left = Int32Array.from({ length: 300 }, (_, k) => 3 * k);

  test.each(holdings.map((held) => ({ held, name: nameOf(held) })))("$name", ({ held }) => {
    const data = withZeros(large, held.single);
    const [one, two] = [1, 2].map((threads) => {
      native.setThreads(threads);
      const symmetric = operations(data, held, { left, right: left });
      return { symmetric, rest: operations(data, held, { left, right: odd }) };
    });
    expect(two).toEqual(one);
  });
});

function at(values: Float64Array, k: number): number {
  return values[k] as number;
}
