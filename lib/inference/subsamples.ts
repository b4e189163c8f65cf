import { native } from "../binding.js";

/** Uniform integers from a seed and the number of a stream: Philox4x32-10, the same on every machine. */
class Draws {
  readonly #words = new Uint32Array(1024);
  readonly #seed: bigint;
  readonly #stream: bigint;
  #block = 0n;
  #next = this.#words.length;

  constructor(seed: number, stream: number) {
    this.#seed = BigInt(seed);
    this.#stream = BigInt(stream);
  }

  /** An integer in [0, count), count far below 2^53. */
  below(count: number): number {
    if (this.#next === this.#words.length) {
      native.philox(this.#seed, this.#stream, this.#block, this.#words);
      this.#block += BigInt(this.#words.length / 4);
      this.#next = 0;
    }
    const high = (this.#words[this.#next++] as number) >>> 5;
    const low = (this.#words[this.#next++] as number) >>> 6;
    return Math.floor(((high * 2 ** 26 + low) / 2 ** 53) * count);
  }
}

/**
 * Weights of a half of the rows that have a weight, and of another half that has none of them: floor(m / 2) rows each of m.
 * A row outside has the weight 0, so that a fit with them is that of the subsample.
 */
export function complementaryPair(
  weights: Float64Array | undefined,
  rows: number,
  seed: number,
  pair: number,
): [Float64Array, Float64Array] {
  const order: number[] = [];
  for (let i = 0; i < rows; ++i) if (weights === undefined || (weights[i] as number) > 0) order.push(i);
  const draws = new Draws(seed, pair);
  const half = Math.floor(order.length / 2);
  // As much of Fisher and Yates' shuffle as is needed.
  for (let k = 0; k < 2 * half; ++k) {
    const other = k + draws.below(order.length - k);
    const row = order[other] as number;
    order[other] = order[k] as number;
    order[k] = row;
  }
  const weightsOf = (from: number) => {
    const out = new Float64Array(rows);
    for (const row of order.slice(from, from + half)) out[row] = weights?.[row] ?? 1;
    return out;
  };
  return [weightsOf(0), weightsOf(half)];
}
