// What masks do to the squared loss, by other means than native/solvers: the data centred and weighted here, and the
// expectation summed over all masks that there are.
import type { Data } from "./problems.ts";

/** L of a regression whose intercept, if any, has been absorbed by centring. */
export class SquaredLoss {
  readonly rows: number;
  readonly columns: number;
  readonly #weights: Float64Array;
  readonly #x: Float64Array[];
  readonly #y: Float64Array;

  constructor(data: Data, intercept: boolean) {
    const { rows, columns, x, y, weights, offset } = data;
    this.rows = rows;
    this.columns = columns;
    const sum = weights?.reduce((total, weight) => total + weight, 0) ?? rows;
    this.#weights = Float64Array.from({ length: rows }, (_, i) => ((weights?.[i] ?? 1) * rows) / sum);
    const centred = (vector: Float64Array) => {
      let mean = 0;
      vector.forEach((value, i) => {
        mean += (value * (this.#weights[i] as number)) / rows;
      });
      return intercept ? vector.map((value) => value - mean) : vector;
    };
    this.#x = Array.from({ length: columns }, (_, j) =>
      centred(Float64Array.from({ length: rows }, (_, i) => x[i * columns + j] as number)),
    );
    this.#y = centred(y.map((value, i) => value - (offset?.[i] ?? 0)));
  }

  at(w: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < this.rows; ++i) {
      let residual = this.#y[i] as number;
      for (let j = 0; j < this.columns; ++j) residual -= (this.#x[j]?.[i] as number) * (w[j] as number);
      sum += (this.#weights[i] as number) * residual * residual;
    }
    return sum / (2 * this.rows);
  }

  /** |x_j|^2 / n */
  square(j: number): number {
    let sum = 0;
    this.#x[j]?.forEach((value, i) => {
      sum += (this.#weights[i] as number) * value * value;
    });
    return sum / this.rows;
  }

  /** L(w) + 1/2 sum_j variance_j (|x_j|^2 / n) w_j^2. */
  tikhonov(w: Float64Array, variance: Float64Array): number {
    return w.reduce((sum, value, j) => {
      return value === 0 ? sum : sum + 0.5 * (variance[j] as number) * this.square(j) * value * value;
    }, this.at(w));
  }

  /** E L(s o w) over all 2^columns masks of 1/alpha_j with probability alpha_j and 0 otherwise. */
  enumerate(w: Float64Array, alpha: Float64Array): number {
    let total = 0;
    for (let mask = 0; mask < 2 ** this.columns; ++mask) {
      let probability = 1;
      const masked = w.map((value, j) => {
        const kept = (mask >> j) % 2 === 1;
        const keep = alpha[j] as number;
        probability *= kept ? keep : 1 - keep;
        return kept ? value / keep : 0;
      });
      total += probability * this.at(masked);
    }
    return total;
  }
}
