// f'(eta) of every built-in penalty: against its definition w²/eta² at eta = etaHat(w), and against f itself.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { separableNames } from "../../support/formulas.ts";
import { handleOf, type NativePenalty, native } from "../../support/native.ts";
import { type PenaltySpec, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { check } from "../../support/property.ts";
import { expectNear } from "../../support/verify.ts";

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);

function handle({ name, parameters }: PenaltySpec): NativePenalty {
  const order = native.catalogue().find((entry) => entry.name === name)?.parameters ?? [];
  return handleOf(name, ...order.map((key) => parameters[key] as number));
}

// f'(0+) and f'(infinity).
const ends: Record<string, [number[], number, number]> = {
  l1: [[], 1, 1],
  "lp 1/2": [[0.5], Infinity, 0],
  "lp 1": [[1], 1, 1],
  "lp 3/2": [[1.5], 0, Infinity],
  logSum: [[2], 1 / 4, 0],
  logSumSquares: [[0.1], 0, 0],
  mcp: [[3], 1, 0],
  scad: [[3.7], 1, 0],
  standout: [[], 0, 0],
  variationalDropout: [[], 1, 0],
  variationalDropoutApprox: [[], 1, 0],
  hardConcrete: [
    [2 / 3, -0.1, 1.1],
    native.slopeAt(handleOf("hardConcrete", 2 / 3, -0.1, 1.1), 0, 1) ** 2,
    0,
  ],
};

describe.each(separableNames)("%s", (name) => {
  test("is w²/eta² where etaHat(w) = eta", () => {
    check(
      300,
      fc.property(penaltiesNamed(name), decades(-3, 2), decades(-2, 2), (spec, w, lambda) => {
        const penalty = handle(spec);
        const eta = native.etaHatAt(penalty, w, lambda);
        fc.pre(eta < 1e12);
        // etaHat does not depend on w next to 0 without a kink: the w of a rounded eta is not w then.
        const steepness = Math.abs(native.etaHatAt(penalty, w * 1.000001, lambda) / eta - 1) / 1e-6;
        const tolerance = 1e-10 + 1e-15 / Math.max(steepness, 1e-12);
        expectNear(native.dualSlopeAt(penalty, eta, lambda), (w / eta) ** 2, tolerance, `f'(${eta})`);
      }),
    );
  });

  test("is the derivative of f", () => {
    check(
      300,
      fc.property(penaltiesNamed(name), decades(-6, 6), decades(-2, 2), (spec, eta, lambda) => {
        const penalty = handle(spec);
        // Next to the end of its domain the dual of an elastic net is too steep for differences.
        fc.pre(name !== "elasticNet" || eta * (1 - (spec.parameters.alpha as number)) < 0.9);
        const step = 1e-4 * eta;
        const [low, high] = [eta - step, eta + step];
        const [a, b] = [native.dualAt(penalty, low, lambda), native.dualAt(penalty, high, lambda)];
        const slopes = [low, eta, high].map((x) => native.dualSlopeAt(penalty, x, lambda));
        // By the mean value theorem the quotient is one of the slopes between.
        const quotient = (b - a) / (high - low);
        const noise = (2e-15 * (Math.abs(a) + Math.abs(b))) / step + 1e-7 * Math.max(...slopes);
        expect(quotient, `at ${eta}`).toBeGreaterThanOrEqual(Math.min(...slopes) - noise);
        expect(quotient, `at ${eta}`).toBeLessThanOrEqual(Math.max(...slopes) + noise);
      }),
    );
  });
});

describe.each(Object.entries(ends))("%s at the ends", (title, [parameters, zero, infinity]) => {
  const penalty = handleOf(title.split(" ")[0] as string, ...parameters);

  test("the limits at 0 and infinity", () => {
    expectNear(native.dualSlopeAt(penalty, 0, 1), zero, 1e-12, "f'(0+)");
    expect(native.dualSlopeAt(penalty, Infinity, 1)).toBe(infinity);
    // From 1e-300 on, but for the powers of lp and variationalDropoutApprox.
    if (!title.startsWith("lp 1/2"))
      expectNear(native.dualSlopeAt(penalty, 1e-300, 1), zero, 1e-12, "f'(1e-300)");
  });

  test("every argument gives a number >= 0", () => {
    const sizes = [5e-324, 1e-310, 1e-300, 1e-160, 1e-30, 1e-8, 1, 1e8, 1e30, 1e160, 1e300, Number.MAX_VALUE];
    for (const lambda of [0, 5e-324, 1e-200, 1e-10, 1, 1e10, 1e200, Number.MAX_VALUE]) {
      for (const eta of [0, ...sizes, Infinity]) {
        expect(native.dualSlopeAt(penalty, eta, lambda), `at ${eta}, ${lambda}`).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

test("next to where f leaves its flat part it keeps its accuracy", () => {
  const [epsilon, beyond] = [0.25, 2 ** -40];
  const eta = 0.125 * (1 + beyond);
  // (2 eta - epsilon) / eta^2
  expectNear(
    native.dualSlopeAt(handleOf("logSumSquares", epsilon), eta, 1),
    (epsilon * beyond) / eta ** 2,
    1e-14,
    "logSumSquares",
  );
  expectNear(
    native.dualSlopeAt(handleOf("standout"), 1 + beyond, 1),
    (Math.log1p(beyond) / (1 + beyond)) ** 2,
    1e-14,
    "standout",
  );
});
