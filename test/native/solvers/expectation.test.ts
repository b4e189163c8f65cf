// E L(s o w) against all masks that there are, the Tikhonov form, and the moments of each kind of mask.
import { type Penalty, penalties, strategies, threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { type ExpectationOptions, verifyExpectation } from "../../../dist/expectation.js";
import { moments } from "../../support/hardConcrete.ts";
import { SquaredLoss } from "../../support/masked.ts";
import { type Data, makeProblem, plainProblem, problemOf } from "../../support/problems.ts";
import { bisect } from "../../support/quadrature.ts";
import { Random } from "../../support/random.ts";

const masks = ["bernoulli", "unscaledBernoulli", "gaussian", "hardConcrete"] as const;
const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

const specs = {
  plain: {},
  weights: { weights: "positive", spread: 1 },
  "weights of 0 and an offset": { weights: "zeros", offset: true, correlation: 0.5 },
  "constant and repeated columns": { constants: true, duplicates: true, spread: 3 },
} as const;

function dataOf(name: keyof typeof specs, rows = 30, columns = 8): Data {
  const standard = { seed: 5, rows, columns, correlation: 0.2, duplicates: false, constants: false };
  return makeProblem({ ...standard, weights: "none", offset: false, spread: 0, ...specs[name] });
}

/** Some of them 0, and of the order of 1 whatever the scale of the columns. */
function coefficientsOf(loss: SquaredLoss, seed = 3): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: loss.columns }, (_, j) => {
    const square = loss.square(j);
    // A constant column leaves only rounding when it is centred.
    const size = random.normal() / Math.sqrt(square > 1e-20 ? square : 1);
    return j % 4 === 1 ? 0 : size;
  });
}

const alphas = (columns: number) =>
  Float64Array.from({ length: columns }, (_, j) => 0.2 + (0.8 * (j + 1)) / columns);
const relative = (a: number, b: number) => Math.abs(a - b) / Math.abs(b);

describe.each(Object.keys(specs) as (keyof typeof specs)[])("%s", (name) => {
  const data = dataOf(name);
  describe.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])("intercept %s, standardize %s", (intercept, standardize) => {
    const loss = new SquaredLoss(data, intercept);
    const coefficients = coefficientsOf(loss);
    const keepProbability = alphas(data.columns);
    const setting = { coefficients, keepProbability, intercept, standardize, confidence: 0.9999 };

    test("all 256 Bernoulli masks", async () => {
      const exact = loss.enumerate(coefficients, keepProbability);
      const found = await verifyExpectation(problemOf(data), setting);
      expect(relative(found.tikhonov, exact)).toBeLessThan(1e-12);
      expect(relative(found.loss, loss.at(coefficients))).toBeLessThan(1e-12);
      expect([found.agrees, found.reliable]).toEqual([true, true]);
      expect(Math.abs(exact - found.estimate)).toBeLessThan(found.interval[1] - found.estimate);
      expect(found.standardError).toBeLessThan(0.05 * exact);
    });

    test.each(masks)("%s masks of a variance", async (mask) => {
      const variance = Float64Array.from(keepProbability, (alpha) => (1 - alpha) / alpha);
      const { keepProbability: _, ...rest } = setting;
      const found = await verifyExpectation(problemOf(data), { ...rest, variance, mask, seed: 1 });
      expect(relative(found.tikhonov, loss.tikhonov(coefficients, variance))).toBeLessThan(1e-12);
      expect(found).toMatchObject({ agrees: true, reliable: true, mask, seed: 1, samples: 10_000 });
      expect(found.variance).toEqual(variance);
    });
  });
});

