// The standardised design on typed arrays: X column-major, the Gram matrix computed once for the first set of
// active columns that needs it and gathered from there as the set shrinks.
import type { Dataset } from "../data.ts";
import { cholesky, choleskySolve, gram, kernelMatrix } from "./kernels.ts";
import type { ActiveDesign } from "./problem.ts";
import { multiply, multiplyTransposed } from "./products.ts";
import type { Workspace } from "./workspace.ts";

const leastPivot = 1e-13;
const none: Float64Array = new Float64Array(0);

export class TypedDesign implements ActiveDesign {
  readonly rows: number;
  readonly columns: number;
  readonly y: Float64Array;
  readonly means: Float64Array;
  readonly scales: Float64Array;
  readonly yMean: number;
  hasGram = false;
  readonly #workspace: Workspace;
  readonly #x: Float64Array;
  readonly #all: Int32Array;
  readonly #index: Int32Array;
  readonly #position: Int32Array; // of a column in the base Gram matrix, -1 if it is not there
  readonly #scale: Float64Array;
  readonly #image: Float64Array;
  #size = 0;
  #baseSize = 0;
  #base = none;
  #gathered = none;
  #gram = none;
  #factor = none;
  #columnsBuffer = none;

  constructor({ x, y, rows, columns }: Dataset, workspace: Workspace) {
    this.#workspace = workspace;
    this.rows = rows;
    this.columns = columns;
    this.#x = workspace.take(rows * columns);
    this.means = workspace.take(columns);
    this.scales = workspace.take(columns);
    for (let j = 0; j < columns; ++j) this.#standardize(x, j * rows, j);
    let sum = 0;
    for (let i = 0; i < rows; ++i) sum += y[i] as number;
    this.yMean = sum / rows;
    this.y = workspace.take(rows);
    for (let i = 0; i < rows; ++i) this.y[i] = (y[i] as number) - this.yMean;
    this.#all = workspace.takeIntegers(columns);
    for (let j = 0; j < columns; ++j) this.#all[j] = j;
    this.#index = workspace.takeIntegers(columns);
    this.#position = workspace.takeIntegers(columns).fill(-1);
    this.#scale = workspace.take(columns);
    this.#image = workspace.take(rows);
  }

