// The same algorithm with ml-matrix: every product, factorisation and solve is one of its methods, the fastest it
// has for the purpose (gram, mmulByTranspose, transposeMultiply rather than mmul of a transpose).
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Dataset } from "../data.ts";
import type { ActiveDesign } from "../reference/problem.ts";
import { solveReweighted } from "../reference/reweighted.ts";
import { Workspace } from "../reference/workspace.ts";
import {
  type Driver,
  type FitSummary,
  type PenaltyName,
  type RidgeSystem,
  tolerance,
  type Work,
} from "./driver.ts";
import { type ScaledFit, scalarPenalties, unscale } from "./typedArrays.ts";

const workspace = new Workspace();

/** The classical way to a Gram matrix, which most code written on ml-matrix goes. */
export function gramByMultiplication(data: Dataset): Work<Float64Array> {
  return product(data, (x) => x.transpose().mmul(x));
}

export const mlMatrix: Driver = {
  name: "ml-matrix",

  gram: (data: Dataset) => product(data, (x) => x.gram()),

  ridge({ size, gram, weights, correlation }: RidgeSystem): Work<Float64Array> {
    const h = Matrix.from1DArray(size, size, gram);
    const rhs = Matrix.columnVector(correlation);
    let solution = rhs;
    return {
      run: () => {
        const system = h.clone();
        for (let k = 0; k < size; ++k) system.set(k, k, system.get(k, k) + (weights[k] as number));
        solution = new CholeskyDecomposition(system).solve(rhs);
      },
      result: () => Float64Array.from(solution.to1DArray()),
    };
  },

  fit(data: Dataset, penalty: PenaltyName, lambda: number): Work<FitSummary> {
    const x = matrixOf(data);
    let fit: ScaledFit | undefined;
    let design: MatrixDesign;
    return {
      run: () => {
        design = new MatrixDesign(x, data.y);
        const problem = { penalty: scalarPenalties[penalty], lambda, tolerance };
        const outcome = solveReweighted(design, problem, workspace.reset());
        fit = { ...outcome, ...unscale(outcome.w, design.means, design.scales, design.yMean) };
      },
      result: () => fit as ScaledFit,
    };
  },
};

function matrixOf({ x, rows, columns }: Dataset): Matrix {
  return Matrix.from1DArray(columns, rows, x).transpose();
}

function product(data: Dataset, multiply: (x: Matrix) => Matrix): Work<Float64Array> {
  const x = matrixOf(data);
  let result = new Matrix(0, 0);
  return {
    run: () => {
      result = multiply(x).div(data.rows);
    },
    result: () => Float64Array.from(result.to1DArray()),
  };
}

class MatrixDesign implements ActiveDesign {
  readonly rows: number;
  readonly columns: number;
  readonly y: Float64Array;
  readonly means: number[];
  readonly scales: number[];
  readonly yMean: number;
  hasGram = false;
  readonly #x: Matrix;
  #index: number[] = [];
  #active: Matrix;
  #baseIndex: number[] = [];
  #base = new Matrix(0, 0);
  #gram = new Matrix(0, 0);

  constructor(x: Matrix, y: Float64Array) {
    this.rows = x.rows;
    this.columns = x.columns;
    this.means = x.mean("column");
    this.scales = x.standardDeviation("column", { mean: this.means, unbiased: false });
    this.#x = x.clone().subRowVector(this.means).divRowVector(this.scales);
    this.#active = this.#x;
    this.yMean = y.reduce((sum, value) => sum + value, 0) / y.length;
    this.y = y.map((value) => value - this.yMean);
  }

  activate(index: Int32Array, size: number): void {
    this.#index = Array.from(index.subarray(0, size));
    this.#active = size === this.columns ? this.#x : this.#x.subMatrixColumn(this.#index);
    this.hasGram = false;
  }

  formGram(): void {
    if (this.hasGram || this.#index.length === 0) return;
    this.hasGram = true;
    const positions = new Map(this.#baseIndex.map((j, k) => [j, k]));
    if (!this.#index.every((j) => positions.has(j))) {
      this.#baseIndex = this.#index;
      this.#base = this.#active.gram().div(this.rows);
      this.#gram = this.#base;
      return;
    }
    const chosen = this.#index.map((j) => positions.get(j) as number);
    this.#gram = this.#base.selection(chosen, chosen);
  }

  fitted(w: Float64Array, out: Float64Array): void {
    if (this.#index.length === 0) out.fill(0);
    else copy(this.#active.mmul(this.#column(w)), out);
  }

  correlate(r: Float64Array, out: Float64Array): void {
    if (this.#index.length === 0) return;
    copy(this.#active.transposeMultiply(Matrix.columnVector(r)).div(this.rows), out);
  }

  correlateAll(r: Float64Array, out: Float64Array): void {
    copy(this.#x.transposeMultiply(Matrix.columnVector(r)).div(this.rows), out);
  }

  curvature(v: Float64Array, out: Float64Array): void {
    if (this.#index.length > 0) copy(this.#gram.mmul(this.#column(v)), out);
  }

  solve(d: Float64Array, rhs: Float64Array, out: Float64Array): boolean {
    const size = this.#index.length;
    const scale = this.#gram.diagonal().map((value, k) => 1 / Math.sqrt(value + (d[k] as number)));
    if (!scale.every((value) => value > 0 && value < Infinity)) return false;
    const system = new Matrix(size, size);
    for (let i = 0; i < size; ++i) {
      for (let j = 0; j < i; ++j) {
        const value = this.#gram.get(i, j) * ((scale[i] as number) * (scale[j] as number));
        system.set(i, j, value);
        system.set(j, i, value);
      }
      system.set(i, i, 1);
    }
    const factor = new CholeskyDecomposition(system);
    if (!factor.isPositiveDefinite()) return false;
    copy(factor.solve(this.#column(rhs).mulColumnVector(scale)).mulColumnVector(scale), out);
    return true;
  }

  solveDual(inverse: Float64Array, rhs: Float64Array, out: Float64Array): boolean {
    const weights = Array.from(inverse.subarray(0, this.#index.length));
    const kernel = this.#active.mmulByTranspose(weights).div(this.rows).add(Matrix.eye(this.rows));
    const factor = new CholeskyDecomposition(kernel);
    if (!factor.isPositiveDefinite()) return false;
    const b = this.#column(rhs);
    const image = this.#active.mmul(b.clone().mulColumnVector(weights)).div(this.rows);
    const back = this.#active.transposeMultiply(factor.solve(image));
    copy(b.sub(back).mulColumnVector(weights), out);
    return true;
  }

  #column(values: Float64Array): Matrix {
    return Matrix.columnVector(values.subarray(0, this.#index.length));
  }
}

function copy(column: Matrix, out: Float64Array): void {
  for (let i = 0; i < column.rows; ++i) out[i] = column.get(i, 0);
}
