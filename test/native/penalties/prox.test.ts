// Proximal steps against brute force, their first-order condition, thresholds and concavity.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curveOf, geometric, stepsOf, tablePenalty } from "../../support/curves.ts";
import { separableNames } from "../../support/formulas.ts";
import { handleOf, type NativePenalty, native } from "../../support/native.ts";
import { type PenaltySpec, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { check } from "../../support/property.ts";

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);

function handle({ name, parameters }: PenaltySpec): NativePenalty {
  const order = native.catalogue().find((entry) => entry.name === name)?.parameters ?? [];
  return handleOf(name, ...order.map((key) => parameters[key] as number));
}

interface Scalar {
  readonly penalty: NativePenalty;
  readonly z: number;
  readonly h: number;
  readonly lambda: number;
}

/** The objective at 0 less that at t. */
function gain({ penalty, z, h, lambda }: Scalar, t: number): number {
  const rise = native.omegaAt(penalty, t, lambda) - native.omegaAt(penalty, 0, lambda);
  return h * t * (z - 0.5 * t) - lambda * rise;
}

/** The largest gain on a geometric grid, refined by golden section. */
function bestGain(scalar: Scalar, points: number): number {
  const { z } = scalar;
  const ratio = 1e-8 ** (1 / points);
  let best = 0;
  let at = 0;
  for (let i = 0; i <= points; ++i) {
    const value = gain(scalar, z * ratio ** i);
    if (value > best) [best, at] = [value, z * ratio ** i];
  }
  if (at === 0) return 0;
  let [low, high] = [at * ratio, Math.min(z, at / ratio)];
  for (let step = 0; step < 60; ++step) {
    const width = 0.6180339887498949 * (high - low);
    if (gain(scalar, high - width) > gain(scalar, low + width)) high = low + width;
    else low = high - width;
    best = Math.max(best, gain(scalar, low), gain(scalar, high));
  }
  return best;
}

function expectProx(scalar: Scalar, points: number, slack = 1e-13): number {
  const { penalty, z, h, lambda } = scalar;
  const t = native.proxAt(penalty, z, h, lambda);
  const title = `z ${z}, h ${h}, lambda ${lambda}`;
  expect(t, title).toBeGreaterThanOrEqual(0);
  expect(t, title).toBeLessThanOrEqual(z);
  const sizes = [0, t, z].map((w) => Math.abs(native.omegaAt(penalty, w, lambda)));
  const noise = slack * (h * z * Math.max(t, 1e-8 * z) + lambda * Math.max(...sizes));
  expect(gain(scalar, t), `objective: ${title}`).toBeGreaterThanOrEqual(bestGain(scalar, points) - noise);
  if (t > 0) {
    const excess = h * (t - z) + lambda * native.slopeAt(penalty, t, lambda);
    expect(Math.abs(excess), `stationarity: ${title}`).toBeLessThanOrEqual(slack * 10 * h * z);
  }
  return t;
}

/** At a point, around the threshold, and in the regimes that are not convex. */
const settings = fc.tuple(decades(-3, 3), decades(-2, 2), decades(-2, 2));

describe.each(separableNames)("%s", (name) => {
  const dear = name === "hardConcrete" || name.startsWith("variationalDropout");
  const runs = dear ? 60 : 400;
  const points = dear ? 200 : 400;

  test("is the global minimiser", () => {
    check(
      runs,
      fc.property(penaltiesNamed(name), settings, (spec, [z, h, lambda]) => {
        expectProx({ penalty: handle(spec), z, h, lambda }, points);
      }),
    );
  });

  test("next to the threshold", () => {
    check(
      dear ? 15 : 200,
      fc.property(penaltiesNamed(name), settings, (spec, [, h, lambda]) => {
        const penalty = handle(spec);
        const threshold = native.proxThreshold(penalty, h, lambda);
        const kink = native.slopeAt(penalty, 0, lambda);
        const title = `h ${h}, lambda ${lambda}, threshold ${threshold}`;
        if (kink === 0) {
          expect(threshold, title).toBe(0);
          return;
        }
        expect(threshold, title).toBeLessThanOrEqual(((lambda * kink) / h) * (1 + 1e-13));
        expect(native.proxAt(penalty, threshold, h, lambda), title).toBe(0);
        expect(native.proxAt(penalty, threshold * (1 + 1e-9), h, lambda), title).toBeGreaterThan(0);
        for (const factor of [0.99, 1 - 1e-6, 1 + 1e-6, 1.01, 1.2])
          expectProx({ penalty, z: threshold * factor, h, lambda }, points);
      }),
    );
  });

  test("does not fall with z", () => {
    check(
      dear ? 20 : 200,
      fc.property(penaltiesNamed(name), settings, decades(-9, 0), (spec, [z, h, lambda], step) => {
        const penalty = handle(spec);
        const low = native.proxAt(penalty, z, h, lambda);
        const high = native.proxAt(penalty, z * (1 + step), h, lambda);
        expect(high).toBeGreaterThanOrEqual(low - 1e-14 * z);
      }),
    );
  });

  test("concavity is the largest fall of the slope", () => {
    check(
      dear ? 10 : 100,
      fc.property(penaltiesNamed(name), decades(-1, 1), (spec, lambda) => {
        const penalty = handle(spec);
        const concavity = native.concavity(penalty, lambda);
        let steepest = 0;
        const end = 20 * (1 + (spec.parameters.a ?? 0)) * Math.max(1, lambda);
        const grid = Array.from({ length: 3000 }, (_, i) => end * 1e-7 ** (i / 2999));
        for (const w of grid) {
          const [a, b] = [w * 0.9999, w * 1.0001];
          const fall = native.slopeAt(penalty, a, lambda) - native.slopeAt(penalty, b, lambda);
          const noise = (1e-15 * native.slopeAt(penalty, a, lambda)) / (b - a);
          if (noise < 1e-7 * concavity) steepest = Math.max(steepest, fall / (b - a));
        }
        expect(steepest).toBeLessThanOrEqual(concavity * (1 + 1e-6));
        if (concavity < Infinity) expect(steepest).toBeGreaterThanOrEqual(concavity * 0.98);
      }),
    );
  });

  test("every argument gives a number from 0 to z", () => {
    const numbers = [5e-324, 1e-310, 1e-200, 1e-30, 1, 1e30, 1e200, Number.MAX_VALUE];
    check(
      1,
      fc.property(penaltiesNamed(name), (spec) => {
        const penalty = handle(spec);
        for (const lambda of [0, ...numbers]) {
          for (const h of numbers) {
            expect(native.proxAt(penalty, 0, h, lambda)).toBe(0);
            for (const z of numbers) {
              const t = native.proxAt(penalty, z, h, lambda);
              expect(t >= 0 && t <= z, `prox(${z}, ${h}, ${lambda}) = ${t}`).toBe(true);
              if (lambda === 0) expect(t).toBe(z);
            }
          }
        }
      }),
    );
  });
});

