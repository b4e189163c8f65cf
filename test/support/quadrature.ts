/** Nodes and weights of Gauss-Legendre quadrature on [-1, 1], by Newton's method on the Legendre polynomial. */
function legendre(order: number): { node: number; weight: number }[] {
  return Array.from({ length: order }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (order + 0.5));
    let derivative = 1;
    for (let step = 0; step < 100; ++step) {
      let before = 1;
      let value = x;
      for (let k = 2; k <= order; ++k) {
        [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      }
      derivative = (order * (x * value - before)) / (x * x - 1);
      const move = value / derivative;
      x -= move;
      if (Math.abs(move) < 1e-16) break;
    }
    return { node: x, weight: 2 / ((1 - x * x) * derivative * derivative) };
  });
}

const rule = legendre(16);

/** Abscissas and weights on [from, to] cut into equal panels, 16 points each. */
export function panels(from: number, to: number, count: number): { at: Float64Array; weight: Float64Array } {
  const half = (to - from) / count / 2;
  const at = new Float64Array(count * rule.length);
  const weight = new Float64Array(at.length);
  for (let panel = 0, k = 0; panel < count; ++panel) {
    const centre = from + (2 * panel + 1) * half;
    for (const point of rule) {
      at[k] = centre + half * point.node;
      weight[k] = half * point.weight;
      ++k;
    }
  }
  return { at, weight };
}

/** The root of a function that changes sign once between low and high: bisection until nothing moves. */
export function bisect(low: number, high: number, isBelow: (x: number) => boolean): number {
  for (let step = 0; step < 200; ++step) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}
