// Several starts of a penalty that is not convex, and what the record proves of where they end.
import { type Fit, fitPath, fitSync, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { standardize } from "../../optimality.ts";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { type Data, plainProblem, problemOf } from "../../support/problems.ts";
import { expectSolution } from "../../support/verify.ts";

const solver = "workingSet" as const;
const both = { intercept: true, standardize: true };
const nonconvex: [string, Penalty][] = [
  ["mcp", penalties.mcp()],
  ["scad", penalties.scad()],
  ["logSum", penalties.logSum({ epsilon: 0.05 })],
  ["lp", penalties.lp({ p: 0.5 })],
  ["hardConcrete", strategies.hardConcrete()],
];

describe.each(nonconvex)("starts of %s", (_, penalty) => {
  test("the best is never above the first, the worst never below the best, the same bits again", () => {
    let apart = 0;
    for (let seed = 1; seed <= 8; ++seed) {
      const data = plainProblem(40, 60, seed);
      const options = { penalty, solver, lambda: 0.03 * lambdaMax(data, both) };
      const one = fitSync(problemOf(data), options);
      const many = fitSync(problemOf(data), { ...options, starts: 7, seed: 5 });
      expectSolution(many, data);
      expect([one.record.starts, many.record.starts]).toEqual([1, 7]);
      expect(one.record.worstObjective).toBe(undefined);
      const slack = 1e-12 * Math.abs(one.objective);
      expect(many.objective).toBeLessThanOrEqual(one.objective + slack);
      expect(many.record.worstObjective).toBeGreaterThanOrEqual(one.objective - slack);
      expect(many.nonzero, "not stuck at 0").toBeGreaterThan(0);
      const again = fitSync(problemOf(data), { ...options, starts: 7, seed: 5 });
      expect(again.toJSON()).toEqual(many.toJSON());
      if ((many.record.worstObjective ?? 0) > many.objective + 1e-6 * Math.abs(many.objective)) ++apart;
    }
    expect(apart, "problems with several ends").toBeGreaterThan(0);
  });

  test("along a path each lambda has them", async () => {
    const data = plainProblem(30, 40);
    const path = await fitPath(problemOf(data), {
      penalty,
      solver,
      starts: 3,
      lambdaCount: 5,
      lambdaRatio: 0.1,
    });
    for (const fit of path.fits) {
      expectSolution(fit, data);
      expect(fit.record.starts).toBe(3);
    }
  });
});

test("a convex penalty needs one start", () => {
  const fit = fitSync(problemOf(plainProblem(30, 40)), {
    penalty: penalties.l1(),
    solver,
    lambda: 0.1,
    starts: 4,
  });
  expect([fit.record.starts, fit.record.locallyConvex]).toEqual([1, true]);
});

/** The smallest eigenvalue of X'X / n on the support, by Jacobi rotations. */
function smallestEigenvalue(data: Data, fit: Fit): number {
  const { columns, rows } = standardize(data, both);
  const support = columns.filter((_, j) => fit.coefficients[j] !== 0);
  const a = support.map((x) =>
    support.map((y) => x.reduce((sum, v, i) => sum + v * (y[i] as number), 0) / rows),
  );
  const at = (i: number, j: number) => (a[i] as number[])[j] as number;
  for (let sweep = 0; sweep < 30; ++sweep) {
    for (let i = 0; i < a.length; ++i) {
      for (let j = 0; j < i; ++j) {
        if (at(i, j) === 0) continue;
        const angle = 0.5 * Math.atan2(2 * at(i, j), at(i, i) - at(j, j));
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < a.length; ++k) {
          const [x, y] = [at(k, i), at(k, j)];
          (a[k] as number[])[i] = c * x + s * y;
          (a[k] as number[])[j] = c * y - s * x;
        }
        for (let k = 0; k < a.length; ++k) {
          const [x, y] = [at(i, k), at(j, k)];
          (a[i] as number[])[k] = c * x + s * y;
          (a[j] as number[])[k] = c * y - s * x;
        }
      }
    }
  }
  return Math.min(...a.map((_, k) => at(k, k)));
}

describe("local convexity", () => {
  test.each([
    ["mcp", penalties.mcp({ a: 3 }), 1 / 3],
    ["scad", penalties.scad({ a: 3.7 }), 1 / 2.7],
  ])("of %s is that of the smallest eigenvalue, on a path and alone", async (_, penalty, concavity) => {
    const seen = new Set<boolean>();
    for (let seed = 1; seed <= 4; ++seed) {
      const data = plainProblem(60, 40, seed);
      const path = await fitPath(problemOf(data), { penalty, solver, lambdaCount: 12, lambdaRatio: 0.01 });
      for (const fit of path.fits) {
        const convex = fit.nonzero === 0 || smallestEigenvalue(data, fit) > concavity;
        expect(fit.record.locallyConvex).toBe(convex);
        seen.add(convex);
      }
      const alone = fitSync(problemOf(data), { penalty, solver, lambda: 0.1 });
      expect(alone.record.locallyConvex).toBe(smallestEigenvalue(data, alone) > concavity);
    }
    expect(seen).toEqual(new Set([true, false]));
  });

  test("of a cusp is not known, but at 0", () => {
    const data = plainProblem(60, 40);
    const options = { penalty: penalties.lp({ p: 0.5 }), solver };
    expect(fitSync(problemOf(data), { ...options, lambda: 0.1 }).record.locallyConvex).toBe(undefined);
    expect(fitSync(problemOf(data), { ...options, lambda: 100 }).record.locallyConvex).toBe(true);
  });
});
