// Inference of fits with factors, bounds, groups, elastic nets, several outputs, names and missing values.
import {
  degreesOfFreedom,
  type Fit,
  type FitOptions,
  fit as fitOnce,
  fitPath,
  fitSync,
  informationCriteria,
  penalties,
  refit,
  stabilitySelection,
  standardErrors,
} from "flipside";
import { inverse, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { expectRejection } from "../../support/failures.ts";
import { Random } from "../../support/random.ts";

const rows = 40;
const columns = 6;
const random = new Random(12);
const x = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
const y = x.map(
  (row) =>
    1 + (row[0] as number) - 0.7 * (row[1] as number) + 0.4 * (row[4] as number) + 0.4 * random.normal(),
);
const weights = Array.from({ length: rows }, (_, i) => 1 + (i % 3));
const featureNames = ["age", "bmi", "bp", "s1", "s2", "s3"];
const pairs = [0, 0, 1, 1, 2, 2];
const factors = [0, 1, 2, 1, 0.5, 1];
const tight = { convergence: { tolerance: 1e-11 } };
const l1 = penalties.l1();

const structures: [string, Partial<FitOptions>][] = [
  ["factors", { penalty: penalties.elasticNet({ alpha: 0.5 }), penaltyFactors: factors }],
  ["factors of log-sum", { penalty: penalties.logSum({ epsilon: 1 }), penaltyFactors: factors }],
  ["factors of MCP", { penalty: penalties.mcp(), lambda: 0.5, penaltyFactors: factors }],
  [
    "the same as skglm",
    { penalty: penalties.mcp(), lambda: 0.5, penaltyFactors: factors, factorConvention: "skglm" },
  ],
  ["groups", { penalty: l1, groups: pairs }],
  ["groups with factors", { penalty: l1, groups: pairs, penaltyFactors: [1, 1, 2, 2, 0.5, 0.5] }],
  ["groups of SCAD", { penalty: penalties.scad(), lambda: 0.6, groups: pairs }],
  ["groups of an elastic net", { penalty: penalties.elasticNet({ alpha: 0.7 }), groups: pairs }],
  [
    "bounds of sign",
    { penalty: penalties.elasticNet({ alpha: 0.5 }), bounds: { lower: [0, -1e9, 0, 0, 0, 0] } },
  ],
];

describe("degrees of freedom by trace are the derivative of the fitted values", () => {
  test.each(structures)("%s", async (_, own) => {
    const options = { penalty: l1, lambda: 0.1, ...tight, ...own };
    const problem = { x, y, weights };
    const fit = fitSync(problem, options);
    const start = fit.coefficients;
    let wanted = 0;
    const step = 1e-4;
    for (let i = 0; i < rows; ++i) {
      const at = (shift: number) =>
        fitSync({ x, y: y.map((v, k) => (k === i ? v + shift : v)), weights }, { ...options, start }).predict(
          x,
        )[i] as number;
      wanted += (at(step) - at(-step)) / (2 * step);
    }
    expect(await degreesOfFreedom(fit, problem, "trace")).toBeCloseTo(wanted, 4);
    expect(wanted).not.toBeCloseTo(fit.nonzero + 1, 3);
  });
});

/** σ² (H + D)^-1 H (H + D)^-1 with an inverse: D is n λ m ω'(r) / r on standardised columns. */
function sandwich(fit: Fit, slope: (column: number, r: number) => number, sigma2: number): number[] {
  const support = Array.from(fit.support);
  const total = weights.reduce((a, b) => a + b);
  const centred = support.map((j) => {
    const mean = x.reduce((sum, row, i) => sum + (weights[i] as number) * (row[j] as number), 0) / total;
    return x.map((row) => (row[j] as number) - mean);
  });
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + (weights[i] as number) * value * (b[i] as number), 0);
  const scales = centred.map((column) => Math.sqrt(dot(column, column) / total));
  const h = new Matrix(centred.map((a) => centred.map((b) => dot(a, b))));
  const u = support.map((j, k) => (fit.coefficients[j] as number) * (scales[k] as number));
  const groups = fit.structure?.groups;
  const sum = h.clone();
  support.forEach((j, k) => {
    const r = Math.hypot(
      ...u.filter((_, l) => (groups ? groups[support[l] as number] === groups[j] : l === k)),
    );
    const own = (total * (scales[k] as number) ** 2 * slope(j, r)) / r;
    sum.set(k, k, sum.get(k, k) + own);
  });
  const inner = inverse(sum);
  return inner
    .mmul(h)
    .mmul(inner)
    .diagonal()
    .map((v) => Math.sqrt(sigma2 * v));
}

