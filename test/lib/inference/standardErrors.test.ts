// Standard errors, refits and criteria against lm and glm, and against closed forms.

import { Design, Fit, fit as fitOnce, fitSync, penalties, refit, standardErrors } from "flipside";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { difference, type Glm, problemOf, references, x } from "../../problems/inference.ts";
import { expectRejection } from "../../support/failures.ts";
import { plainProblem, problemOf as problemOfData } from "../../support/problems.ts";

const l1 = penalties.l1();
const tight = { convergence: { tolerance: 1e-12 } };

function expectClose(actual: Iterable<number>, wanted: readonly number[], within: number): void {
  const values = Array.from(actual);
  expect(values.length).toBe(wanted.length);
  values.forEach((value, j) => {
    expect(difference(value, wanted[j] as number)).toBeLessThan(within);
  });
}

describe("without a penalty", () => {
  test.each([
    ["lm", "gaussian", "squared", {}, true],
    ["lmWeights", "gaussian", "squared", { weights: true, offset: true }, true],
    ["lmOrigin", "gaussian", "squared", {}, false],
    ["logit", "binomial", "logistic", {}, true],
    ["poissonGlm", "poisson", "poisson", {}, true],
    ["poissonWeights", "poisson", "poisson", { weights: true, offset: true }, true],
  ] as const)("%s in R has the same", async (name, family, loss, kind, intercept) => {
    const wanted: Glm = references[name];
    const problem = problemOf(family, kind);
    const fit =
      loss === "poisson"
        ? fitOf(wanted, loss)
        : await fitOnce(problem, { penalty: l1, lambda: 0, loss, intercept, ...tight });
    for (const method of ["sandwich", "information"] as const) {
      const errors = await standardErrors(fit, problem, { method });
      const first = intercept ? 1 : 0;
      expectClose(errors.coefficients, wanted.coefficients.slice(first), 1e-7);
      expectClose(errors.standardErrors, wanted.errors.slice(first), 1e-7);
      if (intercept) {
        expect(
          difference(errors.intercept?.standardError as number, wanted.errors[0] as number),
        ).toBeLessThan(1e-7);
        expect(errors.intercept?.coefficient).toBe(fit.intercept);
      } else expect(errors.intercept).toBeUndefined();
      errors.z.forEach((z, k) => {
        const [b, s] = [errors.coefficients[k] as number, errors.standardErrors[k] as number];
        expect(z).toBe(b / s);
        expect(errors.upper[k]).toBeCloseTo(b + 1.959963984540054 * s, 12);
        expect(errors.lower[k]).toBeCloseTo(b - 1.959963984540054 * s, 12);
      });
    }
  });
});

/** A fit with coefficients of another program. */
function fitOf({ coefficients: [intercept, ...coefficients] }: Glm, loss: "poisson"): Fit {
  const template = fitSync(problemOf("gaussian"), { penalty: l1, lambda: 0 }).toJSON();
  return Fit.fromJSON({ ...template, loss, intercept, coefficients });
}

