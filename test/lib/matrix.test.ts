// What may be passed as a matrix or a vector: every form gives the same bits.
import { fitSync, type MatrixLike } from "flipside";
import { Matrix, MatrixSubView } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { columnwise, flat, options, rows, size, sparse, wanted, y } from "../support/sampleMatrix.ts";

class Shape {
  readonly rows = 5;
  readonly columns = 3;
  readonly internal = "members of a class are its own business";
  get(i: number, j: number): number {
    return rows[i]?.[j] as number;
  }
}

const kinds = [Float64Array, Float32Array, Int8Array, Int16Array, Int32Array];

const forms: [string, MatrixLike][] = [
  ["rows as typed arrays", rows.map((row) => Float32Array.from(row))],
  ["rows of several kinds", rows.map((row, i) => (i % 2 === 0 ? row : Int16Array.from(row)))],
  ["a block of numbers", { data: flat, ...size }],
  ["a block row by row", { data: flat, ...size, order: "row-major" }],
  ["a block column by column", { data: columnwise, ...size, order: "column-major" }],
  ...kinds.map((Kind): [string, MatrixLike] => [`a ${Kind.name}`, { data: Kind.from(flat), ...size }]),
  ...kinds.map((Kind): [string, MatrixLike] => [
    `a ${Kind.name} column by column`,
    { data: Kind.from(columnwise), ...size, order: "column-major" },
  ]),
  ["an ml-matrix Matrix", new Matrix(rows)],
  [
    "a view of one",
    new MatrixSubView(new Matrix([[9, 9, 9, 9], ...rows.map((row) => [9, ...row])]), 1, 5, 1, 3),
  ],
  ["an object with get", new Shape()],
  ["compressed columns", sparse],
  [
    "compressed columns in typed arrays",
    {
      values: Float32Array.from(sparse.values),
      rowIndices: Int32Array.from(sparse.rowIndices),
      columnPointers: Uint16Array.from(sparse.columnPointers),
      ...size,
    },
  ],
];

describe("every form gives the same bits", () => {
  test.each(forms)("%s", (_, x) => {
    expect(fitSync({ x, y }, options).toJSON()).toEqual(wanted);
  });

  test("a part of a larger buffer", () => {
    const buffer = new Float64Array([7, ...flat, 7]).subarray(1, 16);
    expect(fitSync({ x: { data: buffer, ...size }, y }, options).toJSON()).toEqual(wanted);
  });

  test("a resizable buffer that is large enough", () => {
    const buffer = new ArrayBuffer(8 * 15, { maxByteLength: 8 * 30 });
    const data = new Float64Array(buffer, 0, 15);
    data.set(flat);
    buffer.resize(8 * 20);
    expect(fitSync({ x: { data, ...size }, y }, options).toJSON()).toEqual(wanted);
  });

  test("y in any form", () => {
    for (const given of [
      Float64Array.from(y),
      Int32Array.from(y),
      Matrix.columnVector(y),
      Uint8ClampedArray.from(y),
    ]) {
      expect(fitSync({ x: rows, y: given }, options).toJSON()).toEqual(wanted);
    }
  });

  test("Float32Array is taken at its own precision", () => {
    const tenth = rows.map((row) => row.map((value) => value / 10));
    const single = tenth.map((row) => row.map(Math.fround));
    const data = Float32Array.from(tenth.flat());
    expect(fitSync({ x: { data, ...size }, y }, options).toJSON()).toEqual(
      fitSync({ x: single, y }, options).toJSON(),
    );
  });
});
