// Tests of the bins and bits of a sequence: chi-square, runs, Hamming weights, and what belongs to Gaussian draws.
import { countsTest, countTest, distributionTest, type Outcome, sumTest } from "./outcome.ts";
import type { Accumulator } from "./serial.ts";
import { binomialTails, normalTails } from "./special.ts";
import { type Block, history, type Sequence, type Standardiser } from "./standardise.ts";

/** Chi-square of the bins of each law. */
export class Bins implements Accumulator {
  readonly #laws: Sequence["laws"];
  readonly #width: number;
  readonly #counts: Float64Array;

  constructor({ laws }: Sequence, { binCount }: Standardiser) {
    this.#laws = laws;
    this.#width = binCount;
    this.#counts = new Float64Array(laws.length * binCount);
  }

  add({ length, bins, levels, levelsStart }: Block): void {
    const [counts, width] = [this.#counts, this.#width];
    for (let i = 0; i < length; ++i) {
      const at = (levels[levelsStart + i] as number) * width + (bins[i] as number);
      counts[at] = (counts[at] as number) + 1;
    }
  }

  outcomes(): Outcome[] {
    const tables = this.#laws.map(({ probabilities }, k) => {
      const observed = this.#counts.subarray(k * this.#width, k * this.#width + probabilities.length);
      return { observed, probabilities };
    });
    return [countsTest("bins", tables)];
  }
}

/** The bin from which on a draw counts as a 1, and the probability of that. */
export interface Cut {
  readonly bin: number;
  readonly probability: number;
}

/** Nearest to the median; undefined when laws differ in it. */
export function cutOf({ laws }: Sequence): Cut | undefined {
  const cuts = laws.map(({ probabilities }) => {
    let best: Cut = { bin: 0, probability: 1 };
    let above = 1;
    for (let bin = 1; bin < probabilities.length; ++bin) {
      above -= probabilities[bin - 1] as number;
      if (Math.abs(above - 0.5) < Math.abs(best.probability - 0.5)) best = { bin, probability: above };
    }
    return best;
  });
  const [first] = cuts;
  const same = (cut: Cut) => cut.bin === first?.bin && Math.abs(cut.probability - first.probability) < 1e-12;
  return cuts.every(same) ? first : undefined;
}

const longestRun = 512;

/** The number of runs given the number of ones (Wald and Wolfowitz 1940), and how long runs are: geometric. */
export class Runs implements Accumulator {
  readonly #cut: Cut;
  readonly #lengths = [new Float64Array(longestRun), new Float64Array(longestRun)] as const;
  #ones = 0;
  #runs = 1;
  #length = 0;
  #last = -1;

  constructor(cut: Cut) {
    this.#cut = cut;
  }

  add({ length, bins }: Block): void {
    const { bin } = this.#cut;
    for (let i = 0; i < length; ++i) {
      const bit = (bins[i] as number) >= bin ? 1 : 0;
      this.#ones += bit;
      if (bit === this.#last || this.#last < 0) {
        this.#last = bit;
        ++this.#length;
        continue;
      }
      const lengths = this.#lengths[bit === 1 ? 0 : 1];
      const at = Math.min(this.#length, longestRun) - 1;
      lengths[at] = (lengths[at] as number) + 1;
      ++this.#runs;
      this.#length = 1;
      this.#last = bit;
    }
  }

  outcomes(total: number): Outcome[] {
    const product = (2 * this.#ones * (total - this.#ones)) / total;
    const variance = (product * (product - 1)) / (total - 1);
    const p = this.#cut.probability;
    const table = (bit: 0 | 1, again: number) => ({
      observed: this.#lengths[bit],
      probabilities: Array.from(
        { length: longestRun },
        (_, k) => again ** k * (k === longestRun - 1 ? 1 : 1 - again),
      ),
    });
    return [
      sumTest("runs", this.#runs - 1 - product, variance),
      countsTest("lengths of runs of 1", [table(1, p)]),
      countsTest("lengths of runs of 0", [table(0, 1 - p)]),
    ];
  }
}

/** The number of ones among 64 draws, those that begin at a multiple of 64. */
export class HammingWeights implements Accumulator {
  readonly #cut: Cut;
  readonly #counts = new Float64Array(65);
  #ones = 0;
  #filled = 0;

  constructor(cut: Cut) {
    this.#cut = cut;
  }

  add({ length, bins }: Block): void {
    for (let i = 0; i < length; ++i) {
      if ((bins[i] as number) >= this.#cut.bin) ++this.#ones;
      if (++this.#filled < 64) continue;
      this.#counts[this.#ones] = (this.#counts[this.#ones] as number) + 1;
      this.#ones = 0;
      this.#filled = 0;
    }
  }

  outcomes(): Outcome[] {
    const atMost = (k: number) => (k < 0 ? 0 : binomialTails(k, 64, this.#cut.probability).lower);
    const probabilities = Array.from({ length: 65 }, (_, k) => atMost(k) - atMost(k - 1));
    return [countsTest("Hamming weights of 64", [{ observed: this.#counts, probabilities }])];
  }
}

const tails = [3, 4, 5];
const ordered = 1_000_000;

/** Far tails; the first million against the normal distribution; cos and sin of one angle in 16 x 16 bins. */
export class Normality implements Accumulator {
  readonly #beyond = new Float64Array(tails.length);
  readonly #first = new Float64Array(ordered);
  readonly #pairs = new Float64Array(256);
  readonly #shift: number;
  #seen = 0;
  #partner = 0;

  constructor({ binCount }: Standardiser) {
    this.#shift = Math.log2(binCount) - 4;
  }

  add({ length, y, bins }: Block): void {
    for (let i = 0; i < length; ++i) {
      const size = Math.abs(y[history + i] as number);
      for (let k = 0; k < tails.length && size > (tails[k] as number); ++k) {
        this.#beyond[k] = (this.#beyond[k] as number) + 1;
      }
    }
    for (let i = 0; i < length; ++i) {
      const bin = (bins[i] as number) >> this.#shift;
      if ((this.#seen + i) % 2 === 0) {
        this.#partner = bin;
      } else {
        const at = 16 * this.#partner + bin;
        this.#pairs[at] = (this.#pairs[at] as number) + 1;
      }
    }
    const wanted = Math.min(length, Math.max(0, ordered - this.#seen));
    if (wanted > 0) this.#first.set(y.subarray(history, history + wanted), this.#seen);
    this.#seen += length;
  }

  outcomes(total: number): Outcome[] {
    const probabilities = new Float64Array(256).fill(1 / 256);
    const values = this.#first.slice(0, Math.min(total, ordered));
    return [
      ...tails.map((tail, k) =>
        countTest(`beyond ${tail} sigma`, this.#beyond[k] as number, total, 2 * normalTails(tail).upper),
      ),
      countsTest("partners of Box and Muller", [{ observed: this.#pairs, probabilities }]),
      distributionTest("Kolmogorov-Smirnov of 10^6", values, (z) => normalTails(z).lower),
    ];
  }
}

export function classTests(sequence: Sequence, standardiser: Standardiser): Accumulator[] {
  const tests: Accumulator[] = [new Bins(sequence, standardiser)];
  const cut = cutOf(sequence);
  if (cut !== undefined) tests.push(new Runs(cut), new HammingWeights(cut));
  if (sequence.gaussian) tests.push(new Normality(standardiser));
  return tests;
}