describe("standard errors", () => {
  test.each<[string, Partial<FitOptions>, (j: number) => number]>([
    ["factors", { penaltyFactors: factors }, (j) => 0.1 * (factors[j] as number)],
    ["groups", { groups: pairs }, () => 0.1],
    [
      "groups with factors",
      { groups: pairs, penaltyFactors: [1, 1, 2, 2, 0, 0] },
      (j) => 0.1 * ([1, 2, 0][pairs[j] as number] as number),
    ],
  ])("of %s are the formula with the slope of each coefficient or group", async (_, own, slope) => {
    const problem = { x, y, weights };
    const fit = fitSync(problem, { penalty: l1, lambda: 0.1, ...tight, ...own });
    const errors = await standardErrors(fit, problem, { sigma2: 0.2 });
    sandwich(fit, slope, 0.2).forEach((value, k) => {
      expect(errors.standardErrors[k]).toBeCloseTo(value, 10);
    });
  });

  test("of a coefficient at a bound there are none", async () => {
    const problem = { x, y };
    const at = fitSync(problem, { penalty: l1, lambda: 0.05, bounds: { upper: 0.2 } });
    expect(Array.from(at.coefficients)).toContain(0.2);
    const held = at.coefficients.filter((value) => value === 0.2).length;
    const begins = `must be of coefficients within their bounds, but ${held} `;
    await expectRejection(() => standardErrors(at, problem), "UNSUPPORTED", `the standard errors ${begins}`);
    await expectRejection(
      () => degreesOfFreedom(at, problem, "trace"),
      "UNSUPPORTED",
      `the degrees of freedom ${begins}`,
    );
    expect(await degreesOfFreedom(at)).toBe(at.nonzero - held + 1);
    const inside = fitSync(problem, { penalty: l1, lambda: 0.05, bounds: { upper: 50, lower: -50 } });
    const plain = fitSync(problem, { penalty: l1, lambda: 0.05 });
    const [a, b] = [await standardErrors(inside, problem), await standardErrors(plain, problem)];
    a.standardErrors.forEach((value, k) => {
      expect(value).toBeCloseTo(b.standardErrors[k] as number, 8);
    });
  });
});

describe("missing values", () => {
  const holes = x.map((row, i) => row.map((value, j) => ((i + j) % 7 === 0 ? null : value)));
  test("count as the means of the fit", async () => {
    const options = { penalty: penalties.elasticNet({ alpha: 0.5 }), lambda: 0.1 };
    const problem = { x: holes as never, y, weights };
    const fit = fitSync(problem, { ...options, missing: "mean" });
    const filled = holes.map((row) => row.map((value, j) => value ?? (fit.imputation?.[j] as number)));
    const plain = fitSync({ x: filled, y, weights }, options);
    expect(await degreesOfFreedom(fit, problem)).toBeCloseTo(
      await degreesOfFreedom(plain, { x: filled, y, weights }),
      9,
    );
    const errors = await standardErrors(fit, problem);
    const wanted = await standardErrors(plain, { x: filled, y, weights });
    errors.standardErrors.forEach((value, k) => {
      expect(value).toBeCloseTo(wanted.standardErrors[k] as number, 9);
    });
    const again = await refit(fit, problem);
    expect(again.imputation).toEqual(fit.imputation);
    expect(again.predict(holes as never)).toEqual(again.predict(filled));
    const { bic } = (await informationCriteria(fit, { problem })).fits[0] as { bic: number };
    expect(Number.isFinite(bic)).toBe(true);
    const stable = await stabilitySelection(problem, {
      penalty: options.penalty,
      missing: "mean",
      pairs: 4,
      lambdaCount: 5,
    });
    expect(stable.largest[0]).toBe(1);
  });
});

