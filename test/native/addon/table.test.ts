// createTablePenalty: what it refuses, by name, and what garbage that it cannot refuse does.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stepsOf, tablePenalty } from "../../support/curves.ts";
import { native } from "../../support/native.ts";
import { check } from "../../support/property.ts";

const loose = native.createTablePenalty as unknown as (table: unknown) => unknown;

const curve = () => stepsOf([0.5, 1, 2], [1, 0.5]);
const table = () => ({ scaling: "lambdaFree", omega: curve(), convex: false, monotone: true });

function refused(given: unknown, code: string, words: RegExp): void {
  expect(() => loose(given)).toThrow(
    expect.objectContaining({ name: "FlipsideError", code, message: expect.stringMatching(words) }),
  );
}

describe("a table that is not in order is refused by name", () => {
  test.each<[Record<string, unknown>, string, RegExp]>([
    [
      { scaling: "lambda" },
      "INVALID_ARGUMENT",
      /^table\.scaling must be "lambdaFree", "keepProbability" or "maskFamily"/,
    ],
    [{ scaling: 3 }, "INVALID_ARGUMENT", /^table\.scaling must be a string/],
    [{ omega: undefined }, "INVALID_ARGUMENT", /^table\.omega must be a curve/],
    [{ dual: 7 }, "INVALID_ARGUMENT", /^table\.dual must be a curve/],
    [{ convex: 1 }, "INVALID_ARGUMENT", /^table\.convex must be true or false/],
    [{ monotone: undefined }, "INVALID_ARGUMENT", /^table\.monotone must be true or false/],
  ])("%j", (change, code, words) => refused({ ...table(), ...change }, code, words));

  test.each<[Record<string, unknown>, string, RegExp]>([
    [{ atZero: "0" }, "INVALID_ARGUMENT", /atZero must be a number/],
    [{ atZero: NaN }, "NOT_FINITE", /atZero must be a finite number/],
    [{ tailDecay: Infinity }, "NOT_FINITE", /tailDecay must be a finite number/],
    [{ knots: [0.5, 1, 2] }, "INVALID_ARGUMENT", /knots must be a Float64Array/],
    [{ knots: new Float64Array(0) }, "EMPTY", /knots must be a Float64Array of length 2 to 100001/],
    [{ knots: Float64Array.of(1) }, "LENGTH_MISMATCH", /knots must be a Float64Array of length 2 to/],
    [{ knots: new Float64Array(100002) }, "TOO_LARGE", /knots must be a Float64Array of length 2 to/],
    [{ knots: Float64Array.of(0.5, 1) }, "LENGTH_MISMATCH", /values must be .* of length 1 \(one per cell\)/],
    [{ knots: Float64Array.of(0.5, 2, 2) }, "OUT_OF_RANGE", /knots\[2\] must be greater than the one before/],
    [{ knots: Float64Array.of(-0.5, 1, 2) }, "OUT_OF_RANGE", /knots\[0\] must be at least 0/],
    [{ knots: Float64Array.of(0.5, 1, Infinity) }, "NOT_FINITE", /knots must be finite, but .*knots\[2\] is/],
    [{ values: new Float32Array(2) }, "INVALID_ARGUMENT", /values must be a Float64Array/],
    [{ values: Float64Array.of(0, NaN) }, "NOT_FINITE", /values must be finite, but .*values\[1\] is NaN/],
    [
      { coefficients: new Float64Array(15) },
      "LENGTH_MISMATCH",
      /coefficients must be .* of length 16 \(8 per cell\)/,
    ],
    [{ coefficients: new Float64Array(16).fill(NaN) }, "NOT_FINITE", /coefficients must be finite/],
    [{ head: undefined }, "INVALID_ARGUMENT", /head must be an object \{ limit, coefficient, exponent \}/],
    [
      { head: { limit: 0, coefficient: NaN, exponent: 1 } },
      "NOT_FINITE",
      /head\.coefficient must be a finite number/,
    ],
    [{ head: { limit: 0, coefficient: 1 } }, "INVALID_ARGUMENT", /head\.exponent must be a number/],
    [
      { head: { limit: 0, coefficient: 1, exponent: -1 } },
      "OUT_OF_RANGE",
      /head\.exponent must be greater than -1/,
    ],
  ])("in either curve: %j", (change, code, words) => {
    for (const which of ["omega", "dual"]) {
      const bad = { ...table(), dual: curve(), [which]: { ...curve(), ...change } };
      refused(bad, code, new RegExp(`^table\\.${which}\\.${words.source}`));
    }
  });

  test("a getter that throws, and one that takes the memory of another array away", () => {
    const boo = new Error("boo");
    const throwing = Object.defineProperty(curve(), "head", {
      get: () => {
        throw boo;
      },
    });
    expect(() => loose({ ...table(), omega: throwing })).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: "reading table.omega.head threw: boo",
        cause: boo,
      }),
    );
    const given = table();
    const sly = Object.defineProperty({ ...given }, "monotone", {
      get: () => {
        const buffer = given.omega.knots.buffer as ArrayBuffer;
        structuredClone(buffer, { transfer: [buffer] });
        return true;
      },
    });
    refused(sly, "INVALID_ARGUMENT", /^table\.omega\.knots must have memory/);
  });
});

test("the penalty keeps a copy", () => {
  const omega = curve();
  const penalty = tablePenalty(omega);
  omega.knots.fill(NaN);
  omega.coefficients.fill(NaN);
  expect(native.slopeAt(penalty, 0.7, 1)).toBe(1);
});

test("garbage that is in order gives numbers and comes to an end", () => {
  const any = fc.double({ noNaN: true, noDefaultInfinity: true });
  const some = fc.oneof(
    any,
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.constantFrom(0, 1, -1, 5e-324, 1.7e308),
  );
  const law = fc.record({
    limit: some,
    coefficient: some,
    exponent: fc.oneof(fc.double({ min: -0.999, max: 5, noNaN: true }), fc.constantFrom(0, 1, 1e300)),
  });
  const garbage = fc
    .uniqueArray(some.map(Math.abs), { minLength: 2, maxLength: 9 })
    .map((knots) => knots.sort((a, b) => a - b))
    .chain((knots) => {
      const fill = (count: number) =>
        fc.array(some, { minLength: count, maxLength: count }).map((values) => Float64Array.from(values));
      return fc.record({
        atZero: some,
        knots: fc.constant(Float64Array.from(knots)),
        values: fill(knots.length - 1),
        coefficients: fill(8 * (knots.length - 1)),
        head: law,
        tailDecay: some,
      });
    });
  const scaling = fc.constantFrom("lambdaFree" as const, "keepProbability" as const, "maskFamily" as const);
  check(
    400,
    fc.property(
      garbage,
      scaling,
      fc.boolean(),
      some.map(Math.abs),
      fc.constantFrom(0, 0.3, 1, 1e-300, 1e300),
      (omega, kind, monotone, x, lambda) => {
        const penalty = tablePenalty(omega, { scaling: kind, monotone });
        for (const at of [0, 5e-324, x, ...omega.knots, 1.7e308]) {
          for (const which of ["omegaAt", "dualAt", "etaHatAt", "slopeAt", "dualSlopeAt"] as const) {
            expect(typeof native[which](penalty, at, lambda)).toBe("number");
          }
          expect(native.slopeAt(penalty, at, lambda), `slope at ${at}`).not.toBeLessThan(0);
        }
        expect(typeof native.dualAt(penalty, Infinity, lambda)).toBe("number");
        expect(native.slope(penalty, Float64Array.of(0, x, -x), 1)).toHaveLength(3);
      },
    ),
  );
});
