// The same coefficients as other packages, which have computed them beforehand: test/problems/packages/*.json, made by
// npm run agreement:packages from bench/packages.
import { describe, expect, test } from "vitest";
import {
  type CaseData,
  type CaseLoss,
  type PackageCase,
  packageNames,
  readCaseData,
  readCaseFiles,
} from "../../bench/packages/cases.ts";
import { nearness, slack, stationary } from "../../bench/packages/check.ts";
import { compare, defectOf } from "../../bench/packages/compare.ts";
import { lossOf } from "../../bench/packages/losses.ts";
import { Random } from "../support/random.ts";

const data = readCaseData();
const files = readCaseFiles();
const ran = new Set<string>();

const dataOf = (subject: PackageCase) => data[subject.data] as CaseData;

describe.each(files)("$package $version", ({ cases }) => {
  test("its own numbers meet the first-order condition", () => {
    expect(cases.flatMap((subject) => defectOf(dataOf(subject), subject, 1e-6) ?? [])).toEqual([]);
  });

  test.each(cases)("$id", async (subject) => {
    ran.add(subject.id);
    const outcome = await compare(dataOf(subject), subject);
    expect(outcome.reason).toBe("tolerance");
    expect(outcome.converged).toBe(true);
    expect(outcome.ours.outside, "outside the bounds").toBeLessThanOrEqual(1e-12);
    if (subject.lambda > 0) {
      expect(outcome.ours.violation, "stationarity").toBeLessThanOrEqual(stationary * subject.lambda);
    }
    expect(outcome.excess, "objective").toBeLessThanOrEqual(slack);
    if (!subject.convex) return;
    expect(outcome.difference, "coefficients").toBeLessThanOrEqual(nearness);
    expect(outcome.interceptDifference, "intercepts").toBeLessThanOrEqual(nearness);
  });
});

describe("how much there is", () => {
  const cases = files.flatMap((file) => file.cases);

  const least: Record<CaseLoss, number> = {
    squared: 160,
    logistic: 60,
    poisson: 50,
    huber: 8,
    cox: 60,
    multinomial: 40,
    multiTask: 40,
  };

  const ofPackage: Record<(typeof packageNames)[number], number> = {
    glmnet: 240,
    stats: 20,
    survival: 16,
    MASS: 6,
    ncvreg: 90,
    "scikit-learn": 70,
  };

  test.each(packageNames)("%s", (name) => {
    const own = files.filter((file) => file.package === name);
    expect(own).toHaveLength(1);
    expect(own[0]?.cases.length).toBeGreaterThanOrEqual(ofPackage[name]);
  });

  test.each(Object.entries(least))("%s", (loss, count) => {
    expect(cases.filter((subject) => subject.loss === loss).length).toBeGreaterThanOrEqual(count);
  });

  test.each(["weights", "offset", "penaltyFactors", "bounds", "alpha", "joint"] as const)("%s", (key) => {
    expect(cases.filter((subject) => subject[key] !== undefined).length).toBeGreaterThanOrEqual(20);
  });

  test("each has run once", () => {
    expect(ran.size).toBe(cases.length);
    expect(ran.size).toBeGreaterThanOrEqual(450);
  });
});

// What the objectives above are made of.
describe("derivatives of the losses by their definitions", () => {
  const random = new Random(5);
  const column = (n: number) => Array.from({ length: n }, () => random.normal());
  const n = 12;
  const weights = column(n).map((value) => 0.2 + Math.abs(value));
  const counts = column(n).map((value) => Math.floor(2 * Math.abs(value)));
  const events = [counts.map((count) => 1 + count), column(n).map((value) => Number(value > -0.8))];
  const responses: [string, number, number[][], object][] = [
    ["squared", 1, [column(n)], {}],
    ["logistic", 1, [counts.map((count) => Number(count > 0))], {}],
    ["poisson", 1, [counts], {}],
    ["huber", 1, [column(n)], { delta: 0.7 }],
    ["cox", 1, events, { ties: "breslow" }],
    ["cox", 1, events, { ties: "efron" }],
    ["multinomial", 3, [counts.map((count) => 1 + (count % 3))], {}],
    ["multiTask", 3, [column(n), column(n), column(n)], {}],
  ];

  test.each(responses)("%s", (loss, outputs, y, options) => {
    const z = Array.from({ length: outputs }, () => column(n));
    const at = (k: number, i: number, step: number) =>
      lossOf(loss, {
        z: z.map((values, l) => values.map((value, m) => (l === k && m === i ? value + step : value))),
        y,
        weights,
        ...options,
      }).value;
    const { gradient } = lossOf(loss, { z, y, weights, ...options });
    gradient.forEach((slopes, k) => {
      slopes.forEach((slope, i) => {
        expect((at(k, i, 1e-5) - at(k, i, -1e-5)) / 2e-5, `${k} ${i}`).toBeCloseTo(slope, 8);
      });
    });
  });
});
