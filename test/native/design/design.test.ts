// The standardised design, seen from outside: what a fit reports about the caller's scale.
import fc from "fast-check";
import { fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import type { NativeFit } from "../../../binding.js";
import { standardize } from "../../optimality.ts";
import { handleOf, layouts, native, nativeMatrix, requestOf } from "../../support/native.ts";
import { makeProblem, plainProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";

const l1 = penalties.l1();

/** Without the one thing that differs from run to run. */
const untimed = (fits: NativeFit[]) => fits.map((fit) => ({ ...fit, secondsHistory: undefined }));

describe("layouts", () => {
  test.each(layouts)("%s gives the bits of row by row", (layout) => {
    const data = { ...plainProblem(25, 9), x: plainProblem(25, 9).x.map((v) => (Math.abs(v) < 0.5 ? 0 : v)) };
    const request = requestOf(data, handleOf("l1"), [0.3, 0.05]);
    const wanted = untimed(native.fitSync(request));
    expect(untimed(native.fitSync({ ...request, x: nativeMatrix(data, layout) }))).toEqual(wanted);
  });

  test.each(layouts)("%s in single precision is the rounded matrix", (layout) => {
    const plain = plainProblem(25, 9);
    const rounded = { ...plain, x: plain.x.map(Math.fround) };
    const request = requestOf(rounded, handleOf("mcp", 3), [0.3, 0.05]);
    const wanted = untimed(native.fitSync(request));
    expect(untimed(native.fitSync({ ...request, x: nativeMatrix(plain, layout, true) }))).toEqual(wanted);
  });

  test("stored zeros of compressed columns are zeros, and so are entries that are not stored", () => {
    const dense = {
      x: [
        [1, 0],
        [0, 0],
        [0, 2],
        [3, 0],
      ],
      y: [1, 2, 3, 5],
    };
    const sparse = {
      values: [1, 0, 3, 0, 2],
      rowIndices: [0, 2, 3, 0, 2],
      columnPointers: [0, 3, 5],
      rows: 4,
      columns: 2,
    };
    const options = { penalty: l1, lambda: 0.1, solver: "reweighted" } as const;
    expect(fitSync({ ...dense, x: sparse }, options).toJSON()).toEqual(fitSync(dense, options).toJSON());
  });
});

describe("standardisation", () => {
  test("unit columns: lambda is compared with |x_j'y| / n on columns of mean square 1", () => {
    // One column: the lasso is a soft threshold, on the standardised scale.
    check(
      200,
      fc.property(problemSpecs(30), fc.boolean(), fc.boolean(), (spec, intercept, scaled) => {
        const data = makeProblem({ ...spec, columns: 1, constants: false, duplicates: false });
        const options = { intercept, standardize: scaled };
        const { columns, weights, scales, means, curvature, rows } = standardize(data, options);
        const h = curvature[0] as number;
        fc.pre(h > 0);
        const y = data.y.map((value, i) => value - (data.offset?.[i] ?? 0));
        const total = y.reduce((sum, value, i) => sum + (weights[i] as number) * value, 0);
        const mean = intercept ? total / rows : 0;
        const pull =
          (columns[0] as Float64Array).reduce(
            (sum, x, i) => sum + x * Math.sqrt(weights[i] as number) * ((y[i] as number) - mean),
            0,
          ) / rows;
        const lambda = 0.5 * Math.abs(pull);
        fc.pre(lambda > 1e-6);
        const fit = fitSync(problemOf(data), { penalty: l1, lambda, ...options });
        const wanted = (Math.sign(pull) * (Math.abs(pull) - lambda)) / h / (scales[0] as number);
        expect(Math.abs((fit.coefficients[0] as number) / wanted - 1)).toBeLessThan(1e-7);
        const level = mean - (means[0] as number) * wanted;
        expect(Math.abs(fit.intercept - level)).toBeLessThan(1e-6 * (1 + Math.abs(mean)));
      }),
    );
  });

  test("a column far from 0 keeps its digits", () => {
    const plain = plainProblem(50, 2);
    const shifted = {
      ...plain,
      x: plain.x.map((value, k) => (k % 2 === 0 ? Math.round(value * 2 ** 20) + 2 ** 40 : value)),
    };
    const near = { ...shifted, x: shifted.x.map((value, k) => (k % 2 === 0 ? value - 2 ** 40 : value)) };
    const options = { penalty: l1, lambda: 0.1 };
    const far = fitSync(problemOf(shifted), options).coefficients;
    fitSync(problemOf(near), options).coefficients.forEach((value, j) => {
      expect(Math.abs((far[j] as number) / value - 1)).toBeLessThan(1e-9);
    });
  });

  test("what rounding leaves of a constant column is not fitted", () => {
    const plain = plainProblem(30, 1);
    const x = Array.from(plain.x, (value) => [value, 0.1, 1e9 + 0.1]);
    const fit = fitSync({ x, y: plain.y }, { penalty: l1, lambda: 1e-6 });
    expect([fit.coefficients[1], fit.coefficients[2]]).toEqual([0, 0]);
  });

  test("a constant column without intercept is a column like any other", () => {
    const fit = fitSync({ x: [[2], [2], [2]], y: [1, 2, 6] }, { penalty: l1, lambda: 0, intercept: false });
    expect(fit.coefficients[0]).toBeCloseTo(1.5, 14);
    expect(fit.intercept).toBe(0);
  });
});

describe("elements that are not finite are named by row and column", () => {
  test.each([NaN, Infinity, -Infinity])("%s", (value) => {
    const data = plainProblem(6, 4);
    data.x[2 * 4 + 3] = value;
    const request = requestOf(data, handleOf("l1"), [0.1]);
    for (const layout of layouts) {
      const call = () => native.fitSync({ ...request, x: nativeMatrix(data, layout) });
      const code = Number.isNaN(value) ? "MISSING_VALUES" : "NOT_FINITE";
      expect(call).toThrow(expect.objectContaining({ code }));
      expect(call).toThrow(/^x .*row 2, column 3/);
    }
  });
});
