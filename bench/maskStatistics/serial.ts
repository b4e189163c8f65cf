// Tests of a sequence of standardised draws: moments, lanes, correlation with the draws before.
import { type Outcome, squaresTest, sumTest } from "./outcome.ts";
import { type Block, history, type Sequence, type Standardiser } from "./standardise.ts";

/** What is told of each block in turn, and says at the end what it has seen. */
export interface Accumulator {
  add(block: Block): void;
  /** `total` draws were added. */
  outcomes(total: number): Outcome[];
}

/** Neighbours, and the borders of words, blocks and chunks. */
export const lags = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 64, 128, 512, 1024];

/** Mean and variance against the exact ones: the sums of y and y^2 - 1. */
export class Moments implements Accumulator {
  readonly #laws: Sequence["laws"];
  readonly #levelCounts: Float64Array;
  #sum = 0;
  #excess = 0;

  constructor({ laws }: Sequence) {
    this.#laws = laws;
    this.#levelCounts = new Float64Array(laws.length);
  }

  add({ length, y, levels, levelsStart }: Block): void {
    let [sum, excess] = [0, 0];
    for (let i = 0; i < length; ++i) {
      const value = y[history + i] as number;
      sum += value;
      excess += value * value - 1;
      const level = levels[levelsStart + i] as number;
      this.#levelCounts[level] = (this.#levelCounts[level] as number) + 1;
    }
    this.#sum += sum;
    this.#excess += excess;
  }

  outcomes(total: number): Outcome[] {
    let variance = 0;
    this.#laws.forEach(({ kurtosis }, k) => {
      variance += (kurtosis - 1) * (this.#levelCounts[k] as number);
    });
    // Two values of equal probability: y^2 is always 1.
    const constant = variance < 1e-9 * total;
    const excess = constant && Math.abs(this.#excess) < 1e-6 * total ? 0 : this.#excess;
    return [
      sumTest("mean", this.#sum, total),
      sumTest("variance", excess, constant ? Number.MIN_VALUE : variance),
    ];
  }
}

/** Each residue of the element number mod 512 has mean 0: the squares of their 512 sums. */
export class Lanes implements Accumulator {
  readonly #sums = new Float64Array(512);
  #next = 0;

  add({ length, y }: Block): void {
    const sums = this.#sums;
    for (let i = 0; i < length; ++i) {
      const lane = (this.#next + i) & 511;
      sums[lane] = (sums[lane] as number) + (y[history + i] as number);
    }
    this.#next = (this.#next + length) & 511;
  }

  outcomes(total: number): Outcome[] {
    let sum = 0;
    this.#sums.forEach((laneSum, lane) => {
      sum += laneSum ** 2 / Math.ceil((total - lane) / 512);
    });
    return [squaresTest("512 lanes", sum, 512)];
  }
}

/** The correlation with the draw `lag` before: the sum of products. */
export class Lags implements Accumulator {
  readonly #of: "y" | "squares";
  readonly #sums = new Float64Array(lags.length);
  #before = 0;

  constructor(of: "y" | "squares") {
    this.#of = of;
  }

  add(block: Block): void {
    const values = block[this.#of];
    const end = history + block.length;
    lags.forEach((lag, k) => {
      const start = history + Math.max(0, lag - this.#before);
      this.#sums[k] = (this.#sums[k] as number) + laggedSum(values, start, end, lag);
    });
    this.#before += block.length;
  }

  outcomes(total: number): Outcome[] {
    const of = this.#of === "y" ? "" : " of squares";
    return lags.map((lag, k) => sumTest(`lag ${lag}${of}`, this.#sums[k] as number, total - lag));
  }
}

/** Four sums at a time, because one addition waits for the other. */
function laggedSum(values: Float64Array, start: number, end: number, lag: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = start;
  for (; i + 4 <= end; i += 4) {
    a += (values[i] as number) * (values[i - lag] as number);
    b += (values[i + 1] as number) * (values[i + 1 - lag] as number);
    c += (values[i + 2] as number) * (values[i + 2 - lag] as number);
    d += (values[i + 3] as number) * (values[i + 3 - lag] as number);
  }
  for (; i < end; ++i) a += (values[i] as number) * (values[i - lag] as number);
  return a + b + (c + d);
}

export function serialTests(sequence: Sequence, { hasSquares }: Standardiser): Accumulator[] {
  const tests = [new Moments(sequence), new Lanes(), new Lags("y")];
  return hasSquares ? [...tests, new Lags("squares")] : tests;
}
