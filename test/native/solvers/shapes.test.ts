// Shapes of data at the edge of what a regression is.
import { fitSync, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { type Data, plainProblem, problemOf } from "../../support/problems.ts";
import { expectSolution } from "../../support/verify.ts";

const all: [string, Penalty][] = [
  ["l1", penalties.l1()],
  ["lp", penalties.lp({ p: 0.5 })],
  ["logSum", penalties.logSum({ epsilon: 0.1 })],
  ["logSumSquares", penalties.logSumSquares({ epsilon: 0.1 })],
  ["mcp", penalties.mcp()],
  ["scad", penalties.scad()],
  ["standout", strategies.standout()],
  ["variationalDropout", strategies.variationalDropout()],
  ["variationalDropoutApprox", strategies.variationalDropoutApprox()],
  ["hardConcrete", strategies.hardConcrete()],
  ["hardThreshold", strategies.hardThreshold({ k: 1 })],
  ["ard", strategies.ard()],
];

function dataOf(rows: number[][], y: number[]): Data {
  return {
    rows: rows.length,
    columns: rows[0]?.length ?? 0,
    x: Float64Array.from(rows.flat()),
    y: Float64Array.from(y),
    weights: undefined,
    offset: undefined,
  };
}

describe.each(all)("%s", (_, penalty) => {
  test.each([true, false])("one row, one column, intercept %s", (intercept) => {
    const data = dataOf([[2]], [3]);
    const fit = fitSync(problemOf(data), { penalty, lambda: 0.1, intercept });
    expectSolution(fit, data, { intercept });
    if (intercept) expect([fit.intercept, fit.coefficients[0]]).toEqual([3, 0]);
  });

  test("only constant columns", () => {
    const data = dataOf(
      [
        [1, 0, -7],
        [1, 0, -7],
        [1, 0, -7],
      ],
      [1, 2, 6],
    );
    const fit = fitSync(problemOf(data), { penalty, lambda: 0.1 });
    expectSolution(fit, data);
    expect(fit.intercept).toBeCloseTo(3, 14);
  });

  test("a constant y, and one that is 0", () => {
    for (const level of [0, 5]) {
      const data = { ...plainProblem(12, 3), y: new Float64Array(12).fill(level) };
      const fit = fitSync(problemOf(data), { penalty, lambda: 0.1 });
      expectSolution(fit, data);
      expect(fit.nonzero).toBe(0);
      expect(fit.intercept).toBeCloseTo(level, 12);
    }
  });

  test("two columns that are the same, and one that is their negative", () => {
    const base = plainProblem(20, 1);
    const rows = Array.from(base.x, (value) => [value, value, -value]);
    const data = dataOf(
      rows,
      Array.from(base.x, (value, i) => 2 * value + 0.1 * Math.sin(i)),
    );
    expectSolution(fitSync(problemOf(data), { penalty, lambda: 0.05 }), data);
  });

  test("a perfect fit", () => {
    const base = plainProblem(10, 2);
    const y = base.x.filter((_, k) => k % 2 === 0).map((value) => 4 * value - 1);
    const data = { ...base, y };
    expectSolution(fitSync(problemOf(data), { penalty, lambda: 0.01 }), data);
  });

  test("columns of very different size", () => {
    const base = plainProblem(30, 4);
    const x = base.x.map((value, k) => value * 10 ** ([-8, 0, 4, 10][k % 4] ?? 0));
    const data = { ...base, x };
    expectSolution(fitSync(problemOf(data), { penalty, lambda: 0.05 }), data);
  });
});

test("more iterations than allowed: the fit says so", () => {
  const data = plainProblem(60, 40);
  const fit = fitSync(problemOf(data), {
    penalty: penalties.logSum({ epsilon: 0.01 }),
    lambda: 0.01,
    convergence: { maxIterations: 1 },
  });
  expect(fit.reason).toBe("maxIterations");
  expect(fit.converged).toBe(false);
  expect(fit.iterations).toBe(1);
});
