// hardThreshold(k): at most k nonzeros and no pull left on them, which is all that a stationary point can be; the
// best support is another matter, checked where it is known.
import fc from "fast-check";
import { fitSync, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { examine } from "../../optimality.ts";
import { leastSquares } from "../../support/leastSquares.ts";
import { makeProblem, plainProblem, problemOf, problemSpecs, rowsOf } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { expectHonest, expectSolution, settingOf } from "../../support/verify.ts";

describe("hardThreshold", () => {
  test("at most k nonzeros, and least squares on them", () => {
    check(
      300,
      fc.property(
        problemSpecs(80),
        fc.integer({ min: 0, max: 20 }),
        fc.record({ intercept: fc.boolean(), standardize: fc.boolean() }),
        (spec, k, options) => {
          const data = makeProblem(spec);
          // Collinear columns leave the support undetermined; a lambda of this size only scales the tolerance.
          const penalty = strategies.hardThreshold({ k });
          const fit = fitSync(problemOf(data), { penalty, lambda: 0.1, ...options });
          const verdict = expectSolution(fit, data, options);
          expect(verdict.nonzero).toBeLessThanOrEqual(k);
        },
      ),
    );
  });

  test("lambda does not matter, and 0 is no exception", () => {
    const data = plainProblem(40, 6);
    const penalty = strategies.hardThreshold({ k: 2 });
    const one = fitSync(problemOf(data), { penalty, lambda: 1 });
    for (const lambda of [0, 1e-3, 100]) {
      const fit = fitSync(problemOf(data), { penalty, lambda });
      fit.coefficients.forEach((value, j) => {
        expect(value).toBeCloseTo(one.coefficients[j] as number, 7);
      });
      expect(fit.objective).toBeCloseTo(one.objective, 10);
      expectHonest(fit, data, examine(data, settingOf(fit, {}), fit));
      expect([fit.nonzero, fit.converged]).toEqual([2, true]);
    }
  });

  test("k >= columns is least squares", () => {
    const data = plainProblem(40, 6);
    const fit = fitSync(problemOf(data), { penalty: strategies.hardThreshold({ k: 6 }), lambda: 1 });
    const wanted = leastSquares(data, true).coefficients;
    fit.coefficients.forEach((value, j) => {
      expect(value).toBeCloseTo(wanted[j] as number, 9);
    });
  });

  test("k = 0 leaves the intercept", () => {
    const data = plainProblem(40, 6);
    const fit = fitSync(problemOf(data), { penalty: strategies.hardThreshold({ k: 0 }), lambda: 1 });
    expect(fit.nonzero).toBe(0);
    expect(fit.intercept).toBeCloseTo(data.y.reduce((sum, y) => sum + y, 0) / 40, 12);
    expectHonest(fit, data, examine(data, settingOf(fit, {}), fit));
  });

  test("finds a planted support in noise of a hundredth of it", () => {
    const data = plainProblem(200, 40);
    const random = new Random(5);
    const y = rowsOf(data).map((row) => 3 * (row[4] ?? 0) - 2 * (row[17] ?? 0) + 0.02 * random.normal());
    const fit = fitSync({ x: rowsOf(data), y }, { penalty: strategies.hardThreshold({ k: 2 }), lambda: 1 });
    const support = [...fit.coefficients.keys()].filter((j) => fit.coefficients[j] !== 0);
    expect(support).toEqual([4, 17]);
    expect([...fit.eta.keys()].filter((j) => fit.eta[j] === Infinity)).toEqual([4, 17]);
    expect([...fit.keepProbability.keys()].filter((j) => fit.keepProbability[j] === 1)).toEqual([4, 17]);
  });
});
