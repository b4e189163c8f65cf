// The result of a fit: its JSON and its predictions.
import fc from "fast-check";
import { Fit, fitSync, penalties, penaltyFromJSON, strategies } from "flipside";
import { Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { nativeMatrix } from "../support/native.ts";
import { separablePenalties } from "../support/penaltyArbitraries.ts";
import { makeProblem, matrixOf, plainProblem, problemOf, problemSpecs, rowsOf } from "../support/problems.ts";
import { check } from "../support/property.ts";

const data = plainProblem(30, 6);
const mcp = fitSync(problemOf(data), { penalty: penalties.mcp(), lambda: 0.3 });

describe("JSON", () => {
  test("comes back exactly, as an object and as text", () => {
    check(
      150,
      fc.property(
        problemSpecs(20),
        separablePenalties(),
        fc.constantFrom(0, 0.01, 1),
        (spec, penalty, lambda) => {
          const fit = fitSync(problemOf(makeProblem(spec)), { penalty: penaltyFromJSON(penalty), lambda });
          for (const json of [fit.toJSON(), JSON.stringify(fit), JSON.parse(JSON.stringify(fit))]) {
            const back = Fit.fromJSON(json);
            expect(back).toBeInstanceOf(Fit);
            expect(back.toJSON()).toEqual(fit.toJSON());
            expect(back.coefficients).toEqual(fit.coefficients);
            expect(back.eta).toEqual(fit.eta);
            expect(back.history).toEqual(fit.history);
            expect([back.converged, back.loss]).toEqual([fit.converged, fit.loss]);
          }
        },
      ),
    );
  });

  test("infinity is in it, and what JSON has no notation for", () => {
    expect(mcp.eta.some((eta) => eta === Infinity)).toBe(true);
    expect(JSON.stringify(mcp)).toContain('"Infinity"');
    const json = { ...mcp.toJSON(), intercept: "-0", objective: "NaN" };
    const back = Fit.fromJSON(json);
    expect([back.intercept, back.objective]).toEqual([-0, NaN]);
  });

  test("predicts the same", () => {
    expect(Fit.fromJSON(JSON.stringify(mcp)).predict(matrixOf(data))).toEqual(mcp.predict(matrixOf(data)));
  });

  test("the penalty comes back with its parameters", () => {
    const penalty = strategies.hardConcrete({ beta: 0.5 });
    const fit = fitSync(problemOf(data), { penalty, lambda: 0.1 });
    const back = Fit.fromJSON(fit.toJSON()).penalty;
    expect([back.name, back.parameters]).toEqual(["hardConcrete", { beta: 0.5, gamma: -0.1, zeta: 1.1 }]);
    expect(back.omega(0.3)).toBe(penalty.omega(0.3));
  });

  const good = mcp.toJSON();
  test.each([
    [
      "a newer version",
      { version: 4 },
      "VERSION",
      "json.version must be at most 3, but is 4: written by a newer",
    ],
    ["version 0", { version: 0 }, "OUT_OF_RANGE", "json.version must be"],
    ["no version", { version: undefined }, "INVALID_ARGUMENT", "json.version must be"],
    ["another format", { format: "flipside.path" }, "INVALID_ARGUMENT", 'json.format must be "flipside.fit"'],
    ["a loss of the future", { loss: "hinge" }, "INVALID_ARGUMENT", "json.loss must be"],
    [
      "too few coefficients",
      { coefficients: [1] },
      "LENGTH_MISMATCH",
      "json.coefficients must be an array of length 6",
    ],
    [
      "an infinite coefficient",
      { coefficients: [1, 2, 3, 4, 5, "Infinity"] },
      "OUT_OF_RANGE",
      "json.coefficients[5] must",
    ],
    [
      "null, which JSON.stringify makes of NaN",
      { intercept: null },
      "INVALID_ARGUMENT",
      "json.intercept must be a number",
    ],
    ["a negative eta", { eta: [0, 0, 0, 0, 0, -1] }, "OUT_OF_RANGE", "json.eta[5] must be"],
    [
      "a probability of 2",
      { keepProbability: [0, 0, 0, 0, 0, 2] },
      "OUT_OF_RANGE",
      "json.keepProbability[5] must be",
    ],
    ["an unknown reason", { reason: "bored" }, "INVALID_ARGUMENT", "json.reason must be one of tolerance"],
    [
      "an unknown penalty",
      { penalty: { name: "l7" } },
      "UNKNOWN_PENALTY",
      "json.penalty.name must be one of l1",
    ],
    [
      "a penalty of the future",
      { penalty: { ...good.penalty, version: 9 } },
      "VERSION",
      "json.penalty.version must be",
    ],
    ["no history", { history: undefined }, "INVALID_ARGUMENT", "json.history must be an object"],
    [
      "half a history",
      { history: { ...good.history, nonzero: [] } },
      "LENGTH_MISMATCH",
      "json.history.nonzero must be",
    ],
    ["more nonzeros than columns", { nonzero: 7 }, "OUT_OF_RANGE", "json.nonzero must be"],
    ["no columns", { columns: 0 }, "OUT_OF_RANGE", "json.columns must be"],
  ] as const)("refuses %s", (_, change, code, begins) => {
    expectFailure(() => Fit.fromJSON({ ...good, ...change }), code, begins);
  });

  test("refuses what is no JSON, or JSON of something else", () => {
    expectFailure(() => Fit.fromJSON("{"), "INVALID_ARGUMENT", "json must be valid JSON, but is not: ");
    for (const json of [undefined, null, 3, [], "3", "null", "[]"]) {
      expectFailure(() => Fit.fromJSON(json), "INVALID_ARGUMENT", "json must be flipside.fit JSON");
    }
  });

  test("a field that is not known is ignored", () => {
    expect(Fit.fromJSON({ ...good, comment: "from the laboratory" }).toJSON()).toEqual(good);
  });
});

describe("predict", () => {
  const { coefficients, intercept } = mcp;
  const wanted = rowsOf(data).map((row) =>
    row.reduce((sum, value, j) => sum + value * (coefficients[j] as number), intercept),
  );

  function expectPrediction(prediction: Float64Array, values = wanted): void {
    expect(prediction).toBeInstanceOf(Float64Array);
    expect(prediction.length).toBe(values.length);
    prediction.forEach((value, i) => {
      expect(value).toBeCloseTo(values[i] as number, 12);
    });
  }

  test("any form of matrix", () => {
    const columns = nativeMatrix(data, "columnMajor").data;
    const { data: values, rowIndices, columnPointers } = nativeMatrix(data, "compressedColumns");
    const size = { rows: 30, columns: 6 };
    expectPrediction(mcp.predict(matrixOf(data)));
    expectPrediction(mcp.predict(rowsOf(data)));
    expectPrediction(mcp.predict({ data: columns, ...size, order: "column-major" }));
    expectPrediction(mcp.predict(new Matrix(rowsOf(data))));
    const sparse = { rowIndices: rowIndices as Int32Array, columnPointers: columnPointers as Int32Array };
    expectPrediction(mcp.predict({ values, ...sparse, ...size }));
  });

  test("one row, flat", () => {
    const row = rowsOf(data)[3] as number[];
    expectPrediction(mcp.predict(row), wanted.slice(3, 4));
    expectPrediction(mcp.predict(Float64Array.from(row)), wanted.slice(3, 4));
    expectPrediction(mcp.predict([row]), wanted.slice(3, 4));
  });

  test("an offset is added", () => {
    const offset = wanted.map((_, i) => i);
    expectPrediction(
      mcp.predict(matrixOf(data), offset),
      wanted.map((value, i) => value + i),
    );
    expectFailure(() => mcp.predict(matrixOf(data), [1]), "LENGTH_MISMATCH", "offset must have 30 entries");
    expectFailure(() => mcp.predict([[1, 2, 3, 4, 5, 6]], [NaN]), "NOT_FINITE", "offset[0] must be");
  });

  test.each([
    [
      "too few columns",
      [[1, 2]],
      "LENGTH_MISMATCH",
      "a row of x must have 6 entries (as the fit has columns), but has 2",
    ],
    ["a short row", [1, 2], "LENGTH_MISMATCH", "x must have 6 entries (one per coefficient), but has 2"],
    ["nothing", undefined, "INVALID_ARGUMENT", "x must be a matrix"],
    ["no rows", [], "EMPTY", "x must be an array of at least one row"],
    [
      "NaN",
      [[1, 2, NaN, 4, 5, 6]],
      "MISSING_VALUES",
      "x must have no missing values, but has 1, in row 0, column 2",
    ],
    [
      "infinity where the coefficient is 0",
      [[1, 2, 3, 4, 5, Infinity]],
      "NOT_FINITE",
      "x at row 0, column 5",
    ],
    ["text", [["1", 2, 3, 4, 5, 6]], "INVALID_ARGUMENT", "x[0][0] must be a number"],
  ] as const)("refuses %s", (_, x, code, begins) => {
    expectFailure(() => loose(mcp.predict.bind(mcp))(x), code, begins);
  });
});

test("a Fit comes from a fit only", () => {
  expectFailure(() => Reflect.construct(Fit, []), "INVALID_ARGUMENT", "a Fit must come from fit");
});