describe("masks of a penalty", () => {
  const data = dataOf("weights");
  const problem = problemOf(data);
  const loss = new SquaredLoss(data, true);
  const coefficients = coefficientsOf(loss);
  const lambda = 0.3;

  test.each<[string, Penalty]>([
    ["l1", penalties.l1()],
    ["lp", penalties.lp({ p: 0.5 })],
    ["mcp", penalties.mcp({ a: 3 })],
    ["standout", strategies.standout()],
    ["hardConcrete", strategies.hardConcrete()],
  ])("%s: lambda / eta of the standardised coefficients", async (_, penalty) => {
    for (const standardize of [true, false]) {
      const variance = coefficients.map((w, j) => {
        const square = loss.square(j);
        const eta = penalty.etaHat(standardize ? w * Math.sqrt(square) : w, lambda);
        return lambda / (standardize ? eta : eta * square);
      });
      const options = { coefficients, penalty, lambda, standardize, confidence: 0.9999 };
      const found = await verifyExpectation(problem, { ...options, mask: "gaussian" });
      expect(found.agrees).toBe(true);
      found.variance.forEach((value, j) => {
        const wanted = variance[j] as number;
        if (coefficients[j] !== 0) expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-10 * wanted);
      });
      expect(relative(found.tikhonov, loss.tikhonov(coefficients, variance))).toBeLessThan(1e-12);
    }
  });

  test("ard takes the design of the problem", async () => {
    const found = await verifyExpectation(problem, { coefficients, penalty: strategies.ard(), lambda });
    expect(found.agrees).toBe(true);
    expect(found.tikhonov).toBeGreaterThan(found.loss);
  });

  test("lambda = 0 masks nothing", async () => {
    const found = await verifyExpectation(problem, { coefficients, penalty: penalties.l1(), lambda: 0 });
    expect(found).toMatchObject({ agrees: true, reliable: true, standardError: 0 });
    expect([found.estimate, found.tikhonov]).toEqual([found.loss, found.loss]);
  });
});

/** E s^4 / (E s)^4 of each kind for the variance v, in closed form or by quadrature over P(s > t). */
function fourthMoment(mask: (typeof masks)[number], v: number): number {
  if (mask === "gaussian") return 1 + 6 * v + 3 * v * v;
  if (mask !== "hardConcrete") return (1 + v) ** 3;
  const [beta, gamma, zeta] = [2 / 3, -0.1, 1.1];
  const theta = bisect(-60, 60, (x) => moments(x, beta, gamma, zeta).variance > v);
  const { mean } = moments(theta, beta, gamma, zeta);
  const cells = 20_000;
  let fourth = 0;
  for (let k = 0; k < cells; ++k) {
    const t = (k + 0.5) / cells;
    fourth += (4 * t ** 3) / cells / (1 + Math.exp(beta * Math.log((t - gamma) / (zeta - t)) - theta));
  }
  return fourth / mean ** 4;
}

