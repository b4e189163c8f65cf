// multinomial at fitted values, by itself: plain formulas, differences, bounds, limits.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dotOf, lossWithOutputs } from "../../support/losses.ts";
import { native } from "../../support/native.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";

interface Given {
  readonly outputs: number;
  readonly fitted: Float64Array;
  readonly y: Float64Array;
  readonly weights?: Float64Array | undefined;
  readonly offset?: Float64Array | undefined;
  readonly intercept: boolean;
  readonly share?: number;
  readonly direction?: Float64Array;
}
const lossAt = (given: Given) => lossWithOutputs({ loss: "multinomial", ...given });

function randomCase(seed: number, rows: number, outputs: number, scale = 2) {
  const random = new Random(seed);
  const fitted = random.normals(rows * outputs).map((z) => scale * z);
  const y = Float64Array.from({ length: rows }, (_, i) => (i < outputs ? i : random.integer(outputs)));
  const raw = Float64Array.from(y, (_, i) => (i % 7 === 6 ? 0 : random.uniform()));
  const total = raw.reduce((sum, w) => sum + w, 0);
  const weights = raw.map((w) => (w * rows) / total);
  return { outputs, fitted, y, weights, offset: random.normals(rows * outputs), random };
}

/** The mean of log sum exp z - z_y, z = fitted + offset + b. */
function plainValue({ outputs, fitted, y, weights, offset }: Given, b: Float64Array): number {
  const n = y.length;
  let sum = 0;
  y.forEach((own, i) => {
    const z = Array.from(b, (shift, k) => (fitted[k * n + i] as number) + (offset?.[k * n + i] ?? 0) + shift);
    const largest = Math.max(...z);
    const log = largest + Math.log(z.reduce((total, value) => total + Math.exp(value - largest), 0));
    sum += (weights?.[i] ?? 1) * (log - (z[own] as number));
  });
  return outputs === b.length ? sum / n : NaN;
}

describe("weights, offset and intercepts", () => {
  const { random, ...both } = randomCase(5, 60, 3);
  const { weights, offset, ...bare } = both;

  test.each([
    { ...bare, intercept: true },
    { ...bare, intercept: false },
    { ...bare, weights, intercept: true },
    { ...bare, offset, intercept: true },
    { ...both, intercept: true },
    { ...both, intercept: false },
  ])("case %#: value, slopes and Hessian by differences, the dual touches", (given) => {
    const n = given.fitted.length;
    const direction = random.normals(n);
    const at = lossAt({ ...given, direction });
    expect(Math.abs(at.value - plainValue(given, at.intercepts))).toBeLessThan(1e-13);
    expect(Math.abs(at.intercepts.reduce((sum, b) => sum + b, 0))).toBeLessThan(1e-13);
    const step = 1e-5;
    const move = (t: number) =>
      lossAt({ ...given, fitted: given.fitted.map((z, i) => z + t * (direction[i] as number)) });
    const [ahead, behind] = [move(step), move(-step)];
    const slope = (ahead.value - behind.value) / (2 * step);
    expect(Math.abs(slope + dotOf(at.residual, direction) / n)).toBeLessThan(1e-8);
    at.image.forEach((value, i) => {
      const wanted = -((ahead.residual[i] as number) - (behind.residual[i] as number)) / (2 * step);
      expect(Math.abs(value - wanted)).toBeLessThan(1e-7);
    });
    for (let k = 0; k < 3; ++k) {
      const sum = at.residual.subarray(60 * k, 60 * (k + 1)).reduce((total, r) => total + r, 0);
      if (given.intercept) expect(Math.abs(sum)).toBeLessThan(1e-12);
      else expect(at.intercepts[k]).toBe(0);
    }

    // Fenchel and Young: equality at the residual, f'u - L*(u) <= L(f) for a part of it.
    const product = dotOf(given.fitted, at.residual) / n;
    expect(Math.abs(at.dual - product - at.value)).toBeLessThan(1e-13);
    for (const share of [0, 0.3, 0.9]) {
      const bound = lossAt({ ...given, share }).dual - share * product;
      expect(bound).toBeLessThan(at.value);
      expect(Number.isFinite(bound)).toBe(true);
    }
  });
});

