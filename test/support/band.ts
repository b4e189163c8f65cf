// The band that a stochastic fit claims for its objective, beside a deterministic fit of the same problem.
import { type DropoutOptions, type Fit, type FitOptions, fitSync } from "flipside";
import { expect } from "vitest";
import { diabetes } from "../problems/diabetes.ts";
import { lambdaMax } from "./lambdaMax.ts";
import { type Data, problemOf } from "./problems.ts";
import { Random } from "./random.ts";

export const masks = ["bernoulli", "unscaledBernoulli", "gaussian"] as const;
export type Mask = (typeof masks)[number];

/** Neighbouring columns with the given correlation, six nonzero coefficients, y with mean square about 1. */
export function autoregressive(rows: number, columns: number, correlation: number, seed: number): Data {
  const random = new Random(seed);
  const x = new Float64Array(rows * columns);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; ++i) {
    let last = random.normal();
    let sum = 0.4 * random.normal();
    for (let j = 0; j < columns; ++j) {
      if (j > 0) last = correlation * last + Math.sqrt(1 - correlation ** 2) * random.normal();
      x[i * columns + j] = last;
      if (j % Math.ceil(columns / 6) === 0) sum += (j % 2 === 0 ? 0.5 : -0.5) * last;
    }
    y[i] = sum;
  }
  return { rows, columns, x, y, weights: undefined, offset: undefined };
}

/** The three problems on which every algorithm has to agree. */
export const agreement: readonly [string, Data][] = [
  ["diabetes", unitResponse(diabetes)],
  ["correlated, 200 × 50", autoregressive(200, 50, 0.9, 3)],
  ["100 × 300", autoregressive(100, 300, 0.5, 4)],
];

function unitResponse(data: Data): Data {
  const mean = data.y.reduce((sum, value) => sum + value, 0) / data.rows;
  const deviation = Math.sqrt(2 * centredLoss(data));
  return { ...data, y: data.y.map((value) => (value - mean) / deviation) };
}

function centredLoss({ y, rows }: Data): number {
  const mean = y.reduce((sum, value) => sum + value, 0) / rows;
  return y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (2 * rows);
}

/** A tenth of the lambda at which the lasso is 0. */
export function moderate(data: Data): number {
  return 0.1 * lambdaMax(data, { intercept: true, standardize: true });
}

export function dropoutOf(data: Data, options: FitOptions, seed: number, dropout: DropoutOptions = {}): Fit {
  return fitSync(problemOf(data), { ...options, solver: "dropout", seed, dropout });
}

/** The stationary point that the reweighted solver finds from where the fit ended, or by itself. */
export function referenceOf(data: Data, options: FitOptions, fit?: Fit): Fit {
  const { solver, seed, dropout, convergence, ...rest } = options;
  const start = fit === undefined ? rest.start : fit.coefficients;
  return fitSync(problemOf(data), { ...rest, start, solver: "reweighted" });
}

export function inBand(fit: Fit, reference: Fit): boolean {
  return Math.abs(fit.objective - reference.objective) <= (fit.objectiveMargin as number);
}

/** Converged at the default tolerance, with a margin that means something, around the reference. */
export function expectInBand(fit: Fit, reference: Fit, data: Data): void {
  expect(fit.reason).toBe("tolerance");
  expect(fit.objectiveMargin).toBeLessThanOrEqual(1e-3 * centredLoss(data));
  const distance = Math.abs(fit.objective - reference.objective);
  expect(distance, "distance of the objectives").toBeLessThanOrEqual(fit.objectiveMargin as number);
}
