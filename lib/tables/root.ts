/** A root and the mean slope of the function around it. */
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
  const rate = (fb - fa) / (b - a);
  let x = a;
  let side = 0;
  let before = Infinity;
  for (let step = 0; step < 200; ++step) {
    const width = b - a;
    const secant = b - (fb * width) / (fb - fa);
    // Every third step must have halved the interval; where f jumps the secant alone does not.
    const slow = step % 3 === 0 && width > 0.5 * before;
    if (step % 3 === 0) before = width;
    const next = slow || !(secant > a && secant < b) ? a + 0.5 * width : secant;
    if (next <= a || next >= b) break;
    x = next;
    const value = f(x);
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
  return { x, rate };
}
