// Missing values: refused with their count and first places, or imputed by weighted column means.
import fc from "fast-check";
import {
  type DenseMatrix,
  Design,
  Fit,
  type FitOptions,
  fitMany,
  fit as fitOnce,
  fitPath,
  fitSync,
  Gram,
  type MatrixLike,
  Path,
  penalties,
} from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";
import { makeProblem, problemSpecs } from "../support/problems.ts";
import { check } from "../support/property.ts";
import { Random } from "../support/random.ts";

const l1 = penalties.l1();
const names = ["age", "bmi", "bp", "s1"];
const rows = 30;
const columns = names.length;
const random = new Random(11);
const complete = Array.from({ length: rows }, () =>
  Array.from({ length: columns }, (_, j) => 10 ** j * (3 + random.normal())),
);
const y = complete.map(([a = 0, , c = 0]) => a + 0.02 * c + random.normal());
const weights = y.map(() => Math.floor(4 * random.uniform()));
const holes = new Set(["3:1", "3:3", "7:0", "12:1", "29:2"]);
const holed = complete.map((row, i) => row.map((value, j) => (holes.has(`${i}:${j}`) ? NaN : value)));

type Rows = readonly (readonly number[])[];
const byRows = (x: Rows, single: boolean): DenseMatrix => {
  const data = single ? Float32Array.from(x.flat()) : Float64Array.from(x.flat());
  return { data, rows: x.length, columns: x[0]?.length ?? 0 };
};
const byColumns = (x: Rows, single: boolean): DenseMatrix => {
  const flat = (x[0] ?? []).flatMap((_, j) => x.map((row) => row[j] as number));
  const data = single ? Float32Array.from(flat) : Float64Array.from(flat);
  return { data, rows: x.length, columns: x[0]?.length ?? 0, order: "column-major" };
};
const sparseOf = (x: Rows) => {
  const values: number[] = [];
  const rowIndices: number[] = [];
  const columnPointers = [0];
  (x[0] ?? []).forEach((_, j) => {
    x.forEach((row, i) => {
      if (row[j] === 0) return;
      values.push(row[j] as number);
      rowIndices.push(i);
    });
    columnPointers.push(values.length);
  });
  return { values, rowIndices, columnPointers, rows: x.length, columns: x[0]?.length ?? 0 };
};
const forms: [string, (x: Rows) => MatrixLike, single: boolean][] = [
  ["rows", (x) => x, false],
  ["row-major", (x) => byRows(x, false), false],
  ["column-major", (x) => byColumns(x, false), false],
  ["row-major floats", (x) => byRows(x, true), true],
  ["column-major floats", (x) => byColumns(x, true), true],
];

/** Written again: the plain two-pass weighted mean of what is present. */
function meanOf(x: Rows, j: number, given: readonly number[] | undefined): number {
  const present = x.map((row, i) => [row[j] as number, given?.[i] ?? 1] as const);
  const known = present.filter(([value]) => !Number.isNaN(value));
  const total = known.reduce((sum, [, weight]) => sum + weight, 0);
  const first = known.reduce((sum, [value, weight]) => sum + weight * value, 0) / total;
  return first + known.reduce((sum, [value, weight]) => sum + weight * (value - first), 0) / total;
}
const filledBy = (x: Rows, means: ArrayLike<number>): number[][] =>
  x.map((row) => row.map((value, j) => (Number.isNaN(value) ? (means[j] as number) : value)));

/** Without what only the imputed fit has. */
const plain = (one: Fit) => ({ ...one.toJSON(), imputation: undefined });

