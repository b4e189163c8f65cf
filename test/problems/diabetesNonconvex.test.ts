// MCP and SCAD have several stationary points: from five starts each run must end at one of them, the best no worse
// than the reference, and the reference itself must hold still.
import { type Fit, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { leastSquares, ridge } from "../support/leastSquares.ts";
import { problemOf } from "../support/problems.ts";
import { expectNear, expectSolution } from "../support/verify.ts";
import { diabetes, penaltyOf, type Reference, references } from "./diabetes.ts";

const nonconvex = references.filter(({ penalty }) => penalty !== "lasso");

/** Better stationary points are up to 0.4 % (to that digit) below the reference. */
const lower = 4.5e-3;

const starts: Record<string, (lambda: number) => Float64Array> = {
  "least squares": () => leastSquares(diabetes, true).coefficients,
  "ridge 0.1": () => ridge(diabetes, 0.1),
  "ridge 1": () => ridge(diabetes, 1),
  "ridge 10": () => ridge(diabetes, 10),
  lasso: (lambda) => fitSync(problemOf(diabetes), { penalty: penalties.l1(), lambda }).coefficients,
};

function run(reference: Reference, start?: Float64Array | number[]): Fit {
  const found = fitSync(problemOf(diabetes), {
    penalty: penaltyOf(reference),
    lambda: reference.lambda,
    solver: "reweighted",
    start,
  });
  expectSolution(found, diabetes);
  return found;
}

describe.each(nonconvex)("$penalty at lambda = $lambda", (reference) => {
  test("from every start to a stationary point, the best no higher than the reference", () => {
    const found = Object.values(starts).map((start) => run(reference, start(reference.lambda)));
    const best = Math.min(...found.map(({ objective }) => objective));
    expect(best).toBeLessThanOrEqual(reference.objective * (1 + 1e-9));
    expect(best).toBeGreaterThanOrEqual(reference.objective * (1 - lower));
  });

  test("the solver's own start ends at a stationary point in the same range", () => {
    const { objective } = run(reference);
    expect(objective).toBeLessThanOrEqual(reference.objective * 1.05);
    expect(objective).toBeGreaterThanOrEqual(reference.objective * (1 - lower));
  });

  test("started at the reference it stays there", () => {
    const found = run(reference, reference.coefficients);
    expectNear(found.objective, reference.objective, 1e-9, "objective");
    expectNear(found.intercept, reference.intercept, 1e-6, "intercept");
    found.coefficients.forEach((value, j) => {
      const wanted = reference.coefficients[j] as number;
      if (wanted === 0) expect(value, `coefficient ${j}`).toBe(0);
      else expectNear(value, wanted, 1e-6, `coefficient ${j}`);
    });
  });
});
