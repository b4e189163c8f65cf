import fc from "fast-check";
import type { DenseMatrix } from "flipside";
import { Random } from "./random.ts";

/** Data of a regression as the tests hold it: x row by row. */
export interface Data {
  readonly rows: number;
  readonly columns: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly offset: Float64Array | undefined;
}

/** Everything that makes a random problem; small, so that fast-check can print and shrink it. */
export interface ProblemSpec {
  readonly seed: number;
  readonly rows: number;
  readonly columns: number;
  /** Common factor of all columns: 0 independent, near 1 almost collinear. */
  readonly correlation: number;
  /** Every third column repeats the one before it. */
  readonly duplicates: boolean;
  /** Every fifth column is constant. */
  readonly constants: boolean;
  readonly weights: "none" | "positive" | "zeros";
  readonly offset: boolean;
  /** Columns are scaled and shifted by up to e^spread. */
  readonly spread: number;
}

export function makeProblem(spec: ProblemSpec): Data {
  const random = new Random(spec.seed);
  const { rows, columns } = spec;
  const x = new Float64Array(rows * columns);
  const common = random.normals(rows);
  for (let j = 0; j < columns; ++j) {
    const constant = spec.constants && j % 5 === 2;
    const copied = spec.duplicates && j % 3 === 1;
    const scale = Math.exp(spec.spread * (2 * random.uniform() - 1));
    const shift = spec.spread * random.normal();
    for (let i = 0; i < rows; ++i) {
      const own = Math.sqrt(1 - spec.correlation ** 2) * random.normal();
      const value = scale * (own + spec.correlation * (common[i] as number) + shift);
      const at = i * columns + j;
      x[at] = constant ? shift : copied ? (x[at - 1] as number) : value;
    }
  }
  const coefficients = Float64Array.from({ length: columns }, () =>
    random.uniform() < 0.3 ? 2 * random.normal() : 0,
  );
  const y = Float64Array.from({ length: rows }, (_, i) => {
    let sum = 1 + random.normal();
    for (let j = 0; j < columns; ++j) {
      const own = (x[i * columns + j] as number) * Math.exp(-spec.spread);
      sum += own * (coefficients[j] as number);
    }
    return sum;
  });
  const weights =
    spec.weights === "none"
      ? undefined
      : Float64Array.from({ length: rows }, () => random.geometric(0.1, 10));
  if (weights !== undefined && spec.weights === "zeros") {
    for (let i = 1; i < rows; i += 3) weights[i] = 0;
  }
  const offset = spec.offset ? random.normals(rows) : undefined;
  return { rows, columns, x, y, weights, offset };
}

const anySize = (largest: number) =>
  fc.oneof(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: largest }),
  );

/** Random problems with up to `largest` rows and columns. */
export function problemSpecs(largest: number): fc.Arbitrary<ProblemSpec> {
  return fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
    rows: anySize(largest),
    columns: anySize(largest),
    correlation: fc.constantFrom(0, 0, 0.5, 0.95),
    duplicates: fc.boolean(),
    constants: fc.boolean(),
    weights: fc.constantFrom("none", "none", "positive", "zeros"),
    offset: fc.boolean(),
    spread: fc.constantFrom(0, 0, 1, 3),
  });
}

/** A plain problem where only the size matters. */
export function plainProblem(rows: number, columns: number, seed = 1): Data {
  const plain = { correlation: 0.3, duplicates: false, constants: false, offset: false, spread: 0 };
  return makeProblem({ ...plain, seed, rows, columns, weights: "none" });
}

export function matrixOf(data: Data): DenseMatrix {
  return { data: data.x, rows: data.rows, columns: data.columns };
}

/** As the first argument of fit, where y is the times and then the statuses. */
export function survivalOf(data: Data) {
  const { rows, y, weights, offset } = data;
  return { x: matrixOf(data), y: { time: y.slice(0, rows), status: y.slice(rows) }, weights, offset };
}

/** As the first argument of fit. */
export function problemOf(data: Data) {
  const { y, weights, offset } = data;
  return { x: matrixOf(data), y, weights, offset };
}

export function rowsOf(data: Data): number[][] {
  const { x, rows, columns } = data;
  return Array.from({ length: rows }, (_, i) => Array.from(x.subarray(i * columns, (i + 1) * columns)));
}
