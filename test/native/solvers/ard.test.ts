// Automatic relevance determination: not separable, its eta-hat is a function of all coefficients and the design.
import fc from "fast-check";
import { fitSync, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { makeProblem, plainProblem, problemOf, problemSpecs, rowsOf } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { expectSolution } from "../../support/verify.ts";

describe("ard", () => {
  test("a fit is stationary by the checker's account, and says the truth about itself", () => {
    check(
      100,
      fc.property(
        problemSpecs(30),
        fc.option(fc.double({ min: 0.01, max: 10, noNaN: true }), { nil: undefined }),
        fc.double({ min: -3, max: 0, noNaN: true }),
        fc.record({ intercept: fc.boolean(), standardize: fc.boolean() }),
        (spec, noise, strength, options) => {
          const data = makeProblem(spec);
          const lambda = 10 ** strength * (lambdaMax(data, options) || 1);
          const tau = noise === undefined ? undefined : noise * data.rows;
          const fit = fitSync(problemOf(data), { penalty: strategies.ard({ tau }), lambda, ...options });
          expectSolution(fit, data, options);
        },
      ),
    );
  });

  test("finds a planted support", () => {
    const data = plainProblem(60, 20);
    const random = new Random(7);
    const y = rowsOf(data).map((row) => 2 * (row[3] ?? 0) - (row[11] ?? 0) + 0.1 * random.normal());
    const fit = fitSync({ x: rowsOf(data), y }, { penalty: strategies.ard(), lambda: 0.01 });
    expect(fit.converged).toBe(true);
    expect(fit.coefficients[3]).toBeCloseTo(2, 1);
    expect(fit.coefficients[11]).toBeCloseTo(-1, 1);
    expect(fit.nonzero).toBeLessThan(10);
  });

  test("tau is rows * lambda by default", () => {
    const data = plainProblem(25, 8);
    const lambda = 0.05;
    const automatic = fitSync(problemOf(data), { penalty: strategies.ard(), lambda });
    const given = fitSync(problemOf(data), { penalty: strategies.ard({ tau: 25 * lambda }), lambda });
    expect(automatic.coefficients).toEqual(given.coefficients);
    expect(automatic.objective).toBe(given.objective);
  });
});