test("the diagonal curvature bounds the Hessian, and is at most half of N / n", () => {
  check(
    100,
    fc.property(
      fc.integer({ min: 0, max: 2 ** 30 }),
      fc.integer({ min: 2, max: 6 }),
      fc.constantFrom(0.1, 2, 10, 100),
      fc.boolean(),
      (seed, outputs, scale, intercept) => {
        const { random, weights: _, ...given } = randomCase(seed, 10, outputs, scale);
        const direction = random.normals(given.fitted.length);
        const at = lossAt({ ...given, intercept, direction });
        const bound = at.curvature.reduce((sum, v, i) => sum + v * (direction[i] as number) ** 2, 0);
        const bend = dotOf(at.image, direction);
        expect(bend).toBeGreaterThanOrEqual(-1e-12);
        expect(bend).toBeLessThanOrEqual(bound + 1e-12);
        expect(Math.max(...at.curvature)).toBeLessThanOrEqual(0.5 * outputs * (1 + 1e-15));
      },
    ),
  );
});

test("only intercepts: the centred logarithms of the frequencies, and the entropy", () => {
  const y = Float64Array.of(0, 0, 0, 1, 2, 2, 0, 3, 3, 0);
  const counts = [5, 1, 2, 2];
  const at = lossAt({ outputs: 4, fitted: new Float64Array(40), y, intercept: true });
  const logs = counts.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / 4;
  at.intercepts.forEach((b, k) => {
    expect(b).toBeCloseTo((logs[k] as number) - mean, 14);
  });
  const entropy = -counts.reduce((sum, count) => sum + (count / 10) * Math.log(count / 10), 0);
  expect(at.value).toBeCloseTo(entropy, 14);
});

test.each([true, false])("two classes are logistic loss in the difference, intercept %s", (intercept) => {
  const { random: _, ...given } = randomCase(9, 40, 2);
  const at = lossAt({ ...given, intercept });
  const difference = (values: Float64Array) =>
    Float64Array.from({ length: 40 }, (_, i) => (values[40 + i] as number) - (values[i] as number));
  const { fitted, offset, y, weights } = given;
  const request = { loss: "logistic", intercept, share: 1, y, weights };
  const out = native.lossAt({ ...request, fitted: difference(fitted), offset: difference(offset) });
  expect(at.value).toBeCloseTo(out[0] as number, 14);
  expect((at.intercepts[1] as number) - (at.intercepts[0] as number)).toBeCloseTo(out[1] as number, 12);
  // N = 2 n: residuals are twice as large, and of class 0 those of the opposite sign.
  for (let i = 0; i < 40; ++i) {
    expect(at.residual[40 + i]).toBeCloseTo(2 * (out[3 + i] as number), 12);
    expect(at.residual[i]).toBeCloseTo(-2 * (out[3 + i] as number), 12);
  }
});

test("relabelled classes: the same numbers in another order", () => {
  const { random: _, ...given } = randomCase(11, 30, 3);
  const order = [2, 0, 1];
  const moved = (values: Float64Array) =>
    Float64Array.from(order.flatMap((k) => Array.from(values.subarray(30 * k, 30 * (k + 1)))));
  const { fitted, offset, y } = given;
  const other = { fitted: moved(fitted), offset: moved(offset), y: y.map((k) => order.indexOf(k)) };
  const at = lossAt({ ...given, intercept: true });
  const renamed = lossAt({ ...given, ...other, intercept: true });
  expect(renamed.value).toBeCloseTo(at.value, 14);
  moved(at.residual).forEach((r, i) => {
    expect(renamed.residual[i]).toBeCloseTo(r, 12);
  });
});

test("a row of weight 2 is two rows, one of weight 0 is none", () => {
  const { random: _, weights: __, offset: ___, ...given } = randomCase(13, 20, 3);
  // 7 rows of each of the first two, 6 of the last: their mean is 1.
  const weights = given.y.map((_, i) => [2, 0, 1][i % 3] as number);
  const rows = [...given.y.keys()].flatMap((i) => new Array<number>(weights[i] as number).fill(i));
  const take = (values: Float64Array, k: number) => rows.map((i) => values[20 * k + i] as number);
  const fitted = Float64Array.from([0, 1, 2].flatMap((k) => take(given.fitted, k)));
  const repeated = lossAt({ outputs: 3, fitted, y: Float64Array.from(take(given.y, 0)), intercept: true });
  const weighted = lossAt({ ...given, weights, intercept: true });
  expect(weighted.value).toBeCloseTo(repeated.value, 13);
  weighted.intercepts.forEach((b, k) => {
    expect(b).toBeCloseTo(repeated.intercepts[k] as number, 12);
  });
});

