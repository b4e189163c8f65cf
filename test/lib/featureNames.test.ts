// Names of features: with the problem, in fits, paths and their JSON, and for predictions.
import { Fit, fitPath, fitSync, Path, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { matrixOf, plainProblem, problemOf, rowsOf } from "../support/problems.ts";

const data = plainProblem(40, 4);
const names = ["age", "rows", "columns", "ünïcode, 'quoted'"];
const options = { penalty: penalties.mcp(), lambda: 0.2 };
const fit = fitSync({ ...problemOf(data), featureNames: names }, options);
const bare = fitSync(problemOf(data), options);

describe("featureNames", () => {
  test("come through to fits, paths and JSON, and change nothing else", async () => {
    expect(fit.featureNames).toEqual(names);
    expect({ ...fit.toJSON(), featureNames: undefined }).toEqual({
      ...bare.toJSON(),
      featureNames: undefined,
    });
    expect(bare.featureNames).toBeUndefined();
    expect(Object.keys(bare.toJSON())).not.toContain("featureNames");
    expect(Fit.fromJSON(JSON.stringify(fit)).toJSON()).toEqual(fit.toJSON());
    const named = { ...problemOf(data), featureNames: names };
    const path = await fitPath(named, { penalty: options.penalty, lambdaCount: 4 });
    expect(path.featureNames).toEqual(names);
    const text = JSON.stringify(path);
    expect(text.split('"ünïcode').length).toBe(2);
    const again = Path.fromJSON(text);
    expect(again.toJSON()).toEqual(path.toJSON());
    expect(again.fits.map((one) => one.featureNames)).toEqual(path.fits.map(() => names));
  });

  test("are copied", () => {
    const own = [...names];
    const one = fitSync({ ...problemOf(data), featureNames: own }, options);
    own[0] = "changed";
    expect(one.featureNames).toEqual(names);
    expect(() => (one.featureNames as string[]).push("x")).toThrow(TypeError);
  });

  test("coefficients by name", () => {
    const entries = names.map((name, j) => [name, fit.coefficients[j]]);
    expect(fit.nonzero).toBeLessThan(4);
    expect(fit.namedCoefficients({ all: true })).toEqual(entries);
    expect(fit.namedCoefficients()).toEqual(entries.filter(([, value]) => value !== 0));
    expectFailure(() => bare.namedCoefficients(), "INVALID_ARGUMENT", "featureNames must be there");
    expectFailure(() => fit.namedCoefficients({ output: 1 }), "OUT_OF_RANGE", "output must be");
    expectFailure(
      () => loose(fit.namedCoefficients.bind(fit))({ every: true }),
      "UNKNOWN_OPTION",
      "options has no",
    );
  });

  test("a fit with many columns", () => {
    const wide = plainProblem(20, 1500);
    const featureNames = Array.from({ length: 1500 }, (_, j) => `f${j}`);
    const one = fitSync({ ...problemOf(wide), featureNames }, { penalty: penalties.l1(), lambda: 0.8 });
    const wanted = Array.from(one.support, (j) => [`f${j}`, one.coefficients[j]]);
    expect(one.namedCoefficients()).toEqual(wanted);
    expect(Fit.fromJSON(one.toJSON()).namedCoefficients()).toEqual(wanted);
  });

  test.each([
    ["no array", "age", "INVALID_ARGUMENT", "featureNames must be an array of names"],
    [
      "too few",
      ["a"],
      "LENGTH_MISMATCH",
      "featureNames must have 4 entries (one per column of x), but has 1",
    ],
    ["a number", ["a", "b", 3, "d"], "INVALID_ARGUMENT", "featureNames[2] must be a name"],
    ["an empty one", ["a", "b", "", "d"], "INVALID_ARGUMENT", "featureNames[2] must be a name"],
    [
      "one twice",
      ["a", "b", "a", "d"],
      "INVALID_ARGUMENT",
      "featureNames[2] must be another name than featureNames[0]",
    ],
  ] as const)("refuses %s", (_, featureNames, code, begins) => {
    expectFailure(() => loose(fitSync)({ ...problemOf(data), featureNames }, options), code, begins);
    const json = { ...fit.toJSON(), featureNames };
    expectFailure(() => Fit.fromJSON(json), code, `json.${begins.slice(0, 14)}`);
  });
});

describe("predictions by name", () => {
  const rows = rowsOf(data);
  const record = (row: readonly number[]) =>
    Object.fromEntries(names.map((name, j) => [name, row[j] as number]));
  const wanted = fit.predict(matrixOf(data));

  test("records in any order of keys, one or many, with other keys beside", () => {
    expect(fit.predict(rows.map(record))).toEqual(wanted);
    const turned = Object.fromEntries(Object.entries(record(rows[5] as number[])).reverse());
    expect(fit.predict({ ...turned, other: 5 })).toEqual(wanted.slice(5, 6));
  });

  test("what is missing", () => {
    const { age: _, ...rest } = record(rows[0] as number[]);
    expectFailure(
      () => fit.predict([record(rows[0] as number[]), rest]),
      "INVALID_ARGUMENT",
      'x[1]["age"] must be a number',
    );
    expectFailure(
      () => fit.predict({ ...rest, age: null }),
      "MISSING_VALUES",
      "x must have no missing values, but has 1, in row 0, column 0 ('age')",
    );
    expectFailure(
      () => loose(fit.predict.bind(fit))({ ...rest, age: "7" }),
      "INVALID_ARGUMENT",
      'x[0]["age"] must be',
    );
    const imputing = fitSync({ ...problemOf(data), featureNames: names }, { ...options, missing: "mean" });
    const mean = imputing.imputation?.[0] as number;
    expect(imputing.predict({ ...rest, age: null })).toEqual(imputing.predict({ ...rest, age: mean }));
  });

  test("a fit without names takes no records", () => {
    expectFailure(() => bare.predict(record(rows[0] as number[])), "INVALID_ARGUMENT", "x");
  });
});
