// The addon below the facade, for tests of native/ itself.
import type { FitRequest, NativeDesign, NativeMatrix, NativePenalty } from "../../binding.js";
import { native } from "../../dist/binding.js";
import type { Data } from "./problems.ts";

export type { FitRequest, NativeDesign, NativeMatrix, NativePenalty };
export { native };

export function handleOf(name: string, ...parameters: number[]): NativePenalty {
  return native.createPenalty(name, Float64Array.from(parameters));
}

export type Layout = NativeMatrix["layout"];
export const layouts: readonly Layout[] = ["rowMajor", "columnMajor", "compressedColumns"];

/** The same matrix in any layout and precision. */
export function nativeMatrix(data: Data, layout: Layout, single = false): NativeMatrix {
  const { x, rows, columns } = data;
  const floats = (values: Iterable<number>) =>
    single ? Float32Array.from(values) : Float64Array.from(values);
  if (layout === "rowMajor") return { data: floats(x), rows, columns, layout };
  const values: number[] = [];
  const rowIndices: number[] = [];
  const columnPointers = [0];
  for (let j = 0; j < columns; ++j) {
    for (let i = 0; i < rows; ++i) {
      const value = x[i * columns + j] as number;
      if (layout === "compressedColumns" && value === 0) continue;
      values.push(value);
      rowIndices.push(i);
    }
    columnPointers.push(values.length);
  }
  if (layout === "columnMajor") return { data: floats(values), rows, columns, layout };
  return {
    data: floats(values),
    rows,
    columns,
    layout,
    rowIndices: Int32Array.from(rowIndices),
    columnPointers: Int32Array.from(columnPointers),
  };
}

export type MatrixRequest = FitRequest & { x: NativeMatrix; y: Float64Array };

/** A request that is in order. */
export function requestOf(data: Data, penalty: NativePenalty, lambdas: number[]): MatrixRequest {
  return {
    x: nativeMatrix(data, "rowMajor"),
    y: data.y,
    weights: data.weights,
    offset: data.offset,
    penalty,
    loss: "squared",
    solver: "reweighted",
    lambdas: Float64Array.from(lambdas),
    pathLength: 1,
    pathRatio: 1,
    intercept: true,
    standardize: true,
    tolerance: 1e-8,
    maxIterations: 1000,
    starts: 1,
    accelerated: true,
    seed: 0,
    mask: "bernoulli",
    batchSize: 0,
    stepSize: 0.5,
    stepDecay: 0.6,
  };
}
