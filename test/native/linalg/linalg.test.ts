// The two steps of reweighting by themselves, against loops.
import fc from "fast-check";
import { threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { layouts, native, nativeMatrix } from "../../support/native.ts";
import { type Data, plainProblem } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";

const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

function naiveGram({ x, rows, columns }: Data): Float64Array {
  return Float64Array.from({ length: columns * columns }, (_, k) => {
    const [a, b] = [k % columns, Math.floor(k / columns)];
    let sum = 0;
    for (let i = 0; i < rows; ++i) sum += (x[i * columns + a] as number) * (x[i * columns + b] as number);
    return sum / rows;
  });
}

/** A positive definite matrix, column by column. */
function definite(random: Random, size: number): Float64Array {
  const data = { ...plainProblem(size + 2, size, random.integer(1e6)) };
  return naiveGram(data);
}

describe("gram", () => {
  // Lengths around the widths of vector registers and of the blocks in which BLAS works.
  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 127, 129];

  test.each(sizes)("X'X / n with %i rows and columns around that", (rows) => {
    for (const columns of [1, 3, 8, 17]) {
      const data = plainProblem(rows, columns, rows + columns);
      const wanted = naiveGram(data);
      for (const layout of layouts) {
        const product = native.gram(nativeMatrix(data, layout));
        product.forEach((value, k) => {
          expect(Math.abs(value - (wanted[k] as number))).toBeLessThan(1e-12);
        });
      }
    }
  });

  test("of a view that is not aligned with its buffer", () => {
    const data = plainProblem(7, 3);
    const aligned = nativeMatrix(data, "columnMajor");
    for (let shift = 1; shift < 5; ++shift) {
      const buffer = new Float64Array(21 + shift);
      buffer.set(aligned.data, shift);
      const moved = { ...aligned, data: buffer.subarray(shift) };
      expect(native.gram(moved)).toEqual(native.gram(aligned));
    }
  });

  test("is symmetric, and the same bits with one thread and two", () => {
    const x = nativeMatrix(plainProblem(700, 300), "columnMajor");
    threads.setThreads(1);
    const one = native.gram(x);
    threads.setThreads(2);
    expect(native.gram(x)).toEqual(one);
    for (let j = 0; j < 300; j += 7) {
      for (let i = 0; i < j; i += 5) expect(one[i * 300 + j]).toBe(one[j * 300 + i]);
    }
  });
});

describe("ridge", () => {
  test("solves (gram + diag(weights)) w = correlation", () => {
    check(
      100,
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(1e6), (size, seed) => {
        const random = new Random(seed);
        const gram = definite(random, size);
        const weights = Float64Array.from({ length: size }, () => random.geometric(1e-3, 1e9));
        const correlation = random.normals(size);
        const given = [gram.slice(), weights.slice(), correlation.slice()];
        const w = native.ridge(gram, weights, correlation);
        expect([gram, weights, correlation]).toEqual(given);
        for (let i = 0; i < size; ++i) {
          let sum = (weights[i] as number) * (w[i] as number);
          for (let j = 0; j < size; ++j) sum += (gram[i + j * size] as number) * (w[j] as number);
          expect(Math.abs(sum - (correlation[i] as number))).toBeLessThan(1e-9);
        }
      }),
    );
  });

  test("refuses what is not positive definite", () => {
    const call = () => native.ridge(Float64Array.of(1, 2, 2, 1), new Float64Array(2), new Float64Array(2));
    expect(call).toThrow(expect.objectContaining({ code: "NUMERIC" }));
    expect(call).toThrow(/^gram /);
  });
});

test("the addon says which BLAS it runs on", () => {
  expect(native.information().blas).toMatch(/\S/);
});