describe("refit", () => {
  test("keeps names, delta, ties and bounds", async () => {
    const named = { x, y, featureNames };
    const options = { penalty: l1, lambda: 0.15 };
    const again = await refit(fitSync(named, options), named);
    expect(again.featureNames).toEqual(featureNames);
    expect(again.namedCoefficients().map(([name]) => name)).toEqual(["age", "bmi", "s2"]);
    const robust = fitSync({ x, y }, { ...options, loss: "huber", huber: { delta: 0.3 } });
    expect((await refit(robust, { x, y })).lossParameters).toEqual([0.3]);
    expect((await refit(robust, { x, y }, { huber: { delta: 2 } })).lossParameters).toEqual([2]);
    const times = { x, y: { time: y.map((v) => Math.exp(-v)), status: y.map((_, i) => Number(i % 4 > 0)) } };
    const cox = fitSync(times, { penalty: l1, lambda: 0.05, loss: "cox", cox: { ties: "breslow" } });
    expect((await refit(cox, times)).lossParameters).toEqual([0]);
    const bounded = fitSync({ x, y }, { ...options, bounds: { lower: -0.2 } });
    const kept = await refit(bounded, { x, y });
    expect(Math.min(...kept.coefficients)).toBe(-0.2);
    expect(kept.structure?.lower).toEqual(bounded.structure?.lower);
    expect(kept.objective).toBeLessThan(bounded.lossValue);
  });
});

describe("several outputs", () => {
  const classes = y.map((value) => (value > 1.5 ? "c" : value > 0.5 ? "b" : "a"));
  test("degrees of freedom count the intercepts that are free, the others are refused with a reason", async () => {
    const problem = { x, y: classes };
    const fit = fitSync(problem, { penalty: l1, lambda: 0.05, loss: "multinomial" });
    expect(await degreesOfFreedom(fit)).toBe(fit.nonzero + 2);
    const tasks = { x, y: y.map((value) => [value, -value]) };
    const both = fitSync(tasks, { penalty: l1, lambda: 0.05 });
    expect(await degreesOfFreedom(both)).toBe(both.nonzero + 2);
    await expectRejection(
      () => standardErrors(fit, problem),
      "UNSUPPORTED",
      "the standard errors must be of a fit with loss",
    );
    await expectRejection(
      () => degreesOfFreedom(both, tasks, "trace"),
      "UNSUPPORTED",
      "the degrees of freedom must be",
    );
    await expectRejection(() => refit(fit, problem), "UNSUPPORTED", "fit must have one output");
    const stable = await stabilitySelection(problem, {
      penalty: l1,
      loss: "multinomial",
      joint: true,
      groups: pairs,
      pairs: 4,
      lambdaCount: 5,
    });
    expect([stable.largest.length, stable.probabilities.rows]).toEqual([6, 6]);
    expect(stable.largest[0]).toBe(stable.largest[1]);
  });

  test("cox has no intercept, and events of weight 0 are none", async () => {
    const times = { x, y: { time: y.map((v) => Math.exp(-v)), status: y.map((_, i) => Number(i % 4 > 0)) } };
    const light = weights.map((w, i) => (i % 4 === 1 ? 0 : w));
    const problem = { ...times, weights: light };
    const fit = fitSync(problem, { penalty: l1, lambda: 0.02, loss: "cox" });
    const { fits } = await informationCriteria(fit, { problem });
    const [one] = fits;
    expect(one?.degreesOfFreedom).toBe(fit.nonzero);
    const events = y.filter((_, i) => i % 4 > 1).length;
    expect((one?.bic as number) - (one?.aic as number)).toBeCloseTo(fit.nonzero * (Math.log(events) - 2), 9);
  });
});

test("a path of a grouped fit has criteria by either count", async () => {
  const problem = { x, y };
  const path = await fitPath(problem, { penalty: l1, groups: pairs, lambdaCount: 6 });
  const [by, trace] = [await path.criteria(), await path.criteria({ problem, degrees: "trace" })];
  by.fits.forEach((one, k) => {
    expect(trace.fits[k]?.degreesOfFreedom).toBeLessThanOrEqual(one.degreesOfFreedom + 1e-9);
  });
  const single = await fitOnce(problem, { penalty: l1, lambda: 0.1, groups: pairs });
  expect(await degreesOfFreedom(single, problem, "trace")).toBeLessThan(single.nonzero + 1);
});
