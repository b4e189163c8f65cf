// The raw addon checks every type, kind and length again, whatever the facade has done.
import { FlipsideError } from "flipside";
import { describe, expect, test } from "vitest";
import { requestOf as designRequestOf } from "../../support/designs.ts";
import {
  handleOf,
  type Layout,
  type MatrixRequest,
  native,
  nativeMatrix,
  requestOf,
} from "../../support/native.ts";
import { plainProblem } from "../../support/problems.ts";

const data = plainProblem(6, 3);
const good = (layout: Layout = "rowMajor"): MatrixRequest => ({
  ...requestOf(data, handleOf("l1"), [0.1]),
  x: nativeMatrix(data, layout),
});

function expectRefusal(change: Record<string, unknown>, code: string, words: RegExp, layout?: Layout): void {
  const request = good(layout);
  for (const [key, value] of Object.entries(change)) {
    const [owner, inner] = key.split(".") as [string, string | undefined];
    if (inner === undefined) Object.assign(request, { [owner]: value });
    else Object.assign(request.x, { [inner]: value });
  }
  for (const call of [() => native.fitSync(request), () => native.fit(request, () => {}, null)]) {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(FlipsideError);
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(words) });
  }
}

const designData = plainProblem(3, 2);
const designOf = (own: object) => ({
  ...designRequestOf(designData, { layout: "rowMajor", single: false, storage: "dense" }),
  ...own,
});