describe("limits", () => {
  test.each([1e2, 1e4, 1e6])("log odds of %d: nothing overflows, a certain row loses nothing", (size) => {
    const fitted = Float64Array.of(size, 0, -size, 0, size, 0, -size, -size, size);
    const right = lossAt({ outputs: 3, fitted, y: Float64Array.of(0, 1, 2), intercept: false });
    expect(right.value).toBeLessThan(1e-40);
    expect(right.residual.every((r) => Math.abs(r) < 1e-40)).toBe(true);
    const wrong = lossAt({ outputs: 3, fitted, y: Float64Array.of(1, 2, 0), intercept: false });
    expect(wrong.value).toBeCloseTo((5 * size) / 3, 6);
    expect([...wrong.residual].every((r) => Math.abs(r) <= 3)).toBe(true);
  });

  test("a likely class keeps the digits of what is left", () => {
    const fitted = Float64Array.of(50, 0, 0);
    const at = lossAt({ outputs: 3, fitted, y: Float64Array.of(0), intercept: false });
    const left = 2 * Math.exp(-50);
    expect(Math.abs(at.value / left - 1)).toBeLessThan(1e-14);
    expect(Math.abs((at.residual[0] as number) / (3 * left) - 1)).toBeLessThan(1e-14);
  });

  test("a class without rows has no part in the fit, and an intercept far out", () => {
    const random = new Random(2);
    const fitted = random.normals(30);
    const y = Float64Array.of(0, 1, 0, 1, 0, 1, 1, 1, 0, 0);
    const without = lossAt({ outputs: 2, fitted: fitted.slice(0, 20), y, intercept: true });
    const at = lossAt({ outputs: 3, fitted, y, intercept: true });
    expect(at.value).toBe(without.value);
    expect(at.residual.subarray(20).every((r) => r === 0)).toBe(true);
    expect(plainValue({ outputs: 3, fitted, y, intercept: true }, at.intercepts)).toBeCloseTo(at.value, 14);
    expect(at.intercepts.reduce((sum, b) => sum + b, 0)).toBeCloseTo(0, 12);
    const weights = Float64Array.of(10 / 9, 0, ...new Array(8).fill(10 / 9));
    const ignored = lossAt({
      outputs: 3,
      fitted,
      y: y.map((k, i) => (i === 1 ? 2 : k)),
      weights,
      intercept: true,
    });
    expect(Number.isFinite(ignored.value)).toBe(true);
    expect(ignored.residual.subarray(20).every((r) => r === 0)).toBe(true);
  });

  test("all rows in one class: a loss of 0", () => {
    const fitted = new Random(4).normals(8);
    const at = lossAt({ outputs: 2, fitted, y: new Float64Array(4), intercept: true });
    expect(at.value).toBe(0);
    expect([...at.residual].every((r) => r === 0)).toBe(true);
    expect(at.intercepts.every(Number.isFinite)).toBe(true);
  });

  test("classes far apart: intercepts that are far out are found", () => {
    const { random: _, weights: __, offset: ___, ...given } = randomCase(21, 50, 3, 1);
    const shifts = [300, -200, 0];
    const fitted = given.fitted.map((z, i) => z + (shifts[Math.floor(i / 50)] as number));
    const near = lossAt({ ...given, intercept: true });
    const far = lossAt({ ...given, fitted, intercept: true });
    expect(far.value).toBeCloseTo(near.value, 11);
    far.residual.forEach((r, i) => {
      expect(r).toBeCloseTo(near.residual[i] as number, 10);
    });
  });
});

test("the same bits for any number of threads", () => {
  const { random: _, ...given } = randomCase(31, 50_000, 3);
  const threads = native.threads();
  const results = [1, 2].map((count) => {
    native.setThreads(count);
    return native.lossAt({
      loss: "multinomial",
      share: 1,
      ...given,
      intercept: true,
      direction: given.offset,
    });
  });
  native.setThreads(threads);
  expect(results[1]).toEqual(results[0]);
});

test("a class number that is none is refused", () => {
  const fitted = new Float64Array(4);
  for (const y of [Float64Array.of(0, 2), Float64Array.of(0, 0.5), Float64Array.of(-1, 0)]) {
    expect(() => lossAt({ outputs: 2, fitted, y, intercept: true })).toThrow(
      /y must (be classes below 2|have entries that are)/,
    );
  }
  expect(() => lossAt({ outputs: 3, fitted, y: Float64Array.of(0, 1), intercept: true })).toThrow(
    /per row and output/,
  );
});
