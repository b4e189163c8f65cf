// Compressed sparse columns: every pointer and index is checked before anything reads along them.
import fc from "fast-check";
import { type FlipsideErrorCode, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { nativeMatrix } from "../support/native.ts";
import { plainProblem, problemOf } from "../support/problems.ts";
import { check } from "../support/property.ts";
import { Random } from "../support/random.ts";

const good = {
  values: [1, 4, 3, 2, 5],
  rowIndices: [0, 1, 2, 0, 3],
  columnPointers: [0, 3, 5, 5],
  rows: 4,
  columns: 3,
};
const y = [1, 2, 3, 5];
// Of this solver, which makes every matrix dense.
const options = { penalty: penalties.l1(), lambda: 0.1, solver: "reweighted" } as const;

type Case = [what: string, change: object, code: FlipsideErrorCode, begins: string];

const cases: Case[] = [
  [
    "pointers that do not begin at 0",
    { columnPointers: [1, 3, 5, 5] },
    "OUT_OF_RANGE",
    "x.columnPointers[0] must be 0",
  ],
  [
    "pointers that fall",
    { columnPointers: [0, 4, 3, 5] },
    "OUT_OF_RANGE",
    "x.columnPointers[2] must be >= 4",
  ],
  [
    "pointers beyond the values",
    { columnPointers: [0, 3, 6, 6] },
    "OUT_OF_RANGE",
    "x.columnPointers[2] must be",
  ],
  [
    "pointers that end early",
    { columnPointers: [0, 3, 4, 4] },
    "OUT_OF_RANGE",
    "x.columnPointers[3] must be 5",
  ],
  [
    "too few pointers",
    { columnPointers: [0, 3, 5] },
    "LENGTH_MISMATCH",
    "x.columnPointers must have 4 entries (columns + 1)",
  ],
  [
    "a negative pointer",
    { columnPointers: Int32Array.of(0, -1, 5, 5) },
    "OUT_OF_RANGE",
    "x.columnPointers[1] must be",
  ],
  ["a row beyond the last", { rowIndices: [0, 1, 4, 0, 3] }, "OUT_OF_RANGE", "x.rowIndices[2] must be"],
  [
    "a negative row",
    { rowIndices: Int32Array.of(-1, 1, 2, 0, 3) },
    "OUT_OF_RANGE",
    "x.rowIndices[0] must be",
  ],
  [
    "a row twice",
    { rowIndices: [0, 1, 1, 0, 3] },
    "OUT_OF_RANGE",
    "x.rowIndices[2] must be >= 0 and < 4 and > 1",
  ],
  ["rows out of order", { rowIndices: [1, 0, 2, 0, 3] }, "OUT_OF_RANGE", "x.rowIndices[1] must be"],
  ["half a row", { rowIndices: [0, 1, 1.5, 0, 3] }, "OUT_OF_RANGE", "x.rowIndices[2] must be an integer"],
  ["too few rows", { rowIndices: [0, 1, 2, 0] }, "LENGTH_MISMATCH", "x.rowIndices must have 5 entries"],
  [
    "no values",
    { values: undefined },
    "INVALID_ARGUMENT",
    "x.values must be a typed array or an array of numbers",
  ],
  ["text", { values: [1, 4, "3", 2, 5] }, "INVALID_ARGUMENT", "x.values[2] must be a number"],
  ["10^9 columns", { columns: 1e9 }, "LENGTH_MISMATCH", "x.columnPointers must have 1000000001 entries"],
  ["10^9 rows", { rows: 1e9 }, "LENGTH_MISMATCH", "y must have 1000000000 entries"],
  ["0 rows", { rows: 0 }, "EMPTY", "x.rows must be"],
  ["an unknown key", { colums: 3 }, "UNKNOWN_OPTION", 'x has no "colums"'],
];

describe("bad compressed columns", () => {
  test.each(cases)("%s", (_, change, code, begins) => {
    expectFailure(() => loose(fitSync)({ x: { ...good, ...change }, y }, options), code, begins);
  });
});

test("an empty matrix is one of constant columns", () => {
  const x = { values: [], rowIndices: [], columnPointers: [0, 0, 0], rows: 4, columns: 2 };
  const fit = fitSync({ x, y }, options);
  expect([...fit.coefficients]).toEqual([0, 0]);
  expect(fit.intercept).toBe(2.75);
});

test("random sparse matrices give the fit of the dense ones", () => {
  check(
    100,
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(1e6),
      (n, p, seed) => {
        const random = new Random(seed);
        const plain = plainProblem(n, p, seed);
        const data = { ...plain, x: plain.x.map((value) => (random.uniform() < 0.7 ? 0 : value)) };
        const { data: values, rowIndices, columnPointers } = nativeMatrix(data, "compressedColumns");
        const x = {
          values,
          rowIndices: rowIndices as Int32Array,
          columnPointers: columnPointers as Int32Array,
          rows: n,
          columns: p,
        };
        const dense = fitSync(problemOf(data), options);
        const fit = fitSync({ x, y: data.y }, options);
        expect(fit.toJSON()).toEqual(dense.toJSON());
        const [one, other] = [fit.predict(x), dense.predict(problemOf(data).x)];
        one.forEach((value, i) => {
          expect(value).toBeCloseTo(other[i] as number, 10);
        });
      },
    ),
  );
});