describe("a request", () => {
  const shared = new Float64Array(new SharedArrayBuffer(6 * 8));
  const detached = new Float64Array(6);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ["no x", { x: undefined }, "INVALID_ARGUMENT", /^x must be a matrix/],
    [
      "no data",
      { "x.data": undefined },
      "INVALID_ARGUMENT",
      /^x\.data must be a Float64Array or Float32Array, but is undefined/,
    ],
    [
      "integers",
      { "x.data": new Int32Array(18) },
      "INVALID_ARGUMENT",
      /^x\.data must be .*, but is an Int32Array of length 18/,
    ],
    [
      "a plain array",
      { "x.data": Array(18).fill(1) },
      "INVALID_ARGUMENT",
      /^x\.data must be .* an array of length 18/,
    ],
    [
      "short data",
      { "x.data": new Float64Array(17) },
      "LENGTH_MISMATCH",
      /^x\.data must be .* of length 18 .*has length 17/,
    ],
    ["0 rows", { "x.rows": 0 }, "EMPTY", /^x\.rows must be an integer from 1/],
    ["rows as text", { "x.rows": "6" }, "INVALID_ARGUMENT", /^x\.rows must be a number/],
    ["10^9 columns", { "x.columns": 1e9 }, "LENGTH_MISMATCH", /^x\.data must be/],
    ["2^31 columns", { "x.columns": 2 ** 31 }, "TOO_LARGE", /^x\.columns must be/],
    ["a layout", { "x.layout": "C" }, "INVALID_ARGUMENT", /^x\.layout must be "rowMajor", "columnMajor" or/],
    [
      "y of another kind",
      { y: new Float32Array(6) },
      "INVALID_ARGUMENT",
      /^y must be a Float64Array, but is a Float32Array/,
    ],
    ["a short y", { y: new Float64Array(5) }, "LENGTH_MISMATCH", /^y must be a Float64Array of length 6/],
    ["a shared y", { y: shared }, "INVALID_ARGUMENT", /^y must not lie in a SharedArrayBuffer/],
    ["a detached y", { y: detached }, "INVALID_ARGUMENT", /^y must have memory, but its buffer is detached/],
    ["a long start", { start: new Float64Array(4) }, "LENGTH_MISMATCH", /^start must be .* of length 3/],
    ["no penalty", { penalty: undefined }, "INVALID_ARGUMENT", /^penalty /],
    ["a forged penalty", { penalty: Object.create(handleOf("l1")) }, "INVALID_ARGUMENT", /^penalty /],
    ["a negative lambda", { lambdas: Float64Array.of(1, -1) }, "OUT_OF_RANGE", /^lambdas\[1\] must be/],
    ["a lambda that is NaN", { lambdas: Float64Array.of(NaN) }, "NOT_FINITE", /^lambdas\[0\] must be/],
    [
      "a path of nothing",
      { lambdas: new Float64Array(0), pathLength: 0 },
      "OUT_OF_RANGE",
      /^pathLength must be/,
    ],
    [
      "a path too long",
      { lambdas: new Float64Array(0), pathLength: 1e15 },
      "OUT_OF_MEMORY",
      /needs .* GB of memory/,
    ],
    ["a rising path", { lambdas: new Float64Array(0), pathRatio: 2 }, "OUT_OF_RANGE", /^pathRatio must be/],
    ["a number for a boolean", { intercept: 1 }, "INVALID_ARGUMENT", /^intercept must be true or false/],
    ["a negative tolerance", { tolerance: -1 }, "OUT_OF_RANGE", /^tolerance must be/],
    ["no iterations", { maxIterations: 0 }, "OUT_OF_RANGE", /^maxIterations must be/],
  ])("%s", (_, change, code, words) => expectRefusal(change, code, words));

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      "too few pointers",
      { "x.columnPointers": new Int32Array(3) },
      /^x\.columnPointers must be .* of length 4/,
    ],
    ["too few rows", { "x.rowIndices": new Int32Array(3) }, /^x\.rowIndices must be .* of length 18/],
  ])("compressed columns: %s", (_, change, words) => {
    expectRefusal(change, "LENGTH_MISMATCH", words, "compressedColumns");
  });

  // What takes a pass over the data is looked at on the worker: an error there settles the job.
  test.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      "a row beyond the last",
      { rowIndices: new Int32Array(18).fill(6) },
      "OUT_OF_RANGE",
      /^x\.rowIndices\[0\] must be/,
    ],
    [
      "a negative row",
      { rowIndices: new Int32Array(18).fill(-1) },
      "OUT_OF_RANGE",
      /^x\.rowIndices\[0\] must be/,
    ],
    [
      "pointers that fall",
      { columnPointers: Int32Array.of(0, 9, 3, 18) },
      "OUT_OF_RANGE",
      /^x\.columnPointers\[2\] must be/,
    ],
    [
      "pointers beyond",
      { columnPointers: Int32Array.of(0, 9, 19, 19) },
      "OUT_OF_RANGE",
      /^x\.columnPointers\[2\] must be/,
    ],
    [
      "a negative pointer",
      { columnPointers: Int32Array.of(-4, 9, 9, 18) },
      "OUT_OF_RANGE",
      /^x\.columnPointers\[0\] must be/,
    ],
  ])("compressed columns: %s", async (_, change, code, words) => {
    const request = good("compressedColumns");
    Object.assign(request.x, change);
    const expected = expect.objectContaining({ code, message: expect.stringMatching(words) });
    expect(() => native.fitSync(request)).toThrow(expected);
    const error = await new Promise((resolve) => native.fit(request, resolve, null));
    expect(error).toBeInstanceOf(FlipsideError);
    expect(error).toEqual(expected);
    expect(() => native.gram(request.x)).toThrow(expected);
  });
});

