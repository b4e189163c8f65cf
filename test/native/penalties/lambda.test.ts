// How each penalty depends on the problem's lambda (theory.md, end of section 3).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makePenalty, type PenaltySpec, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { check } from "../../support/property.ts";
import { expectNear } from "../../support/verify.ts";

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);

function expectRule(
  name: string,
  rule: (spec: PenaltySpec, w: number, eta: number, lambda: number) => void,
): void {
  check(200, fc.property(penaltiesNamed(name), decades(-3, 2), decades(-3, 3), decades(-3, 2), rule));
}

describe("classical penalties do not depend on it", () => {
  test.each(["l1", "lp", "logSum", "logSumSquares"])("%s", (name) => {
    expectRule(name, (spec, w, eta, lambda) => {
      const penalty = makePenalty(spec);
      expect(penalty.omega(w, lambda)).toBe(penalty.omega(w));
      expect(penalty.etaHat(w, lambda)).toBe(penalty.etaHat(w));
      expect(penalty.dual(eta, lambda)).toBe(penalty.dual(eta));
    });
  });
});

describe("mcp and scad are homogeneous: omega_lambda(lambda w) = lambda omega_1(w)", () => {
  test.each(["mcp", "scad"])("%s", (name) => {
    expectRule(name, (spec, w, eta, lambda) => {
      const penalty = makePenalty(spec);
      expectNear(penalty.omega(lambda * w, lambda), lambda * penalty.omega(w), 1e-12, "omega");
      expectNear(penalty.dual(lambda * eta, lambda), lambda * penalty.dual(eta), 1e-12, "dual");
      const [one, other] = [penalty.etaHat(w), penalty.etaHat(lambda * w, lambda) / lambda];
      if (Math.max(one, other) < 1e6) expectNear(other, one, 1e-9, "etaHat");
    });
  });
});

describe("a strategy given by its keep probability leaves lambda Omega unchanged", () => {
  test("standout", () => {
    expectRule("standout", (spec, w, eta, lambda) => {
      const penalty = makePenalty(spec);
      expectNear(penalty.omega(w, lambda), penalty.omega(w) / lambda, 1e-12, "omega");
      expectNear(penalty.etaHat(w, lambda), lambda * penalty.etaHat(w), 1e-12, "etaHat");
      expectNear(penalty.dual(eta, lambda), penalty.dual(eta / lambda) / lambda, 1e-12, "dual");
      expect(penalty.keepProbability(w, lambda)).toBeCloseTo(1 / (1 + Math.exp(-w)), 13);
    });
  });
});

describe("a mask family: Omega_lambda(w) = Omega_1(w / sqrt(lambda))", () => {
  test.each(["variationalDropout", "variationalDropoutApprox", "hardConcrete"])("%s", (name) => {
    expectRule(name, (spec, w, eta, lambda) => {
      const penalty = makePenalty(spec);
      const unit = w / Math.sqrt(lambda);
      expectNear(penalty.omega(w, lambda), penalty.omega(unit), 1e-12, "omega");
      expectNear(penalty.etaHat(w, lambda), lambda * penalty.etaHat(unit), 1e-12, "etaHat");
      expectNear(penalty.dual(eta, lambda), penalty.dual(eta / lambda), 1e-12, "dual");
      // Which makes the mask a function of w / sqrt(lambda) alone.
      expect(penalty.keepProbability(w, lambda)).toBeCloseTo(penalty.keepProbability(unit), 12);
    });
  });
});

describe("at lambda = 0 nothing is dropped", () => {
  test.each(["standout", "variationalDropout", "variationalDropoutApprox", "hardConcrete"])("%s", (name) => {
    const penalty = makePenalty({ name, parameters: {} });
    for (const w of [0, 0.1, 5]) {
      expect(penalty.omega(w, 0)).toBe(0);
      expect(penalty.etaHat(w, 0)).toBe(Infinity);
      expect(penalty.keepProbability(w, 0)).toBe(1);
    }
  });
});