describe("refused by default", () => {
  test.each([...forms, ["sparse", sparseOf, false] as const])("%s: count and places", (_, form) => {
    const call = () => fitSync({ x: form(holed), y }, { penalty: l1, lambda: 0.1 });
    const places = "row 3, column 1; row 3, column 3; row 7, column 0";
    expectFailure(call, "MISSING_VALUES", `x must have no missing values, but has 5, the first in ${places}`);
  });

  test("any places, as counted again", () => {
    const spec = fc.record({
      rows: fc.integer({ min: 1, max: 12 }),
      columns: fc.integer({ min: 1, max: 9 }),
      at: fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 6 }),
      form: fc.constantFrom(...forms.map(([, form]) => form), sparseOf),
      infinity: fc.boolean(),
    });
    check(
      200,
      fc.property(spec, ({ rows, columns, at, form, infinity }) => {
        const places = [...new Set(at.map((k) => k % (rows * columns)))].sort((a, b) => a - b);
        const x = Array.from({ length: rows }, (_, i) =>
          Array.from({ length: columns }, (_, j) => (places.includes(i * columns + j) ? NaN : i + j + 1)),
        );
        const cell = x.flat().findIndex((value) => !Number.isNaN(value));
        // Missing values are told of first, whatever else is wrong.
        if (infinity && cell >= 0) (x[Math.floor(cell / columns)] as number[])[cell % columns] = Infinity;
        const words = places
          .slice(0, 3)
          .map((k) => `row ${Math.floor(k / columns)}, column ${k % columns}`)
          .join("; ");
        const count = `has ${places.length}, ${places.length === 1 ? "in" : "the first in"} ${words}`;
        const call = () => fitSync({ x: form(x), y: x.map((_, i) => i) }, { penalty: l1, lambda: 0.1 });
        expectFailure(call, "MISSING_VALUES", `x must have no missing values, but ${count}`);
      }),
    );
  });

  test("names of features are told", async () => {
    const problem = { x: holed, y, featureNames: names };
    const message = "x must have no missing values, but has 5, the first in row 3, column 1 ('bmi')";
    const options = { penalty: l1, lambda: 0.1 };
    expectFailure(() => fitSync(problem, options), "MISSING_VALUES", message);
    await expectRejection(() => fitOnce(problem, options), "MISSING_VALUES", message);
    await expectRejection(() => fitPath(problem, { penalty: l1 }), "MISSING_VALUES", message);
    const many = () => fitMany(holed, [{ y, ...options }], { featureNames: names });
    await expectRejection(many, "MISSING_VALUES", message);
  });

  test("null and undefined in rows are missing; infinities are not", () => {
    const options = { penalty: l1, lambda: 0.1 };
    for (const value of [null, undefined]) {
      const x = complete.map((row, i) => row.map((entry, j) => (i === 0 && j < 2 ? value : entry)));
      expectFailure(
        () => fitSync({ x, y }, options),
        "MISSING_VALUES",
        "x must have no missing values, but has 2, the first in row 0, column 0; row 0, column 1",
      );
      const as = fitSync(
        { x: x.map((row) => row.map((entry) => entry ?? NaN)), y },
        { ...options, missing: "mean" },
      );
      expect(fitSync({ x, y }, { ...options, missing: "mean" }).toJSON()).toEqual(as.toJSON());
    }
    const infinite = complete.map((row, i) => (i === 4 ? [1, Infinity, 1, 1] : row));
    for (const missing of ["error", "mean"] as const) {
      const call = () => fitSync({ x: infinite, y }, { ...options, missing });
      expectFailure(call, "NOT_FINITE", "x must be finite, but row 4, column 1 is");
    }
    // Not in a vector, and not text.
    expectFailure(
      () => loose(fitSync)({ x: complete, y: y.map(() => null) }, options),
      "INVALID_ARGUMENT",
      "y[0]",
    );
    const text = complete.map((row) => ["", ...row]);
    expectFailure(
      () => loose(fitSync)({ x: text, y }, options),
      "INVALID_ARGUMENT",
      "x[0][0] must be a number",
    );
  });
});