describe("other functions", () => {
  const l1 = handleOf("l1");
  const loose = native as unknown as Record<string, (...given: unknown[]) => unknown>;

  test.each<[string, unknown[], string, RegExp]>([
    ["initialize", [3], "INVALID_ARGUMENT", /^errorClass must be a function/],
    ["createPenalty", ["l7", new Float64Array(0)], "UNKNOWN_PENALTY", /^name must be one of/],
    ["createPenalty", ["mcp", new Float64Array(0)], "LENGTH_MISMATCH", /^parameters must be .* of length 1/],
    ["createPenalty", ["mcp", [3]], "INVALID_ARGUMENT", /^parameters must be a Float64Array/],
    ["createPenalty", ["mcp", Float64Array.of(-3)], "OUT_OF_RANGE", /^a must be greater than 0/],
    ["createPenalty", ["mcp", Float64Array.of(NaN)], "NOT_FINITE", /^parameters must be finite/],
    ["omega", [l1, [1], 1], "INVALID_ARGUMENT", /^w must be a Float64Array/],
    ["omega", [l1, new Float64Array(0), 1], "EMPTY", /^w must not be empty/],
    ["omega", [l1, Float64Array.of(1), -1], "OUT_OF_RANGE", /^lambda must be/],
    ["omega", [{}, Float64Array.of(1), 1], "INVALID_ARGUMENT", /^penalty /],
    ["omega", [handleOf("ard", 1), Float64Array.of(1), 1], "NEEDS_DESIGN", /design/],
    ["omegaAt", [handleOf("hardThreshold", 1), 1, 1], "INVALID_ARGUMENT", /^penalty must be separable/],
    ["omegaAt", [l1, -1, 1], "OUT_OF_RANGE", /^w must be/],
    ["dual", [l1, Float64Array.of(-1), 1], "OUT_OF_RANGE", /^eta must be >= 0/],
    ["dualAt", [l1, NaN, 1], "NOT_FINITE", /^eta must be/],
    ["fit", [good(), 3, null], "INVALID_ARGUMENT", /^settle must be a function/],
    ["fit", [good(), () => {}, 3], "INVALID_ARGUMENT", /^progress must be a function/],
    ["fitSync", [], "INVALID_ARGUMENT", /^request must be an object/],
    ["gram", [], "INVALID_ARGUMENT", /^x must be a matrix/],
    ["designOperations", [], "INVALID_ARGUMENT", /^request must be an object/],
    [
      "designOperations",
      [designOf({ storage: "sparse" })],
      "INVALID_ARGUMENT",
      /^storage must be "dense" or "compact"/,
    ],
    [
      "designOperations",
      [designOf({ left: Int32Array.of(0, 2) })],
      "OUT_OF_RANGE",
      /^left must be .* left\[1\] is 2/,
    ],
    [
      "designOperations",
      [designOf({ right: Int32Array.of(-1) })],
      "OUT_OF_RANGE",
      /^right must be .* right\[0\] is -1/,
    ],
    [
      "designOperations",
      [designOf({ residuals: new Float64Array(4) })],
      "LENGTH_MISMATCH",
      /^residuals must be/,
    ],
    [
      "designOperations",
      [designOf({ residuals: new Float64Array(0) })],
      "LENGTH_MISMATCH",
      /^residuals must be/,
    ],
    [
      "designOperations",
      [designOf({ coefficients: new Float64Array(1) })],
      "LENGTH_MISMATCH",
      /^coefficients must be/,
    ],
    [
      "designOperations",
      [designOf({ rowWeights: new Float64Array(2) })],
      "LENGTH_MISMATCH",
      /^rowWeights must be/,
    ],
    [
      "ridge",
      [new Float64Array(4), new Float64Array(2), new Float64Array(3)],
      "LENGTH_MISMATCH",
      /^correlation must be/,
    ],
    [
      "ridge",
      [new Float64Array(3), new Float64Array(2), new Float64Array(2)],
      "LENGTH_MISMATCH",
      /^gram must be .* of length 4/,
    ],
    [
      "ridge",
      [new Float64Array(4), new Float64Array(0), new Float64Array(0)],
      "EMPTY",
      /^weights must not be empty/,
    ],
    ["setThreads", [0], "OUT_OF_RANGE", /^count must be/],
    ["cancel", ["1"], "INVALID_ARGUMENT", /^job must be a number/],
  ])("%s, %#", (name, given, code, words) => {
    expect(() => loose[name]?.(...given)).toThrow(
      expect.objectContaining({ name: "FlipsideError", code, message: expect.stringMatching(words) }),
    );
  });

  test("results are theirs alone", () => {
    const [one, two] = [native.fitSync(good())[0], native.fitSync(good())[0]];
    one?.coefficients.fill(7);
    expect(two?.coefficients).toEqual(native.fitSync(good())[0]?.coefficients);
    expect(one?.eta).toEqual(two?.eta);
  });
});
