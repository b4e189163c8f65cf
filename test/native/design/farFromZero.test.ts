// Columns whose mean is a million times their deviation, and elements that no design can hold.
import { describe, expect, test } from "vitest";
import { type Held, holdings, nameOf, operations, requestOf } from "../../support/designs.ts";
import { native } from "../../support/native.ts";
import { type Data, plainProblem } from "../../support/problems.ts";

/** Multiples of 1/4 below 2^22, which floats hold too, and the same nearer to 0. */
function farAndNear(mean: number): { far: Data; near: Data } {
  const plain = plainProblem(801, 6);
  const near = { ...plain, x: plain.x.map((value) => Math.round(value * 4) / 4) };
  return { near, far: { ...near, x: near.x.map((value) => value + mean) } };
}

/** How far two vectors are apart, relative to the largest element. */
function distance(given: Float64Array, wanted: Float64Array): number {
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = given.reduce((most, value, k) => Math.max(most, Math.abs(value - (wanted[k] as number))), 0);
  return apart / largest;
}

describe.each(holdings.map((held) => ({ held, name: nameOf(held) })))("$name", ({ held }) => {
  const { far, near } = farAndNear(2 ** 20);

  test("products keep the digits", () => {
    // Compressed columns are multiplied before they are centred: that costs the square of mean / deviation.
    const compressed = held.layout === "compressedColumns" && held.storage === "compact";
    const data = compressed ? farAndNear(2 ** 10) : { far, near };
    const wanted = operations(data.near, { ...held, storage: "dense" }).products;
    expect(distance(operations(data.far, held).products, wanted)).toBeLessThan(compressed ? 1e-7 : 1e-9);
  });

  test("centring keeps the digits", () => {
    const wanted = operations(near, { ...held, storage: "dense" });
    const given = operations(far, held);
    expect(distance(given.scales, wanted.scales)).toBeLessThan(1e-9);
    for (const name of ["gather", "multiply", "correlate", "correlateMany"] as const)
      expect(distance(given[name], wanted[name]), name).toBeLessThan(1e-9);
  });

  test("what rounding leaves of a constant column is constant", () => {
    const x = far.x.map((value, k) => (k % 6 === 3 ? 1e9 + 0.1 : value));
    expect(operations({ ...far, x }, held).curvature).toEqual(Float64Array.of(1, 1, 1, 0, 1, 1));
  });

  test("an element that is not finite is named", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const [row, column] of [
        [0, 0],
        [800, 5],
        [411, 2],
      ] as const) {
        const data = { ...near, x: near.x.slice() };
        data.x[row * 6 + column] = value;
        const call = () => native.designOperations(requestOf(data, held));
        const place = `row ${row}, column ${column}`;
        if (Number.isNaN(value)) {
          expect(call).toThrow(expect.objectContaining({ code: "MISSING_VALUES" }));
          expect(call).toThrow(`x must have no missing values, but has 1, in ${place}`);
        } else {
          expect(call).toThrow(expect.objectContaining({ code: "NOT_FINITE" }));
          expect(call).toThrow(new RegExp(`^x must be finite, but ${place} is`));
        }
      }
    }
  });
});

describe("extreme sizes", () => {
  const doubles = holdings.filter((held) => !held.single);
  const sized = (size: number) => {
    const plain = plainProblem(40, 3);
    return { ...plain, x: plain.x.map((value) => value * size) };
  };
  const cases = doubles.map((held) => ({ held, name: nameOf(held) }));

  test.each(cases)("$name: squares that overflow or vanish", ({ held }) => {
    const wanted = operations(sized(1), held);
    for (const size of [2 ** 600, 2 ** -600, 2 ** 1000, 2 ** -1000]) {
      const given = operations(sized(size), held);
      expect(
        distance(
          given.scales,
          wanted.scales.map((scale) => scale * size),
        ),
      ).toBeLessThan(1e-14);
      for (const name of ["gather", "multiply", "correlate", "products"] as const)
        expect(distance(given[name], wanted[name]), name).toBeLessThan(1e-13);
    }
  });

  test.each(cases)("$name: what overflows is refused", ({ held }: { held: Held }) => {
    const request = requestOf(sized(2 ** 600), held, { standardize: false });
    const call = () => native.designOperations(request);
    expect(call).toThrow(/^x is too large: column 0 overflows when squared; rescale it or standardize/);
    expect(call).toThrow(expect.objectContaining({ code: "NUMERIC" }));
  });
});
