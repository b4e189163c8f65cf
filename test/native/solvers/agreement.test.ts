// The algorithms on one problem: the same minimum where the penalty is convex, a stationary point otherwise.
import { fitSync, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { diabetes } from "../../problems/diabetes.ts";
import { chainProblem, firstOrder } from "../../support/firstOrder.ts";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { problemOf } from "../../support/problems.ts";
import { expectSolution } from "../../support/verify.ts";

const problems = [
  { problem: "diabetes", data: diabetes },
  { problem: "correlated 200 x 50", data: chainProblem(200, 50, 0.9, 3) },
  { problem: "100 x 300", data: chainProblem(100, 300, 0.5, 4) },
];
/** What the objectives may differ by, relatively: the square of what the gradients may. */
const agreement = 1e-8;
const convex: [string, Penalty][] = [
  ["l1", penalties.l1()],
  ["lp 1.5", penalties.lp({ p: 1.5 })],
  ["lp 1.05", penalties.lp({ p: 1.05 })],
];
const others: [string, Penalty][] = [
  ["lp 0.5", penalties.lp({ p: 0.5 })],
  ["logSum", penalties.logSum({ epsilon: 1 })],
  ["logSumSquares", penalties.logSumSquares({ epsilon: 0.1 })],
  ["mcp", penalties.mcp()],
  ["scad", penalties.scad()],
  ["standout", strategies.standout()],
  ["variationalDropout", strategies.variationalDropout()],
  ["variationalDropoutApprox", strategies.variationalDropoutApprox()],
  ["hardConcrete", strategies.hardConcrete()],
];

describe.each(problems)("$problem", ({ data }) => {
  const most = lambdaMax(data, { intercept: true, standardize: true });

  test.each(convex)("%s: every algorithm has the objective of the reweighted one", (_, penalty) => {
    for (const lambda of [0.1 * most, 0.03 * most]) {
      const reference = fitSync(problemOf(data), { penalty, lambda, solver: "reweighted" });
      for (const { name, options, tolerance } of firstOrder) {
        const fit = fitSync(problemOf(data), { penalty, lambda, ...options });
        expectSolution(fit, data, { tolerance });
        const difference = (fit.objective - reference.objective) / reference.objective;
        expect(Math.abs(difference), name).toBeLessThanOrEqual(agreement);
      }
    }
  });

  test.each(others)("%s: every algorithm reaches a stationary point", (_, penalty) => {
    for (const { options, tolerance } of firstOrder) {
      const fit = fitSync(problemOf(data), { penalty, lambda: 0.1 * most, ...options });
      expectSolution(fit, data, { tolerance });
    }
  });

  test("lambda_max leaves nothing, less of it does not", () => {
    for (const { options } of firstOrder) {
      const at = (lambda: number) =>
        fitSync(problemOf(data), { penalty: penalties.l1(), lambda, ...options });
      expect(at(most * (1 + 1e-9))).toMatchObject({ nonzero: 0, iterations: 0, converged: true });
      expect(at(most * 0.999).nonzero).toBeGreaterThan(0);
    }
  });
});
