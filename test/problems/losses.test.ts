// Poisson and Cox regression against glmnet and survival: losses.json, which losses.R wrote.
import { readFileSync } from "node:fs";
import { type FitOptions, fitSync, type Problem, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { native } from "../support/native.ts";
import { expectNear } from "../support/verify.ts";

const read = JSON.parse(readFileSync(new URL("losses.json", import.meta.url), "utf8"));
const rows: number = read.counts.length;
const x = { data: Float64Array.from(read.x as number[]), rows, columns: 4 };
const { weights, offset, counts, time, status } = read as Record<string, number[]>;
const y = { time: time as number[], status: status as number[] };

function expectCoefficients(problem: Problem, options: Omit<FitOptions, "penalty">, wanted: number[]) {
  const fit = fitSync(problem, { penalty: penalties.l1(), ...options });
  expect(fit.converged).toBe(true);
  wanted.forEach((value, j) => {
    expect(Math.abs((fit.coefficients[j] as number) - value), `coefficient ${j}`).toBeLessThan(2e-7);
  });
  return fit;
}

describe.each(["plain", "both"])("glmnet and glm, poisson, %s", (name) => {
  const own = name === "both" ? { weights, offset } : {};
  const problem = { x, y: counts as number[], ...own };
  const wanted = read.poisson[name];
  test.each([0, 1, 2])("l1, lambda %i", (k) => {
    const options = { loss: "poisson", lambda: read.lambda[k] } as const;
    const fit = expectCoefficients(problem, options, wanted.coefficients[k]);
    expect(Math.abs(fit.intercept - wanted.intercepts[k])).toBeLessThan(2e-7);
  });
  test("without a penalty, with the deviance", () => {
    const fit = expectCoefficients(problem, { loss: "poisson", lambda: 0 }, wanted.free.slice(1));
    expect(Math.abs(fit.intercept - wanted.free[0])).toBeLessThan(2e-7);
    const z = fit.linearPredictor(x, name === "both" ? (offset as number[]) : undefined);
    const given = name === "both" ? { weights: Float64Array.from(weights as number[]) } : {};
    const deviance = native.lossDeviance({
      loss: "poisson",
      z,
      y: Float64Array.from(counts as number[]),
      ...given,
    });
    expectNear(deviance, wanted.deviance[0], 1e-9, "deviance");
  });
});

describe("survival's coxph, without a penalty", () => {
  test.each([0, 1, 2, 3])("case %i: ties and weights", (k) => {
    const { ties, weighted, free, loglik } = read.cox[k];
    const problem = { x, y, offset, ...(weighted && { weights }) };
    const fit = expectCoefficients(problem, { loss: "cox", cox: { ties }, lambda: 0 }, free);
    // The weights as they are sum to something else than the number of rows.
    const total = weighted ? (weights as number[]).reduce((sum, w) => sum + w, 0) : rows;
    const scale = total / rows;
    const deaths = (status as number[]).reduce((sum, s, i) => {
      return sum + s * (weighted ? (weights?.[i] as number) : 1);
    }, 0);
    // log of the weighted sums: a common factor of the weights is in each term.
    const shifted = fit.lossValue * total + deaths * Math.log(scale);
    expectNear(-shifted, loglik[1], 1e-9, "log partial likelihood");
  });
});

describe.each([0, 1])("glmnet, cox, weights %i", (w) => {
  const wanted = read.coxPaths[w];
  const own = w === 1 ? { weights } : {};
  test.each([0, 1, 2])("l1, lambda %i", (k) => {
    const options = { loss: "cox", cox: { ties: "breslow" }, lambda: read.lambda[k] } as const;
    expectCoefficients({ x, y, offset, ...own }, options, wanted.coefficients[k]);
  });
  test("deviance", () => {
    const z = Float64Array.from({ length: rows }, (_, i) => {
      const dot = wanted.coefficients[2].reduce(
        (sum: number, c: number, j: number) => sum + c * (x.data[i * 4 + j] as number),
        0,
      );
      return dot + (offset?.[i] as number);
    });
    // glmnet rescales the weights to mean 1.
    const sum = (weights as number[]).reduce((total, value) => total + value, 0);
    const given = w === 1 ? { weights: Float64Array.from(weights as number[], (v) => (v * rows) / sum) } : {};
    const deviance = native.lossDeviance({
      loss: "cox",
      z,
      y: Float64Array.from([...(time as number[]), ...(status as number[])]),
      parameters: Float64Array.of(0),
      ...given,
    });
    expectNear(deviance, wanted.deviance[0], 1e-9, "deviance");
  });
});
