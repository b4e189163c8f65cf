// omega, its slope and eta-hat of every separable penalty against the tests' own formulas, all over their range.
import fc from "fast-check";
import { penaltyFromJSON } from "flipside";
import { describe, expect, test } from "vitest";
import { formulaOf, separableNames } from "../../support/formulas.ts";
import { native } from "../../support/native.ts";
import { makePenalty, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { check } from "../../support/property.ts";
import { expectNear } from "../../support/verify.ts";

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);

describe.each(separableNames)("%s", (name) => {
  test("omega and etaHat", () => {
    check(
      300,
      fc.property(penaltiesNamed(name), decades(-8, 2), decades(-3, 1), (spec, w, lambda) => {
        const formula = formulaOf(spec.name, spec.parameters, lambda);
        const penalty = penaltyFromJSON(spec);
        const omega = formula.omega(w);
        // The tests' own formulas cancel to about 1e-15 for small w.
        const error = Math.abs(penalty.omega(w, lambda) - omega);
        expect(error, "omega").toBeLessThanOrEqual(1e-10 * Math.abs(omega) + 1e-15 * Math.max(1, 1 / lambda));
        const slope = formula.slope(w);
        const eta = penalty.etaHat(w, lambda);
        expect(Math.abs(w / eta - slope), "slope").toBeLessThanOrEqual(
          1e-9 * slope + 1e-12 * formula.slope(1e-9),
        );
      }),
    );
  });

  test("the slope that the solver sees is w / etaHat, and at 0 the limit from the right", () => {
    check(
      100,
      fc.property(penaltiesNamed(name), decades(-6, 2), decades(-3, 1), (spec, w, lambda) => {
        const handle = native.createPenalty(
          spec.name,
          Float64Array.from(orderOf(spec), (key) => spec.parameters[key] as number),
        );
        const slopes = native.slope(handle, Float64Array.of(0, w, -w), lambda);
        const eta = makePenalty(spec).etaHat(w, lambda);
        expectNear(slopes[1] as number, w / eta, 1e-12, "slope");
        expect(slopes[2]).toBe(slopes[1]);
        const limit = formulaOf(spec.name, spec.parameters, lambda).slope(0);
        expectNear(slopes[0] as number, limit, 1e-8, "slope at 0");
      }),
    );
  });

  test("omega is the integral of its slope", () => {
    check(
      100,
      fc.property(penaltiesNamed(name), decades(-2, 1), (spec, w) => {
        const penalty = makePenalty(spec);
        // Simpson's rule on a short piece; omega is smooth but for the ends of mcp and scad and the jump.
        const h = 0.002 * w;
        const slope = (at: number) => at / penalty.etaHat(at);
        const integral = (h / 6) * (slope(w) + 4 * slope(w + h / 2) + slope(w + h));
        const difference = penalty.omega(w + h) - penalty.omega(w);
        expect(Math.abs(difference - integral)).toBeLessThan(
          2e-4 * h * slope(w) + 1e-13 + 1e-3 * h * Math.abs(slope(w) - slope(w + h)),
        );
      }),
    );
  });
});

function orderOf({ name }: { name: string }): string[] {
  return native.catalogue().find((entry) => entry.name === name)?.parameters ?? [];
}
