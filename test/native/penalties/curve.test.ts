// Reading a table: F, F' against the functions that it was made from, on every kind of grid.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curveOf, functionOf, geometric, type Source, stepsOf, tablePenalty } from "../../support/curves.ts";
import { native } from "../../support/native.ts";
import { check } from "../../support/property.ts";
import { panels } from "../../support/quadrature.ts";
import { expectNear } from "../../support/verify.ts";

/** The double next to x > 0, up or down. */
function neighbour(x: number, step: 1n | -1n): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + step);
  return view.getFloat64(0);
}

/** Every knot with its neighbours, places inside each cell, and some beyond either end. */
function sweep(knots: readonly number[]): number[] {
  const places = [0, 1e-300, 1e-9];
  knots.forEach((knot, i) => {
    const next = knots[i + 1];
    if (knot > 0) places.push(neighbour(knot, -1n), knot, neighbour(knot, 1n));
    if (next !== undefined)
      places.push(...[0.01, 0.3, 0.5, 0.77, 0.999].map((t) => knot + t * (next - knot)));
  });
  const [first, last] = [knots[0] as number, knots.at(-1) as number];
  places.push(...[0.1, 0.5, 0.99].map((t) => first * t), ...[1.01, 2, 50, 1e6].map((t) => last * t));
  return places;
}

const logarithm = (knots: number[]): Source => ({
  value: (x) => Math.log(x + 0.5),
  slope: (x) => 1 / (x + 0.5),
  knots,
  head: { limit: 2, coefficient: -4, exponent: 1 },
});
const power = (p: number, knots: number[]): Source => ({
  value: (x) => x ** p / p,
  slope: (x) => x ** (p - 1),
  knots,
  head: { limit: 0, coefficient: 1, exponent: p - 1 },
  tailDecay: 1 - p,
});
// Knots that crowd next to 1, as next to a jump.
const crowded = geometric(1e-13, 1, 120)
  .map((distance) => 1 - distance)
  .reverse();
const sources: Record<string, Source> = {
  "log(x + 1/2), geometric": logarithm(geometric(1e-7, 1e8, 300)),
  "log(x + 1/2), from 0": logarithm([0, ...geometric(0.05, 1e8, 200)]),
  "sqrt(x)": power(0.5, geometric(1e-3, 1e3, 100)),
  "x^(3/2)": power(1.5, geometric(1e-5, 1e5, 200)),
  "crowded at 1": {
    value: (x) => x - (x * x) / 2,
    slope: (x) => 1 - x,
    knots: crowded,
    head: { limit: 1, coefficient: -1, exponent: 1 },
  },
  "one cell": { value: (x) => x ** 4, slope: (x) => 4 * x ** 3, knots: [0, 2], tailDecay: -3 },
};

describe.each(Object.entries(sources))("%s", (name, source) => {
  const curve = functionOf(curveOf(source));
  const last = source.knots.at(-1) as number;
  // The tail of log(x + 1/2) and the end of the crowded curve are other functions than the source.
  const places = sweep(source.knots).filter((x) => name !== "crowded at 1" || x < last);

  // Of the values that a polynomial was fitted to, where F' is small within a cell or by cancellation.
  const cancels = name === "crowded at 1" || name === "one cell";
  const rounding = cancels ? 1e-15 * source.slope(source.knots.length === 2 ? last : 0) : 0;
  const expectSource = (actual: number, wanted: number, x: number) => {
    if (Object.is(actual, wanted)) return;
    const relative = x > last ? 1e-8 : 1e-12;
    expect(Math.abs(actual - wanted), `at ${x}`).toBeLessThanOrEqual(relative * Math.abs(wanted) + rounding);
  };

  test("F' is the source's", () => {
    for (const x of places) expectSource(curve.slope(x), source.slope(x), x);
  });

  test("F is the source's", () => {
    for (const x of places) expectSource(curve.value(x), source.value(x), x);
  });

  test("F is the integral of F', head and tail included", () => {
    const [low, high] = [(source.knots[0] as number) / 10, 3 * last];
    const cuts = [low, ...source.knots, high].filter((x, i, all) => i === 0 || x > (all[i - 1] as number));
    for (let i = 0; i + 1 < cuts.length; ++i) {
      const [from, to] = [cuts[i] as number, cuts[i + 1] as number];
      const { at, weight } = panels(from, to, 4);
      const integral = at.reduce((sum, x, k) => sum + (weight[k] as number) * curve.slope(x), 0);
      const [a, b] = [curve.value(from), curve.value(to)];
      // The difference cancels; the power at 0 is the panels' worst case.
      expect(Math.abs(b - a - integral), `${from} to ${to}`).toBeLessThanOrEqual(
        1e-9 * integral + 4e-16 * (Math.abs(a) + Math.abs(b)),
      );
    }
  });
});