describe('missing: "mean"', () => {
  const settings: Partial<FitOptions>[] = [
    { lambda: 0.3 },
    { lambda: 0.3, solver: "reweighted" },
    { lambda: 0.05, intercept: false },
    { lambda: 0.05, standardize: false, solver: "proximal" },
    { lambda: 0 },
    { lambda: 0.02, penalty: penalties.mcp() },
  ];
  test.each(forms)("%s: the means, and the fit of the filled matrix to the bit", (_, form, single) => {
    for (const given of [undefined, weights]) {
      for (const own of settings) {
        const options: FitOptions = { penalty: l1, lambda: 0, ...own };
        const problem = { y, weights: given };
        const fit = fitSync({ ...problem, x: form(holed) }, { ...options, missing: "mean" });
        const rounded = single ? holed.map((row) => row.map(Math.fround)) : holed;
        names.forEach((_name, j) => {
          const wanted = meanOf(rounded, j, given);
          const error = Math.abs((fit.imputation?.[j] as number) - wanted) / Math.abs(wanted);
          expect(error).toBeLessThan(single ? 6e-8 : 1e-15);
        });
        const filled = filledBy(holed, fit.imputation as Float64Array);
        expect(plain(fit)).toEqual(plain(fitSync({ ...problem, x: form(filled) }, options)));
      }
    }
  });

  test("random problems", () => {
    const spec = fc.record({ problem: problemSpecs(20), at: fc.array(fc.nat(10_000), { maxLength: 12 }) });
    check(
      100,
      fc.property(spec, ({ problem, at }) => {
        const data = makeProblem({
          ...problem,
          rows: problem.rows + 13,
          weights: problem.weights === "zeros" ? "none" : problem.weights,
        });
        const x = Array.from({ length: data.rows }, (_, i) =>
          Array.from(data.x.subarray(i * data.columns, (i + 1) * data.columns)),
        );
        // The last row stays, so that each column has a value.
        for (const k of at) (x[k % (data.rows - 1)] as number[])[(k * 7) % data.columns] = NaN;
        const { y, offset } = data;
        const positive = data.weights?.map((weight) => weight + 1);
        const options = { penalty: l1, lambda: 0.1, missing: "mean" } as const;
        const fit = fitSync({ x, y, weights: positive, offset }, options);
        const filled = filledBy(x, fit.imputation as Float64Array);
        const { missing: _, ...complete } = options;
        expect(plain(fit)).toEqual(plain(fitSync({ x: filled, y, weights: positive, offset }, complete)));
        x[0]?.forEach((_value, j) => {
          const wanted = meanOf(x, j, positive && Array.from(positive));
          const size = Math.max(...x.map((row) => Math.abs(row[j] as number) || 0));
          expect(Math.abs((fit.imputation?.[j] as number) - wanted)).toBeLessThanOrEqual(1e-14 * size);
        });
      }),
    );
  });

  test("a path, many fits and a prepared design", async () => {
    const options = { penalty: l1, lambda: 0.3 };
    const wanted = fitSync({ x: holed, y, weights, featureNames: names }, { ...options, missing: "mean" });
    const path = await fitPath(
      { x: holed, y, weights, featureNames: names },
      { penalty: l1, lambdas: [0.3], missing: "mean" },
    );
    expect(path.fits[0]?.toJSON()).toEqual(wanted.toJSON());
    const shared = { weights, featureNames: names } as const;
    const two = [
      { y, ...options },
      { y, ...options, solver: "reweighted" },
    ] as const;
    const [first, second] = await fitMany(holed, two, { ...shared, missing: "mean" });
    expect(first?.toJSON()).toEqual(wanted.toJSON());
    expect(second?.imputation).toEqual(wanted.imputation);
    const least = { penalty: l1, lambda: 0 };
    const [none] = await fitMany(holed, [{ y, ...least }], { ...shared, missing: "mean" });
    const alone = fitSync({ x: holed, y, weights, featureNames: names }, { ...least, missing: "mean" });
    expect(none?.toJSON()).toEqual(alone.toJSON());
    for (const storage of ["float64", "float32"] as const) {
      const design = await Design.prepare(holed, { weights, storage, missing: "mean" });
      expect(design.imputation?.length).toBe(columns);
      const prepared = fitSync({ x: design, y, featureNames: names }, options);
      expect(prepared.imputation).toEqual(design.imputation);
      if (storage === "float64") expect(prepared.toJSON()).toEqual(wanted.toJSON());
      expect(fitSync({ x: design, y }, { ...options, missing: "mean" }).objective).toBe(prepared.objective);
    }
  });

  test("predictions impute what the fit remembers, from JSON too", async () => {
    const options = { penalty: l1, lambda: 0.01, missing: "mean" } as const;
    const fit = fitSync({ x: holed, y, weights }, options);
    const filled = filledBy(holed, fit.imputation as Float64Array);
    const wanted = fit.predict(filled);
    const again = Fit.fromJSON(JSON.stringify(fit));
    expect(again.imputation).toEqual(fit.imputation);
    for (const one of [fit, again]) {
      for (const [, form] of forms.slice(0, 3)) {
        expect(one.predict(form(holed))).toEqual(fit.predict(form(filled)));
      }
      const row = (holed[3] as number[]).map((value) => (Number.isNaN(value) ? null : value));
      expect(one.predict(row)).toEqual(wanted.slice(3, 4));
      expect(one.predict([row])).toEqual(wanted.slice(3, 4));
      expectFailure(() => one.predict([[1, Infinity, 1, 1]]), "NOT_FINITE", "x at row 0, column 1");
    }
    const path = await fitPath({ x: holed, y, weights }, { penalty: l1, lambdaCount: 3, missing: "mean" });
    const json = JSON.parse(JSON.stringify(path));
    expect(json.imputation.length).toBe(columns);
    expect(json.fits[0].imputation).toBeUndefined();
    expect(Path.fromJSON(json).toJSON()).toEqual(path.toJSON());
    expect(Path.fromJSON(json).fits[2]?.predict(holed)).toEqual(path.fits[2]?.predict(holed));
  });

  test("a fit of complete data refuses them in predictions, with the name", () => {
    const fit = fitSync({ x: complete, y, featureNames: names }, { penalty: l1, lambda: 0.01 });
    expect(fit.imputation).toBeUndefined();
    expectFailure(
      () => fit.predict(holed),
      "MISSING_VALUES",
      "x must have no missing values, but has 5, the first in row 3, column 1 ('bmi'); row 3, column 3 ('s1')",
    );
  });

  test("the means of complete data are remembered too", () => {
    const fit = fitSync({ x: complete, y }, { penalty: l1, lambda: 0.01, missing: "mean" });
    expect(plain(fit)).toEqual(plain(fitSync({ x: complete, y }, { penalty: l1, lambda: 0.01 })));
    const means = fit.imputation as Float64Array;
    expect(fit.predict([[NaN, NaN, NaN, NaN]])).toEqual(fit.predict([Array.from(means)]));
  });

  test("huge values do not overflow", () => {
    const x = [[1.5e308], [1.7e308], [NaN], [1.6e308]];
    const fit = fitSync({ x, y: [1, 2, 3, 4] }, { penalty: l1, lambda: 1e300, missing: "mean" });
    expect((fit.imputation?.[0] as number) / 1.6e308).toBeCloseTo(1, 12);
  });
});

