// What a fit tells of its course.
import fc from "fast-check";
import { fit as fitAsync, fitSync, penalties, penaltyFromJSON, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { separablePenalties } from "../../support/penaltyArbitraries.ts";
import { makeProblem, plainProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { expectHistory, expectNear } from "../../support/verify.ts";

const both = { intercept: true, standardize: true };

describe("history", () => {
  test("never rises, from the solver's start or any other", () => {
    check(
      300,
      fc.property(problemSpecs(60), separablePenalties(), fc.boolean(), (spec, penalty, own) => {
        const data = makeProblem(spec);
        const lambda = 0.1 * (lambdaMax(data, both) || 1);
        const start = own ? undefined : new Random(spec.seed).normals(data.columns);
        const fit = fitSync(problemOf(data), { penalty: penaltyFromJSON(penalty), lambda, start });
        expectHistory(fit);
        expect(fit.history.length).toBe(fit.iterations + 1);
      }),
    );
  });

  test("ends with the objective and the nonzeros of the fit", () => {
    check(
      300,
      fc.property(problemSpecs(60), separablePenalties(), (spec, penalty) => {
        const data = makeProblem(spec);
        const lambda = 0.1 * (lambdaMax(data, both) || 1);
        const fit = fitSync(problemOf(data), { penalty: penaltyFromJSON(penalty), lambda });
        const last = fit.history.at(-1);
        const size = data.y.reduce((sum, y) => sum + y * y, 0) / data.rows;
        const error = Math.abs((last?.objective as number) - fit.objective);
        expect(error, "objective").toBeLessThanOrEqual(1e-9 * Math.abs(fit.objective) + 1e-18 * size);
        expect(last?.nonzero, "nonzero").toBe(fit.nonzero);
      }),
    );
  });

  test("begins with the start that was given", () => {
    const data = plainProblem(50, 5);
    const penalty = penalties.l1();
    const lambda = 0.2;
    const solved = fitSync(problemOf(data), { penalty, lambda });
    const again = fitSync(problemOf(data), { penalty, lambda, start: solved.coefficients });
    expectNear(again.history[0]?.objective as number, solved.objective, 1e-12, "the first objective");
    expect(again.history[0]?.nonzero).toBe(solved.nonzero);
    expect(again.iterations).toBeLessThanOrEqual(3);
  });

  test("begins dense without one", () => {
    const data = plainProblem(50, 20);
    for (const penalty of [
      penalties.l1(),
      penalties.mcp(),
      penalties.lp({ p: 0.5 }),
      strategies.standout(),
    ]) {
      const fit = fitSync(problemOf(data), { penalty, lambda: 0.2, solver: "reweighted" });
      expect(fit.history[0]).toMatchObject({ iteration: 0, nonzero: 20 });
    }
  });

  test("0 is absorbing: coordinates started at 0 with a cusp there stay", () => {
    const data = plainProblem(50, 5);
    const start = [1, 0, 1, 0, 1];
    const fit = fitSync(problemOf(data), {
      penalty: penalties.lp({ p: 0.5 }),
      lambda: 0.01,
      start,
      solver: "reweighted",
    });
    expect([fit.coefficients[1], fit.coefficients[3]]).toEqual([0, 0]);
  });

  test("a fit cut off after any number of iterations has the same course up to there", async () => {
    const data = plainProblem(40, 30);
    const options = { penalty: penalties.logSum({ epsilon: 0.05 }), lambda: 0.05 };
    const whole = fitSync(problemOf(data), options);
    for (let maxIterations = 1; maxIterations < Math.min(whole.iterations, 12); ++maxIterations) {
      const cut = await fitAsync(problemOf(data), { ...options, convergence: { maxIterations } });
      expect(cut.history).toEqual(whole.history.slice(0, maxIterations + 1));
      expect(cut.iterations).toBe(maxIterations);
      expect(cut.reason).toBe("maxIterations");
    }
  });

  test("tolerance: a looser one ends no later and is met", () => {
    const data = plainProblem(80, 60);
    let iterations = Infinity;
    for (const tolerance of [1e-10, 1e-6, 1e-3]) {
      const options = { penalty: penalties.l1(), lambda: 0.02, convergence: { tolerance } };
      const fit = fitSync(problemOf(data), options);
      expect(fit.stationarity).toBeLessThanOrEqual(tolerance * 0.02);
      expect(fit.iterations).toBeLessThanOrEqual(iterations);
      iterations = fit.iterations;
    }
  });
});
