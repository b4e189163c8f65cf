// f of a penalty from a table, sup over w of 2 omega(w) - w² / eta: shapes with jumps, plateaus, heads and tails for
// which it is known, and any shape against a search by brute force.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curveOf, functionOf, stepsOf, tablePenalty } from "../../support/curves.ts";
import { native } from "../../support/native.ts";
import { check } from "../../support/property.ts";
import { expectNear } from "../../support/verify.ts";

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);

describe("the conjugate in closed form", () => {
  const shapes: Record<string, [ReturnType<typeof stepsOf>, (eta: number) => [number, number]]> = {
    // min(w, 1): etaHat = w, then infinity.
    "a jump to infinity": [
      stepsOf([0, 1, 2], [1, 0]),
      (eta) => (eta < 1 ? [eta, 1] : [2 - 1 / eta, 1 / eta ** 2]),
    ],
    "the same with a head law of no use, the knots beginning at 0": [
      { ...stepsOf([0, 1, 2], [1, 0]), head: { limit: 7, coefficient: 0, exponent: 1 } },
      (eta) => (eta < 1 ? [eta, 1] : [2 - 1 / eta, 1 / eta ** 2]),
    ],
    // omega' = 1, then 1/2: etaHat = w to 1, then 2 w.
    "a jump from 1 to 2": [
      stepsOf([0, 1, 3], [1, 0.5], 0),
      (eta) => (eta < 1 ? [eta, 1] : eta < 2 ? [2 - 1 / eta, 1 / eta ** 2] : [1 + eta / 4, 1 / 4]),
    ],
    // Huber's function: etaHat = 1, then w.
    "a plateau at 1": [
      curveOf({
        value: (w) => (w < 1 ? w ** 2 / 2 : w - 0.5),
        slope: (w) => Math.min(w, 1),
        knots: [0, 1, 2],
        tailDecay: 0,
      }),
      (eta) => (eta < 1 ? [0, 0] : [eta - 1, 1]),
    ],
    // w^2/2 for ever: etaHat = 1.
    "no end": [
      curveOf({ value: (w) => w ** 2 / 2, slope: (w) => w, knots: [0, 1], tailDecay: -1 }),
      (eta) => (eta < 1 ? [0, 0] : [Infinity, Infinity]),
    ],
    // The slope is 1 from 0 to 1 and from 2 to 3, 0 elsewhere.
    "two steps": [
      stepsOf([0, 1, 2, 3, 4], [1, 0, 1, 0]),
      (eta) => (eta < 1 ? [eta, 1] : eta < 4 ? [2 - 1 / eta, 1 / eta ** 2] : [4 - 9 / eta, 9 / eta ** 2]),
    ],
    // w^3/3 to 1: etaHat falls from infinity to 1 there.
    "a falling head": [
      {
        ...stepsOf([1, 2], [0]),
        values: Float64Array.of(1 / 3),
        head: { limit: 0, coefficient: 1, exponent: 2 },
      },
      (eta) => (eta < 1.5 ? [0, 0] : [2 / 3 - 1 / eta, 1 / eta ** 2]),
    ],
    // w + w^3/3 to 2: a maximum and a minimum in the head.
    "a head with a maximum": [
      {
        ...stepsOf([2, 3], [0]),
        values: Float64Array.of(2 + 8 / 3),
        head: { limit: 1, coefficient: 1, exponent: 2 },
      },
      (eta) => {
        // w = eta (1 + w^2), the smaller root, against w = 2.
        const w = eta < 0.5 ? (2 * eta) / (1 + Math.sqrt(1 - 4 * eta ** 2)) : 2;
        const inside = 2 * (w + w ** 3 / 3) - w ** 2 / eta;
        const end = 2 * (2 + 8 / 3) - 4 / eta;
        return inside > end ? [inside, (w / eta) ** 2] : [end, (2 / eta) ** 2];
      },
    ],
  };
  const risingOnly = ["two steps", "a falling head", "a head with a maximum"];

  test.each(Object.entries(shapes))("%s", (name, [omega, closed]) => {
    for (const monotone of risingOnly.includes(name) ? [false] : [true, false]) {
      const penalty = tablePenalty(omega, { monotone });
      check(
        200,
        fc.property(decades(-4, 4), (eta) => {
          // Where f has a corner, either slope is right.
          fc.pre([0.5, 1, 1.5, 2, 4].every((corner) => Math.abs(eta / corner - 1) > 1e-9));
          const [f, slope] = closed(eta);
          // 2 omega and w²/eta may cancel.
          const dual = native.dualAt(penalty, eta, 1);
          const error = dual === f ? 0 : Math.abs(dual - f);
          expect(error, `f(${eta}) = ${dual}, monotone: ${monotone}`).toBeLessThanOrEqual(
            1e-12 * Math.abs(f) + 1e-15,
          );
          expectNear(native.dualSlopeAt(penalty, eta, 1), slope, 1e-12, `f'(${eta}), monotone: ${monotone}`);
        }),
      );
    }
  });

  test("of any rising omega it is the greatest 2 omega(w) - w^2 / eta, wherever that is", () => {
    const slopes = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 8, maxLength: 8 });
    check(
      60,
      fc.property(fc.array(slopes, { minLength: 1, maxLength: 6 }), decades(-2, 2), (cells, eta) => {
        // Nonnegative coefficients make nonnegative slopes, but no two cells meet.
        const knots = [0, ...cells.map((_, i) => i + 1)];
        const values = [-1];
        cells.forEach((c, i) => {
          values.push((values[i] as number) + c.reduce((sum, ck, k) => sum + ck / (k + 1), 0));
        });
        const omega = {
          ...stepsOf(
            knots,
            cells.map(() => 0),
            1.5,
          ),
          atZero: -1,
          values: Float64Array.from(values.slice(0, -1)),
          coefficients: Float64Array.from(cells.flat()),
        };
        const penalty = tablePenalty(omega, { monotone: false });
        const { value } = functionOf(omega);
        const f = native.dualAt(penalty, eta, 1);
        const end = cells.length;
        let most = -2;
        for (let k = 0; k <= 4400; ++k) {
          // The knots are among them.
          const w = k < 2400 ? (k * end) / 2400 : end * 1e4 ** ((k - 2400) / 2000);
          most = Math.max(most, 2 * value(w) - w ** 2 / eta);
        }
        const size = 1e-12 * (Math.abs(most) + 2 * Math.abs(value(end)));
        expect(f).toBeGreaterThanOrEqual(most - size);
        // Between two points of the grid there is not room for much.
        expect(f).toBeLessThanOrEqual(most + 1e-3 * (1 + Math.abs(most) + Math.abs(value(end))));
        const w = Math.sqrt(native.dualSlopeAt(penalty, eta, 1)) * eta;
        expect(Math.abs(2 * value(w) - w ** 2 / eta - f)).toBeLessThanOrEqual(size);
      }),
    );
  });
});