test("etaHat(0) is 1/F''(0) where F'(0) = 0, and the limit of etaHat", () => {
  const curve = curveOf({
    value: (x) => 3 * (-Math.expm1(-x) - x * Math.exp(-x)),
    slope: (x) => 3 * x * Math.exp(-x),
    knots: [0, 0.1, 0.3],
  });
  curve.coefficients[0] = 0;
  const penalty = tablePenalty(curve);
  expectNear(native.etaHatAt(penalty, 0, 1), 1 / 3, 1e-10, "etaHat(0)");
  expectNear(native.etaHatAt(penalty, 1e-9, 1), 1 / 3, 2e-9, "etaHat(0+)");
});

describe("the laws outside the knots", () => {
  test.each([-0.9, -0.5, 0, 0.5, 1, 2, 3.5])("head with exponent %d", (exponent) => {
    const head = { limit: 0.25, coefficient: 0.5, exponent };
    const curve = { ...stepsOf([4, 5], [1]), atZero: -3, head, values: Float64Array.of(7) };
    const { value, slope } = functionOf(curve);
    for (const x of [1e-320, 1e-200, 1e-20, 1e-5, 0.1, 1, 3.999]) {
      expectNear(slope(x), 0.25 + 0.5 * x ** exponent, 1e-14, `F'(${x})`);
      const rise = 0.25 * x + (0.5 * x ** (1 + exponent)) / (1 + exponent);
      expectNear(value(x), -3 + rise, 1e-14, `F(${x})`);
    }
    expect(value(0)).toBe(-3);
    expect(slope(0)).toBe(exponent < 0 ? Infinity : exponent === 0 ? 0.75 : 0.25);
  });

  test.each([
    [2, 1 + 3],
    [1.5, 1 + 6],
    [1, Infinity],
    [0.5, Infinity],
    [0, Infinity],
  ])("tail with decay %d has the limit %d", (decay, limit) => {
    const dual = stepsOf([0, 1, 3], [0, 0.5 / 0.5], decay);
    dual.values[1] = -1;
    // F(3) = 1, F'(3) = 1: beyond, F = 1 + integral from 3 of (x/3)^-decay.
    const penalty = tablePenalty(stepsOf([0, 1], [1]), { dual });
    expectNear(native.dualAt(penalty, Infinity, 1), limit, 1e-14, "F(infinity)");
    for (const x of [3, 3.0001, 4, 1e3, 1e9]) {
      expectNear(native.dualSlopeAt(penalty, x, 1), (x / 3) ** -decay, 1e-13, `F'(${x})`);
    }
    const far = decay === 1 ? 1 + 3 * Math.log(1e9) : 1 + (3 * (1e9 ** (1 - decay) - 1)) / (1 - decay);
    expectNear(native.dualAt(penalty, 3e9, 1), far, 1e-13, "F(3e9)");
    expect(native.dualSlopeAt(penalty, Infinity, 1)).toBe(decay === 0 ? 1 : 0);
  });

  test("a last slope of 0, up to rounding, is constant", () => {
    const curve = curveOf({
      value: (x) => x - (x * x) / 2,
      slope: (x) => 1 - x,
      knots: [0, 0.3, 1],
      tailDecay: 0,
    });
    const { value, slope } = functionOf(curve);
    for (const x of [1, 2, 1e300]) {
      expectNear(value(x), 0.5, 1e-14, `F(${x})`);
      expect(slope(x)).toBe(0);
    }
  });

  test("no slope is negative", () => {
    const { slope } = functionOf({
      ...stepsOf([1, 2, 3], [-1, 2]),
      head: { limit: -1, coefficient: 1, exponent: 1 },
    });
    expect([0, 0.5, 1.5, 2.5].map(slope)).toEqual([0, 0, 0, 2]);
  });
});

test("any increasing knots: the cell of every x", () => {
  const gap = fc.double({ min: -40, max: 3, noNaN: true }).map((exponent) => 2 ** exponent);
  check(
    200,
    fc.property(
      fc.boolean(),
      fc.array(gap, { minLength: 2, maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (zero, gaps, t) => {
        const knots: number[] = [];
        let x = zero ? 0 : (gaps[0] as number);
        for (const width of gaps) {
          knots.push(x);
          x = Math.max(x + width, neighbour(x || 5e-324, 1n));
        }
        const cells = knots.length - 1;
        // The slope of a cell is its number, counted from 1.
        const { slope } = functionOf(
          stepsOf(
            knots,
            Array.from({ length: cells }, (_, i) => i + 1),
          ),
        );
        for (let i = 0; i < cells; ++i) {
          const [left, right] = [knots[i] as number, knots[i + 1] as number];
          expect(slope(left), `at knot ${i}`).toBe(i + 1);
          const inside = left + t * (right - left);
          if (inside < right) expect(slope(inside), `in cell ${i}`).toBe(i + 1);
          expect(slope(neighbour(right, -1n)), `before knot ${i + 1}`).toBe(i + 1);
        }
      },
    ),
  );
});
