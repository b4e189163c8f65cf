// What the other functions of masks refuse, and how they say so.
import { applyMask, maskMoments, penalties, sampleKept, syncLimit } from "flipside";
import { describe, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";

const penalty = penalties.l1();
const floats = new Float32Array(4);
const alpha = { keepProbability: 0.5, length: 4 };
const weighted = { penalty, lambda: 1, weights: [1, 2, 3, 4] };

describe("sampleKept and maskMoments", () => {
  test.each([
    [{ ...alpha, out: floats }, "UNKNOWN_OPTION", 'options has no "out"'],
    [{ ...alpha, keepProbability: 2 }, "OUT_OF_RANGE", "keepProbability must be a finite number >= 0"],
    [{ keepProbability: [0.5, -1] }, "OUT_OF_RANGE", "keepProbability must be "],
    [
      { ...weighted, weights: [Infinity] },
      "NOT_FINITE",
      "weights must be finite, but weights[0] is Infinity",
    ],
  ] as const)("%j", (options, code, begins) => {
    expectFailure(() => loose(sampleKept)(options), code, begins);
    expectFailure(() => loose(maskMoments)(options), code, begins);
  });

  test("what keeps everything, and what is too much", () => {
    expectFailure(
      () => sampleKept({ kind: "gaussian", standardDeviation: 1, length: 4 }),
      "UNSUPPORTED",
      'kind must be "bernoulli" or "hardConcrete" for sampleKept',
    );
    const length = syncLimit.penalized + 1;
    expectFailure(
      () => maskMoments({ kind: "hardConcrete", location: 1, length }),
      "TOO_LARGE",
      `options must give at most ${syncLimit.penalized} draws for maskMoments`,
    );
    expectFailure(
      () => sampleKept({ keepProbability: 1, length: 2 ** 32 + 1 }),
      "TOO_LARGE",
      "options must give at most 2^32 draws",
    );
  });
});

const matrix = { data: new Float32Array(12).fill(1), rows: 3, columns: 4 };
const half = { keepProbability: 0.5 };

describe("applyMask", () => {
  const cases: [string, unknown, string, string][] = [
    ["no weights", half, "INVALID_ARGUMENT", "weights must be a vector (a typed array or an array of"],
    [
      "a column-major matrix",
      { ...half, weights: { ...matrix, order: "column-major" } },
      "UNSUPPORTED",
      "weights must be row-major",
    ],
    [
      "compressed columns",
      { ...half, weights: { values: [1], rowIndices: [0], columnPointers: [0, 1], rows: 1, columns: 1 } },
      "UNSUPPORTED",
      "weights must be row-major",
    ],
    [
      "a vector with x",
      { ...half, weights: floats, x: floats },
      "INVALID_ARGUMENT",
      "weights must be a matrix { data, rows, columns } to be multiplied with x",
    ],
    [
      "x of another length",
      { ...half, weights: matrix, x: [1, 2, 3] },
      "LENGTH_MISMATCH",
      "x must have 4 entries (as weights have columns), but has 3",
    ],
    [
      "x of other rows",
      { ...half, weights: matrix, x: [[1], [2]] },
      "LENGTH_MISMATCH",
      "x must have 4 rows (as weights have columns), but has 2",
    ],
    [
      "x column-major",
      { ...half, weights: matrix, x: { data: floats, rows: 4, columns: 1, order: "column-major" } },
      "UNSUPPORTED",
      "x must be row-major",
    ],
    ["x a number", { ...half, weights: matrix, x: 1 }, "INVALID_ARGUMENT", "x must be a vector"],
    [
      "out of another kind",
      { ...half, weights: matrix, out: new Float64Array(12) },
      "INVALID_ARGUMENT",
      "out must be a Float32Array, as weights are, but is a Float64Array",
    ],
    [
      "out of another length",
      { ...half, weights: matrix, out: floats },
      "LENGTH_MISMATCH",
      "out must have 12 entries (as weights have), but has 4",
    ],
    [
      "out of the product",
      { ...half, weights: matrix, x: floats, out: floats },
      "LENGTH_MISMATCH",
      "out must have 3 entries (rows of weights * columns of x), but has 4",
    ],
    [
      "length",
      { ...half, weights: floats, length: 5 },
      "LENGTH_MISMATCH",
      "weights must have 5 entries (as length says), but has 4",
    ],
    [
      "parameters",
      { keepProbability: [1], weights: floats },
      "LENGTH_MISMATCH",
      "keepProbability must have 4 entries (as weights have), but has 1",
    ],
    [
      "a format",
      { ...half, weights: floats, format: "float32" },
      "UNKNOWN_OPTION",
      'options has no "format"',
    ],
    [
      "keep probabilities",
      { keepProbability: [1, 1, 1, 3], weights: floats },
      "OUT_OF_RANGE",
      "keepProbability must be",
    ],
    [
      "weights that a penalty cannot take",
      { penalty, lambda: 1, weights: [1, NaN] },
      "NOT_FINITE",
      "weights must be finite, but weights[1] is NaN",
    ],
    [
      "the rows of structure",
      { ...half, weights: matrix, structure: { unit: "row", rows: 2 } },
      "LENGTH_MISMATCH",
      "structure.rows must be 3, as weights have",
    ],
  ];

  test.each(cases)("%s", (_, options, code, begins) => {
    expectFailure(() => loose(applyMask)(options), code as "INVALID_ARGUMENT", begins);
  });

  test("more than a call may take that blocks the thread", () => {
    const weights = { data: new Float32Array(2 ** 20), rows: 2 ** 10, columns: 2 ** 10 };
    const x = { data: new Float32Array(2 ** 19), rows: 2 ** 10, columns: 2 ** 9 };
    expectFailure(() => applyMask({ ...half, weights, x }), "TOO_LARGE", "options must give at most");
  });
});
