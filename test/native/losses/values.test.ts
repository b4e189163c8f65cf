// A loss at fitted values, by itself: against plain formulas, by differences, and its dual.
import { describe, expect, test } from "vitest";
import { native } from "../../support/native.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";

const targets = forcedTargets();

interface Given {
  readonly fitted: Float64Array;
  readonly y: Float64Array;
  readonly weights?: Float64Array | undefined;
  readonly offset?: Float64Array | undefined;
  readonly intercept: boolean;
  readonly share?: number;
}

function lossAt(given: Given) {
  const out = native.lossAt({ loss: "logistic", share: 1, ...given });
  const n = given.y.length;
  const [value, intercept, dual] = out as unknown as [number, number, number];
  return { value, intercept, dual, residual: out.subarray(3, 3 + n), curvature: out.subarray(3 + n) };
}

/** log(1 + e^z) - y z with its derivatives, and what they are sums of in size. */
function phi(z: number, y: number) {
  const e = Math.exp(-Math.abs(z));
  const small = e / (1 + e);
  const miss = z > 0 ? 1 - y : y;
  return {
    value: Math.log1p(e) + miss * Math.abs(z),
    residual: z > 0 ? small - miss : miss - small,
    curvature: small / (1 + e),
    terms: small + miss,
  };
}

describe.each(targets)("logistic with %s", (target) => {
  test.each([1, 2, 3, 7, 8, 9, 255, 256, 257, 1000])("%i rows: each value to some ulp", (rows) => {
    native.simd(target);
    const random = new Random(rows);
    // From where e^z is 1 to where it vanishes, both signs.
    const fitted = Float64Array.from(
      { length: rows },
      () => random.normal() * 10 ** (3 * random.uniform() - 1),
    );
    const y = Float64Array.from(fitted, (_, i) => [0, 1, random.uniform()][i % 3] as number);
    const at = lossAt({ fitted, y, intercept: false });
    let sum = 0;
    fitted.forEach((z, i) => {
      const wanted = phi(z, y[i] as number);
      sum += wanted.value;
      expect(Math.abs((at.residual[i] as number) - wanted.residual)).toBeLessThanOrEqual(
        2e-15 * wanted.terms,
      );
      expect(Math.abs((at.curvature[i] as number) - wanted.curvature)).toBeLessThanOrEqual(
        2e-15 * wanted.curvature,
      );
    });
    expect(Math.abs(at.value - sum / rows)).toBeLessThanOrEqual(1e-14 * (sum / rows));
  });
});

test("every set of instructions gives the same bits", () => {
  const random = new Random(8);
  const fitted = random.normals(1003).map((z) => 8 * z);
  const y = fitted.map(() => (random.uniform() < 0.5 ? 0 : 1));
  const results = targets.map((target) => {
    native.simd(target);
    return native.lossAt({ loss: "logistic", fitted, y, intercept: true, share: 1 });
  });
  for (const result of results) expect(result).toEqual(results[0]);
});

describe("weights, offset and intercept", () => {
  const random = new Random(5);
  const rows = 60;
  const fitted = random.normals(rows).map((z) => 2 * z);
  const y = fitted.map((_, i) => (i % 4 === 0 ? 0.3 : random.uniform() < 0.4 ? 1 : 0));
  const raw = fitted.map((_, i) => (i % 5 === 1 ? 0 : random.uniform()));
  const total = raw.reduce((sum, w) => sum + w, 0);
  const weights = raw.map((w) => (w * rows) / total);
  const offset = random.normals(rows);

  test.each([
    { intercept: true },
    { intercept: false },
    { intercept: true, weights },
    { intercept: true, offset },
    { intercept: true, weights, offset },
    { intercept: false, weights, offset },
  ])("case %#: slopes by differences, the intercept is the best, the dual touches", (options) => {
    const given = { fitted, y, ...options };
    const at = lossAt(given);
    const step = 1e-5;
    const along = random.normals(rows);
    const move = (t: number) =>
      lossAt({ ...given, fitted: fitted.map((z, i) => z + t * (along[i] as number)) });
    const slope = (move(step).value - move(-step).value) / (2 * step);
    const wanted = -at.residual.reduce((sum, r, i) => sum + r * (along[i] as number), 0) / rows;
    expect(Math.abs(slope - wanted)).toBeLessThan(1e-8);
    // The Hessian of loss.h, along that way: with an intercept less its part.
    const [ahead, behind] = [move(step).residual, move(-step).residual];
    const bend =
      ahead.reduce((s, r, i) => s - (r - (behind[i] as number)) * (along[i] as number), 0) / (2 * step);
    const sumOf = (f: (v: number, a: number) => number) =>
      at.curvature.reduce((s, v, i) => s + f(v, along[i] as number), 0);
    const part = options.intercept ? sumOf((v, a) => v * a) ** 2 / sumOf((v) => v) : 0;
    expect(Math.abs(bend - (sumOf((v, a) => v * a * a) - part))).toBeLessThan(1e-6);
    const balance = at.residual.reduce((sum, r) => sum + r, 0);
    if (options.intercept) expect(Math.abs(balance)).toBeLessThan(1e-13 * rows);
    else expect(at.intercept).toBe(0);

    // Fenchel and Young: equality at the residual, f'u - L*(u) <= L(f) for a part of it.
    const product = (values: Float64Array) =>
      values.reduce((sum, z, i) => sum + z * (at.residual[i] as number), 0) / rows;
    expect(Math.abs(at.dual - product(fitted) - at.value)).toBeLessThan(1e-13);
    for (const share of [0, 0.3, 0.9]) {
      const bound = lossAt({ ...given, share }).dual - share * product(fitted);
      expect(bound).toBeLessThan(at.value);
      expect(Number.isFinite(bound)).toBe(true);
    }
  });
});

test("one label only: a value near 0 and an intercept far out", () => {
  const fitted = Float64Array.of(1, -2, 0.5);
  const at = lossAt({ fitted, y: Float64Array.of(1, 1, 1), intercept: true });
  expect(at.value).toBeLessThan(1e-12);
  expect(at.intercept).toBeGreaterThan(20);
});
