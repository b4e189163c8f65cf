// Tails of the distributions that the tests need, both sides of each, so that the small one keeps its digits.
// Formulas: Abramowitz and Stegun 6.1 (gamma), 6.5 (incomplete gamma), 26.5 (incomplete beta); Kolmogorov's two series.

export interface Tails {
  /** P(X <= x) */
  readonly lower: number;
  /** P(X >= x) */
  readonly upper: number;
}

/** ln Gamma(x), x > 0, by Stirling's series after a shift to x >= 16. */
export function logGamma(x: number): number {
  let shift = 1;
  while (x < 16) {
    shift *= x;
    x += 1;
  }
  const s = 1 / (x * x);
  const series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - Math.log(shift);
}

/** Of the gamma distribution with shape a and scale 1. */
export function gammaTails(a: number, x: number): Tails {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  const factor = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = a + 1; term > sum * Number.EPSILON; ++k) {
      term *= x / k;
      sum += term;
    }
    return { lower: factor * sum, upper: 1 - factor * sum };
  }
  const upper = factor / fraction(x + 1 - a, (k) => [k * (a - k), x + 2 * k + 1 - a]);
  return { lower: 1 - upper, upper };
}

/** Of the beta distribution, 0 <= x <= 1; y = 1 - x. */
export function betaTails(a: number, b: number, x: number, y = 1 - x): Tails {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (y <= 0) return { lower: 1, upper: 0 };
  if (x * (a + b + 2) > a + 1) {
    const { lower, upper } = betaTails(b, a, y, x);
    return { lower: upper, upper: lower };
  }
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  const factor = Math.exp(a * Math.log(x) + b * Math.log(y) - logBeta) / a;
  const denominator = fraction(1, (k) => {
    const m = Math.floor(k / 2);
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    return [k % 2 === 1 ? odd : even, 1];
  });
  const lower = factor / denominator;
  return { lower, upper: 1 - lower };
}

/** b0 + a1 / (b1 + a2 / (b2 + ...)) by Lentz's method; terms(k) = [a_k, b_k]. */
function fraction(start: number, terms: (k: number) => [number, number]): number {
  const tiny = 1e-300;
  let value = start || tiny;
  let c = value;
  let d = 0;
  for (let k = 1; k < 1e6; ++k) {
    const [a, b] = terms(k);
    d = 1 / (b + a * d || tiny);
    c = b + a / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 4 * Number.EPSILON) return value;
  }
  return Number.NaN;
}

export function normalTails(z: number): Tails {
  const { lower, upper } = gammaTails(0.5, (z * z) / 2);
  const [far, near] = [upper / 2, 0.5 + lower / 2];
  return z < 0 ? { lower: far, upper: near } : { lower: near, upper: far };
}

/** The z with P(Z <= z) = share for a standard normal Z, by bisection. */
export function normalQuantile(share: number): number {
  let [low, high] = [-40, 40];
  while (high - low > 4 * Number.EPSILON * Math.max(1e-3, Math.abs(low))) {
    const middle = (low + high) / 2;
    if (normalTails(middle).lower < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export function chiSquareTails(freedom: number, x: number): Tails {
  return gammaTails(freedom / 2, x / 2);
}

/** Of the number of successes in n trials with probability p; exact, both tails with the k in them. */
export function binomialTails(k: number, n: number, p: number): Tails {
  return {
    lower: k >= n ? 1 : betaTails(k + 1, n - k, p).upper,
    upper: k <= 0 ? 1 : betaTails(k, n - k + 1, p).lower,
  };
}

/** Of Kolmogorov's limit distribution of sqrt(n) sup |F_n - F|. */
export function kolmogorovTails(x: number): Tails {
  if (!(x > 0)) return { lower: 0, upper: 1 };
  let sum = 0;
  if (x < 1) {
    for (let k = 1; k < 20; k += 2) sum += Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x));
    const lower = (Math.sqrt(2 * Math.PI) / x) * sum;
    return { lower, upper: 1 - lower };
  }
  for (let k = 1; k < 20; ++k) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return { lower: 1 - sum, upper: sum };
}
