import type { Fit } from "flipside";
import { expect } from "vitest";
import { examine, type Setting, type Verdict } from "../optimality.ts";
import type { Data } from "./problems.ts";

/** What `lambda` is multiplied with to give the violation that the checker lets pass. */
export const allowance = 1e-7;

export function settingOf(fit: Fit, options: { intercept?: boolean; standardize?: boolean }): Setting {
  const { penalty, lambda, loss, lossParameters } = fit;
  const { intercept = true, standardize = true } = options;
  if (loss === "multinomial" || loss === "multiTask") throw new Error(`the checker does not know ${loss}`);
  return { penalty, lambda, loss, lossParameters, intercept, standardize };
}

/**
 * Asserts that everything the fit says is so, by the checker's own account. tolerance: what the solver was asked for, by
 * default less than the checker's own allowance.
 */
export function expectSolution(
  fit: Fit,
  data: Data,
  options: { intercept?: boolean; standardize?: boolean; tolerance?: number } = {},
): Verdict {
  const verdict = examine(data, settingOf(fit, options), fit);
  expect(fit.reason, "reason").toBe("tolerance");
  expect(fit.converged, "converged").toBe(true);
  const allowed = allowance + (options.tolerance ?? 0);
  expect(verdict.stationarity, "stationarity").toBeLessThanOrEqual(allowed * fit.lambda);
  expectHonest(fit, data, verdict);
  return verdict;
}

/** The numbers beside the coefficients, whether the fit converged or not. */
export function expectHonest(fit: Fit, data: Data, verdict: Verdict): void {
  // A log-likelihood has its own unit.
  const unit = fit.loss === "squared" || fit.loss === "huber" ? 1e-300 : 1;
  const response = fit.loss === "cox" ? data.y.subarray(data.rows) : data.y;
  const size = Math.sqrt(response.reduce((sum, y) => sum + y * y, 0) / data.rows) + unit;
  // A perfect fit leaves the rounding of its residual, whose terms may be much larger than y.
  const terms = verdict.w.reduce(
    (sum, w, j) => sum + Math.abs(w) * Math.sqrt(verdict.curvature[j] as number),
    size,
  );
  const rounding =
    1e-20 * size * size +
    1e-15 * terms * (fit.loss === "poisson" ? terms : Math.sqrt(Math.max(0, verdict.loss)));
  const error = Math.abs(fit.objective - verdict.objective);
  expect(error, "objective").toBeLessThanOrEqual(1e-9 * Math.abs(verdict.objective) + rounding);
  expect(Math.abs(fit.lossValue - verdict.loss), "lossValue").toBeLessThanOrEqual(
    1e-9 * Math.abs(verdict.loss) + rounding,
  );
  expect(Math.abs(fit.stationarity - verdict.stationarity), "reported stationarity").toBeLessThanOrEqual(
    0.1 * allowance * fit.lambda + 1e-12 * size,
  );
  expect(verdict.interceptError, "intercept").toBeLessThanOrEqual(1e-9 * size);
  expect(fit.nonzero, "nonzero").toBe(verdict.nonzero);
  expect([fit.rows, fit.columns]).toEqual([data.rows, data.columns]);
  expectReweighting(fit, verdict);
  expectHistory(fit);
}

function expectReweighting(fit: Fit, verdict: Verdict): void {
  expect([fit.coefficients.length, fit.eta.length, fit.keepProbability.length]).toEqual(
    Array(3).fill(fit.columns),
  );
  const constrains = fit.penalty.name === "hardThreshold";
  fit.eta.forEach((eta, j) => {
    const w = Math.abs(verdict.w[j] as number);
    const h = verdict.curvature[j] as number;
    if (h === 0) expect(w, `coefficient ${j} of a constant column`).toBe(0);
    if (w === 0 && (fit.lambda > 0 || constrains)) {
      expectNear(eta, verdict.etaAtZero[j] as number, 1e-12, `eta[${j}] at 0`);
    } else if (fit.lambda > 0 && !constrains) {
      const slope = verdict.slopes[j] as number;
      // Compared as slopes, because eta tends to infinity where a penalty becomes flat.
      expect(Math.abs(w / eta - slope), `slope[${j}]`).toBeLessThanOrEqual(1e-8 * Math.max(slope, 1));
    }
    const strength = eta * (h > 0 ? h : 1);
    // Of a constraint 0 / (0 + lambda) is 0, for lambda = 0 too.
    const open = eta === Infinity || (fit.lambda === 0 && !constrains);
    const keep = open ? 1 : strength === 0 ? 0 : strength / (strength + fit.lambda);
    expect(fit.keepProbability[j], `keepProbability[${j}]`).toBeCloseTo(keep, 12);
  });
}

/** The course of a fit: it begins at iteration 0 and never rises. */
export function expectHistory(fit: Fit): void {
  const { history } = fit;
  expect(history.length).toBeGreaterThan(0);
  history.forEach((entry, k) => {
    expect(entry.iteration).toBe(k);
    const before = history[k - 1]?.objective ?? Infinity;
    expect(entry.objective, `history[${k}]`).toBeLessThanOrEqual(before);
  });
}

export function expectNear(actual: number, wanted: number, relative: number, name: string): void {
  if (Object.is(actual, wanted)) return;
  const error = Math.abs(actual - wanted);
  expect(error, `${name}: ${actual} for ${wanted}`).toBeLessThanOrEqual(relative * Math.abs(wanted) + 1e-300);
}
