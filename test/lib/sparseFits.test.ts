// Fits with many columns and few coefficients, which are handed over by their support; and the record of a fit.
import { Fit, type FitJSON, fitPath, fitSync, Path, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure } from "../support/failures.ts";
import { handleOf, native, nativeMatrix } from "../support/native.ts";
import { matrixOf, plainProblem, problemOf, rowsOf } from "../support/problems.ts";
import { expectSolution } from "../support/verify.ts";

const wide = plainProblem(40, 1200);
const problem = problemOf(wide);
const strong = { penalty: penalties.mcp(), lambda: 1.5 };
const sparse = fitSync(problem, strong);
const small = fitSync(problemOf(plainProblem(30, 6)), { penalty: penalties.l1(), lambda: 0.3 });

describe("a sparse fit", () => {
  test.each([
    ["mcp", penalties.mcp(), true],
    ["l1", penalties.l1(), true],
    ["lp", penalties.lp({ p: 0.5 }), true],
    ["logSum", penalties.logSum({ epsilon: 0.1 }), false],
    ["hardConcrete", strategies.hardConcrete(), true],
    ["hardThreshold, which does not separate", strategies.hardThreshold({ k: 3 }), true],
  ] as const)("of %s is what the checker finds", (_, penalty, standardize) => {
    const fit = fitSync(problem, { penalty, lambda: 1, standardize });
    expectSolution(fit, wide, { standardize });
    expect(fit.nonzero).toBeLessThan(300);
    expect([...fit.support]).toEqual([...fit.coefficients.keys()].filter((j) => fit.coefficients[j] !== 0));
  });

  test("has its arrays from the first use on, each its own", () => {
    const fit = fitSync(problem, strong);
    expect(Object.keys(fit)).toEqual(Object.keys(small));
    expect(fit.support).toBe(fit.support);
    expect(fit.support).toBeInstanceOf(Uint32Array);
    for (const key of ["coefficients", "eta", "keepProbability"] as const) {
      expect(fit[key]).toBeInstanceOf(Float64Array);
      expect(fit[key].length).toBe(1200);
      expect(fit[key]).toBe(fit[key]);
    }
    expect(fit.support.length).toBe(fit.nonzero);
    expect(fit.nonzero).toBeGreaterThan(0);
  });

  test("with no coefficient at all", () => {
    const fit = fitSync(problem, { ...strong, lambda: 1e3 });
    expectSolution(fit, wide);
    expect([fit.nonzero, fit.support.length]).toEqual([0, 0]);
    expect(fit.coefficients.every((value) => value === 0)).toBe(true);
    expect([...fit.predict(matrixOf(wide))]).toEqual(Array(40).fill(fit.intercept));
  });

  test("predicts from any form of matrix", () => {
    const wanted = rowsOf(wide).map((row) =>
      row.reduce((sum, value, j) => sum + value * (sparse.coefficients[j] as number), sparse.intercept),
    );
    const size = { rows: 40, columns: 1200 };
    const { data: values, rowIndices, columnPointers } = nativeMatrix(wide, "compressedColumns");
    const stored = { rowIndices: rowIndices as Int32Array, columnPointers: columnPointers as Int32Array };
    const forms = [
      matrixOf(wide),
      rowsOf(wide),
      { data: nativeMatrix(wide, "columnMajor").data, ...size, order: "column-major" as const },
      { values, ...stored, ...size },
    ];
    for (const x of forms) {
      sparse.predict(x).forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i] as number, 12);
      });
    }
    const [column] = sparse.support;
    const bad = rowsOf(wide);
    (bad[3] as number[])[column as number] = NaN;
    expectFailure(
      () => sparse.predict(bad),
      "MISSING_VALUES",
      `x must have no missing values, but has 1, in row 3, column ${column}`,
    );
  });

  test("goes through JSON of its support only", () => {
    const json = sparse.toJSON();
    expect(json.version).toBe(2);
    expect(json.coefficients.length).toBe(sparse.nonzero);
    const back = Fit.fromJSON(JSON.stringify(sparse));
    expect(back.toJSON()).toEqual(json);
    for (const key of ["coefficients", "eta", "keepProbability", "support"] as const) {
      expect(back[key]).toEqual(sparse[key]);
    }
    expect(back.predict(matrixOf(wide))).toEqual(sparse.predict(matrixOf(wide)));
  });

  const good = sparse.toJSON();
  test.each([
    ["a column twice", { support: good.support?.map(() => 5) }, "OUT_OF_RANGE", "json.support[1] must be"],
    [
      "a column beyond",
      { support: good.support?.map(() => 1200) },
      "OUT_OF_RANGE",
      "json.support[0] must be",
    ],
    [
      "half a column",
      { support: good.support?.map((j) => j + 0.5) },
      "OUT_OF_RANGE",
      "json.support[0] must be",
    ],
    [
      "too few values",
      { coefficients: [] },
      "LENGTH_MISMATCH",
      "json.coefficients must be an array of length",
    ],
    ["no eta elsewhere", { etaAtZero: undefined }, "INVALID_ARGUMENT", "json.etaAtZero must be"],
    ["a probability of 2", { keepAtZero: 2 }, "OUT_OF_RANGE", "json.keepAtZero must be"],
    ["a solver of the future", { solver: "magic" }, "INVALID_ARGUMENT", "json.solver must be one of"],
  ] as const)("JSON with %s is refused", (_, change, code, begins) => {
    expectFailure(() => Fit.fromJSON({ ...good, ...change }), code, begins);
  });

  test("in a path", async () => {
    const path = await fitPath(problem, { penalty: penalties.l1(), lambdaCount: 12 });
    path.fits.forEach((fit, k) => {
      expectSolution(fit, wide);
      const column = path.coefficients.data.slice(k * 1200, (k + 1) * 1200);
      expect(column).toEqual(fit.coefficients);
    });
    expect(Path.fromJSON(JSON.stringify(path)).toJSON()).toEqual(path.toJSON());
  });
});

