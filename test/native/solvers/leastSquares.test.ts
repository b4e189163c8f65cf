// lambda = 0: least squares, and of several solutions the one with the smallest norm on the standardised scale.
import fc from "fast-check";
import { fitPath, fitSync, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { examine } from "../../optimality.ts";
import { leastSquares } from "../../support/leastSquares.ts";
import { type Data, makeProblem, plainProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { expectHonest, settingOf } from "../../support/verify.ts";

const penalty = penalties.l1();

function expectSame(data: Data, options: { intercept: boolean; standardize: boolean }): void {
  const fit = fitSync(problemOf(data), { penalty, lambda: 0, ...options });
  const wanted = leastSquares(data, options.intercept, options.standardize);
  const size = Math.max(1, ...wanted.coefficients.map(Math.abs));
  fit.coefficients.forEach((value, j) => {
    const error = Math.abs(value - (wanted.coefficients[j] as number));
    expect(error, `coefficient ${j}`).toBeLessThanOrEqual(1e-7 * size);
  });
  expect(fit.converged).toBe(true);
  expectHonest(fit, data, examine(data, settingOf(fit, options), fit));
}

describe("lambda = 0", () => {
  test("is least squares, of minimum norm where there are several solutions", () => {
    check(
      200,
      fc.property(
        problemSpecs(60),
        fc.record({ intercept: fc.boolean(), standardize: fc.boolean() }),
        (spec, options) => {
          expectSame(makeProblem({ ...spec, correlation: Math.min(spec.correlation, 0.5) }), options);
        },
      ),
    );
  });

  test("p > n: every residual is 0 and the norm is the smallest", () => {
    const data = plainProblem(20, 50);
    expectSame(data, { intercept: true, standardize: true });
    const fit = fitSync(problemOf(data), { penalty, lambda: 0 });
    expect(fit.objective).toBeLessThan(1e-24);
  });

  test("any penalty gives the same fit, but for a constraint", () => {
    const data = plainProblem(30, 5);
    const wanted = fitSync(problemOf(data), { penalty, lambda: 0 });
    for (const other of [penalties.mcp(), strategies.standout(), strategies.ard()]) {
      const fit = fitSync(problemOf(data), { penalty: other, lambda: 0 });
      expect(fit.coefficients).toEqual(wanted.coefficients);
      expect(fit.objective).toBe(wanted.objective);
      expect(fit.keepProbability).toEqual(new Float64Array(5).fill(1));
    }
  });

  test("duplicated columns share their coefficient", () => {
    const plain = plainProblem(30, 3);
    const x = Array.from({ length: 30 }, (_, i) => {
      const row = plain.x.subarray(3 * i, 3 * i + 3);
      return [row[0], row[1], row[2], row[0]] as number[];
    });
    const one = fitSync(problemOf(plain), { penalty, lambda: 0 });
    const two = fitSync({ x, y: plain.y }, { penalty, lambda: 0 });
    expect(two.coefficients[0]).toBeCloseTo(two.coefficients[3] as number, 12);
    const sum = (two.coefficients[0] as number) + (two.coefficients[3] as number);
    expect(sum).toBeCloseTo(one.coefficients[0] as number, 12);
  });

  test("as the end of a path", async () => {
    const data = plainProblem(40, 6);
    const path = await fitPath(problemOf(data), { penalty, lambdas: [0, 0.1] });
    const last = path.fits[1];
    expect(last?.lambda).toBe(0);
    expect(last?.coefficients).toEqual(fitSync(problemOf(data), { penalty, lambda: 0 }).coefficients);
  });
});