  #standardize(x: Float64Array, start: number, j: number): void {
    const { rows } = this;
    let sum = 0;
    for (let i = 0; i < rows; ++i) sum += x[start + i] as number;
    const mean = sum / rows;
    let square = 0;
    for (let i = 0; i < rows; ++i) {
      const value = (x[start + i] as number) - mean;
      this.#x[start + i] = value;
      square += value * value;
    }
    const deviation = Math.sqrt(square / rows);
    const factor = 1 / deviation;
    for (let i = 0; i < rows; ++i) this.#x[start + i] = (this.#x[start + i] as number) * factor;
    this.means[j] = mean;
    this.scales[j] = deviation;
  }

  activate(index: Int32Array, size: number): void {
    for (let k = 0; k < size; ++k) this.#index[k] = index[k] as number;
    this.#size = size;
    this.hasGram = false;
  }

  formGram(): void {
    if (this.hasGram) return;
    this.hasGram = true;
    const size = this.#size;
    let known = true;
    for (let k = 0; k < size && known; ++k) known = (this.#position[this.#index[k] as number] as number) >= 0;
    if (!known) this.#computeBase();
    if (size === this.#baseSize) this.#gram = this.#base;
    else this.#gather();
  }

  #computeBase(): void {
    const { rows } = this;
    const size = this.#size;
    let x = this.#x;
    if (size < this.columns) {
      if (this.#columnsBuffer.length < rows * size) this.#columnsBuffer = this.#workspace.take(rows * size);
      x = this.#columnsBuffer;
      for (let k = 0; k < size; ++k) {
        const from = (this.#index[k] as number) * rows;
        x.set(this.#x.subarray(from, from + rows), k * rows);
      }
    }
    if (this.#base.length < size * size) this.#base = this.#workspace.take(size * size);
    gram(x, rows, size, 1 / rows, this.#base);
    this.#position.fill(-1);
    for (let k = 0; k < size; ++k) this.#position[this.#index[k] as number] = k;
    this.#baseSize = size;
  }

  #gather(): void {
    const size = this.#size;
    if (this.#gathered.length < size * size) this.#gathered = this.#workspace.take(size * size);
    this.#gram = this.#gathered;
    for (let i = 0; i < size; ++i) {
      const from = (this.#position[this.#index[i] as number] as number) * this.#baseSize;
      const to = i * size;
      for (let j = 0; j <= i; ++j) {
        const value = this.#base[from + (this.#position[this.#index[j] as number] as number)] as number;
        this.#gram[to + j] = value;
        this.#gram[j * size + i] = value;
      }
    }
  }

  fitted(w: Float64Array, out: Float64Array): void {
    multiply(this.#x, this.rows, this.#index, this.#size, w, out);
  }

  correlate(r: Float64Array, out: Float64Array): void {
    multiplyTransposed(this.#x, this.rows, this.#index, this.#size, r, 1 / this.rows, out);
  }

  correlateAll(r: Float64Array, out: Float64Array): void {
    multiplyTransposed(this.#x, this.rows, this.#all, this.columns, r, 1 / this.rows, out);
  }

  curvature(v: Float64Array, out: Float64Array): void {
    multiplyTransposed(this.#gram, this.#size, this.#all, this.#size, v, 1, out);
  }

  solve(d: Float64Array, rhs: Float64Array, out: Float64Array): boolean {
    const size = this.#size;
    const scale = this.#scale;
    const h = this.#gram;
    this.#reserveFactor(size);
    for (let k = 0; k < size; ++k) {
      const diagonal = (h[k * size + k] as number) + (d[k] as number);
      if (!(diagonal > 0)) return false;
      scale[k] = 1 / Math.sqrt(diagonal);
    }
    for (let i = 0; i < size; ++i) {
      const row = i * size;
      const own = scale[i] as number;
      for (let j = 0; j < i; ++j) this.#factor[row + j] = (h[row + j] as number) * (scale[j] as number) * own;
      this.#factor[row + i] = 1;
      out[i] = (rhs[i] as number) * own;
    }
    if (!cholesky(this.#factor, size, leastPivot)) return false;
    choleskySolve(this.#factor, size, out);
    for (let k = 0; k < size; ++k) out[k] = (out[k] as number) * (scale[k] as number);
    return true;
  }

  solveDual(inverse: Float64Array, rhs: Float64Array, out: Float64Array): boolean {
    // (X'X/n + D)^-1 b = D^-1 (b - X' K^-1 X D^-1 b / n),  K = I + X D^-1 X' / n.
    const { rows } = this;
    const size = this.#size;
    this.#reserveFactor(rows);
    this.#transposeWeighted(inverse);
    kernelMatrix(this.#columnsBuffer, rows, size, 1 / rows, this.#factor);
    if (!cholesky(this.#factor, rows, 0)) return false;
    for (let k = 0; k < size; ++k) out[k] = ((inverse[k] as number) * (rhs[k] as number)) / rows;
    this.fitted(out, this.#image);
    choleskySolve(this.#factor, rows, this.#image);
    multiplyTransposed(this.#x, rows, this.#index, size, this.#image, 1, out);
    for (let k = 0; k < size; ++k)
      out[k] = (inverse[k] as number) * ((rhs[k] as number) - (out[k] as number));
    return true;
  }

  /** X_A diag(sqrt(inverse)) row by row into the columns' buffer, in blocks that stay in the cache. */
  #transposeWeighted(inverse: Float64Array): void {
    const { rows } = this;
    const size = this.#size;
    if (this.#columnsBuffer.length < rows * size) this.#columnsBuffer = this.#workspace.take(rows * size);
    const block = 32;
    for (let from = 0; from < size; from += block) {
      const to = Math.min(size, from + block);
      for (let k = from; k < to; ++k) {
        const root = Math.sqrt(inverse[k] as number);
        const column = (this.#index[k] as number) * rows;
        for (let i = 0; i < rows; ++i) {
          this.#columnsBuffer[i * size + k] = root * (this.#x[column + i] as number);
        }
      }
    }
  }

  #reserveFactor(size: number): void {
    if (this.#factor.length < size * size) this.#factor = this.#workspace.take(size * size);
  }
}
