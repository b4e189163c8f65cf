/** A root and the slope of the function near it. */
export interface Root {
  readonly x: number;
  readonly rate: number;
}

/**
 * Where f passes 0 from below, by the Illinois method and bisection where that is slow; an end where it does not. f is
 * called last at the place that is returned.
 *
 * @param close How small f need not become smaller.
 */
export function root(f: (x: number) => number, from: number, to: number, close: () => number): Root {
  let [a, b] = [from, to];
  let fb = f(b);
  if (fb <= 0) return { x: b, rate: 0 };
  let fa = f(a);
  if (fa >= 0) return { x: a, rate: 0 };
  let rate = (fb - fa) / (b - a);
  let x = a;
  let side = 0;
  for (let step = 0; step < 90; ++step) {
    const width = b - a;
    const secant = b - (fb * width) / (fb - fa);
    const next = step % 8 === 7 || !(secant > a && secant < b) ? a + 0.5 * width : secant;
    if (next <= a || next >= b) break;
    x = next;
    const value = f(x);
    // A secant over a wide enough interval.
    const [nearest, other] = value < 0 ? [a, fa] : [b, fb];
    if (side === 0 && Math.abs(x - nearest) > 1e-6 * width) rate = (value - other) / (x - nearest);
    if (Math.abs(value) <= close()) break;
    if (value < 0) {
      [a, fa] = [x, value];
      if (side < 0) fb /= 2;
      side = -1;
    } else {
      [b, fb] = [x, value];
      if (side > 0) fa /= 2;
      side = 1;
    }
  }
  return { x, rate: Math.abs(rate) };
}
