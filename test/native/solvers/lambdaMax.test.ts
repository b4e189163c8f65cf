// From lambda_max = max |x_j'y| / n (standardised columns) on, l1, mcp and scad give zeros only.
import fc from "fast-check";
import { fitPath, fitSync, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { type Data, makeProblem, plainProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";

const both = { intercept: true, standardize: true };

function nonzeros(data: Data, penalty: Penalty, lambda: number): number {
  return fitSync(problemOf(data), { penalty, lambda }).nonzero;
}

describe("lambda_max", () => {
  const makers = {
    l1: () => penalties.l1(),
    mcp: () => penalties.mcp({ a: 3 }),
    scad: () => penalties.scad({ a: 3.7 }),
  };

  test.each(Object.entries(makers))("%s: zeros only at and above it", (_, make) => {
    check(
      100,
      fc.property(problemSpecs(60), fc.constantFrom(1, 1.0001, 2, 100), (spec, factor) => {
        const data = makeProblem(spec);
        const largest = lambdaMax(data, both);
        fc.pre(largest > 1e-8);
        // Its own rounding and that of the library may differ by some units in the last place.
        const fit = fitSync(problemOf(data), { penalty: make(), lambda: largest * factor * (1 + 1e-12) });
        expect(fit.nonzero).toBe(0);
        expect(fit.coefficients).toEqual(new Float64Array(data.columns));
        expect(fit.converged).toBe(true);
      }),
    );
  });

  test("l1: something just below it", () => {
    check(
      100,
      fc.property(problemSpecs(60), fc.constantFrom(0.9999, 0.99, 0.9), (spec, factor) => {
        const data = makeProblem(spec);
        const largest = lambdaMax(data, both);
        fc.pre(largest > 1e-8);
        expect(nonzeros(data, penalties.l1(), largest * factor)).toBeGreaterThan(0);
      }),
    );
  });

  test.each([
    ["l1", penalties.l1()],
    ["lp 1/2", penalties.lp({ p: 0.5 })],
    ["logSum", penalties.logSum({ epsilon: 0.1 })],
    ["mcp", penalties.mcp()],
    ["variationalDropout", strategies.variationalDropout()],
    ["hardConcrete", strategies.hardConcrete()],
  ])("the default grid of a path with %s begins with no nonzero and then has some", async (_, penalty) => {
    const data = plainProblem(60, 20);
    const path = await fitPath(problemOf(data), { penalty, lambdaCount: 20, lambdaRatio: 0.01 });
    expect(path.fits[0]?.nonzero).toBe(0);
    expect(path.fits[2]?.nonzero).toBeGreaterThan(0);
  });

  test("the grid of l1 begins at lambda_max and falls geometrically", async () => {
    const data = plainProblem(60, 20);
    const path = await fitPath(problemOf(data), { penalty: penalties.l1() });
    expect(path.lambdas.length).toBe(100);
    expect(path.lambdas[0]).toBeCloseTo(lambdaMax(data, both), 9);
    const last = path.lambdas[99] as number;
    expect(last / (path.lambdas[0] as number)).toBeCloseTo(1e-4, 12);
    const ratios = path.lambdas.slice(1).map((lambda, k) => lambda / (path.lambdas[k] as number));
    for (const ratio of ratios) expect(ratio).toBeCloseTo(1e-4 ** (1 / 99), 10);
  });
});