describe.each(masks)("%s", (mask) => {
  // One column of ones and no intercept: L(s w) = (y - s w)^2 / 2.
  const single = (y: number, w: number, options: Partial<ExpectationOptions>) =>
    verifyExpectation(
      { x: [[1]], y: [y] },
      { coefficients: [w], mask, intercept: false, standardize: false, samples: 400_000, ...options },
    );

  test.each([0.05, 0.5, 2, 20])("has mean 1 and variance %d", async (variance) => {
    // L = y^2/2 - y w s + ..: with a large y all that is left is the mean.
    const first = await single(1e6, 1e-6, { variance, confidence: 0.9999 });
    expect(first.agrees).toBe(true);
    expect(relative(first.standardError, Math.sqrt(variance / 400_000))).toBeLessThan(0.02);
    // L = s^2 / 2
    const second = await single(0, 1, { variance, confidence: 0.9999 });
    expect(second).toMatchObject({ agrees: true, tikhonov: (1 + variance) / 2 });
    const spread = fourthMoment(mask, variance) - (1 + variance) ** 2;
    expect(relative(second.standardError, Math.sqrt(spread / 4 / 400_000))).toBeLessThan(0.1);
  });

  test("a variance that is 10 % off is seen", async () => {
    const found = await single(0, 1, { variance: 0.5, confidence: 0.9999 });
    for (const wrong of [0.45, 0.55]) {
      const value = (1 + wrong) / 2;
      expect(value < found.interval[0] || value > found.interval[1]).toBe(true);
    }
  });

  test("the variances 0 and infinity, and very small and large ones", async () => {
    const none = await single(3, 2, { variance: 0 });
    expect([none.estimate, none.standardError, none.agrees, none.reliable]).toEqual([0.5, 0, true, true]);
    const ignored = await single(3, 0, { variance: Infinity });
    expect([ignored.estimate, ignored.standardError, ignored.agrees]).toEqual([4.5, 0, true]);
    for (const variance of [1e-300, 1e-20, 1e20, 1e300]) {
      const found = await single(1, variance < 1 ? 2 : 1e-150, { variance, samples: 1000 });
      expect(Number.isFinite(found.estimate)).toBe(true);
      if (mask !== "gaussian") expect(found.reliable).toBe(false);
    }
  });

  test("the same bits for one and two threads, other bits for another seed", async () => {
    const data = plainProblem(600, 60);
    const coefficients = Float64Array.from({ length: 60 }, (_, j) => Math.cos(j));
    const options = { coefficients, variance: 0.7, mask, samples: 9999 };
    threads.setThreads(1);
    const one = await verifyExpectation(problemOf(data), options);
    threads.setThreads(2);
    const two = await verifyExpectation(problemOf(data), options);
    expect(two).toEqual(one);
    const other = await verifyExpectation(problemOf(data), { ...options, seed: 1 });
    expect(other.estimate).not.toBe(one.estimate);
    expect(Math.abs(other.estimate - one.estimate)).toBeLessThan(6 * one.standardError);
  });

  test("a 90 % interval covers in 90 of 100 cases", async () => {
    const data = dataOf("plain", 12, 4);
    const coefficients = coefficientsOf(new SquaredLoss(data, true));
    const options = { coefficients, variance: 0.5, mask, samples: 1000, confidence: 0.9 };
    const runs = Array.from({ length: 200 }, (_, seed) =>
      verifyExpectation(problemOf(data), { ...options, seed }),
    );
    const covered = (await Promise.all(runs)).filter(({ agrees }) => agrees).length;
    // Binomial(200, 0.9) leaves this range once in 10,000 times.
    expect(covered).toBeGreaterThanOrEqual(162);
    expect(covered).toBeLessThanOrEqual(194);
  });
});

test("seldom kept: the interval is not relied upon before there are events", async () => {
  const data = dataOf("plain");
  const coefficients = coefficientsOf(new SquaredLoss(data, true));
  const options = { coefficients, keepProbability: 1e-4 };
  const few = await verifyExpectation(problemOf(data), { ...options, samples: 10_000 });
  expect(few.reliable).toBe(false);
  const many = await verifyExpectation(problemOf(data), { ...options, samples: 600_000, confidence: 0.9999 });
  expect([many.reliable, many.agrees]).toEqual([true, true]);
  const one = await verifyExpectation(problemOf(data), { coefficients, variance: 0.5, samples: 99 });
  expect(one.reliable).toBe(false);
});

test("masks close to 1 do not drown in the rounding of the loss", async () => {
  const data = dataOf("plain");
  const loss = new SquaredLoss(data, true);
  const coefficients = coefficientsOf(loss);
  const variance = 1e-24;
  const options = { coefficients, variance, mask: "gaussian", samples: 1000 } as const;
  const found = await verifyExpectation(problemOf(data), options);
  // To first order the loss varies like its gradient: 1e-12 in relation, some hundred units of rounding.
  const slope = Math.sqrt(variance / 1000);
  expect(found.standardError / slope).toBeGreaterThan(0.05);
  expect(found.standardError / slope).toBeLessThan(20);
  expect(found.agrees).toBe(true);
});