test("tiny and huge units change nothing", () => {
  for (const unit of [1e-120, 1e-60, 1e60, 1e120]) {
    const small = native.proxAt(handleOf("logSum", 0.3), 1.7, 2, 0.9);
    const scaled = native.proxAt(handleOf("logSum", 0.3 * unit), 1.7 * unit, 2, 0.9 * unit * unit);
    expect(Math.abs(scaled / unit / small - 1)).toBeLessThan(1e-14);
    const power = native.proxAt(handleOf("lp", 0.5), 1.7, 1, 0.4);
    const scaledPower = native.proxAt(handleOf("lp", 0.5), 1.7 * unit, 1, 0.4 * unit ** 1.5);
    expect(Math.abs(scaledPower / unit / power - 1)).toBeLessThan(1e-14);
  }
});

test("closed forms by hand", () => {
  const prox = (name: string, parameters: number[], z: number, h = 1, lambda = 1) =>
    native.proxAt(handleOf(name, ...parameters), z, h, lambda);
  expect(prox("l1", [], 3, 2, 1)).toBe(2.5);
  expect(prox("mcp", [3], 2)).toBeCloseTo(1.5, 15);
  expect(prox("mcp", [3], 3.5)).toBe(3.5);
  // a h = 1/2: 0 or z, which are equally good at z = sqrt(a lambda^2 / h) = sqrt(1/2 * 1).
  expect(prox("mcp", [0.5], Math.SQRT1_2)).toBe(0);
  expect(prox("mcp", [0.5], 0.71)).toBe(0.71);
  expect(prox("scad", [3], 2.5)).toBeCloseTo(2, 15);
  // (a-1) h = 1/2: soft to ((a+1) + 1/h)/2 = 4.
  expect(prox("scad", [3], 4, 0.25)).toBe(0);
  expect(prox("scad", [3], 4.001, 0.25)).toBe(4.001);
  // t + 2/(t + 1) = 3 at t = 1 + sqrt 2, and t^3 + ... for lp: sqrt(t) = 2 solves s^3 - 4.5 s + 1.
  expect(prox("logSum", [1], 3, 1, 2)).toBeCloseTo(1 + Math.SQRT2, 14);
  expect(prox("lp", [0.5], 4.5)).toBeCloseTo(4, 14);
  expect(prox("lp", [2 / 3], 8.5)).toBeCloseTo(8, 14);
});

describe("tables", () => {
  const log = tablePenalty(
    curveOf({
      value: (w) => Math.log1p(w / 0.3),
      slope: (w) => 1 / (w + 0.3),
      knots: [0, ...geometric(1e-3, 1e5, 400)],
    }),
  );
  const capped = tablePenalty(stepsOf([0, 1, 2], [1, 0]));

  test("of log(1 + w/epsilon) agrees with the closed form", () => {
    const exact = handleOf("logSum", 0.3);
    check(
      300,
      fc.property(settings, ([z, h, lambda]) => {
        const t = native.proxAt(log, z, h, lambda);
        const threshold = native.proxThreshold(exact, h, lambda);
        if (Math.abs(z / threshold - 1) < 1e-6) return;
        expect(Math.abs(t - native.proxAt(exact, z, h, lambda))).toBeLessThan(1e-6 * z);
      }),
    );
    expect(Math.abs(native.concavity(log, 1) * 0.09 - 1)).toBeLessThan(1e-4);
    expect(native.concavity(capped, 1)).toBe(Infinity);
  });

  test("of min(w, 1), whose slope jumps down, is the global minimiser", () => {
    check(
      200,
      fc.property(settings, ([z, h, lambda]) => {
        expectProx({ penalty: capped, z, h, lambda }, 2000);
      }),
    );
  });
});
