// Poisson loss: against its formula, by differences, in closed forms and at its ends, and through fits of every penalty.
import fc from "fast-check";
import { fitMany, fitPath, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure } from "../../support/failures.ts";
import { firstOrder } from "../../support/firstOrder.ts";
import {
  examineRandomFits,
  expectDerivatives,
  fitOf,
  lossAt,
  responseFor,
  someWeights,
  sparsePenalties,
  thinned,
} from "../../support/lossFits.ts";
import { lossFormula } from "../../support/lossFormulas.ts";
import { native } from "../../support/native.ts";
import { type Data, plainProblem, problemOf } from "../../support/problems.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";
import { expectNear, expectSolution } from "../../support/verify.ts";

const loss = "poisson";
const random = new Random(4);
const counts = responseFor(loss, plainProblem(120, 6, 3));
const weights = someWeights(120, random);
const offset = random.normals(120);

describe("at fitted values", () => {
  test.each([1, 3, 8, 257, 9000])("%i rows: value, residuals and curvatures by the formula", (rows) => {
    const fitted = random.normals(rows).map((z) => 3 * z);
    const y = fitted.map(() => Math.floor(5 * random.uniform()));
    const at = lossAt({ loss, fitted, y, intercept: false });
    const wanted = lossFormula(loss)(fitted, y, new Float64Array(rows).fill(1));
    const size = fitted.reduce((sum, z, i) => sum + Math.exp(z) + Math.abs((y[i] as number) * z), 0) / rows;
    expect(Math.abs(at.value - wanted.loss)).toBeLessThanOrEqual(1e-14 * size);
    fitted.forEach((z, i) => {
      expectNear(at.curvature[i] as number, Math.exp(z), 1e-15 * 4, `curvature ${i}`);
      const error = Math.abs((at.residual[i] as number) - (wanted.residual[i] as number));
      expect(error).toBeLessThanOrEqual(1e-15 * (4 * Math.exp(z) + (y[i] as number)));
    });
  });

  test("every set of instructions gives the same bits", () => {
    const fitted = random.normals(1003).map((z) => 4 * z);
    const y = fitted.map(() => Math.floor(9 * random.uniform()));
    const results = forcedTargets().map((target) => {
      native.simd(target);
      return native.lossAt({ loss, fitted, y, intercept: true, share: 1 });
    });
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test.each([
    { intercept: true },
    { intercept: false },
    { intercept: true, weights, offset },
    { intercept: false, weights, offset },
  ])("case %#: derivatives, the best intercept, and the dual", (options) => {
    const fitted = random.normals(120);
    const given = { loss, fitted, y: counts.y, ...options } as const;
    expectDerivatives(given, random);
    const at = lossAt(given);
    const balance = at.residual.reduce((sum, r) => sum + r, 0);
    if (options.intercept) expect(Math.abs(balance)).toBeLessThan(1e-11);
    else expect(at.intercept).toBe(0);
    const product = fitted.reduce((sum, z, i) => sum + z * (at.residual[i] as number), 0) / 120;
    expect(Math.abs(at.dual - product - at.value)).toBeLessThan(1e-12);
    for (const share of [0, 0.4, 0.9]) {
      expect(lossAt({ ...given, share }).dual - share * product).toBeLessThan(at.value);
    }
  });

  test("far out nothing is NaN: with an intercept all is finite, without one L is infinite where exp z is", () => {
    const fitted = Float64Array.of(800, -800, 799, 0);
    const y = Float64Array.of(3, 0, 1, 0);
    const free = lossAt({ loss, fitted, y });
    expect(free.intercept).toBeCloseTo(Math.log(4) - 800 - Math.log1p(Math.exp(-1)), 10);
    for (const value of [free.value, ...free.residual, ...free.curvature]) {
      expect(Number.isFinite(value)).toBe(true);
    }
    const fixed = lossAt({ loss, fitted, y, intercept: false });
    expect(fixed.value).toBe(Infinity);
    expect(fixed.residual[0]).toBe(-Infinity);
    // A row of weight 0 is no row.
    const light = lossAt({ loss, fitted, y, weights: Float64Array.of(0, 2, 0, 2), intercept: false });
    expect(light.value).toBeCloseTo(0.5, 14);
  });

  test("all counts 0: no more than the smallest of means", () => {
    const at = lossAt({ loss, fitted: Float64Array.of(1, -2, 0.5), y: new Float64Array(3) });
    expect(at.value).toBeGreaterThanOrEqual(0);
    expect(at.value).toBeLessThan(1e-15);
    expect(Number.isFinite(at.intercept)).toBe(true);
  });

  test("deviance: by its formula, and 0 at the response", () => {
    const y = Float64Array.of(0, 1, 4, 1e6);
    const z = Float64Array.of(-1, 0.3, 2, 14);
    const w = Float64Array.of(1, 2, 0.5, 1);
    const wanted = y.reduce((sum, value, i) => {
      const mu = Math.exp(z[i] as number);
      const log = value === 0 ? 0 : value * Math.log(value / mu);
      return sum + 2 * (w[i] as number) * (log - (value - mu));
    }, 0);
    expectNear(native.lossDeviance({ loss, z, y, weights: w }), wanted, 1e-9, "deviance");
    const perfect = native.lossDeviance({
      loss,
      z: Float64Array.of(0, Math.log(7)),
      y: Float64Array.of(1, 7),
    });
    expect(perfect).toBeGreaterThanOrEqual(0);
    expect(perfect).toBeLessThan(1e-28);
  });
});

describe("closed forms", () => {
  const nothing = { penalty: penalties.l1(), lambda: 1e6, loss } as const;
  const mean = (values: Float64Array, by: Float64Array = new Float64Array(120).fill(1)) =>
    values.reduce((sum, value, i) => sum + value * (by[i] as number), 0) / by.reduce((sum, w) => sum + w, 0);

  test("the intercept alone is the logarithm of the mean, weighted or not, less that of the exposure", () => {
    expectNear(fitSync(problemOf(counts), nothing).intercept, Math.log(mean(counts.y)), 1e-13, "plain");
    const weighted = fitSync(problemOf({ ...counts, weights }), nothing);
    expectNear(weighted.intercept, Math.log(mean(counts.y, weights)), 1e-13, "weighted");
    const exposed = fitSync(problemOf({ ...counts, weights, offset }), nothing);
    const rate =
      mean(counts.y, weights) /
      mean(
        offset.map((z) => Math.exp(z)),
        weights,
      );
    expectNear(exposed.intercept, Math.log(rate), 1e-13, "rate");
  });

  test("two groups: the coefficient is the logarithm of the ratio of the means", () => {
    const x = Float64Array.of(0, 0, 0, 1, 1);
    const y = Float64Array.of(1, 0, 4, 9, 2);
    const data = { x, y, rows: 5, columns: 1, weights: undefined, offset: undefined };
    const fit = fitSync(problemOf(data), { penalty: penalties.l1(), lambda: 0, loss });
    expectNear(fit.coefficients[0] as number, Math.log(5.5 / (5 / 3)), 1e-7, "coefficient");
    expectNear(fit.intercept, Math.log(5 / 3), 1e-7, "intercept");
    expectNear(fit.predict([1])[0] as number, 5.5, 1e-7, "prediction");
  });
});

describe("fits", () => {
  test.each(sparsePenalties)("$name: random problems, stationary by the checker's account", (penalty) => {
    examineRandomFits(loss, penalty, { parameters: fc.constant([]) });
  });

  test.each(firstOrder)("$name: the same stationarity", ({ options, tolerance }) => {
    for (const penalty of [penalties.l1(), penalties.mcp(), penalties.lp({ p: 1.5 })]) {
      for (const data of [counts, { ...counts, weights, offset }]) {
        const fit = fitSync(problemOf(data), { penalty, lambda: 0.05, loss, ...options });
        expectSolution(fit, data, { tolerance });
      }
    }
  });

  test("more columns than rows, of every storage", () => {
    const data = { ...responseFor(loss, thinned(plainProblem(120, 200, 5), 0.15, 2)), weights };
    for (const penalty of sparsePenalties) {
      const options = { penalty, lambda: 0.03, loss } as const;
      const { fit: wanted } = fitOf(data, options);
      for (const [layout, single] of [
        ["columnMajor", true],
        ["compressedColumns", false],
        ["compressedColumns", true],
      ] as const) {
        const { fit, verdict } = fitOf(data, { ...options, layout, single });
        expect(fit.reason).toBe("tolerance");
        expect(verdict.stationarity).toBeLessThanOrEqual(1e-8);
        // Of the others there are many stationary points.
        if (penalty.name === "l1") expectNear(fit.objective, wanted.objective, 1e-10, layout);
      }
    }
  });

  test("a path from nothing to many, and fitMany with a Design, are fits like any other", async () => {
    const data = { ...counts, weights };
    const path = await fitPath(problemOf(data), { penalty: penalties.mcp(), loss, lambdaCount: 12 });
    expect(path.converged).toBe(true);
    expect(path.fits[0]?.nonzero).toBe(0);
    expect(path.fits.at(-1)?.nonzero).toBe(6);
    for (const fit of path.fits) expectSolution(fit, data);
    const [one, two] = await fitMany(
      problemOf(data).x,
      [0.1, 0.02].map((lambda) => ({ y: data.y, penalty: penalties.l1(), lambda })),
      { loss, weights },
    );
    for (const fit of [one, two]) {
      if (fit === undefined) throw new Error("no fit");
      const alone = fitSync(problemOf(data), { penalty: penalties.l1(), lambda: fit.lambda, loss });
      expect(fit.coefficients).toEqual(alone.coefficients);
      expectSolution(fit, data);
    }
  });

  test("means over ten orders of magnitude: stationary still", () => {
    const rows = 80;
    const x = Float64Array.from({ length: rows }, (_, i) => (i - 40) / 4);
    const y = x.map((value) => Math.round(Math.exp(1.2 * value)));
    const data: Data = { x, y, rows, columns: 1, weights: undefined, offset: undefined };
    for (const intercept of [true, false]) {
      const fit = fitSync(problemOf(data), { penalty: penalties.l1(), lambda: 0.1, loss, intercept });
      expectSolution(fit, data, { intercept });
    }
  });

  test("no counts at all, or one row: nothing but the intercept", () => {
    const none = fitSync(
      { x: [[1], [2], [4]], y: [0, 0, 0] },
      { penalty: penalties.l1(), lambda: 0.1, loss },
    );
    expect(none).toMatchObject({ nonzero: 0, converged: true });
    const single = fitSync({ x: [[1, 2]], y: [5] }, { penalty: penalties.l1(), lambda: 0.1, loss });
    expectNear(single.intercept, Math.log(5), 1e-14, "intercept");
  });

  test("what cannot be is refused", () => {
    const y = Float64Array.from(counts.y);
    y[3] = -1;
    const call = () => fitSync(problemOf({ ...counts, y }), { penalty: penalties.l1(), lambda: 0.1, loss });
    expectFailure(call, "OUT_OF_RANGE", "y[3] must be a finite number >= 0");
    const far = { ...counts, offset: new Float64Array(120).fill(800) };
    const fixed = { penalty: penalties.l1(), lambda: 0.1, loss, intercept: false } as const;
    expectFailure(() => fitSync(problemOf(far), fixed), "NUMERIC", "offset is too large");
    const start = new Float64Array(6).fill(1e6);
    for (const solver of ["workingSet", "proximal"] as const) {
      const begun = () => fitSync(problemOf(counts), { ...fixed, solver, start });
      expectFailure(begun, "NUMERIC", "start is too large");
    }
  });
});
