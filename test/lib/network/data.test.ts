// Rows, slices and layouts on their way to the addon.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32, crc32OfTable } from "../../../dist/network/crc32.js";
import { readSplit } from "../../../dist/network/data.js";
import { copyFiniteRows, readInputs } from "../../../dist/network/inputs.js";
import { expectFailure } from "../../support/failures.ts";
import { check } from "../../support/property.ts";

describe("CRC-32", () => {
  test("the check value of the standard, and in pieces", () => {
    const bytes = new TextEncoder().encode("123456789");
    expect(crc32OfTable(bytes)).toBe(0xcbf43926);
    expect(crc32OfTable(bytes.subarray(4), crc32OfTable(bytes.subarray(0, 4)))).toBe(0xcbf43926);
  });

  test("is the one of Node where there is one", () => {
    check(
      50,
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (bytes, before) => {
          expect(crc32(bytes, before)).toBe(crc32OfTable(bytes, before));
        },
      ),
    );
  });
});

test("every layout gives the same rows, whatever the slices", () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 1, max: 12 }),
    columns: fc.integer({ min: 1, max: 5 }),
    slice: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  check(
    60,
    fc.property(shapes, ({ rows, columns, slice, seed }) => {
      const at = (i: number, j: number) => ((i * 31 + j * 17 + seed) % 7) - 3;
      const list = Array.from({ length: rows }, (_, i) =>
        Array.from({ length: columns }, (_, j) => at(i, j)),
      );
      const values: number[] = [];
      const rowIndices: number[] = [];
      const columnPointers = [0];
      for (let j = 0; j < columns; ++j) {
        for (let i = 0; i < rows; ++i) {
          if (at(i, j) === 0) continue;
          values.push(at(i, j));
          rowIndices.push(i);
        }
        columnPointers.push(values.length);
      }
      const flipped = Array.from({ length: columns }, (_, j) => list.map((row) => row[j] as number)).flat();
      const forms = [
        list,
        { data: Int8Array.from(list.flat()), rows, columns },
        { data: Float32Array.from(list.flat()), rows, columns },
        { data: Int16Array.from(flipped), rows, columns, order: "column-major" },
        { data: flipped, rows, columns, order: "column-major" },
        { values, rowIndices, columnPointers, rows, columns },
        { rows, columns, get: at },
      ];
      for (const form of forms) {
        const inputs = readInputs("x", form);
        const copied: number[] = [];
        for (let first = 0; first < rows; first += slice) {
          const count = Math.min(slice, rows - first);
          const out = new Float64Array(count * columns).fill(99);
          copyFiniteRows("x", inputs, first, count, out);
          copied.push(...out);
        }
        expect(copied).toEqual(list.flat().map((value) => value + 0));
      }
    }),
  );
});

test("a view into a larger buffer is read from its place", () => {
  const data = new Uint16Array(new Uint16Array([9, 9, 1, 2, 3, 4, 9]).buffer, 4, 4);
  const out = new Float32Array(2);
  copyFiniteRows("x", readInputs("x", { data, rows: 2, columns: 2 }), 1, 1, out);
  expect([...out]).toEqual([3, 4]);
});

describe("what is not finite is named", () => {
  const copy = (data: number[], out: Float64Array | Float32Array) =>
    copyFiniteRows("x", readInputs("x", { data, rows: 2, columns: 2 }), 0, 2, out);
  test.each([
    [
      "NaN",
      [1, 2, 3, NaN],
      new Float64Array(4),
      "MISSING_VALUES",
      "x at row 1, column 1 must be a finite number",
    ],
    ["infinity", [1, -Infinity, 3, 4], new Float64Array(4), "NOT_FINITE", "x at row 0, column 1 must be"],
    [
      "too large a double",
      [1, 2, 1e39, 4],
      new Float32Array(4),
      "NOT_FINITE",
      "x at row 1, column 0 must be a finite number in single",
    ],
  ] as const)("%s", (_, data, out, code, begins) => {
    expectFailure(() => copy([...data], out), code, begins);
  });
});

test("memory that is transferred away on the way is noticed", () => {
  const data = new Uint8Array(6);
  const inputs = readInputs("x", { data, rows: 3, columns: 2 });
  const out = new Float32Array(2);
  const copy = (first: number) => copyFiniteRows("x", inputs, first, 1, out);
  copy(0);
  structuredClone(data.buffer, { transfer: [data.buffer] });
  expectFailure(() => copy(1), "INVALID_ARGUMENT", "x must keep its memory until training has begun");
});

describe("rows held out", () => {
  test("a fraction, drawn by its seed", () => {
    const split = readSplit({ fraction: 0.3 }, 10, 5);
    expect(split.validation.length).toBe(3);
    expect([...split.training, ...split.validation].sort((a, b) => a - b)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect(readSplit({ fraction: 0.3, seed: 5 }, 10, 8)).toEqual(split);
    const many = readSplit({ fraction: 0.5 }, 1000, 1);
    expect(readSplit({ fraction: 0.5 }, 1000, 2)).not.toEqual(many);
    const mean = many.validation.reduce((sum, row) => sum + row, 0) / 500;
    // Its standard deviation is 1000 / sqrt(12 * 1000).
    expect(Math.abs(mean - 499.5)).toBeLessThan(5 * 9.2);
  });

  test("a fraction always leaves a row on both sides", () => {
    expect(readSplit({ fraction: 0.001 }, 2, 0).validation.length).toBe(1);
    expect(readSplit({ fraction: 0.999 }, 2, 0).training.length).toBe(1);
    expectFailure(() => readSplit({ fraction: 0.5 }, 1, 0), "OUT_OF_RANGE", "x.rows must be >= 2");
  });

  test("rows by number, and none", () => {
    const split = readSplit({ rows: [3, 1] }, 5, 0);
    expect([...split.validation]).toEqual([1, 3]);
    expect([...split.training]).toEqual([0, 2, 4]);
    expect(readSplit(undefined, 3, 0).training.length).toBe(3);
  });
});
