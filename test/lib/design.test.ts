// Designs that are prepared once for many fits.
import fc from "fast-check";
import {
  Design,
  type DesignOptions,
  fit as fitAsync,
  fitPath,
  fitSync,
  penalties,
  strategies,
  threads,
} from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";
import { nativeMatrix } from "../support/native.ts";
import { makeProblem, matrixOf, plainProblem, problemOf, problemSpecs, rowsOf } from "../support/problems.ts";
import { checkAsync } from "../support/property.ts";
import { expectSolution } from "../support/verify.ts";

const data = plainProblem(40, 8);
const options = { penalty: penalties.mcp(), lambda: 0.05 };

function compressed() {
  const { data: values, rowIndices, columnPointers } = nativeMatrix(data, "compressedColumns");
  const sparse = { rowIndices: rowIndices as Int32Array, columnPointers: columnPointers as Int32Array };
  return { values, ...sparse, rows: 40, columns: 8 };
}

describe("fits of a design", () => {
  test("do not depend on the fits before them, whose products of columns they go on using", async () => {
    const given = plainProblem(60, 150, 3);
    const { x, y } = problemOf(given);
    const { data: values, rowIndices, columnPointers } = nativeMatrix(given, "compressedColumns");
    const sparse = { rowIndices: rowIndices as Int32Array, columnPointers: columnPointers as Int32Array };
    const single = {
      data: Float32Array.from(given.x),
      rows: 60,
      columns: 150,
      order: "column-major",
    } as const;
    const kinds = [penalties.l1(), penalties.mcp(), penalties.logSum({ epsilon: 0.1 })];
    for (const matrix of [x, single, { values, ...sparse, rows: 60, columns: 150 }]) {
      const shared = await Design.prepare(matrix);
      for (const lambda of [0.3, 0.05, 0.1, 0.02, 0.05]) {
        for (const penalty of kinds) {
          const fresh = await Design.prepare(matrix);
          const later = fitSync({ x: shared, y }, { penalty, lambda });
          expect(later.toJSON()).toEqual(fitSync({ x: fresh, y }, { penalty, lambda }).toJSON());
          fresh.close();
        }
      }
      const lambdas = [0.3, 0.1, 0.03];
      const path = await fitPath({ x: shared, y }, { penalty: penalties.l1(), lambdas });
      const alone = await fitPath({ x: matrix, y }, { penalty: penalties.l1(), lambdas });
      expect(path.toJSON()).toEqual(alone.toJSON());
    }
  });

  test("are those of its matrix, to the bit", async () => {
    await checkAsync(
      40,
      fc.asyncProperty(problemSpecs(30), fc.boolean(), fc.boolean(), async (spec, intercept, standardize) => {
        const given = makeProblem(spec);
        const { x, y, weights, offset } = problemOf(given);
        const setting = { intercept, standardize };
        const design = await Design.prepare(x, { weights, ...setting });
        const one = fitSync({ x: design, y, offset }, { ...options, ...setting });
        const two = fitSync({ x, y, weights, offset }, { ...options, ...setting });
        expect(one.toJSON()).toEqual(two.toJSON());
      }),
    );
  });

  test("with logistic loss and weights for it", async () => {
    const y = data.y.map((value) => (value > 1 ? 1 : 0));
    const weights = data.y.map((_, i) => 1 + (i % 3));
    const logistic = { ...options, loss: "logistic" } as const;
    const design = await Design.prepare(matrixOf(data), { weights, loss: "logistic" });
    const one = await fitAsync({ x: design, y }, logistic);
    expect(one.toJSON()).toEqual(fitSync({ x: matrixOf(data), y, weights }, logistic).toJSON());
    await expectRejection(() => fitAsync({ x: design, y }, options), "UNSUPPORTED", "loss must be the one");
  });

  test("many at once, and a path, give what each gives alone", async () => {
    const design = await Design.prepare(rowsOf(data));
    const ys = Array.from({ length: 12 }, (_, k) => data.y.map((value, i) => value + Math.sin(i * k)));
    const fits = await Promise.all(ys.map((y) => fitAsync({ x: design, y }, options)));
    fits.forEach((one, k) => {
      const y = ys[k] as Float64Array;
      expect(one.toJSON()).toEqual(fitSync({ x: matrixOf(data), y }, options).toJSON());
      expectSolution(one, { ...data, y });
    });
    const path = await fitPath({ x: design, y: data.y }, { penalty: penalties.l1(), lambdaCount: 6 });
    const plain = await fitPath(problemOf(data), { penalty: penalties.l1(), lambdaCount: 6 });
    expect(path.toJSON()).toEqual(plain.toJSON());
  });

  test("predict the caller's rows", async () => {
    const design = await Design.prepare(matrixOf(data));
    const one = fitSync({ x: design, y: data.y }, options);
    expect(one.predict(rowsOf(data)).length).toBe(40);
    expectFailure(() => loose(one.predict.bind(one))(design), "INVALID_ARGUMENT", "x must be a matrix");
  });
});

