// The distributions that statistical tests need, against values with 40 digits (mpmath 1.3).
import { describe, expect, test } from "vitest";
import {
  betaTails,
  binomialTails,
  chiSquareTails,
  gammaTails,
  kolmogorovTails,
  logGamma,
  normalQuantile,
  normalTails,
  type Tails,
} from "../../bench/maskStatistics/special.ts";

function expectClose(value: number, expected: number, tolerance = 1e-12) {
  expect(Math.abs(value - expected), `${value} is not ${expected}`).toBeLessThanOrEqual(
    tolerance * Math.abs(expected),
  );
}

function expectTails(tails: Tails, lower: number, upper: number, tolerance = 1e-12) {
  expectClose(tails.lower, lower, tolerance);
  expectClose(tails.upper, upper, tolerance);
}

describe("special functions", () => {
  test.each([
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247001],
    [1.5, -0.12078223763524522],
    [10, 12.80182748008147],
    [123.4, 469.3360974421906],
    [50000000.5, 836376679.0885595],
  ])("ln Gamma(%d)", (x, expected) => {
    expectClose(logGamma(x), expected, 1e-13);
  });

  test.each([
    [0.5, 0.02, 0.15851941887820606, 0.8414805811217939],
    [0.5, 12, 0.9999990366429914, 9.633570086430946e-7],
    [3, 2.5, 0.4561868841166705, 0.5438131158833295],
    [256, 300, 0.995694517267542, 0.004305482732457914],
    [1000, 1200, 0.9999999987118394, 1.2881606086281433e-9],
    [1000, 850, 2.970812600711691e-7, 0.999999702918739],
  ])("gamma distribution, shape %d at %d", (shape, x, lower, upper) => {
    expectTails(gammaTails(shape, x), lower, upper);
    expectTails(chiSquareTails(2 * shape, 2 * x), lower, upper);
  });

  test.each([
    [2, 3, 0.4, 0.5248, 0.4752],
    [0.5, 0.5, 0.1, 0.20483276469913345, 0.7951672353008665],
    [80, 1000, 0.12, 0.9999996916761524, 3.083238475836546e-7],
    [80, 1000, 0.05, 0.0003840485180509611, 0.999615951481949],
  ])("beta distribution (%d, %d) at %d", (a, b, x, lower, upper) => {
    expectTails(betaTails(a, b, x), lower, upper);
  });

  test.each([
    [3, 20, 0.3, 0.107086804503731, 0.9645168677015313],
    [700, 1000, 0.65, 0.9996454996090413, 0.00045322440379716287],
    [0, 50, 0.01, 0.6050060671375366, 1],
    [50, 50, 0.99, 1, 0.6050060671375366],
    [30003000, 1e8, 0.3, 0.7436924267601952, 0.25637783623830723],
    [29980000, 1e8, 0.3, 6.370361888017235e-6, 0.9999936359946379],
  ])("at most and at least %d of %d at %d", (k, n, p, lower, upper) => {
    expectTails(binomialTails(k, n, p), lower, upper, n < 1e6 ? 1e-11 : 1e-6);
  });

  test.each([
    [-5, 2.866515718791939e-7, 0.9999997133484281],
    [-1, 0.15865525393145705, 0.841344746068543],
    [0, 0.5, 0.5],
    [0.3, 0.6179114221889526, 0.3820885778110474],
    [8, 1, 6.220960574271784e-16],
  ])("normal distribution at %d", (z, lower, upper) => {
    expectTails(normalTails(z), lower, upper);
  });

  test.each([
    [1 / 64, -2.1538746940614564],
    [0.3, -0.5244005127080408],
    [0.5, 0],
    [0.999, 3.0902323061678136],
  ])("normal quantile of %d", (share, expected) => {
    expect(Math.abs(normalQuantile(share) - expected)).toBeLessThan(1e-13);
  });

  test.each([
    [0.4, 0.9971923267772983],
    [0.99, 0.2808738392254889],
    [1.01, 0.25943416909359746],
    [2.5, 7.453306344157342e-6],
    [3, 3.045995948942526e-8],
  ])("Kolmogorov's distribution at %d", (x, upper) => {
    expectClose(kolmogorovTails(x).upper, upper, 1e-11);
    expectClose(kolmogorovTails(x).lower, 1 - upper, 1e-11);
  });
});
