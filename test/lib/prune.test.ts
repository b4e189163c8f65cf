// Pruning by keep probability, as dropout strategies are evaluated.
import { type FlipsideErrorCode, fitSync, penalties, prune } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";

const logSum = penalties.logSum({ epsilon: 2 });

describe("prune", () => {
  test("sets exactly the weights of low keep probability to 0 and leaves the others", () => {
    // logSum(2): etaHat = w (w + 2), so that with lambda = 1e-3 the keep probability passes 0.05 near w = 2.6e-5.
    const lambda = 1e-3;
    const weights = Float64Array.of(1e-6, -2e-5, 2.7e-5, -0.3, 0, 2);
    const pruned = prune(weights, { penalty: logSum, lambda });
    expect(Array.from(pruned)).toEqual([0, 0, 2.7e-5, -0.3, 0, 2]);
    expect(weights[1]).toBe(-2e-5);
    const keep = (w: number) =>
      (Math.abs(w) * (Math.abs(w) + 2)) / (Math.abs(w) * (Math.abs(w) + 2) + lambda);
    weights.forEach((w, j) => {
      expect(pruned[j], `${w}`).toBe(keep(w) < 0.05 ? 0 : w);
    });
  });

  test("changes what a model predicts, as far as the pruned weights count", () => {
    const x = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i), Math.sin(5 * i + 1)]);
    const y = x.map(([a = 0, b = 0], i) => a + 0.02 * b + 0.01 * Math.sin(9 * i));
    const options = { penalty: penalties.lp({ p: 1.5 }), lambda: 1e-3, intercept: false, standardize: false };
    const fit = fitSync({ x, y }, options);
    const predict = (w: Float64Array) =>
      x.map((row) => row.reduce((sum, value, j) => sum + value * (w[j] ?? 0), 0));
    // The keep probability sqrt(w) / (sqrt(w) + 1) is 0.5 at w = 1 and 0.12 at w = 0.02.
    const pruned = prune(fit.coefficients, { penalty: options.penalty, threshold: 0.3 });
    expect(Array.from(pruned).filter((w) => w !== 0)).toHaveLength(1);
    expect(pruned[0]).toBe(fit.coefficients[0]);
    const before = predict(fit.coefficients);
    const after = predict(pruned);
    before.forEach((value, i) => {
      const lost =
        (fit.coefficients[1] ?? 0) * (x[i]?.[1] ?? 0) + (fit.coefficients[2] ?? 0) * (x[i]?.[2] ?? 0);
      expect(after[i]).toBeCloseTo(value - lost, 12);
    });
    expect(Math.max(...before.map((value, i) => Math.abs(value - (after[i] ?? 0))))).toBeGreaterThan(0.01);
  });

  test("threshold 0 keeps all, threshold 1 what no mask ever drops", () => {
    const weights = [0.1, 5];
    expect(Array.from(prune(weights, { penalty: penalties.l1(), threshold: 0 }))).toEqual(weights);
    expect(Array.from(prune(weights, { penalty: penalties.mcp(), threshold: 1 }))).toEqual([0, 5]);
  });

  const bad: [string, unknown, unknown, FlipsideErrorCode, string][] = [
    ["no weights", undefined, { penalty: logSum }, "INVALID_ARGUMENT", "weights must be"],
    ["NaN", [1, NaN], { penalty: logSum }, "NOT_FINITE", "weights[1] must be"],
    ["no penalty", [1], {}, "INVALID_ARGUMENT", "penalty must be a Penalty"],
    ["a threshold of 2", [1], { penalty: logSum, threshold: 2 }, "OUT_OF_RANGE", "threshold must be"],
    ["an unknown option", [1], { penalty: logSum, treshold: 0.1 }, "UNKNOWN_OPTION", "options has no"],
  ];
  test.each(bad)("refuses %s", (_, weights, options, code, message) => {
    expectFailure(() => loose(prune)(weights, options), code, message);
  });
});
