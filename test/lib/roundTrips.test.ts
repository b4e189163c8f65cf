// Every built-in penalty to each of its other sides and back: omega -> f -> omega, omega -> keep probability -> omega,
// mask family -> omega -> f, to 1e-8 relative.
import { duality, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { separableNames } from "../support/formulas.ts";
import { moments } from "../support/hardConcrete.ts";
import { makePenalty, type PenaltySpec } from "../support/penaltyArbitraries.ts";
import { expectSame, expectSameDual, places, sideOf } from "../support/roundTrip.ts";

const specs: PenaltySpec[] = [
  { name: "l1", parameters: {} },
  { name: "lp", parameters: { p: 0.5 } },
  { name: "lp", parameters: { p: 0.2 } },
  { name: "lp", parameters: { p: 1.5 } },
  { name: "lp", parameters: { p: 1.9 } },
  { name: "logSum", parameters: { epsilon: 0.01 } },
  { name: "logSum", parameters: { epsilon: 2 } },
  { name: "logSumSquares", parameters: { epsilon: 0.001 } },
  { name: "logSumSquares", parameters: { epsilon: 5 } },
  { name: "mcp", parameters: { a: 3 } },
  { name: "mcp", parameters: { a: 1.3 } },
  { name: "scad", parameters: { a: 3.7 } },
  { name: "scad", parameters: { a: 2.2 } },
  { name: "standout", parameters: {} },
  { name: "variationalDropout", parameters: {} },
  { name: "variationalDropoutApprox", parameters: {} },
  { name: "hardConcrete", parameters: { beta: 2 / 3, gamma: -0.1, zeta: 1.1 } },
  { name: "hardConcrete", parameters: { beta: 0.5, gamma: -0.2, zeta: 1.05 } },
];
const label = ({ name, parameters }: PenaltySpec) => `${name} ${JSON.stringify(parameters)}`;
const cases = specs.map((spec) => [label(spec), makePenalty(spec)] as const);

/** Where etaHat jumps; standout is compared while 1 - alpha is a number of some digits. */
function settings(penalty: Penalty) {
  const jumps = duality.analyse(penalty).jumps.map(({ w }) => w);
  return { jumps, at: places(penalty.name === "standout" ? 12 : 100) };
}

test("no built-in is left out", () => {
  // The dual of an elastic net ends at 1 / (1 - alpha), which no table does; elasticNet.test.ts has its own.
  const names = separableNames.filter((name) => name !== "elasticNet");
  expect(new Set(specs.map(({ name }) => name))).toEqual(new Set(names));
});

describe.each(cases)("%s", (_, penalty) => {
  const setting = settings(penalty);

  test("omega -> f, from values alone", () => {
    const made = penalties.fromPenalty((w) => penalty.omega(w));
    expectSame(made, sideOf(penalty), setting);
    expectTight(made, penalty);
  });

  test("omega -> f, with the derivative", () => {
    const derivative = (w: number) => w / penalty.etaHat(w);
    const made = penalties.fromPenalty((w) => penalty.omega(w), { derivative });
    expectSame(made, sideOf(penalty), setting);
    expectTight(made, penalty);
    expect(made.tabulation?.slopeError).toBeLessThan(1e-9);
  });

  test("omega -> f -> omega", () => {
    const made = penalties.fromDual((eta) => penalty.dual(eta));
    expectSame(made, sideOf(penalty), setting);
    expectSameDual(made, (eta) => penalty.dual(eta));
  });

  test("omega -> keep probability -> omega", () => {
    const shift = penalty.omega(0);
    const plain = penalties.fromKeepProbability((w) => penalty.keepProbability(w));
    expectSame(plain, sideOf(penalty), { ...setting, shift });
    const drop = (w: number) => 1 / (1 + penalty.etaHat(w));
    const made = penalties.fromKeepProbability((w) => penalty.keepProbability(w), { drop });
    const at = penalty.name === "standout" ? setting.at : places(1e6);
    expectSame(made, sideOf(penalty), { ...setting, at, shift });
  });

  test("family -> omega -> f: Gaussian noise and Bernoulli masks with the dual as their cost", () => {
    // Both by the logarithm of the variance.
    const cost = (theta: number) => 0.5 * penalty.dual(Math.exp(-theta));
    const gaussian = penalties.fromMaskFamily({
      moments: (theta) => ({ mean: 1, variance: Math.exp(theta) }),
      cost,
    });
    const keep = (theta: number) => 1 / (1 + Math.exp(theta));
    const bernoulli = penalties.fromMaskFamily({
      moments: (theta) => ({ mean: keep(theta), variance: keep(theta) * keep(-theta) }),
      cost,
    });
    for (const made of [gaussian, bernoulli]) {
      expectSame(made, sideOf(penalty), setting);
      expectSameDual(made, (eta) => penalty.dual(eta));
    }
  });
});

/** The dual of omega alone: the smallest, which the family's f of hardConcrete is not beyond its jump. */
function expectTight(made: Penalty, penalty: Penalty): void {
  const [jump] = duality.analyse(penalty).jumps;
  if (jump === undefined) {
    expectSameDual(made, (eta) => penalty.dual(eta));
    return;
  }
  const dual = (eta: number) => {
    if (eta <= jump.from) return penalty.dual(eta);
    // From the jump on w stays where it is.
    return 2 * penalty.omega(jump.w) - jump.w ** 2 / eta;
  };
  expectSameDual(made, dual);
}

describe("families of masks", () => {
  test("hard concrete, its moments by quadrature", () => {
    const [beta, gamma, zeta] = [2 / 3, -0.1, 1.1];
    const at = (theta: number) => moments(theta, beta, gamma, zeta);
    const built = strategies.hardConcrete();
    const made = penalties.fromMaskFamily({
      moments: (theta) => ({ mean: at(theta).mean, meanSquare: at(theta).second }),
      cost: (theta) => 0.5 * at(theta).kept,
    });
    for (const lambda of [1, 0.3]) {
      expectSame(made, sideOf(built, lambda), { jumps: [0.5349890747779839 * Math.sqrt(lambda)], lambda });
      expectSameDual(made, (eta) => built.dual(eta, lambda), lambda);
    }
    expect(made).toMatchObject({ kind: "strategy", name: "fromMaskFamily", monotone: true });
  });

  test("Bernoulli masks with the cost of an l0 penalty are MCP", () => {
    // 1/2 (1/alpha - 1) w² + alpha/2 is least at alpha = w: omega = w - w²/2, constant from 1 on.
    const made = penalties.fromMaskFamily({
      moments: (alpha) => [alpha, alpha],
      cost: (alpha) => alpha / 2,
      domain: [0, 1],
    });
    expectSame(made, sideOf(penalties.mcp({ a: 1 })));
    expect(duality.analyse(made).flatFrom).toBeCloseTo(1, 8);
  });

  test("with a smallest variance omega stays quadratic", () => {
    // v >= 1/4: from the w on at which 1/2 sqrt(2/v³)... is reached, 1/2 v w² + 1/v with v = max(1/4, sqrt 2 / w).
    const made = penalties.fromMaskFamily({
      moments: (theta) => ({ mean: 1, variance: theta }),
      cost: (theta) => 1 / theta,
      domain: [0.25, Infinity],
    });
    const best = (w: number) => Math.max(0.25, Math.SQRT2 / w);
    const omega = (w: number) => (w === 0 ? 0 : 0.5 * best(w) * w * w + 1 / best(w));
    expectSame(made, { omega, slope: (w) => w * best(w) });
    expect(duality.analyse(made)).toMatchObject({ subquadratic: true, monotone: true, convex: true });
  });

  test("a variance that is no monotone function of theta has the tight dual", () => {
    const made = penalties.fromMaskFamily({
      moments: (theta) => ({ mean: 1, variance: theta * theta + 0.01 }),
      cost: (theta) => Math.exp(-theta) / 2,
      domain: [-3, 3],
    });
    const members = Array.from({ length: 60001 }, (_, i) => -3 + i / 10000);
    for (const w of [0.1, 0.5, 1, 2, 5]) {
      const brute = Math.min(...members.map((t) => 0.5 * (t * t + 0.01) * w * w + Math.exp(-t) / 2));
      expect(Math.abs(made.omega(w) - brute)).toBeLessThan(1e-8);
    }
    expect(duality.analyse(made).subquadratic).toBe(true);
  });
});

describe("how each depends on lambda", () => {
  const lambdas = [0.01, 0.3, 7];

  test("a keep probability does not", () => {
    const built = strategies.standout();
    const made = penalties.fromKeepProbability((w) => 1 / (1 + Math.exp(-w)));
    for (const lambda of lambdas) {
      expectSame(made, sideOf(built, lambda), { at: places(12), lambda });
      for (const w of [0.1, 1, 5]) {
        expect(made.keepProbability(w, lambda)).toBeCloseTo(1 / (1 + Math.exp(-w)), 9);
      }
    }
  });

  test("a penalty and a dual neither", () => {
    const made = penalties.fromPenalty((w) => Math.log(w + 1));
    const other = penalties.fromDual((eta) => penalties.logSum({ epsilon: 1 }).dual(eta));
    for (const lambda of lambdas) {
      expect(made.omega(2, lambda)).toBe(made.omega(2));
      expect(other.etaHat(2, lambda)).toBe(other.etaHat(2));
    }
  });

  test("a family does, by w / sqrt(lambda)", () => {
    const built = strategies.variationalDropout();
    const made = penalties.fromMaskFamily({
      moments: (theta) => ({ mean: 1, variance: Math.exp(theta) }),
      cost: (theta) => 0.5 * built.dual(Math.exp(-theta)),
    });
    for (const lambda of lambdas) {
      expectSame(made, sideOf(built, lambda), { lambda });
      expectSameDual(made, (eta) => built.dual(eta, lambda), lambda);
    }
  });
});
