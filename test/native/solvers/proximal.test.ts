// AdaProx step by step, and what the solvers for any loss say of what they cannot do.
import fc from "fast-check";
import { fit as fitAsync, fitSync, penalties, penaltyFromJSON, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { examine, standardize } from "../../optimality.ts";
import { expectFailure } from "../../support/failures.ts";
import { chainProblem, logisticOf } from "../../support/firstOrder.ts";
import { formulaOf } from "../../support/formulas.ts";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { leastSquares } from "../../support/leastSquares.ts";
import { largeProblem } from "../../support/longFit.ts";
import { separablePenalties } from "../../support/penaltyArbitraries.ts";
import { makeProblem, plainProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { expectNear, expectSolution, settingOf } from "../../support/verify.ts";

const both = { intercept: true, standardize: true };
const plain = { solver: "proximal", proximal: { accelerated: false } } as const;

describe("one step", () => {
  test("is w <- alpha (w - rho grad L), alpha = eta / (eta + rho lambda), with one rho for all columns", () => {
    check(
      200,
      fc.property(
        problemSpecs(40),
        // The checker knows the jump of hardConcrete to four digits only.
        separablePenalties().filter(({ name }) => name !== "hardConcrete"),
        fc.record({ intercept: fc.boolean(), standardize: fc.boolean() }),
        fc.boolean(),
        (spec, penalty, options, accelerated) => {
          const data = makeProblem({ ...spec, constants: false, offset: false, weights: "none" });
          const lambda = 0.1 * (lambdaMax(data, options) || 1);
          const { columns, curvature, scales, rows } = standardize(data, options);
          const random = new Random(spec.seed);
          const start = Float64Array.from(scales, (scale) => random.normal() / scale);
          const fit = fitSync(problemOf(data), {
            penalty: penaltyFromJSON(penalty),
            lambda,
            start,
            ...options,
            solver: "proximal",
            proximal: { accelerated },
            convergence: { maxIterations: 1, tolerance: 0 },
          });
          if (fit.iterations === 0) return; // nothing to do: y is what the start predicts, or constant
          const mean = options.intercept ? data.y.reduce((sum, y) => sum + y, 0) / rows : 0;
          const w = start.map((value, j) => value * (scales[j] as number));
          const residual = data.y.map((y, i) =>
            columns.reduce((sum, column, j) => sum - (column[i] as number) * (w[j] as number), y - mean),
          );
          const formula = formulaOf(penalty.name, penalty.parameters, lambda);
          const pulls = columns.map(
            (column) => column.reduce((sum, x, i) => sum + x * (residual[i] as number), 0) / rows,
          );
          const ends = fit.coefficients.map((value, j) => value * (scales[j] as number));
          // In each column (1 / rho + lambda / eta) w1 = w / rho + pull gives 1 / rho.
          const steps = pulls.map((pull, j) => {
            const ridge = (lambda * formula.slope(Math.abs(w[j] as number))) / Math.abs(w[j] as number);
            const moved = (ends[j] as number) - (w[j] as number);
            return (pull - ridge * (ends[j] as number)) / moved / (curvature[j] as number);
          });
          // The column where 1 / rho is known best stands for all.
          const size = (j: number) => Math.abs((ends[j] as number) / (w[j] as number) - 1);
          const best = steps.reduce((k, _, j) => (size(j) > size(k) ? j : k), 0);
          const inverse = steps[best] as number;
          expect(inverse).toBeGreaterThan(0);
          pulls.forEach((pull, j) => {
            const value = w[j] as number;
            const bound = inverse * (curvature[j] as number);
            const ridge = (lambda * formula.slope(Math.abs(value))) / Math.abs(value);
            const wanted = (bound * value + pull) / (bound + ridge);
            const error = Math.abs((ends[j] as number) - wanted);
            expect(error).toBeLessThanOrEqual(1e-8 * (Math.abs(value) + Math.abs(wanted) + Math.abs(pull)));
          });
          const verdict = examine(data, settingOf(fit, options), fit);
          expectNear(fit.objective, verdict.objective, 1e-9, "objective");
          expect(fit.history.length).toBe(2);
        },
      ),
    );
  });

  test("acceleration begins with the second step and gets there sooner", () => {
    const data = chainProblem(200, 50, 0.9, 3);
    const lambda = 0.05 * lambdaMax(data, both);
    const at = (accelerated: boolean, maxIterations: number) =>
      fitSync(problemOf(data), {
        penalty: penalties.lp({ p: 1.5 }),
        lambda,
        solver: "proximal",
        proximal: { accelerated },
        convergence: { maxIterations },
      });
    expect(at(true, 1).coefficients).toEqual(at(false, 1).coefficients);
    expect(at(true, 3).coefficients).not.toEqual(at(false, 3).coefficients);
    expect(at(true, 100_000).iterations).toBeLessThan(0.5 * at(false, 100_000).iterations);
  });
});

describe("penalties that do not separate", () => {
  test("hardThreshold: iterative hard thresholding, at most k nonzeros and no pull on them", () => {
    check(
      100,
      fc.property(problemSpecs(50), fc.integer({ min: 0, max: 20 }), fc.boolean(), (spec, k, accelerated) => {
        const data = makeProblem({ ...spec, spread: 0 });
        const fit = fitSync(problemOf(data), {
          penalty: strategies.hardThreshold({ k }),
          lambda: 0.1,
          solver: "proximal",
          proximal: { accelerated },
        });
        expect(expectSolution(fit, data).nonzero).toBeLessThanOrEqual(k);
      }),
    );
  });

  test("hardThreshold with k >= columns is least squares", () => {
    const data = plainProblem(40, 6);
    const penalty = strategies.hardThreshold({ k: 6 });
    const fit = fitSync(problemOf(data), { penalty, lambda: 1, solver: "proximal" });
    const wanted = leastSquares(data, true).coefficients;
    fit.coefficients.forEach((value, j) => {
      expect(value).toBeCloseTo(wanted[j] as number, 7);
    });
  });

  test("ard: stationary, by proximal and direct", () => {
    check(
      30,
      fc.property(
        problemSpecs(20),
        fc.double({ min: -2, max: 0, noNaN: true }),
        fc.constantFrom(
          { options: plain, tolerance: 1e-8 },
          { options: { solver: "proximal" }, tolerance: 1e-8 } as const,
          { options: { solver: "direct" }, tolerance: 1e-6 } as const,
        ),
        (spec, strength, { options, tolerance }) => {
          const data = makeProblem({ ...spec, spread: 0 });
          const lambda = 10 ** strength * (lambdaMax(data, both) || 1);
          const fit = fitSync(problemOf(data), { penalty: strategies.ard(), lambda, ...options });
          expectSolution(fit, data, { tolerance });
        },
      ),
    );
  });

  test.each([
    ["reweighted", penalties.l1(), "logistic", "needs a quadratic loss, which logistic is not"],
    ["etaTrick", strategies.ard(), "squared", "needs a penalty that is a sum over the coefficients"],
    ["etaTrick", strategies.hardThreshold({ k: 2 }), "squared", "needs a penalty that is a sum"],
    ["direct", strategies.hardThreshold({ k: 2 }), "squared", "needs a penalty with a slope"],
  ] as const)("%s names the gap", (solver, penalty, loss, gap) => {
    const data = problemOf(logisticOf(plainProblem(20, 3)));
    const call = () => fitSync(data, { penalty, lambda: 0.1, loss, solver });
    expectFailure(call, "UNSUPPORTED", `the solver ${solver} ${gap}`);
  });
});

describe("the call", () => {
  test.each(["proximal", "etaTrick", "direct"] as const)("abort in the middle of %s", async (solver) => {
    const { x, y } = largeProblem(1200);
    const stop = new AbortController();
    let reports = 0;
    const fit = await fitAsync(
      { x, y: y.map((value) => (value > 0 ? 1 : 0)) },
      {
        penalty: penalties.lp({ p: 1.9 }),
        lambda: 1e-7,
        loss: "logistic",
        solver,
        convergence: {
          tolerance: 0,
          maxIterations: 1_000_000,
          signal: stop.signal,
          onProgress: ({ iteration, objective, stationarity, nonzero }) => {
            expect(iteration).toBeGreaterThan(0);
            expect(objective).toBeGreaterThan(0);
            expect(stationarity).toBeGreaterThan(0);
            expect(nonzero).toBe(1200);
            if (++reports === 2) stop.abort();
          },
        },
      },
    );
    expect(fit).toMatchObject({ reason: "aborted", converged: false });
    expect(fit.iterations).toBeGreaterThan(0);
    expect(fit.history.length).toBe(fit.iterations + 1);
  });

  test.each(["proximal", "etaTrick", "direct"] as const)("%s refuses a start where L overflows", (solver) => {
    const data = plainProblem(20, 3);
    const call = () =>
      fitSync(problemOf(data), { penalty: penalties.l1(), lambda: 0.1, solver, start: [1e200, 0, 0] });
    expectFailure(call, "NUMERIC", "start is too large");
  });

  test.each(["proximal", "etaTrick", "direct"] as const)(
    "%s: a start at the solution stays there",
    (solver) => {
      const data = chainProblem(60, 20, 0.5, 1);
      const options = { penalty: penalties.mcp(), lambda: 0.3, solver };
      const solved = fitSync(problemOf(data), options);
      const again = fitSync(problemOf(data), { ...options, start: solved.coefficients });
      expectNear(again.history[0]?.objective as number, solved.objective, 1e-12, "the first objective");
      expect(again.iterations).toBeLessThanOrEqual(10);
      expectNear(again.objective, solved.objective, 1e-9, "the last objective");
    },
  );
});
