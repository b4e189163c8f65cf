// The checker must itself be able to say no.
import { fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { examine, standardize } from "./optimality.ts";
import { plainProblem, problemOf } from "./support/problems.ts";
import { allowance, settingOf } from "./support/verify.ts";

const data = plainProblem(40, 6);
const lambda = 0.2;
const fit = fitSync(problemOf(data), { penalty: penalties.l1(), lambda });
const setting = settingOf(fit, {});

describe("the optimality checker", () => {
  test("accepts a solution", () => {
    expect(examine(data, setting, fit).stationarity).toBeLessThan(allowance * lambda);
  });

  test("refuses one that is off by a millionth in any coefficient", () => {
    fit.coefficients.forEach((value, j) => {
      const coefficients = fit.coefficients.slice();
      coefficients[j] = value + 1e-6;
      const verdict = examine(data, setting, { ...claim(), coefficients });
      expect(verdict.stationarity, `coefficient ${j}`).toBeGreaterThan(allowance * lambda);
    });
  });

  test("refuses zeros that should not be", () => {
    const verdict = examine(data, setting, { ...claim(), coefficients: new Float64Array(6) });
    expect(verdict.stationarity).toBeGreaterThan(0.1);
    expect(verdict.nonzero).toBe(0);
  });

  test("notices another intercept, lambda, penalty and setting", () => {
    expect(
      examine(data, setting, { ...claim(), intercept: fit.intercept + 1e-6 }).interceptError,
    ).toBeGreaterThan(9e-7);
    for (const change of [
      { lambda: lambda * (1 + 1e-5) },
      { penalty: penalties.mcp() },
      { standardize: false },
    ]) {
      expect(examine(data, { ...setting, ...change }, fit).stationarity).toBeGreaterThan(allowance * lambda);
    }
  });

  test("has the closed form of one variable", () => {
    // x = (-1, 1) is standardised already; the pull at w is 3 - w.
    const one = {
      rows: 2,
      columns: 1,
      x: Float64Array.of(-1, 1),
      y: Float64Array.of(-3, 3),
      weights: undefined,
      offset: undefined,
    };
    const at = (w: number) =>
      examine(
        one,
        { ...setting, lambda: 1 },
        { coefficients: Float64Array.of(w), intercept: 0, eta: Float64Array.of(w) },
      );
    expect(at(2).stationarity).toBeCloseTo(0, 15);
    expect(at(2.5).stationarity).toBeCloseTo(0.5, 15);
    expect(at(0).stationarity).toBeCloseTo(2, 15);
    expect(at(2).objective).toBeCloseTo(0.5 + 2, 15);
  });

  test("standardises: mean 0 and mean square 1 under the weights, constant columns out", () => {
    const weights = Float64Array.of(1, 3);
    const two = {
      rows: 2,
      columns: 2,
      x: Float64Array.of(1, 5, 9, 5),
      y: new Float64Array(2),
      weights,
      offset: undefined,
    };
    const design = standardize(two, { intercept: true, standardize: true });
    expect([...design.weights]).toEqual([0.5, 1.5]);
    expect([...design.means]).toEqual([7, 5]);
    expect(design.scales[0]).toBeCloseTo(Math.sqrt(12), 14);
    expect([...design.curvature]).toEqual([1, 0]);
    const squares = design.columns[0]?.reduce((sum, value) => sum + value * value, 0);
    expect(squares).toBeCloseTo(2, 14);
  });
});

function claim() {
  const { coefficients, intercept, eta } = fit;
  return { coefficients, intercept, eta };
}
