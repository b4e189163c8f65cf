import { describe, expect, test } from "vitest";
import { normalQuantile } from "../../dist/normal.js";
import { panels } from "../support/quadrature.ts";

describe("the quantile of |Z|", () => {
  // Abramowitz and Stegun, table 26.6, and R's qnorm((1 + confidence) / 2).
  test.each([
    [0.5, 0.674489750196082],
    [0.9, 1.644853626951473],
    [0.95, 1.959963984540054],
    [0.99, 2.575829303548901],
    [0.999, 3.290526731491926],
    [0.9999, 3.890591886413094],
  ])("%d", (confidence, wanted) => {
    expect(Math.abs(normalQuantile(confidence) / wanted - 1)).toBeLessThan(2e-14);
  });

  test("encloses the confidence, on both sides of where the formula changes", () => {
    for (const confidence of [1e-9, 0.01, 0.3, 0.9499999, 0.9500001, 0.97, 0.9999999]) {
      const z = normalQuantile(confidence);
      const inside = panels(0, z, 8);
      const outside = panels(z, z + 12, 40);
      const mass = ({ at, weight }: ReturnType<typeof panels>) =>
        at.reduce(
          (sum, x, k) => sum + Math.sqrt(2 / Math.PI) * Math.exp((-x * x) / 2) * (weight[k] as number),
          0,
        );
      expect(Math.abs(mass(inside) / confidence - 1)).toBeLessThan(1e-13);
      expect(Math.abs(mass(outside) / (1 - confidence) - 1)).toBeLessThan(1e-11);
    }
  });

  test("the ends of what a double can say", () => {
    expect(normalQuantile(5e-324)).toBeGreaterThanOrEqual(0);
    expect(normalQuantile(1 - 2 ** -53)).toBeCloseTo(8.29236, 5);
  });
});
