// lambda = 0 on the NIST Statistical Reference Datasets for linear regression; data and certified values as in the
// JSON files beside this one, both confirmed in rational arithmetic.
import { readFileSync } from "node:fs";
import { fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";

interface Certified {
  readonly intercept: number;
  readonly coefficients: number[];
}

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
}

/** How many digits agree: the log relative error, at most 15. */
function digits(actual: number, certified: number): number {
  const error = Math.abs(actual - certified) / Math.abs(certified);
  return Math.min(15, -Math.log10(error));
}

function expectDigits(x: number[][], y: number[], certified: Certified, wanted: number): void {
  const fit = fitSync({ x, y }, { penalty: penalties.l1(), lambda: 0 });
  expect(fit.converged).toBe(true);
  const found = [fit.intercept, ...fit.coefficients];
  const right = [certified.intercept, ...certified.coefficients];
  const agreed = found.map((value, j) => digits(value, right[j] as number));
  expect(Math.min(...agreed), `digits: ${agreed.map((d) => d.toFixed(2))}`).toBeGreaterThanOrEqual(wanted);
}

describe("NIST StRD", () => {
  test("Longley: 9 digits of every coefficient", () => {
    const { rows, y, certified } = load<{ rows: number[][]; y: number[]; certified: Certified }>(
      "longley.json",
    );
    expectDigits(rows, y, certified, 9);
  });

  test("Wampler5: 6.5 digits of every coefficient of a polynomial of degree 5", () => {
    const { x, y, certified } = load<{ x: number[]; y: number[]; certified: Certified }>("wampler5.json");
    const powers = x.map((value) => [1, 2, 3, 4, 5].map((k) => value ** k));
    expectDigits(powers, y, certified, 6.5);
  });

  test("Wampler1, the same polynomial without noise: 6.5 digits", () => {
    const x = Array.from({ length: 21 }, (_, i) => [1, 2, 3, 4, 5].map((k) => i ** k));
    const y = x.map((row) => row.reduce((sum, value) => sum + value, 1));
    expectDigits(x, y, { intercept: 1, coefficients: [1, 1, 1, 1, 1] }, 6.5);
  });
});
