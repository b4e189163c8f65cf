import { FlipsideError } from "../errors.js";

/** Lets other work of the event loop go on between the parts of a long computation. */
export class Breather {
  #since = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#since < 8) return;
    await new Promise<void>((resume) => {
      setImmediate(resume);
    });
    this.#since = performance.now();
  }
}

/** A pivot below this times the diagonal is rounding: the matrix has unit diagonal. */
const smallestPivot = 1e-13;

/** A = L L' of a symmetric matrix with a diagonal of about 1, row by row; solves with A and never inverts it. */
export class Cholesky {
  private constructor(
    readonly size: number,
    readonly lower: Float64Array,
  ) {}

  /**
   * @param matrix size x size, of which the lower triangle is read.
   * @throws FlipsideError NUMERIC where it is not positive definite.
   */
  static async factor(matrix: Float64Array, size: number, breather: Breather): Promise<Cholesky> {
    const lower = new Float64Array(size * size);
    for (let i = 0; i < size; ++i) {
      await breather.breathe();
      for (let j = 0; j <= i; ++j) {
        let sum = matrix[i * size + j] as number;
        for (let k = 0; k < j; ++k) {
          sum -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
        }
        if (j < i) lower[i * size + j] = sum / (lower[j * size + j] as number);
        else if (sum > smallestPivot * (matrix[i * size + i] as number)) lower[i * size + i] = Math.sqrt(sum);
        else {
          const message = `the information on the support must be positive definite, but is not at its column ${i}: columns are collinear, or the objective is not convex there`;
          throw new FlipsideError("NUMERIC", message);
        }
      }
    }
    return new Cholesky(size, lower);
  }

  /** In place, L v = b; entries before `from` are known to be 0. */
  forward(b: Float64Array, from = 0): Float64Array {
    const { size, lower } = this;
    for (let i = from; i < size; ++i) {
      let sum = b[i] as number;
      for (let k = from; k < i; ++k) sum -= (lower[i * size + k] as number) * (b[k] as number);
      b[i] = sum / (lower[i * size + i] as number);
    }
    return b;
  }

  /** In place, A v = b. */
  solve(b: Float64Array, from = 0): Float64Array {
    const { size, lower } = this;
    this.forward(b, from);
    for (let i = size - 1; i >= 0; --i) {
      const value = (b[i] as number) / (lower[i * size + i] as number);
      b[i] = value;
      for (let k = 0; k < i; ++k) b[k] = (b[k] as number) - (lower[i * size + k] as number) * value;
    }
    return b;
  }
}

/** u' M u of a symmetric matrix whose lower triangle is stored. */
export function quadraticForm(matrix: Float64Array, size: number, u: Float64Array): number {
  let total = 0;
  for (let i = 0; i < size; ++i) {
    let row = 0.5 * (matrix[i * size + i] as number) * (u[i] as number);
    for (let j = 0; j < i; ++j) row += (matrix[i * size + j] as number) * (u[j] as number);
    total += 2 * row * (u[i] as number);
  }
  return total;
}
