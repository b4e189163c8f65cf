// What a statistical test says. A test fails when its two-sided p-value is below `level`: of a perfect generator one
// seed in a million does so. Both sides count: numbers that are too even are not random either.
import { binomialTails, chiSquareTails, kolmogorovTails, normalTails, type Tails } from "./special.ts";

/** The probability that a perfect generator fails one test, over random seeds. */
export const level = 1e-6;

export interface Outcome {
  readonly name: string;
  /** Standard deviations, chi-square minus its degrees of freedom in standard deviations, a count, or sqrt(n) D. */
  readonly statistic: number;
  /** Two-sided. */
  readonly p: number;
}

export function failures(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.filter(({ p }) => !(p >= level));
}

function outcome(name: string, statistic: number, { lower, upper }: Tails): Outcome {
  const p = Math.min(1, 2 * Math.min(lower, upper));
  return { name, statistic, p: Number.isNaN(p) ? 0 : p };
}

/** `sum` has mean 0 and the given variance. */
export function sumTest(name: string, sum: number, variance: number): Outcome {
  const z = sum / Math.sqrt(variance);
  return outcome(name, z, normalTails(z));
}

/** `sum` is chi-square with so many degrees of freedom. */
export function squaresTest(name: string, sum: number, freedom: number): Outcome {
  return outcome(name, (sum - freedom) / Math.sqrt(2 * freedom), chiSquareTails(freedom, sum));
}

/** Exact, so for small counts too: then the two tails overlap and p is at most what is stated. */
export function countTest(name: string, count: number, trials: number, probability: number): Outcome {
  return outcome(name, count, binomialTails(count, trials, probability));
}

export interface Counts {
  readonly observed: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

/** Fewer expected in a class, and it is joined with the next. */
const leastExpected = 100;

/** Pearson's chi-square of each table, added up; each has as many draws as its counts add up to. */
export function countsTest(name: string, tables: readonly Counts[]): Outcome {
  let sum = 0;
  let freedom = 0;
  for (const { observed, probabilities } of tables) {
    const total = Array.from(observed).reduce((a, b) => a + b, 0);
    let [count, expected] = [0, 0];
    let left = total;
    let classes = 0;
    for (let k = 0; k < observed.length; ++k) {
      count += observed[k] as number;
      expected += total * (probabilities[k] as number);
      left -= total * (probabilities[k] as number);
      const last = k === observed.length - 1;
      if (!last && (expected < leastExpected || left < leastExpected)) continue;
      sum += (count - expected) ** 2 / expected;
      [count, expected] = [0, 0];
      ++classes;
    }
    freedom += classes - 1;
  }
  return squaresTest(name, sum, freedom);
}

/** Values between two of those that are looked at first. */
const stride = 64;

/** Kolmogorov and Smirnov, with Stephens's correction for finite n; sorts the values. */
export function distributionTest(
  name: string,
  values: Float64Array,
  distribution: (value: number) => number,
): Outcome {
  values.sort();
  const n = values.length;
  let distance = 0;
  const shareOf = (i: number) => {
    const share = distribution(values[i] as number);
    distance = Math.max(distance, share - i / n, (i + 1) / n - share);
    return share;
  };
  const last = Math.ceil((n - 1) / stride);
  const shares = Array.from({ length: last + 1 }, (_, k) => shareOf(Math.min(k * stride, n - 1)));
  // The distribution is monotone: most of what is between cannot be farther away.
  for (let k = 0; k < last; ++k) {
    const [start, end] = [k * stride, Math.min((k + 1) * stride, n - 1)];
    const most = Math.max((shares[k + 1] as number) - start / n, end / n - (shares[k] as number));
    for (let i = start + 1; i < end && most > distance; ++i) shareOf(i);
  }
  const root = Math.sqrt(n);
  return outcome(name, root * distance, kolmogorovTails((root + 0.12 + 0.11 / root) * distance));
}
