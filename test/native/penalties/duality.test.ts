// One coin, two sides: omega(w) = min over eta of (w²/eta + f(eta)) / 2, attained at eta-hat(w).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { separableNames } from "../../support/formulas.ts";
import { makePenalty, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { check } from "../../support/property.ts";

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);

/** What may cancel in 2 omega - w²/eta - f. */
function rounding(...terms: number[]): number {
  return 1e-11 * terms.reduce((sum, term) => sum + Math.abs(term), 0);
}

describe.each(separableNames)("%s", (name) => {
  test("f(eta) >= 2 omega(w) - w²/eta for any pair", () => {
    check(
      500,
      fc.property(
        penaltiesNamed(name),
        decades(-4, 2),
        decades(-6, 5),
        decades(-3, 1),
        (spec, w, eta, lambda) => {
          const penalty = makePenalty(spec);
          const [omega, f, square] = [penalty.omega(w, lambda), penalty.dual(eta, lambda), (w * w) / eta];
          expect(f - (2 * omega - square)).toBeGreaterThanOrEqual(-rounding(f, omega, square));
        },
      ),
    );
  });

  test("with equality at etaHat(w)", () => {
    check(
      500,
      fc.property(penaltiesNamed(name), decades(-4, 2), decades(-3, 1), (spec, w, lambda) => {
        const penalty = makePenalty(spec);
        const eta = penalty.etaHat(w, lambda);
        const [omega, f, square] = [penalty.omega(w, lambda), penalty.dual(eta, lambda), (w * w) / eta];
        expect(Math.abs(omega - 0.5 * (square + f))).toBeLessThanOrEqual(10 * rounding(f, omega, square));
      }),
    );
  });

  test("f rises, etaHat and the keep probability rise with |w|", () => {
    check(
      300,
      fc.property(
        penaltiesNamed(name),
        decades(-6, 3),
        decades(-6, 3),
        decades(-3, 1),
        (spec, one, two, lambda) => {
          const penalty = makePenalty(spec);
          const [low, high] = [Math.min(one, two), Math.max(one, two)];
          const up = (a: number, b: number) =>
            expect(b === a || b >= a - 1e-12 * Math.abs(a), `${a} to ${b}`).toBe(true);
          up(penalty.omega(low, lambda), penalty.omega(high, lambda));
          up(penalty.dual(low, lambda), penalty.dual(high, lambda));
          up(penalty.etaHat(low, lambda), penalty.etaHat(high, lambda));
          up(penalty.keepProbability(low, lambda), penalty.keepProbability(high, lambda));
        },
      ),
    );
  });

  test("f'(eta) = w²/eta² at etaHat(w)", () => {
    check(
      200,
      fc.property(penaltiesNamed(name), decades(-2, 1), (spec, w) => {
        const penalty = makePenalty(spec);
        const [from, to] = [penalty.etaHat(w), penalty.etaHat(1.001 * w)];
        fc.pre(to < 1e4);
        const [f, g] = [penalty.dual(from), penalty.dual(to)];
        const [slope, next] = [(w / from) ** 2, ((1.001 * w) / to) ** 2];
        // f rises by a slope between those at the ends.
        const error = Math.abs((g - f) / (to - from) - 0.5 * (slope + next));
        const noise = (1e-13 * (1 + Math.abs(f))) / (to - from);
        expect(error).toBeLessThanOrEqual(0.6 * Math.abs(slope - next) + 1e-6 * slope + noise);
      }),
    );
  });
});