describe("with a penalty", () => {
  /** σ² (H + D)^-1 H (H + D)^-1 of all parameters, the intercept first, by matrices. */
  function byMatrices(
    fit: ReturnType<typeof fitSync>,
    y: readonly number[],
    curvature: (z: number) => number,
    dispersion: number | undefined,
  ): number[] {
    const rows = y.map((_, i) => [
      1,
      ...Array.from(fit.support, (j) => references.x[i * references.columns + j] as number),
    ]);
    const z = fit.linearPredictor(x);
    const design = new Matrix(rows);
    const h = Matrix.zeros(design.columns, design.columns);
    rows.forEach((row, i) => {
      row.forEach((a, j) => {
        row.forEach((b, k) => {
          h.set(j, k, h.get(j, k) + curvature(z[i] as number) * (a * b));
        });
      });
    });
    const sum = h.clone();
    fit.support.forEach((j, k) => {
      const column = y.map((_, i) => references.x[i * references.columns + j] as number);
      const mean = column.reduce((total, one) => total + one, 0) / y.length;
      const square = column.reduce((total, one) => total + (one - mean) ** 2, 0) / y.length;
      const w = Math.abs(fit.coefficients[j] as number) * Math.sqrt(square);
      const slope = w / fit.penalty.etaHat(w, fit.lambda);
      sum.set(k + 1, k + 1, sum.get(k + 1, k + 1) + y.length * fit.lambda * square * (slope / w));
    });
    const inverse = new CholeskyDecomposition(sum).solve(Matrix.eye(sum.rows));
    const covariance = inverse.mmul(h).mmul(inverse);
    const rss = y.reduce((total, value, i) => total + (value - (z[i] as number)) ** 2, 0);
    const sigma2 = dispersion ?? rss / (y.length - 1 - fit.nonzero);
    return covariance.diagonal().map((value) => Math.sqrt(sigma2 * value));
  }

  test.each([
    ["l1", l1, 0.06],
    ["mcp", penalties.mcp(), 0.06],
    ["logSum", penalties.logSum({ epsilon: 0.1 }), 0.01],
  ] as const)("%s: Fan and Li's sandwich by matrices", async (_, penalty, lambda) => {
    const cases = [
      ["gaussian", "squared", () => 1, undefined],
      ["binomial", "logistic", (z: number) => Math.exp(z) / (1 + Math.exp(z)) ** 2, 1],
    ] as const;
    for (const [family, loss, curvature, dispersion] of cases) {
      const fit = fitSync(problemOf(family), { penalty, lambda, loss });
      expect(fit.nonzero).toBeGreaterThan(1);
      const errors = await standardErrors(fit, problemOf(family));
      const wanted = byMatrices(fit, references[family], curvature, dispersion);
      expectClose([errors.intercept?.standardError as number, ...errors.standardErrors], wanted, 1e-10);
      const plain = await standardErrors(fit, problemOf(family), { method: "information" });
      errors.standardErrors.forEach((error, k) => {
        expect(error).toBeLessThanOrEqual((plain.standardErrors[k] as number) * (1 + 1e-12));
      });
    }
  });

  test("every layout, and a fit from JSON, tell the same", async () => {
    const data = plainProblem(60, 8, 5);
    const problem = problemOfData(data);
    const fit = fitSync(problem, { penalty: l1, lambda: 0.1 });
    const wanted = await standardErrors(fit, problem);
    const transposed = Float64Array.from(
      { length: 480 },
      (_, k) => data.x[(k % 60) * 8 + Math.floor(k / 60)] as number,
    );
    const layouts = [
      { data: transposed, rows: 60, columns: 8, order: "column-major" as const },
      {
        values: transposed,
        rowIndices: Array.from({ length: 480 }, (_, k) => k % 60),
        columnPointers: Array.from({ length: 9 }, (_, j) => 60 * j),
        rows: 60,
        columns: 8,
      },
    ];
    for (const layout of layouts) {
      const errors = await standardErrors(fit, { ...problem, x: layout });
      expectClose(errors.standardErrors, [...wanted.standardErrors], 1e-13);
      expectClose(errors.z, [...wanted.z], 1e-13);
    }
    const restored = await standardErrors(Fit.fromJSON(fit.toJSON()), problem);
    expect(restored).toEqual(wanted);
  });

  test("refuses what it cannot do", async () => {
    const data = plainProblem(20, 30, 5);
    const problem = problemOfData(data);
    const fit = fitSync(problem, { penalty: l1, lambda: 0.1 });
    const design = await Design.prepare(problem.x);
    await expectRejection(
      () => standardErrors(fit, { ...problem, x: design }),
      "UNSUPPORTED",
      "problem.x must be",
    );
    await expectRejection(
      () => standardErrors({} as never, problem),
      "INVALID_ARGUMENT",
      "fit must be a Fit",
    );
    const fewer = problemOfData(plainProblem(19, 30, 5));
    await expectRejection(() => standardErrors(fit, fewer), "LENGTH_MISMATCH", "x must have 20 entries");
    const wide = fitSync(problem, { penalty: l1, lambda: 1e-4 });
    expect(wide.nonzero).toBeGreaterThan(17);
    await expectRejection(() => standardErrors(wide, problem), "UNSUPPORTED", "sigma2 must be given");
    const twice = {
      x: [
        [1, 1],
        [2, 2],
        [4, 4],
        [3, 3],
      ],
      y: [1, 2, 3, 5],
    };
    const lp = fitSync(twice, { penalty: penalties.lp({ p: 1.5 }), lambda: 0.1 });
    await expectRejection(
      () => standardErrors(lp, twice, { method: "information" }),
      "NUMERIC",
      "the information on the support must be positive definite",
    );
  });
});

describe("refit", () => {
  test.each([
    ["gaussian", "squared"],
    ["binomial", "logistic"],
  ] as const)("%s: the unpenalised fit on the support, as a fit of all columns", async (family, loss) => {
    const problem = problemOf(family, { offset: true, weights: true });
    const fit = fitSync(problem, { penalty: l1, lambda: 0.15, loss });
    expect(fit.nonzero).toBeGreaterThan(0);
    expect(fit.nonzero).toBeLessThan(5);
    const relaxed = await refit(fit, problem);
    expect([relaxed.converged, relaxed.lambda, relaxed.columns]).toEqual([true, 0, 5]);
    expect([...relaxed.support]).toEqual([...fit.support]);
    const columns = [...fit.support];
    const sub = references[family].map((_, i) => columns.map((j) => references.x[i * 5 + j] as number));
    const alone = fitSync({ ...problem, x: sub }, { penalty: l1, lambda: 0, loss });
    expect(difference(relaxed.intercept, alone.intercept)).toBeLessThan(1e-9);
    expect(relaxed.lossValue).toBeLessThan(fit.lossValue);
    relaxed.coefficients.forEach((value, j) => {
      const k = columns.indexOf(j);
      expect(difference(value, k === -1 ? 0 : (alone.coefficients[k] as number))).toBeLessThan(1e-9);
    });
    expect(JSON.stringify(relaxed.toJSON())).toContain('"lambda":0');
    const again = await standardErrors(relaxed, problem);
    expect(again.columns.length).toBe(fit.nonzero);
  });

  test("of an empty support: the intercept alone", async () => {
    const problem = problemOf("gaussian");
    const relaxed = await refit(fitSync(problem, { penalty: l1, lambda: 100 }), problem);
    const mean = references.gaussian.reduce((sum, one) => sum + one, 0) / references.rows;
    expect(relaxed.intercept).toBeCloseTo(mean, 12);
    expect([relaxed.nonzero, relaxed.support.length, relaxed.warnings.length]).toEqual([0, 0, 0]);
    expect([...relaxed.coefficients]).toEqual([0, 0, 0, 0, 0]);
  });
});
