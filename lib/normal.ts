/**
 * The z with P(|Z| <= z) = confidence for a standard normal Z, to a few units in the last place relative to z (or to
 * the 1 - confidence that a double can hold).
 */
export function normalQuantile(confidence: number): number {
  const tail = 1 - confidence;
  let z = tail > 0.05 ? 0 : Math.sqrt(-2 * Math.log(tail));
  for (let iteration = 0; iteration < 100; ++iteration) {
    const density = Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2);
    // Newton's method. Both functions are concave in z, so that it comes from one side.
    const step =
      tail > 0.05
        ? (confidence - density * centralRatio(z)) / density
        : Math.log((density * millsRatio(z)) / tail) * millsRatio(z);
    z += step;
    if (Math.abs(step) <= 2 * Number.EPSILON * z) break;
  }
  return z;
}

/** P(|Z| <= z) over the density of |Z|: the sum of z^(2k+1) / (2k+1)!!, without cancellation. */
function centralRatio(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; term > sum * Number.EPSILON; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return sum;
}

/** P(|Z| > z) over the density of |Z|, z > 1.5: Laplace's continued fraction 1/(z + 1/(z + 2/(z + ...))). */
function millsRatio(z: number): number {
  let denominator = z;
  for (let k = 200; k >= 1; --k) denominator = z + k / denominator;
  return 1 / denominator;
}
