// Factors, bounds, exclusions and the elastic net against numbers of R's glmnet (glmnetStructure.json).
import { readFileSync } from "node:fs";
import { type Fit, type FitOptions, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  for (let j = 0; j < wanted.length; ++j) {
    const [a, b] = [actual[j] as number, wanted[j] as number];
    expect(Math.abs(a - b), `entry ${j}: ${a} and ${b}`).toBeLessThanOrEqual(tolerance * (1 + Math.abs(b)));
  }
}

const run = (problem: Parameters<typeof fitSync>[0], options: FitOptions): Fit => {
  const one = fitSync(problem, options);
  expect(one.reason).toBe("tolerance");
  return one;
};

describe("glmnet", () => {
  const text = readFileSync(new URL("glmnetStructure.json", import.meta.url), "utf8");
  const file = JSON.parse(text);

  test.each((file.fits as { name: string }[]).map((one) => [one.name, one as never] as const))(
    "%s",
    (_, one) => {
      const { family, lambda, alpha, factors, excluded, lower, upper, standardize, intercept, coefficients } =
        one as {
          family: string;
          lambda: number;
          alpha: number;
          factors: number[];
          excluded: number[];
          lower: number | string;
          upper: number | string;
          standardize: boolean;
          intercept: boolean;
          coefficients: number[];
        };
      // glmnet rescales factors to sum to the number of columns.
      const sum = factors.reduce((total, m) => total + m, 0);
      const penaltyFactors = factors.map((m, j) =>
        excluded.includes(j) ? Infinity : (m * factors.length) / sum,
      );
      // It scales y to unit variance, and with it the ridge part.
      const mean = (file.y as number[]).reduce((total, v) => total + v, 0) / file.rows;
      const variance = (file.y as number[]).reduce((total, v) => total + (v - mean) ** 2, 0) / file.rows;
      const unit = family === "binomial" ? 1 : Math.sqrt(variance);
      const y = (file.y as number[]).map((v) => (family === "binomial" ? (v > 0 ? 1 : 0) : v / unit));
      const problem = { x: { data: Float64Array.from(file.x), rows: file.rows, columns: file.columns }, y };
      const fit = run(problem, {
        loss: family === "binomial" ? "logistic" : "squared",
        penalty: penalties.elasticNet({ alpha }),
        lambda: lambda / unit,
        penaltyFactors,
        bounds: { lower: Number(lower) / unit, upper: Number(upper) / unit },
        standardize,
        intercept,
      });
      const all = [fit.intercept, ...fit.coefficients].map((v) => v * unit);
      expectClose(all, coefficients, 2e-6);
    },
  );
});
