// The solvers for any loss on random problems, each answer examined by test/optimality.ts.
import fc from "fast-check";
import { type Fit, fitSync, penaltyFromJSON } from "flipside";
import { describe, expect, test } from "vitest";
import { type FirstOrder, firstOrder, logisticOf } from "../../support/firstOrder.ts";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { separablePenalties } from "../../support/penaltyArbitraries.ts";
import { type Data, makeProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { expectHistory, expectSolution } from "../../support/verify.ts";

const scaling = fc.record({ intercept: fc.boolean(), standardize: fc.boolean() });
const strengths = fc.double({ min: -2.5, max: 0.2, noNaN: true });

function expectEnd(fit: Fit, data: Data): void {
  expectHistory(fit);
  expect(fit.history.length).toBe(fit.iterations + 1);
  const last = fit.history.at(-1);
  // A log-likelihood has its own unit.
  const unit = fit.loss === "logistic" ? 1 : 0;
  const size = unit + data.y.reduce((sum, y) => sum + y * y, 0) / data.rows;
  const error = Math.abs((last?.objective as number) - fit.objective);
  expect(error, "last objective").toBeLessThanOrEqual(1e-9 * Math.abs(fit.objective) + 1e-18 * size);
  expect(last?.nonzero, "last nonzero").toBe(fit.nonzero);
}

describe.each(firstOrder)("$name", ({ options: choice, tolerance }: FirstOrder) => {
  test.each(["squared", "logistic"] as const)(
    "%s loss: stationary by the checker's account, the history does not rise",
    (loss) => {
      check(
        150,
        fc.property(
          problemSpecs(60),
          separablePenalties(),
          strengths,
          scaling,
          fc.boolean(),
          (spec, penalty, strength, options, proportions) => {
            const original = makeProblem(spec);
            const data = loss === "logistic" ? logisticOf(original, proportions) : original;
            const lambda = 10 ** strength * (lambdaMax(data, options) || 1);
            const all = { penalty: penaltyFromJSON(penalty), lambda, loss, ...options, ...choice };
            const fit = fitSync(problemOf(data), all);
            expectSolution(fit, data, { ...options, tolerance });
            expectEnd(fit, data);
          },
        ),
      );
    },
  );

  test("from any start, and cut off anywhere", () => {
    check(
      60,
      fc.property(
        problemSpecs(40),
        separablePenalties(),
        fc.integer({ min: 1, max: 60 }),
        (spec, penalty, maxIterations) => {
          const data = makeProblem(spec);
          const lambda = 0.1 * (lambdaMax(data, { intercept: true, standardize: true }) || 1);
          const start = new Random(spec.seed).normals(data.columns);
          const fit = fitSync(problemOf(data), {
            penalty: penaltyFromJSON(penalty),
            lambda,
            start,
            ...choice,
            convergence: { maxIterations },
          });
          expectEnd(fit, data);
          expect(fit.converged).toBe(fit.stationarity <= tolerance * lambda * (1 + 1e-9) + 1e-13);
          if (!fit.converged && fit.reason !== "stalled") expect(fit.iterations).toBe(maxIterations);
        },
      ),
    );
  });
});