describe("a fit of version 1", () => {
  test("is read as it was written", () => {
    const { record: _, solver: __, ...json } = small.toJSON();
    const back = Fit.fromJSON(json);
    expect(json.version).toBe(1);
    expect(back.solver).toBeUndefined();
    expect(back.coefficients).toEqual(small.coefficients);
    expect([...back.support]).toEqual([...small.support]);
    expect(back.record).toMatchObject({
      passes: 0,
      workingSetSizes: [],
      starts: 1,
      locallyConvex: undefined,
    });
  });
});

describe("the record", () => {
  const known = {
    passes: 2.5,
    workingSetSizes: [10, 20],
    dualityGap: 1e-9,
    locallyConvex: true,
    starts: 3,
    worstObjective: 0.7,
  };

  test("names the solver that ran, and survives JSON", () => {
    expect(small.solver).toBe(native.automaticSolver(handleOf("l1"), "squared", false));
    for (const solver of ["reweighted", "direct"] as const) {
      expect(fitSync(problem, { ...strong, solver }).solver).toBe(solver);
    }
    const fit = Fit.fromJSON({ ...small.toJSON(), record: known });
    expect(fit.record).toEqual(known);
    expect(fit.toJSON().record).toEqual(known);
    expect(Object.isFrozen(fit.record)).toBe(true);
  });

  test.each([
    [{ ...known, passes: -1 }, "OUT_OF_RANGE", "json.record.passes must be"],
    [{ ...known, workingSetSizes: [-1] }, "OUT_OF_RANGE", "json.record.workingSetSizes[0] must be"],
    [{ ...known, locallyConvex: 1 }, "INVALID_ARGUMENT", "json.record.locallyConvex must be"],
    [{ ...known, starts: 0 }, "OUT_OF_RANGE", "json.record.starts must be"],
    [{ ...known, dualityGap: "small" }, "INVALID_ARGUMENT", "json.record.dualityGap must be"],
    [3, "INVALID_ARGUMENT", "json.record must be an object"],
  ] as const)("%j is refused", (record, code, begins) => {
    expectFailure(() => Fit.fromJSON({ ...small.toJSON(), record }), code, begins);
  });

  test.each([
    [[true, true, true], 2],
    [[true, true, false], 1],
    [[true, false, true], 0],
    [[false, true, true], undefined],
    [[true, undefined, true], undefined],
    [[undefined], undefined],
  ])("of fits that are locally convex: %j gives convexMin %s", (convex, wanted) => {
    const one: FitJSON = small.toJSON();
    const fits = convex.map((locallyConvex) => ({ ...one, record: { ...one.record, locallyConvex } }));
    const json = { format: "flipside.path", version: 1, requested: fits.length, fits };
    expect(Path.fromJSON(json).convexMin).toBe(wanted);
  });
});