describe("what cannot be imputed", () => {
  const options = { penalty: l1, lambda: 0.1, missing: "mean" } as const;

  test("a column of which nothing is present, or nothing with a weight", async () => {
    const empty = complete.map(([a, , c, d]) => [a, NaN, c, d]) as number[][];
    expectFailure(
      () => fitSync({ x: empty, y, featureNames: names }, options),
      "MISSING_VALUES",
      "x must have a value in each column, but all are missing in column 1 ('bmi')",
    );
    await expectRejection(
      () => Design.prepare(empty, { missing: "mean" }),
      "MISSING_VALUES",
      "x must have a value in each column, but all are missing in column 1",
    );
    const light = complete.map((row, i) => (i < 2 ? row : row.map((value, j) => (j === 2 ? NaN : value))));
    expectFailure(
      () => fitSync({ x: light, y, weights: y.map((_, i) => (i < 2 ? 0 : 1)) }, options),
      "MISSING_VALUES",
      "x must have a value in each column, but all with a weight > 0 are missing in column 2",
    );
  });

  test("sparse columns, a Gram, and a design of complete data", async () => {
    const sparse = sparseOf(complete);
    const message = 'missing must be "error" for compressed columns';
    expectFailure(() => fitSync({ x: sparse, y }, options), "UNSUPPORTED", message);
    await expectRejection(() => Design.prepare(sparse, { missing: "mean" }), "UNSUPPORTED", message);
    const gram = new Gram(columns);
    await gram.accumulate(complete, y);
    expectFailure(() => fitSync(gram, options), "INVALID_ARGUMENT", "missing must be left out");
    await expectRejection(
      () => gram.accumulate(holed, y),
      "MISSING_VALUES",
      "x must have no missing values, but has 5",
    );
    const design = await Design.prepare(complete);
    expectFailure(() => fitSync({ x: design, y }, options), "INVALID_ARGUMENT", "missing must be left out");
  });

  test("an unknown policy", () => {
    const call = loose(fitSync);
    expectFailure(
      () => call({ x: complete, y }, { ...options, missing: "median" }),
      "UNSUPPORTED",
      "missing must be",
    );
    expectFailure(
      () => call({ x: complete, y }, { ...options, missing: 1 }),
      "INVALID_ARGUMENT",
      "missing must be",
    );
  });
});
