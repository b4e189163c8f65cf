// Each warning where it belongs, and none elsewhere.
import { Fit, type FitWarningCode, fitMany, fitPath, fitSync, Path, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { plainProblem, problemOf } from "../support/problems.ts";
import { Random } from "../support/random.ts";

const data = plainProblem(40, 6);
const problem = problemOf(data);
const l1 = penalties.l1();

const codes = (fit: { warnings: readonly { code: FitWarningCode }[] }) =>
  fit.warnings.map(({ code }) => code);

/** y by the sign of the first column, with `flips` rows on the wrong side. */
function classes(flips: number) {
  const y = Float64Array.from({ length: 40 }, (_, i) => Number((data.x[i * 6] as number) > 0));
  for (let i = 0; i < flips; ++i) y[i] = 1 - (y[i] as number);
  return { ...problem, y };
}

test("a fit in order has none, of every penalty and solver", () => {
  for (const penalty of [
    l1,
    penalties.mcp(),
    penalties.logSum({ epsilon: 0.1 }),
    strategies.hardConcrete(),
  ]) {
    expect(fitSync(problem, { penalty, lambda: 0.05 }).warnings).toEqual([]);
  }
  expect(fitSync(classes(8), { penalty: l1, lambda: 0.02, loss: "logistic" }).warnings).toEqual([]);
  expect(fitSync(problem, { penalty: l1, lambda: 0 }).warnings).toEqual([]);
  expect(fitSync(problem, { penalty: l1, lambda: 0.1, solver: "etaTrick" }).warnings).toEqual([]);
});

describe("NOT_CONVERGED", () => {
  test("tells how far, why and what may help", () => {
    const options = { lambda: 0.01, solver: "proximal", convergence: { maxIterations: 2 } } as const;
    const convex = fitSync(problem, { ...options, penalty: l1 });
    const [warning] = convex.warnings;
    expect(codes(convex)).toEqual(["NOT_CONVERGED"]);
    expect(warning?.details).toEqual({
      reason: "maxIterations",
      stationarity: convex.stationarity,
      goal: 1e-8 * 0.01,
      iterations: 2,
    });
    expect(warning?.message).toContain("reached its limit of 2 iterations");
    expect(warning?.message).toContain("larger convergence.maxIterations");
    expect(warning?.message).not.toContain("workingSet");
    const other = fitSync(problem, { ...options, penalty: penalties.mcp() });
    expect(other.warnings[0]?.message).toContain('the solver "workingSet"');
  });

  test("of the stochastic solver by its margin", () => {
    const convergence = { maxIterations: 1, tolerance: 1e-9 };
    const fit = fitSync(problem, { penalty: l1, lambda: 0.1, solver: "dropout", convergence });
    expect(codes(fit)).toEqual(["NOT_CONVERGED"]);
    expect(fit.warnings[0]?.message).toContain("its objective may lie");
    expect(fit.warnings[0]?.details.goal).toBeNaN();
  });
});

describe("SEPARATION", () => {
  test("of classes that a column separates, at a small lambda only", () => {
    const separated = fitSync(classes(0), { penalty: l1, lambda: 1e-5, loss: "logistic" });
    expect(codes(separated)).toEqual(["SEPARATION"]);
    expect(separated.warnings[0]?.details.complete).toBe(1);
    expect(separated.warnings[0]?.message).toContain("the columns separate the classes");
    expect(codes(fitSync(classes(0), { penalty: l1, lambda: 0.1, loss: "logistic" }))).toEqual([]);
    expect(codes(fitSync(classes(8), { penalty: l1, lambda: 1e-5, loss: "logistic" }))).toEqual([]);
  });

  test("the margins are those of the fitted probabilities, with offset and weights", () => {
    const offset = new Random(3).normals(40);
    const weights = Float64Array.from({ length: 40 }, (_, i) => (i < 4 ? 0 : 1));
    // The rows on the wrong side have no weight.
    const given = { ...classes(4), offset, weights };
    const fit = fitSync(given, { penalty: l1, lambda: 1e-5, loss: "logistic" });
    const z = fit.linearPredictor(given.x, offset);
    const margins = [...z].map((value, i) => (2 * (given.y[i] as number) - 1) * value).slice(4);
    expect(codes(fit)).toEqual(["SEPARATION"]);
    expect(fit.warnings[0]?.details.smallestMargin).toBeCloseTo(Math.min(...margins), 8);
    expect(fit.warnings[0]?.details.saturatedRows).toBe(margins.filter((one) => one > Math.log(1e6)).length);
  });

  test("of several classes: the log odds of each row's class against all others", () => {
    const x = Array.from({ length: 40 }, (_, i) => [data.x[i * 6] as number, data.x[i * 6 + 1] as number]);
    const y = x.map(([a = 0, b = 0]) => (a > 0.3 ? "c" : b > 0 ? "b" : "a"));
    const offset = x.map((_, i) => [0.1 * i, 0, 0.2]);
    const options = { penalty: l1, loss: "multinomial" } as const;
    const fit = fitSync({ x, y, offset }, { ...options, lambda: 1e-5 });
    const p = fit.predict(x, offset);
    const margins = y.map((label, i) => {
      const own = p[3 * i + (fit.classes?.indexOf(label) as number)] as number;
      return Math.log(own / (1 - own));
    });
    expect(codes(fit)).toEqual(["SEPARATION"]);
    const { complete = 0, smallestMargin = 0 } = (fit.warnings[0]?.details ?? {}) as Record<string, number>;
    expect(complete).toBe(1);
    expect(smallestMargin).toBeCloseTo(Math.min(...margins), 6);
    expect(codes(fitSync({ x, y }, { ...options, lambda: 0.05 }))).toEqual([]);
    const mixed = y.map((label, i) => (i % 3 === 0 ? "a" : label));
    expect(codes(fitSync({ x, y: mixed }, { ...options, lambda: 1e-5 }))).toEqual([]);
  });

  test("of a group of rows: a dummy column that only one class has", () => {
    const rows = Array.from({ length: 40 }, (_, i) => [data.x[i * 6] as number, Number(i < 5)]);
    const y = classes(12).y.map((value, i) => (i < 5 ? 1 : value));
    const convergence = { tolerance: 1e-2 };
    const fit = fitSync({ x: rows, y }, { penalty: l1, lambda: 1e-5, loss: "logistic", convergence });
    expect(codes(fit)).toEqual(["SEPARATION"]);
    expect(fit.warnings[0]?.details).toMatchObject({ complete: 0 });
    expect(fit.warnings[0]?.details.saturatedRows).toBeGreaterThanOrEqual(1);
    const proportions = { x: rows, y: y.map((value) => 0.1 + 0.8 * value) };
    const other = fitSync(proportions, { penalty: l1, lambda: 1e-5, loss: "logistic", convergence });
    expect(codes(other)).toEqual([]);
  });
});

describe("ZERO_VARIANCE_COLUMNS", () => {
  test("how many, and the first ten", () => {
    const rows = Array.from({ length: 20 }, (_, i) =>
      Array.from({ length: 15 }, (_, j) => (j < 12 ? j : (data.x[i * 6 + j - 12] as number))),
    );
    const y = data.y.slice(0, 20);
    const fit = fitSync({ x: rows, y }, { penalty: l1, lambda: 0.1 });
    expect(codes(fit)).toEqual(["ZERO_VARIANCE_COLUMNS"]);
    expect(fit.warnings[0]?.details).toEqual({ count: 12, columns: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
    expect(fit.warnings[0]?.message).toBe(
      "12 columns of x have no variance and the coefficient 0: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more",
    );
    // Without an intercept a constant is a column like any other, but that of zeros is none.
    const origin = fitSync({ x: rows, y }, { penalty: l1, lambda: 0.01, intercept: false });
    expect(origin.warnings.map(({ details }) => details.columns)).toEqual([[0]]);
  });
});

describe("all coefficients 0", () => {
  test("LAMBDA_ABOVE_MAX from lambda_max on", async () => {
    const path = await fitPath(problem, { penalty: l1, lambdaCount: 5 });
    expect(path.warnings).toEqual([]);
    const largest = path.lambdas[0] as number;
    for (const loss of ["squared", "logistic"] as const) {
      const given = loss === "logistic" ? classes(8) : problem;
      const top = (await fitPath(given, { penalty: l1, lambdaCount: 2, loss })).lambdas[0] as number;
      const above = fitSync(given, { penalty: l1, lambda: 1.01 * top, loss });
      expect(codes(above)).toEqual(["LAMBDA_ABOVE_MAX"]);
      expect((above.warnings[0]?.details.lambdaMax as number) / top).toBeCloseTo(1, 9);
      expect(codes(fitSync(given, { penalty: l1, lambda: 0.99 * top, loss }))).toEqual([]);
    }
    const lambdas = [3, 2, 1.5, 1, 0.5, 0.1].map((ratio) => ratio * largest);
    const given = await fitPath(problem, { penalty: l1, lambdas });
    expect(codes(given)).toEqual(["LAMBDA_ABOVE_MAX"]);
    expect(given.warnings[0]?.lambdas).toEqual(lambdas.slice(0, 3));
    expect(given.warnings[0]?.message).toContain("3 of 6 lambdas lie above lambda_max");
  });

  test("ALL_ZERO where another point is lower", () => {
    const options = { penalty: penalties.lp({ p: 0.5 }), lambda: 0.02, solver: "proximal" } as const;
    const stuck = fitSync(problem, { ...options, start: new Float64Array(6) });
    expect([stuck.nonzero, codes(stuck)]).toEqual([0, ["ALL_ZERO"]]);
    expect(stuck.warnings[0]?.details.lambdaMax).toBeGreaterThan(0.02);
    const free = fitSync(problem, { ...options, solver: "workingSet" });
    expect(free.nonzero).toBeGreaterThan(0);
    expect(codes(free)).toEqual([]);
    expect(free.objective).toBeLessThan(stuck.objective);
  });
});

describe("where they are found", () => {
  test("a path says each once", async () => {
    const lambdas = [0.2, 1e-3, 1e-5];
    const path = await fitPath(classes(0), { penalty: l1, lambdas, loss: "logistic" });
    const warned = path.fits.filter(({ warnings }) => warnings.length > 0);
    expect(warned.length).toBeGreaterThan(0);
    expect(codes(path)).toEqual(["SEPARATION"]);
    expect(path.warnings[0]?.lambdas).toEqual(warned.map(({ lambda }) => lambda));
    expect(Path.fromJSON(path.toJSON()).warnings).toEqual(path.warnings);
  });

  test("many fits have their own", async () => {
    const [first, second] = await fitMany(problem.x, [
      { y: data.y, penalty: l1, lambda: 0.05 },
      { y: data.y, penalty: l1, lambda: 100 },
    ]);
    expect([codes(first as Fit), codes(second as Fit)]).toEqual([[], ["LAMBDA_ABOVE_MAX"]]);
  });

  test("JSON has them and gives them back", () => {
    const fit = fitSync(classes(0), { penalty: l1, lambda: 1e-5, loss: "logistic" });
    const json = JSON.parse(JSON.stringify(fit));
    expect(json.warnings).toEqual(JSON.parse(JSON.stringify(fit.warnings)));
    expect(Fit.fromJSON(json).warnings).toEqual(fit.warnings);
    expect(Fit.fromJSON(json).setup).toMatchObject({ intercept: true, standardize: true, tolerance: 1e-8 });
    const { warnings: _w, diagnosis: _d, setup: _s, ...earlier } = json;
    expect(Fit.fromJSON(earlier).warnings).toEqual([]);
    expect(Fit.fromJSON(earlier).setup).toBeUndefined();
  });

  test("they are frozen", () => {
    const { warnings } = fitSync(problem, { penalty: l1, lambda: 100 });
    expect([warnings, warnings[0], warnings[0]?.details].every(Object.isFrozen)).toBe(true);
  });
});
