// Penalty.prox: numbers and vectors, its symmetry, made penalties, and bad arguments.
import fc from "fast-check";
import { penalties, strategies } from "flipside";
import { expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { makePenalty, separablePenalties } from "../support/penaltyArbitraries.ts";
import { check } from "../support/property.ts";

const number = fc.double({ min: -10, max: 10, noNaN: true });
const options = fc.record(
  { lambda: fc.constantFrom(0, 0.01, 1, 7), curvature: fc.constantFrom(0.05, 1, 3) },
  { requiredKeys: [] },
);

test("is odd, shrinks, goes entry by entry, and nothing near does better", () => {
  check(
    150,
    fc.property(
      separablePenalties(),
      fc.array(number, { minLength: 1, maxLength: 6 }),
      options,
      (spec, z, own) => {
        const penalty = makePenalty(spec);
        const { lambda = 1, curvature = 1 } = own;
        const steps = penalty.prox(z, own);
        expect(steps).toBeInstanceOf(Float64Array);
        z.forEach((value, j) => {
          const t = penalty.prox(value, own);
          expect(steps[j]).toBe(t);
          expect(Object.is(t, -0)).toBe(false);
          expect(penalty.prox(-value, own)).toBe(0 - t);
          expect(t * value).toBeGreaterThanOrEqual(0);
          expect(Math.abs(t)).toBeLessThanOrEqual(Math.abs(value));
          const objective = (at: number) =>
            0.5 * curvature * (at - value) ** 2 + lambda * penalty.omega(at, lambda);
          const least = objective(t);
          const size =
            curvature * value ** 2 + lambda * Math.abs(penalty.omega(value, lambda)) + Math.abs(least);
          for (const other of [0, value, t * 0.9, t * 1.1, 0.5 * (t + value)])
            expect(least).toBeLessThanOrEqual(objective(other) + 1e-13 * size + 1e-300);
        });
      },
    ),
  );
});

test("soft thresholding, with the defaults lambda = 1 and curvature = 1", () => {
  const l1 = penalties.l1();
  expect(l1.prox(3)).toBe(2);
  expect(l1.prox(3, {})).toBe(2);
  expect(l1.prox(-3, { lambda: 2, curvature: 4 })).toBe(-2.5);
  const given = Float32Array.of(-3, 0.5, 2);
  expect(l1.prox(given)).toEqual(Float64Array.of(-2, 0, 1));
  expect([...given]).toEqual([-3, 0.5, 2]);
});

test("penalties made from functions take the steps of those they copy", () => {
  const pairs = [
    [penalties.fromPenalty((w) => Math.log(w + 0.5)), penalties.logSum({ epsilon: 0.5 })],
    [penalties.fromPenalty((w) => 2 * Math.sqrt(w)), penalties.lp({ p: 0.5 })],
    [penalties.fromPenalty((w) => (w < 3 ? w - w ** 2 / 6 : 1.5)), penalties.mcp({ a: 3 })],
    [penalties.fromDual((eta) => eta), penalties.l1()],
    [penalties.fromKeepProbability((w) => 1 / (1 + Math.exp(-w))), strategies.standout()],
  ] as const;
  for (const [made, exact] of pairs) {
    for (const curvature of [0.2, 1, 3]) {
      for (let i = 1; i < 60; ++i) {
        const z = 0.097 * i;
        const difference = made.prox(z, { curvature }) - exact.prox(z, { curvature });
        expect(Math.abs(difference), `${exact.name}, z ${z}, curvature ${curvature}`).toBeLessThan(1e-6);
      }
    }
  }
});

test("of a convex penalty that is not subquadratic too", () => {
  const cubic = penalties.fromPenalty((w) => w ** 3 / 3);
  expect(cubic.monotone).toBe(false);
  // t + t^2 = 6
  expect(cubic.prox(6)).toBeCloseTo(2, 6);
});

test.each([
  [[NaN], "NOT_FINITE", "z must be a finite number, but is NaN"],
  [[[1, Infinity]], "NOT_FINITE", "z[1] must be"],
  [[[]], "EMPTY", "z must be an array of at least one number"],
  [["1"], "INVALID_ARGUMENT", "z must be a number, a typed array or an array of numbers"],
  [[1, 2], "INVALID_ARGUMENT", "options must be an object with lambda, curvature"],
  [[1, { lamda: 1 }], "UNKNOWN_OPTION", 'options has no "lamda"'],
  [[1, { lambda: -1 }], "OUT_OF_RANGE", "lambda must be a finite number >= 0, but is -1"],
  [[1, { curvature: 0 }], "OUT_OF_RANGE", "curvature must be a finite number > 0, but is 0"],
  [[1, { curvature: Infinity }], "NOT_FINITE", "curvature must be a finite number > 0"],
] as const)("prox(%j)", (given, code, begins) => {
  const penalty = penalties.mcp();
  expectFailure(() => loose(penalty.prox.bind(penalty))(...given), code, begins);
});

test("a penalty that does not separate has none", () => {
  expectFailure(
    () => strategies.hardThreshold({ k: 2 }).prox(1),
    "UNSUPPORTED",
    "prox of hardThreshold needs",
  );
  expectFailure(() => strategies.ard().prox([1, 2]), "UNSUPPORTED", "prox of ard needs");
});
