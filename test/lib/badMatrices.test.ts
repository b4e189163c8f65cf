// What is no matrix, and memory that is not what it seems.
import { type FlipsideErrorCode, fitSync } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { columnwise, flat, options, rows, size, sparse, wanted, y } from "../support/sampleMatrix.ts";

function withHole<T>(array: T[], place: number): T[] {
  const copy = [...array];
  delete copy[place];
  return copy;
}

describe("what is no matrix", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  test.each<[string, unknown, FlipsideErrorCode, string]>([
    ["undefined", undefined, "INVALID_ARGUMENT", "x must be a matrix"],
    ["a number", 3, "INVALID_ARGUMENT", "x must be a matrix"],
    ["a function", () => rows, "INVALID_ARGUMENT", "x must be a matrix"],
    ["a flat array", flat, "INVALID_ARGUMENT", "x[0] must be a row (an array of numbers), but is 1"],
    ["a typed array", Float64Array.from(flat), "INVALID_ARGUMENT", "x must be a matrix"],
    ["an empty object", {}, "INVALID_ARGUMENT", "x must be a matrix"],
    ["no rows", [], "EMPTY", "x must be an array of at least one row"],
    ["rows without columns", [[], []], "EMPTY", "x[0] must be a row of at least one number"],
    ["0 rows", { data: [], rows: 0, columns: 3 }, "EMPTY", "x.rows must be an integer >= 1, but is 0"],
    ["0 columns", { data: [], rows: 5, columns: 0 }, "EMPTY", "x.columns must be an integer >= 1, but is 0"],
    ["negative rows", { data: flat, rows: -5, columns: -3 }, "OUT_OF_RANGE", "x.rows must be"],
    ["half a row", { data: flat, rows: 2.5, columns: 6 }, "OUT_OF_RANGE", "x.rows must be an integer"],
    ["rows as text", { data: flat, rows: "5", columns: 3 }, "INVALID_ARGUMENT", "x.rows must be an integer"],
    [
      "too few elements",
      { data: flat.slice(1), ...size },
      "LENGTH_MISMATCH",
      "x.data must have 15 entries (rows * columns), but has 14",
    ],
    ["too many elements", { data: [...flat, 1], ...size }, "LENGTH_MISMATCH", "x.data must have 15 entries"],
    [
      "10^9 columns",
      { data: flat, rows: 5, columns: 1e9 },
      "LENGTH_MISMATCH",
      "x.data must have 5000000000 entries",
    ],
    ["10^10 columns", { data: flat, rows: 5, columns: 1e10 }, "TOO_LARGE", "x.columns must be <= 2147483647"],
    [
      "10^9 rows of 10^9",
      { ...size, rows: 1e9, columns: 1e9, get: () => 1 },
      "TOO_LARGE",
      "x must have at most 134217728 elements to be read one by one with get, but has 1000000000 x 1000000000",
    ],
    [
      "another order",
      { data: flat, ...size, order: "C" },
      "INVALID_ARGUMENT",
      'x.order must be "row-major" or "column-major", but is "C"',
    ],
    [
      "a misspelt order",
      { data: flat, ...size, ordre: "column-major" },
      "UNKNOWN_OPTION",
      'x has no "ordre": did you mean "order"?',
    ],
    ["ragged rows", [[1, 2], [3]], "LENGTH_MISMATCH", "x[1] must have 2 entries (as x[0] has), but has 1"],
    [
      "a hole for a row",
      withHole(
        [
          [1, 2],
          [0, 0],
          [3, 4],
        ],
        1,
      ),
      "INVALID_ARGUMENT",
      "x[1] must be a row",
    ],
    [
      "text in a row",
      [
        [1, 2],
        [3, "4"],
      ],
      "INVALID_ARGUMENT",
      'x[1][1] must be a number, but is "4" (string)',
    ],
    [
      "a hole in a row",
      [[1, 2], withHole([3, 4], 1)],
      "INVALID_ARGUMENT",
      "x[1][1] must be a number, but is undefined",
    ],
    [
      "bigints",
      { data: new BigInt64Array(15), ...size },
      "INVALID_ARGUMENT",
      "x.data must be an array of numbers, not of bigints",
    ],
    ["bigints in a row", [[1n, 2n]], "INVALID_ARGUMENT", "x[0][0] must be a number, but is 1n (bigint)"],
    [
      "a DataView",
      { data: new DataView(new ArrayBuffer(120)), ...size },
      "INVALID_ARGUMENT",
      "x.data must be a typed array",
    ],
    [
      "a buffer without a view",
      { data: new ArrayBuffer(120), ...size },
      "INVALID_ARGUMENT",
      "x.data must be a typed array",
    ],
    [
      "a get that gives text",
      { ...size, get: () => "1" },
      "INVALID_ARGUMENT",
      "x.get(0, 0) must be a number",
    ],
    ["a revoked proxy", revoked.proxy, "INVALID_ARGUMENT", "x must be readable"],
  ])("%s", (_, x, code, begins) => {
    expectFailure(() => loose(fitSync)({ x, y }, options), code, begins);
  });

  test("NaN and infinity are named by row and column, whatever the layout", () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const bad = rows.map((row, i) => row.map((entry, j) => (i === 3 && j === 1 ? value : entry)));
      const values = sparse.values.map((entry, k) => (k === 7 ? value : entry));
      const columns = columnwise.map((entry, k) => (k === 8 ? value : entry));
      const blocks = [bad, { data: Float32Array.from(bad.flat()), ...size }, { ...sparse, values }];
      for (const x of [...blocks, { data: columns, ...size, order: "column-major" as const }]) {
        const code = Number.isNaN(value) ? "MISSING_VALUES" : "NOT_FINITE";
        const failure = expectFailure(() => fitSync({ x, y }, options), code, "x ");
        expect(failure.message).toContain("row 3, column 1");
      }
    }
  });
});

describe("memory that may go away", () => {
  test("a detached buffer", () => {
    const data = Float64Array.from(flat);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    expectFailure(
      () => fitSync({ x: { data, ...size }, y }, options),
      "INVALID_ARGUMENT",
      "x.data must have its memory",
    );
    expectFailure(() => fitSync({ x: rows, y: data }, options), "INVALID_ARGUMENT", "y must have its memory");
  });

  test("a shared buffer", () => {
    const data = new Float64Array(new SharedArrayBuffer(8 * 15));
    const call = () => fitSync({ x: { data: data as unknown as Float64Array, ...size }, y }, options);
    expectFailure(call, "INVALID_ARGUMENT", "x.data must not be in shared memory");
  });

  test("a buffer that was resized to less", () => {
    const buffer = new ArrayBuffer(8 * 15, { maxByteLength: 8 * 30 });
    const fixed = new Float64Array(buffer, 0, 15);
    const tracking = new Float64Array(buffer);
    buffer.resize(8 * 14);
    expectFailure(
      () => fitSync({ x: { data: fixed, ...size }, y }, options),
      "LENGTH_MISMATCH",
      "x.data must",
    );
    expectFailure(
      () => fitSync({ x: { data: tracking, ...size }, y }, options),
      "LENGTH_MISMATCH",
      "x.data must have 15",
    );
  });

  test("a length that lies", () => {
    const data = Object.defineProperty(Float64Array.from(flat), "length", { value: 1e9 });
    expect(fitSync({ x: { data, ...size }, y }, options).toJSON()).toEqual(wanted);
    expectFailure(
      () => fitSync({ x: { data, rows: 1e9, columns: 1 }, y }, options),
      "LENGTH_MISMATCH",
      "x.data must have 1000000000 entries (rows * columns), but has 15",
    );
  });
});