describe("a design", () => {
  test("says what it is", async () => {
    const weights = data.y.map((_, i) => (i % 4) + 0.5);
    const design = await Design.prepare(matrixOf(data), { weights });
    expect({ ...design }).toMatchObject({ rows: 40, columns: 8, intercept: true, standardize: true });
    const total = weights.reduce((sum, w) => sum + w, 0);
    design.means.forEach((mean, j) => {
      const column = rowsOf(data).map((row) => row[j] as number);
      const wanted = column.reduce((sum, value, i) => sum + value * (weights[i] as number), 0) / total;
      const square = column.reduce(
        (sum, value, i) => sum + (value - wanted) ** 2 * (weights[i] as number),
        0,
      );
      expect(mean).toBeCloseTo(wanted, 12);
      expect(design.scales[j]).toBeCloseTo(Math.sqrt(square / total), 12);
    });
    expect(design.bytes).toBeGreaterThanOrEqual(8 * 40 * 8);
    const raw = await Design.prepare(matrixOf(data), { intercept: false, standardize: false });
    expect([...raw.means, ...raw.scales]).toEqual([...Array(8).fill(0), ...Array(8).fill(1)]);
  });

  test.each([
    ["doubles", matrixOf(data), {}, "float64"],
    ["floats", { ...matrixOf(data), data: Float32Array.from(data.x) }, {}, "float32"],
    ["rows", rowsOf(data), {}, "float64"],
    ["doubles to be rounded", matrixOf(data), { storage: "float32" }, "float32"],
    ["compressed columns", compressed(), {}, "sparse"],
    ["compressed columns to be rounded", compressed(), { storage: "float32" }, "sparse"],
    ["compressed columns to be filled", compressed(), { storage: "float64" }, "float64"],
  ] as const)("of %s is held accordingly", async (_, x, given, storage) => {
    const design = await Design.prepare(x, given as DesignOptions);
    expect(design.storage).toBe(storage);
    const { y } = data;
    if (storage === "float64") {
      expectSolution(fitSync({ x: design, y }, options), data);
      return;
    }
    const begins = "x must be a design with storage float64 for the solver reweighted";
    expectFailure(
      () => fitSync({ x: design, y }, { ...options, solver: "reweighted" }),
      "UNSUPPORTED",
      begins,
    );
    const ard = { penalty: strategies.ard(), lambda: 0.1 };
    expectFailure(
      () => fitSync({ x: design, y }, ard),
      "UNSUPPORTED",
      "x must be a design with storage float64",
    );
  });

  test("copies x before the call returns", async () => {
    const x = matrixOf({ ...data, x: data.x.slice() });
    const design = Design.prepare(x);
    (x.data as Float64Array).fill(NaN);
    expectSolution(fitSync({ x: await design, y: data.y }, options), data);
  });

  test("that is closed is refused, but a fit that has begun goes on", async () => {
    const design = await Design.prepare(matrixOf(data));
    const running = fitAsync({ x: design, y: data.y }, options);
    design.close();
    design.close();
    expectSolution(await running, data);
    const begins = "x must be open, but is a Design that was closed";
    expectFailure(() => fitSync({ x: design, y: data.y }, options), "CLOSED", begins);
    await expectRejection(() => fitAsync({ x: design, y: data.y }, options), "CLOSED", begins);
  });

  test("cannot go to another thread", async () => {
    const clone = structuredClone(await Design.prepare(matrixOf(data)));
    const begins = "x must be of this thread, but is the copy of a Design";
    expectFailure(() => fitSync({ x: clone, y: data.y }, options), "INVALID_ARGUMENT", begins);
  });

  test("is aborted", async () => {
    const signal = AbortSignal.abort("enough");
    const failure = await expectRejection(
      () => Design.prepare(matrixOf(data), { signal }),
      "ABORTED",
      "the design was aborted",
    );
    expect(failure.cause).toBe("enough");
    expect(threads.activity().jobs).toBe(0);
  });

  test("comes from Design.prepare only", () => {
    expectFailure(() => Reflect.construct(Design, []), "INVALID_ARGUMENT", "a Design must come from");
  });
});

