// Twenty random subquadratic penalties, each by all four descriptions: they are one penalty, to 1e-8.
import fc from "fast-check";
import { duality, penalties } from "flipside";
import { expect, test } from "vitest";
import { concaveOf, concaves, type Piece } from "../support/concave.ts";
import { check } from "../support/property.ts";
import { bruteDual, expectSame, expectSameDual, places } from "../support/roundTrip.ts";

test("omega -> f -> omega, omega -> keep probability -> omega, family -> omega -> f", () => {
  check(
    20,
    fc.property(concaves, (pieces) => {
      const wanted = concaveOf(pieces);
      const options = { jumps: wanted.jumps, at: places(10) };
      const plain = penalties.fromPenalty(wanted.omega);
      expectSame(plain, wanted, options);
      const exact = penalties.fromPenalty(wanted.omega, { derivative: wanted.slope });
      expectSame(exact, wanted, options);

      const dual = (eta: number) => exact.dual(eta);
      expectSameDual(plain, dual);
      for (const eta of [0.03, 0.7, 20]) {
        const brute = bruteDual(wanted.omega, eta);
        expect(Math.abs(dual(eta) - brute), `f(${eta})`).toBeLessThanOrEqual(1e-8 * brute);
      }

      const back = penalties.fromDual(dual);
      expectSame(back, wanted, options);
      expectSameDual(back, dual);

      const drop = (w: number) => wanted.slope(w) / (wanted.slope(w) + w);
      const keep = penalties.fromKeepProbability((w) => 1 / (1 + wanted.slope(w) / w), { drop });
      expectSame(keep, wanted, options);

      const family = penalties.fromMaskFamily({
        moments: (theta) => ({ mean: 2, variance: 4 * Math.exp(theta) }),
        cost: (theta) => 0.5 * dual(Math.exp(-theta)),
      });
      expectSame(family, wanted, options);
      expectSameDual(family, dual);

      for (const made of [plain, exact, back, keep, family]) {
        const { subquadratic, monotone, sparsityInducing } = duality.analyse(made);
        expect([made.monotone, subquadratic, monotone]).toEqual([true, true, true]);
        expect(sparsityInducing).toBe(isSparse(pieces));
      }
    }),
  );
});

/** A slope at 0 that is not 0: a power of t up to 1/2. */
function isSparse(pieces: readonly Piece[]): boolean {
  return pieces.some(({ kind, c }) => kind === "power" && c <= 0.5);
}
