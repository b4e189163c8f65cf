// Logistic loss, through fits: against Newton's method in the test, in the limit cases, and along a path.
import { fitPath, fitSync, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { examine } from "../../optimality.ts";
import { expectFailure } from "../../support/failures.ts";
import { chainProblem, firstOrder, logisticOf } from "../../support/firstOrder.ts";
import { logisticRegression } from "../../support/logistic.ts";
import { type Data, plainProblem, problemOf } from "../../support/problems.ts";
import { Random } from "../../support/random.ts";
import { expectNear, expectSolution, settingOf } from "../../support/verify.ts";

const random = new Random(3);
const labels = logisticOf(plainProblem(120, 5, 2));
const weights = Float64Array.from({ length: 120 }, () => random.geometric(0.1, 10));
const cases: { name: string; data: Data; intercept: boolean }[] = [
  { name: "labels", data: labels, intercept: true },
  { name: "labels, no intercept", data: labels, intercept: false },
  { name: "weights", data: { ...labels, weights }, intercept: true },
  { name: "offset", data: { ...labels, offset: random.normals(120) }, intercept: true },
  { name: "proportions", data: logisticOf(plainProblem(120, 5, 2), true), intercept: true },
  {
    name: "all of it",
    data: { ...logisticOf(plainProblem(120, 5, 2), true), weights, offset: random.normals(120) },
    intercept: false,
  },
];

describe("without a penalty: Newton's answer", () => {
  test.each(cases)("$name", ({ data, intercept }) => {
    const wanted = logisticRegression(data, intercept);
    const options = { penalty: penalties.l1(), lambda: 0, loss: "logistic", intercept } as const;
    for (const { name, options: choice, tolerance } of firstOrder) {
      const fit = fitSync(problemOf(data), { ...options, ...choice });
      expect(fit.converged, name).toBe(true);
      expectNear(fit.lossValue, wanted.loss, 1e-9, `${name}: loss`);
      fit.coefficients.forEach((value, j) => {
        const error = Math.abs(value - (wanted.coefficients[j] as number));
        expect(error, `${name}: coefficient ${j}`).toBeLessThanOrEqual(1e2 * tolerance);
      });
      expect(Math.abs(fit.intercept - wanted.intercept)).toBeLessThanOrEqual(1e2 * tolerance);
    }
  });
});

describe("with a penalty", () => {
  test.each(cases)("$name: stationary by the checker's account", ({ data, intercept }) => {
    for (const penalty of [
      penalties.l1(),
      penalties.lp({ p: 1.9 }),
      penalties.mcp(),
      strategies.standout(),
    ]) {
      for (const { options, tolerance } of firstOrder) {
        const fit = fitSync(problemOf(data), {
          penalty,
          lambda: 0.03,
          loss: "logistic",
          intercept,
          ...options,
        });
        expectSolution(fit, data, { intercept, tolerance });
      }
    }
  });

  test("the checker's gradient is that of its loss, by differences", () => {
    const data = { ...labels, weights };
    const setting = { penalty: penalties.l1(), lambda: 0, loss: "logistic", intercept: true } as const;
    const coefficients = new Random(5).normals(5);
    const lossAt = (w: Float64Array, b: number) =>
      examine(
        data,
        { ...setting, standardize: false },
        { coefficients: w, intercept: b, eta: new Float64Array(5) },
      );
    const step = 1e-5;
    const slopes = Array.from({ length: 5 }, (_, j) => {
      const at = (d: number) =>
        lossAt(
          coefficients.map((v, k) => (k === j ? v + d : v)),
          0.3,
        ).loss;
      return (at(step) - at(-step)) / (2 * step);
    });
    const inIntercept =
      (lossAt(coefficients, 0.3 + step).loss - lossAt(coefficients, 0.3 - step).loss) / (2 * step);
    const verdict = lossAt(coefficients, 0.3);
    expectNear(verdict.interceptError, Math.abs(inIntercept), 1e-8, "intercept");
    // Of the columns as they are the checker sees what centring leaves.
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const centred = slopes.map((slope, j) => {
      const mean =
        weights.reduce((sum, weight, i) => sum + weight * (data.x[i * 5 + j] as number), 0) / total;
      return Math.abs(slope - mean * inIntercept);
    });
    expectNear(verdict.stationarity, Math.max(...centred), 1e-7, "largest slope");
  });

  test("separable data: the penalty keeps the coefficients finite", () => {
    const base = plainProblem(60, 4, 7);
    const y = Float64Array.from({ length: 60 }, (_, i) => ((base.x[i * 4] as number) > 0 ? 1 : 0));
    const data = { ...base, y };
    for (const { options, tolerance } of firstOrder) {
      const fit = fitSync(problemOf(data), {
        penalty: penalties.l1(),
        lambda: 1e-3,
        loss: "logistic",
        ...options,
      });
      const verdict = expectSolution(fit, data, { tolerance });
      expect(fit.coefficients[0]).toBeGreaterThan(5);
      expect(verdict.loss).toBeLessThan(0.05);
    }
  });

  test.each([0, 1])("all y equal %i: nothing but the intercept", (value) => {
    const data = { ...labels, y: labels.y.map(() => value) };
    for (const { options } of firstOrder) {
      const fit = fitSync(problemOf(data), {
        penalty: penalties.l1(),
        lambda: 0.01,
        loss: "logistic",
        ...options,
      });
      expect(fit).toMatchObject({ nonzero: 0, converged: true });
      expect(fit.lossValue).toBeLessThan(1e-10);
      expect(Math.sign(fit.intercept)).toBe(value === 1 ? 1 : -1);
      expect(Number.isFinite(fit.intercept)).toBe(true);
    }
  });

  test("y outside [0, 1] is refused", () => {
    for (const bad of [1.5, -0.1]) {
      const y = Float64Array.from(labels.y);
      y[3] = bad;
      const call = () =>
        fitSync(problemOf({ ...labels, y }), { penalty: penalties.l1(), lambda: 0.1, loss: "logistic" });
      expectFailure(call, "OUT_OF_RANGE", "y[3] must be a number from 0 to 1");
    }
  });
});

describe("paths", () => {
  test("begin where nothing is left and end with many nonzeros", async () => {
    const data = logisticOf(chainProblem(150, 40, 0.5, 9));
    const penalty = penalties.l1();
    const path = await fitPath(problemOf(data), {
      penalty,
      loss: "logistic",
      solver: "proximal",
      lambdaCount: 15,
    });
    expect(path.converged).toBe(true);
    const nonzero = path.fits.map((fit) => fit.nonzero);
    expect(nonzero[0]).toBe(0);
    expect(nonzero[1]).toBeGreaterThan(0);
    expect(nonzero.at(-1)).toBeGreaterThan(20);
    for (const fit of path.fits) {
      const verdict = examine(data, settingOf(fit, {}), fit);
      expect(verdict.stationarity).toBeLessThanOrEqual(2e-8 * fit.lambda);
      const alone = fitSync(problemOf(data), { penalty, loss: "logistic", lambda: fit.lambda });
      expectNear(fit.objective, alone.objective, 1e-10, "objective");
    }
  });
});
