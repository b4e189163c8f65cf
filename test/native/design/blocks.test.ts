// The design of several outputs, I (x) x: its columns are those of x block by block, and every operation is that of the
// matrix of these columns.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OperationsRequest } from "../../../binding.js";
import { type Held, holdings, nameOf, requestOf, withZeros } from "../../support/designs.ts";
import { native } from "../../support/native.ts";
import { type Data, makeProblem, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";

function blockRequest(data: Data, held: Held, outputs: number, random: Random): OperationsRequest {
  const [rows, columns] = [data.rows * outputs, data.columns * outputs];
  const some = () => Int32Array.from({ length: random.integer(columns + 3) }, () => random.integer(columns));
  const left = some();
  return requestOf(data, held, {
    outputs,
    w: random.normals(columns),
    residuals: random.normals(rows * (1 + random.integer(4))),
    left,
    right: some(),
    coefficients: random.normals(left.length),
    rowWeights: random.uniform() < 0.5 ? random.normals(rows) : undefined,
  });
}

/** Every column of I (x) x. */
function columnsOf(data: Data, held: Held, outputs: number): Float64Array[] {
  const all = Int32Array.from({ length: data.columns }, (_, j) => j);
  const x = native.designOperations(
    requestOf(data, held, { left: all, coefficients: new Float64Array(all.length) }),
  );
  const blocks: Float64Array[] = [];
  for (let k = 0; k < outputs; ++k) {
    for (let j = 0; j < data.columns; ++j) {
      const column = new Float64Array(data.rows * outputs);
      column.set(x.gather.subarray(j * data.rows, (j + 1) * data.rows), k * data.rows);
      blocks.push(column);
    }
  }
  return blocks;
}

type Vector = ArrayLike<number>;
const at = (vector: Vector, i: number) => vector[i] as number;
const dot = (a: Vector, b: Vector, weights?: Vector) =>
  Array.from(a).reduce(
    (sum, value, i) => sum + value * at(b, i) * (weights === undefined ? 1 : at(weights, i)),
    0,
  );

function expectClose(name: string, given: Vector, wanted: readonly number[], size: number): void {
  expect(given.length, name).toBe(wanted.length);
  wanted.forEach((value, k) => {
    expect(Math.abs(at(given, k) - value), `${name}[${k}]`).toBeLessThanOrEqual(1e-12 * size);
  });
}

function expectBlocks(data: Data, held: Held, outputs: number, request: OperationsRequest): void {
  const columns = columnsOf(data, held, outputs);
  const given = native.designOperations(request);
  const n = data.rows * outputs;
  const largest = Math.max(1, ...columns.map((column) => Math.max(...column.map(Math.abs))));
  const combined = (index: Vector, w: Vector) =>
    Array.from({ length: n }, (_, i) =>
      Array.from(index).reduce((sum, j, k) => sum + at(columns[j] as Vector, i) * at(w, k), 0),
    );
  const left = Array.from(request.left);
  const first = request.residuals.subarray(0, n);
  // Normal numbers and weights of them: 100 is more than any product of the two.
  const size = 100 * largest * largest * (1 + columns.length);
  expectClose(
    "curvature",
    given.curvature,
    columns.map((column) => dot(column, column) / n),
    size,
  );
  expectClose("multiply", given.multiply, combined([...columns.keys()], request.w), size);
  expectClose("combine", given.combine, combined(left, request.coefficients), size);
  expectClose(
    "correlate",
    given.correlate,
    columns.map((column) => dot(column, first) / n),
    size,
  );
  expectClose(
    "correlateSome",
    given.correlateSome,
    left.map((j) => dot(columns[j] as Vector, first) / n),
    size,
  );
  const many = Array.from({ length: request.residuals.length / n }, (_, k) =>
    columns.map((column) => dot(column, request.residuals.subarray(k * n, (k + 1) * n)) / n),
  );
  expectClose("correlateMany", given.correlateMany, many.flat(), size);
  expectClose(
    "gather",
    given.gather,
    left.flatMap((j) => Array.from(columns[j] as Float64Array)),
    0,
  );
  const products = Array.from(request.right).flatMap((b) =>
    left.map((a) => dot(columns[a] as Vector, columns[b] as Vector, request.rowWeights) / n),
  );
  expectClose("products", given.products, products, size);
}

describe.each(holdings.map((held) => ({ held, name: nameOf(held) })))("$name", ({ held }) => {
  test("random designs", () => {
    check(
      25,
      fc.property(problemSpecs(15), fc.integer({ min: 2, max: 4 }), (spec, outputs) => {
        const data = withZeros(makeProblem({ ...spec, spread: 0 }), held.single);
        const random = new Random(spec.seed);
        expectBlocks(data, held, outputs, blockRequest(data, held, outputs, random));
      }),
    );
  });

  test("each block has the bits of x alone", () => {
    const data = withZeros(makeProblem(plain), held.single);
    const random = new Random(3);
    const [one, two] = [random.normals(data.rows), random.normals(data.rows)];
    const both = Float64Array.of(...one, ...two);
    const w = random.normals(2 * data.columns);
    const all = Int32Array.from({ length: 2 * data.columns }, (_, j) => j);
    const own = { outputs: 2, w, residuals: both, left: all, right: all, coefficients: w };
    const blocks = native.designOperations(requestOf(data, held, own));
    [one, two].forEach((residuals, k) => {
      const part = w.subarray(k * data.columns, (k + 1) * data.columns);
      const alone = native.designOperations(requestOf(data, held, { residuals, w: part }));
      const of = (values: Float64Array, length: number) => values.subarray(k * length, (k + 1) * length);
      expect(of(blocks.multiply, data.rows)).toEqual(alone.multiply);
      expect(of(blocks.correlate, data.columns)).toEqual(alone.correlate.map((value) => value / 2));
    });
  });
});

const plain = {
  seed: 5,
  rows: 30,
  columns: 7,
  correlation: 0.3,
  duplicates: false,
  constants: true,
  weights: "positive",
  offset: false,
  spread: 0,
} as const;
