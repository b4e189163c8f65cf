// Paths of the working-set solver: blocks of lambdas that are checked together must leave each fit as it is alone.
import fc from "fast-check";
import { fitPath, fitSync, type Path, type Penalty, penalties, strategies, threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { makeProblem, plainProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { checkAsync } from "../../support/property.ts";
import { expectSolution } from "../../support/verify.ts";

const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

const solver = "workingSet" as const;
const both = { intercept: true, standardize: true };
const sparsePenalties: [string, Penalty][] = [
  ["l1", penalties.l1()],
  ["lp 1/2", penalties.lp({ p: 0.5 })],
  ["lp 0.8", penalties.lp({ p: 0.8 })],
  ["logSum", penalties.logSum({ epsilon: 0.1 })],
  ["mcp", penalties.mcp()],
  ["scad", penalties.scad()],
  ["variationalDropout", strategies.variationalDropout()],
  ["hardConcrete", strategies.hardConcrete()],
];

const tall = plainProblem(300, 60);
const wide = plainProblem(60, 300);

function grid(data: typeof tall, count: number, ratio: number): number[] {
  const largest = lambdaMax(data, both);
  return Array.from({ length: count }, (_, k) => largest * ratio ** (k / (count - 1)));
}

const passesOf = (path: Path) => path.fits.reduce((sum, { record }) => sum + record.passes, 0);

describe.each(sparsePenalties)("%s", (name, penalty) => {
  test.each([
    ["tall", tall],
    ["wide", wide],
  ])("every lambda of %s data is stationary, and its history falls", async (_, data) => {
    const path = await fitPath(problemOf(data), { penalty, solver, lambdaCount: 40, lambdaRatio: 0.02 });
    expect(path.fits.length).toBe(40);
    for (const fit of path.fits) {
      expectSolution(fit, data);
      const objectives = fit.history.map(({ objective }) => objective);
      expect(objectives).toEqual([...objectives].sort((a, b) => b - a));
    }
    expect(path.fits[0]?.nonzero).toBe(0);
    expect(path.fits[5]?.nonzero, "the path leaves 0").toBeGreaterThan(0);
  });

  test("on the average no worse than the fits that stand alone", async () => {
    let difference = 0;
    for (let seed = 1; seed <= 6; ++seed) {
      const data = plainProblem(60, 40, seed);
      const path = await fitPath(problemOf(data), { penalty, solver, lambdaCount: 12, lambdaRatio: 0.02 });
      for (const fit of path.fits) {
        const alone = fitSync(problemOf(data), { penalty, solver, lambda: fit.lambda });
        difference += (fit.objective - alone.objective) / Math.abs(alone.objective);
      }
    }
    // Of a convex penalty they are the same.
    expect(difference / 72).toBeLessThan(name === "l1" ? 1e-10 : 2e-3);
  });

  test("the same bits twice and with another number of threads", async () => {
    const options = { penalty, solver, lambdaCount: 25, lambdaRatio: 0.05 };
    threads.setThreads(1);
    const one = (await fitPath(problemOf(wide), options)).toJSON();
    threads.setThreads(2);
    for (let run = 0; run < 2; ++run) {
      expect((await fitPath(problemOf(wide), options)).toJSON()).toEqual(one);
    }
  });
});

describe("random problems", () => {
  test("l1: the fits that stand alone, with gaps that close", async () => {
    await checkAsync(
      60,
      fc.asyncProperty(problemSpecs(60), fc.integer({ min: 2, max: 30 }), async (spec, count) => {
        const data = makeProblem({ ...spec, duplicates: false });
        const penalty = penalties.l1();
        const largest = lambdaMax(data, both) || 1;
        const lambdas = Array.from({ length: count }, (_, k) => largest * 0.03 ** (k / (count - 1)));
        const path = await fitPath(problemOf(data), { penalty, solver, lambdas });
        for (const fit of path.fits) {
          expectSolution(fit, data);
          const alone = fitSync(problemOf(data), { penalty, solver, lambda: fit.lambda });
          const scale = Math.max(alone.objective, path.fits[0]?.objective ?? 0);
          expect(Math.abs(fit.objective - alone.objective)).toBeLessThanOrEqual(1e-9 * scale);
          for (const one of [fit, alone]) {
            expect(one.record.dualityGap).toBeGreaterThanOrEqual(0);
            // |w|_1 times the violation, of a w that costs at most the objective.
            expect(one.record.dualityGap).toBeLessThanOrEqual(1e-6 * scale);
            expect(one.record.locallyConvex).toBe(true);
          }
        }
      }),
    );
  });

  test("mcp and lp with any layout of columns", async () => {
    await checkAsync(
      40,
      fc.asyncProperty(problemSpecs(50), fc.boolean(), async (spec, cusp) => {
        const data = makeProblem(spec);
        const penalty = cusp ? penalties.lp({ p: 0.5 }) : penalties.mcp();
        const path = await fitPath(problemOf(data), { penalty, solver, lambdaCount: 12, lambdaRatio: 0.05 });
        for (const fit of path.fits) expectSolution(fit, data);
      }),
    );
  });

  test("columns that are not standardised", async () => {
    await checkAsync(
      20,
      fc.asyncProperty(problemSpecs(40), async (spec) => {
        const data = makeProblem(spec);
        const options = { intercept: true, standardize: false };
        const grid = { penalty: penalties.scad(), solver, lambdaCount: 10, lambdaRatio: 0.1 };
        const path = await fitPath(problemOf(data), { ...grid, ...options });
        for (const fit of path.fits) expectSolution(fit, data, options);
      }),
    );
  });
});

describe("lambdas of the caller", () => {
  test("repeats, values beyond lambda_max, big steps and 0", async () => {
    const largest = lambdaMax(tall, both);
    const lambdas = [5, 2, 1, 0.5, 0.5, 0.5, 0.003, 0.002, 0].map((ratio) => ratio * largest);
    for (const [, penalty] of sparsePenalties) {
      const path = await fitPath(problemOf(tall), { penalty, solver, lambdas });
      expect([...path.lambdas]).toEqual(lambdas);
      for (const fit of path.fits.slice(0, -1)) expectSolution(fit, tall);
      expect(path.converged).toBe(true);
      expect(path.fits[8]?.nonzero).toBe(60);
      const [, , , a, b, c] = path.fits;
      expect(b?.objective).toBeLessThanOrEqual((a?.objective ?? 0) + 1e-11 * Math.abs(a?.objective ?? 0));
      expect(c?.objective).toBeLessThanOrEqual((b?.objective ?? 0) + 1e-11 * Math.abs(b?.objective ?? 0));
    }
  });

  test("a rough tolerance holds for each lambda", async () => {
    const lambdas = grid(wide, 50, 0.01);
    const convergence = { tolerance: 1e-3 };
    const path = await fitPath(problemOf(wide), { penalty: penalties.l1(), solver, lambdas, convergence });
    for (const fit of path.fits) expectSolution(fit, wide, convergence);
  });

  test("one iteration each is said to be too few where it is", async () => {
    const lambdas = [1, 0.3, 0.1, 0.03, 0.01].map((ratio) => ratio * lambdaMax(wide, both));
    const convergence = { maxIterations: 1 };
    const path = await fitPath(problemOf(wide), { penalty: penalties.l1(), solver, lambdas, convergence });
    expect(path.fits.length).toBe(5);
    for (const fit of path.fits) {
      expect(fit.iterations).toBeLessThanOrEqual(1);
      expect(fit.converged).toBe(fit.stationarity <= 1.001e-8 * fit.lambda);
    }
    expect(path.reason).toBe("maxIterations");
  });
});

describe("work", () => {
  test("l1: far fewer passes over x than lambdas", async () => {
    const data = plainProblem(400, 3000);
    const lambdas = grid(data, 100, 0.1);
    const path = await fitPath(problemOf(data), { penalty: penalties.l1(), solver, lambdas });
    expect(path.converged).toBe(true);
    expect(passesOf(path)).toBeLessThan(35);
  });

  test("zeros leave the set again", async () => {
    const data = plainProblem(200, 2000);
    const path = await fitPath(problemOf(data), {
      penalty: penalties.mcp(),
      solver,
      lambdas: grid(data, 60, 0.05),
    });
    for (const fit of path.fits.slice(20)) {
      const last = fit.record.workingSetSizes.at(-1) ?? 0;
      expect(last).toBeLessThan(2 * fit.nonzero + 150);
    }
  });

  test("cancelled in the middle: what there is, in order, and no lambda passes for solved that is not", async () => {
    const data = plainProblem(500, 4000);
    const controller = new AbortController();
    const lambdas = grid(data, 2000, 1e-3);
    const convergence = { signal: controller.signal, onProgress: () => controller.abort("enough") };
    const path = await fitPath(problemOf(data), { penalty: penalties.mcp(), solver, lambdas, convergence });
    expect(path.fits.length).toBeGreaterThan(0);
    expect(path.fits.length).toBeLessThan(2000);
    expect(path.reason).toBe("aborted");
    path.fits.slice(0, -1).forEach((fit, k) => {
      expect(fit.lambda).toBe(lambdas[k]);
      expect(fit.reason).toBe("tolerance");
    });
  });
});
