// A design and its operations, and the same by plain loops over standardised columns.
import type { NativeOperations, OperationsRequest } from "../../binding.js";
import { standardize } from "../optimality.ts";
import { type Layout, native, nativeMatrix } from "./native.ts";
import type { Data } from "./problems.ts";
import { Random } from "./random.ts";

export type { NativeOperations };

/** How a matrix is given and held. */
export interface Held {
  readonly layout: Layout;
  readonly single: boolean;
  readonly storage: OperationsRequest["storage"];
}

/** One per storage and way into it. */
export const holdings: readonly Held[] = [
  { layout: "rowMajor", single: false, storage: "dense" },
  { layout: "columnMajor", single: false, storage: "compact" },
  { layout: "columnMajor", single: true, storage: "dense" },
  { layout: "rowMajor", single: true, storage: "compact" },
  { layout: "columnMajor", single: true, storage: "compact" },
  { layout: "compressedColumns", single: false, storage: "dense" },
  { layout: "compressedColumns", single: false, storage: "compact" },
  { layout: "compressedColumns", single: true, storage: "compact" },
];

export const nameOf = ({ layout, single, storage }: Held) =>
  `${storage} from ${layout} ${single ? "floats" : "doubles"}`;

export type Own = Partial<Omit<OperationsRequest, "x">>;

/** All operations on random vectors: every column left and right, three residuals. */
export function requestOf(data: Data, held: Held, own: Own = {}): OperationsRequest {
  const random = new Random(data.rows + 7 * data.columns);
  const all = Int32Array.from({ length: data.columns }, (_, j) => j);
  const w = random.normals(data.columns);
  return {
    x: nativeMatrix(data, held.layout, held.single),
    weights: data.weights,
    intercept: true,
    standardize: true,
    fold: true,
    storage: held.storage,
    w,
    residuals: random.normals(3 * data.rows),
    left: all,
    right: all,
    coefficients: own.left === undefined ? w : random.normals(own.left.length),
    ...own,
  };
}

export function operations(data: Data, held: Held, own: Own = {}): NativeOperations {
  return native.designOperations(requestOf(data, held, own));
}

/** A number and the sum of the sizes of what it is made of, to which its error is compared. */
export interface Bounded {
  readonly value: number;
  readonly size: number;
}

type Vector = ArrayLike<number>;
const at = (vector: Vector, i: number) => vector[i] as number;

/** What the operations of a request must give. data is what the request has, in any precision. */
export function reference(data: Data, request: OperationsRequest): Record<string, Bounded[]> {
  const { rows: n, columns: p } = data;
  const { means, scales, curvature, weights, columns } = standardize(data, request);
  const roots = request.fold ? weights.map(Math.sqrt) : new Float64Array(n).fill(1);
  const element = (i: number, j: number) => {
    if (at(curvature, j) === 0) return 0;
    if (request.fold) return at(columns[j] as Float64Array, i);
    return (at(data.x, i * p + j) - at(means, j)) / at(scales, j);
  };
  /** As far as a mean can be off, relative to a rounding: the mean of the sizes. */
  const typical = Array.from({ length: p }, (_, j) =>
    weights.reduce((total, weight, i) => total + (weight * Math.abs(at(data.x, i * p + j))) / n, 0),
  );
  const size = (i: number, j: number) =>
    at(curvature, j) === 0
      ? 0
      : (at(roots, i) * (Math.abs(at(data.x, i * p + j)) + at(typical, j))) / at(scales, j);
  /** scale * sum_i of the product of the factors, and the same of their sizes. */
  const sum = (count: number, scale: number, term: (k: number) => [number, number]): Bounded => {
    let value = 0;
    let bound = 0;
    for (let k = 0; k < count; ++k) {
      const [one, its] = term(k);
      value += one;
      bound += its;
    }
    return { value: value * scale, size: bound * scale };
  };
  const range = (count: number) => Array.from({ length: count }, (_, k) => k);
  const dot = (j: number, r: Vector) =>
    sum(n, 1 / n, (i) => [element(i, j) * at(r, i), size(i, j) * Math.abs(at(r, i))]);
  const combined = (index: Vector, w: Vector) =>
    range(n).map((i) =>
      sum(index.length, 1, (k) => [
        element(i, at(index, k)) * at(w, k),
        size(i, at(index, k)) * Math.abs(at(w, k)),
      ]),
    );
  const residual = (k: number) => request.residuals.subarray(k * n, (k + 1) * n);
  const d = request.rowWeights ?? new Float64Array(n).fill(1);
  const left = Array.from(request.left);
  return {
    multiply: combined(range(p), request.w),
    combine: combined(request.left, request.coefficients),
    correlate: range(p).map((j) => dot(j, residual(0))),
    correlateSome: left.map((j) => dot(j, residual(0))),
    correlateMany: range(request.residuals.length / n).flatMap((k) =>
      range(p).map((j) => dot(j, residual(k))),
    ),
    gather: left.flatMap((j) => range(n).map((i) => ({ value: element(i, j), size: size(i, j) }))),
    products: Array.from(request.right).flatMap((b) =>
      left.map((a) =>
        sum(n, 1 / n, (i) => [
          element(i, a) * at(d, i) * element(i, b),
          size(i, a) * Math.abs(at(d, i)) * size(i, b),
        ]),
      ),
    ),
  };
}

/** The same problem with zeros in x, and elements that are floats where the request has them so. */
export function withZeros(data: Data, single: boolean): Data {
  const x = data.x.map((value, k) => (k % 3 === 1 ? 0 : single ? Math.fround(value) : value));
  return { ...data, x };
}