describe("bad calls", () => {
  const prepare = loose(Design.prepare);
  test.each([
    ["no matrix", [undefined], "INVALID_ARGUMENT", "x must be a matrix"],
    ["NaN", [[[1, 2, NaN]]], "MISSING_VALUES", "x must have no missing values, but has 1"],
    ["an unknown option", [[[1]], { scale: true }], "UNKNOWN_OPTION", 'options has no "scale"'],
    ["too few weights", [[[1], [2]], { weights: [1] }], "LENGTH_MISMATCH", "weights must have 2"],
    ["no weight", [[[1], [2]], { weights: [0, 0] }], "OUT_OF_RANGE", "the sum of weights must be"],
    ["a storage of the future", [[[1]], { storage: "float16" }], "UNSUPPORTED", "storage must be"],
    ["sparse storage of a dense x", [[[1]], { storage: "sparse" }], "UNSUPPORTED", "storage must be"],
    ["a loss of the future", [[[1]], { loss: "hinge" }], "UNSUPPORTED", "loss must be"],
    ["no signal", [[[1]], { signal: 3 }], "INVALID_ARGUMENT", "signal must be an AbortSignal"],
    ["no flag", [[[1]], { intercept: 1 }], "INVALID_ARGUMENT", "intercept must be true or false"],
    [
      "beyond floats",
      [[[1e300]], { storage: "float32" }],
      "OUT_OF_RANGE",
      "x must be within the range of float32",
    ],
  ] as const)("%s", async (_, given, code, begins) => {
    await expectRejection(() => prepare(...given), code, begins);
  });

  test("what the design has already", async () => {
    const x = await Design.prepare(matrixOf(data), { standardize: false });
    const { y } = data;
    const call = (more: object, own: object = {}) =>
      loose(fitSync)({ x, y, ...more }, { ...options, ...own });
    expectFailure(() => call({ weights: y }), "OUT_OF_RANGE", "weights[");
    expectFailure(
      () => call({ weights: y.map(Math.abs) }),
      "INVALID_ARGUMENT",
      "problem.weights must be left out",
    );
    const begins = "standardize must be left out or false";
    expectFailure(() => call({}, { standardize: true }), "INVALID_ARGUMENT", begins);
    expectFailure(
      () => call({}, { intercept: false }),
      "INVALID_ARGUMENT",
      "intercept must be left out or true",
    );
    expectFailure(() => call({ y: [1] }), "LENGTH_MISMATCH", "y must have 40 entries");
    expect(call({}, { standardize: false, intercept: true })).toMatchObject({ converged: true });
  });
});
