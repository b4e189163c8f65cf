// Huber's loss: by differences, its intercept against a sorted search, its limits, and fits of every penalty.
import fc from "fast-check";
import { fitSync, penalties } from "flipside";
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
import { plainProblem, problemOf } from "../../support/problems.ts";
import { Random } from "../../support/random.ts";
import { expectNear, expectSolution } from "../../support/verify.ts";

const loss = "huber";
const random = new Random(6);
const rows = 90;
const heavy = responseFor(loss, plainProblem(rows, 5, 3));
const weights = someWeights(rows, random);
const offset = random.normals(rows);

describe("at fitted values", () => {
  test.each([
    { intercept: true },
    { intercept: false },
    { intercept: true, weights, offset },
    { intercept: false, weights, offset },
  ])("case %#: the formula, derivatives, and the dual", (options) => {
    for (const delta of [0.3, 1, 20]) {
      const fitted = random.normals(rows);
      const given = { loss, fitted, y: heavy.y, parameters: Float64Array.of(delta), ...options } as const;
      const at = lossAt(given);
      const z = fitted.map((value, i) => value + (options.offset?.[i] ?? 0) + at.intercept);
      const wanted = lossFormula(loss, [delta])(
        z,
        heavy.y,
        options.weights ?? new Float64Array(rows).fill(1),
      );
      expectNear(at.value, wanted.loss, 1e-13, "value");
      expectDerivatives(given, random);
      const product = fitted.reduce((sum, value, i) => sum + value * (at.residual[i] as number), 0) / rows;
      expect(Math.abs(at.dual - product - at.value)).toBeLessThan(1e-12 * (1 + at.value));
      expect(lossAt({ ...given, share: 0.5 }).dual - 0.5 * product).toBeLessThan(at.value);
    }
  });

  test("the intercept balances the residuals exactly, however far it is from 0 and the rows from each other", () => {
    for (const scale of [1, 1e3, 1e9]) {
      for (const delta of [1e-3, 1, 1e4]) {
        const y = random.normals(51).map((value) => 7 * scale + scale * value ** 3);
        const at = lossAt({ loss, fitted: new Float64Array(51), y, parameters: Float64Array.of(delta) });
        const balance = at.residual.reduce((sum, r) => sum + r, 0);
        const size = at.residual.reduce((sum, r) => sum + Math.abs(r), 0);
        expect(Math.abs(balance)).toBeLessThanOrEqual(1e-13 * size + 1e-15 * 51 * 8 * scale);
      }
    }
  });

  test("two rows far apart: any intercept between is best, and one is found", () => {
    const at = lossAt({ loss, fitted: new Float64Array(2), y: Float64Array.of(-50, 100) });
    expect(at.value).toBeCloseTo(74.5, 12);
    expect(Array.from(at.residual)).toEqual([-1, 1]);
  });

  test("deviance is twice the weighted sum", () => {
    const z = random.normals(rows);
    const parameters = Float64Array.of(0.7);
    const wanted = 2 * rows * lossFormula(loss, [0.7])(z, heavy.y, weights).loss;
    expectNear(native.lossDeviance({ loss, z, y: heavy.y, weights, parameters }), wanted, 1e-13, "deviance");
  });
});

describe("limits", () => {
  test.each([true, false])("delta beyond every residual is least squares (intercept %s)", (intercept) => {
    for (const penalty of [penalties.l1(), penalties.mcp()]) {
      const options = { penalty, lambda: 0.1, intercept } as const;
      const data = { ...heavy, weights, offset };
      const wanted = fitSync(problemOf(data), options);
      const fit = fitSync(problemOf(data), { ...options, loss, huber: { delta: 1e4 } });
      expectNear(fit.objective, wanted.objective, 1e-10, "objective");
      fit.coefficients.forEach((value, j) => {
        expect(Math.abs(value - (wanted.coefficients[j] as number))).toBeLessThan(1e-6);
      });
    }
  });

  test("a small delta is delta times the absolute error: the intercept is the median", () => {
    const y = Float64Array.of(-3, -1, 0.5, 10, 1e6);
    const x = Float64Array.of(1, 0, 2, 5, 1);
    const data = { x, y, rows: 5, columns: 1, weights: undefined, offset: undefined };
    const delta = 1e-6;
    const fit = fitSync(problemOf(data), { penalty: penalties.l1(), lambda: 1, loss, huber: { delta } });
    expect(Math.abs(fit.intercept - 0.5)).toBeLessThanOrEqual(delta);
    const absolute = y.reduce((sum, value) => sum + Math.abs(value - 0.5), 0) / 5;
    expectNear(fit.lossValue / delta, absolute, 1e-9, "absolute error");
  });

  test("one gross error hardly moves the fit, whatever its size", () => {
    const coefficients = [1e2, 1e8].map((error) => {
      const y = Float64Array.from(heavy.y);
      y[7] = error;
      const fit = fitSync(problemOf({ ...heavy, y }), { penalty: penalties.l1(), lambda: 0.01, loss });
      expect(fit.converged).toBe(true);
      return fit.coefficients;
    });
    coefficients[0]?.forEach((value, j) => {
      expect(Math.abs(value - (coefficients[1]?.[j] as number))).toBeLessThan(1e-6);
    });
  });
});

describe("fits", () => {
  test.each(sparsePenalties)("$name: random problems, stationary by the checker's account", (penalty) => {
    examineRandomFits(loss, penalty, { parameters: fc.constantFrom([0.1], [1], [10]) });
  });

  test.each(firstOrder)("$name: the same stationarity", ({ options, tolerance }) => {
    for (const penalty of [penalties.l1(), penalties.mcp()]) {
      for (const data of [heavy, { ...heavy, weights, offset }]) {
        const given = { penalty, lambda: 0.05, loss, huber: { delta: 0.8 }, ...options } as const;
        const fit = fitSync(problemOf(data), given);
        expectSolution(fit, data, { tolerance });
        expect(fit.lossParameters).toEqual([0.8]);
      }
    }
  });

  test("more columns than rows, of every storage", () => {
    const data = { ...responseFor(loss, thinned(plainProblem(rows, 200, 5), 0.15, 2)), weights };
    for (const penalty of sparsePenalties) {
      const options = { penalty, lambda: 0.1, loss, parameters: [1] } as const;
      const { fit: wanted } = fitOf(data, options);
      expect(wanted.reason).toBe("tolerance");
      for (const [layout, single] of [
        ["columnMajor", true],
        ["compressedColumns", false],
        ["compressedColumns", true],
      ] as const) {
        const { fit, verdict } = fitOf(data, { ...options, layout, single });
        expect(fit.reason).toBe("tolerance");
        expect(verdict.stationarity).toBeLessThanOrEqual(1e-8);
      }
    }
  });

  test("a delta that is no size, or of another loss, is refused", () => {
    const options = { penalty: penalties.l1(), lambda: 0.1 } as const;
    for (const delta of [0, -1]) {
      const call = () => fitSync(problemOf(heavy), { ...options, loss, huber: { delta } });
      expectFailure(call, "OUT_OF_RANGE", "huber.delta must be a finite number > 0");
    }
    const other = () => fitSync(problemOf(heavy), { ...options, huber: { delta: 1 } });
    expectFailure(other, "INVALID_ARGUMENT", "huber must be left out unless the loss is huber");
  });
});
