// Information criteria and degrees of freedom.
import {
  degreesOfFreedom,
  Fit,
  fit as fitOnce,
  fitPath,
  fitSync,
  informationCriteria,
  penalties,
} from "flipside";
import { describe, expect, test } from "vitest";
import { difference, type Glm, problemOf, references } from "../../problems/inference.ts";
import { expectRejection, loose } from "../../support/failures.ts";
import { plainProblem, problemOf as problemOfData } from "../../support/problems.ts";

const l1 = penalties.l1();

describe("against R", () => {
  test.each([
    ["lm", "gaussian", "squared", {}, true],
    ["lmWeights", "gaussian", "squared", { weights: true, offset: true }, true],
    ["lmOrigin", "gaussian", "squared", {}, false],
    ["logit", "binomial", "logistic", {}, true],
  ] as const)("%s", async (name, family, loss, kind, intercept) => {
    const { logLik, aic, bic }: Glm = references[name];
    const problem = problemOf(family, kind);
    const fit = await fitOnce(problem, { penalty: l1, lambda: 0, loss, intercept });
    const [own] = (await informationCriteria(fit, { problem })).fits;
    if (own === undefined) throw new Error("no criteria");
    // lm counts σ² as a parameter, which is the same for every fit.
    const extra = loss === "squared" ? 1 : 0;
    const n = kind === undefined || !("weights" in kind) ? 60 : 59;
    expect(difference(own.logLikelihood, logLik)).toBeLessThan(1e-10);
    expect(difference(own.aic, aic - 2 * extra)).toBeLessThan(1e-10);
    expect(difference(own.bic, bic - extra * Math.log(n))).toBeLessThan(1e-10);
  });

  test("poisson, from the loss: mean of e^z - y z", async () => {
    const { logLik }: Glm = references.poissonGlm;
    const y = references.poisson;
    const constant = y.reduce((sum, count) => {
      for (let k = 2; k <= count; ++k) sum -= Math.log(k);
      return sum;
    }, 0);
    const template = fitSync(problemOf("gaussian"), { penalty: l1, lambda: 0 }).toJSON();
    const lossValue = -(logLik - constant) / y.length;
    const fit = Fit.fromJSON({ ...template, loss: "poisson", lossValue });
    const exact = await informationCriteria(fit, { problem: problemOf("poisson") });
    expect(difference(exact.fits[0]?.logLikelihood as number, logLik)).toBeLessThan(1e-12);
    const without = await informationCriteria(fit);
    expect(difference(without.fits[0]?.logLikelihood as number, logLik - constant)).toBeLessThan(1e-12);
  });
});

describe("formulas", () => {
  const problem = problemOfData(plainProblem(50, 12));

  test("of a path: extended BIC by Chen and Chen, and where each is smallest", async () => {
    const path = await fitPath(problem, { penalty: l1, lambdaCount: 40 });
    const gamma = 0.75;
    const criteria = await path.criteria({ gamma });
    const chosen = { aic: 0, bic: 0, ebic: 0 };
    path.fits.forEach((fit, k) => {
      const own = criteria.fits[k];
      if (own === undefined) throw new Error("no criteria");
      const n = 50;
      const logL = -0.5 * n * (Math.log(2 * Math.PI * 2 * fit.lossValue) + 1);
      const df = fit.nonzero + 1;
      let choose = 1;
      for (let i = 0; i < fit.nonzero; ++i) choose = (choose * (12 - i)) / (i + 1);
      expect(difference(own.logLikelihood, logL)).toBeLessThan(1e-12);
      expect(own.degreesOfFreedom).toBe(df);
      expect(difference(own.aic, -2 * logL + 2 * df)).toBeLessThan(1e-12);
      expect(difference(own.bic, -2 * logL + Math.log(n) * df)).toBeLessThan(1e-12);
      expect(difference(own.ebic, own.bic + 2 * gamma * Math.log(choose))).toBeLessThan(1e-12);
      expect(own.locallyConvex).toBe(fit.record.locallyConvex);
      for (const key of ["aic", "bic", "ebic"] as const) {
        if (own[key] < (criteria.fits[chosen[key]]?.[key] as number)) chosen[key] = k;
      }
    });
    for (const key of ["aic", "bic", "ebic"] as const) {
      expect(criteria[key]).toEqual({ index: chosen[key], lambda: path.lambdas[chosen[key]] });
    }
    expect(criteria.ebic.index).toBeLessThanOrEqual(criteria.bic.index);
    expect(criteria.bic.index).toBeLessThanOrEqual(criteria.aic.index);
  });

  test("a known σ²: AIC differs from Mallows' Cp by what does not depend on the fit", async () => {
    const path = await fitPath(problem, { penalty: l1, lambdaCount: 10 });
    const { fits } = await path.criteria({ sigma2: 1.3, gamma: 0 });
    const cp = path.fits.map((fit) => (50 * 2 * fit.lossValue) / 1.3 + 2 * (fit.nonzero + 1));
    fits.forEach((own, k) => {
      const shift = own.aic - (cp[k] as number);
      expect(difference(shift, 50 * Math.log(2 * Math.PI * 1.3))).toBeLessThan(1e-12);
      expect(own.ebic).toBe(own.bic);
    });
  });

  test("cox counts events, huber has none", async () => {
    const template = fitSync(problem, { penalty: l1, lambda: 0.1 }).toJSON();
    const cox = Fit.fromJSON({ ...template, loss: "cox" });
    await expectRejection(
      () => informationCriteria(cox),
      "UNSUPPORTED",
      "sampleSize or problem must be given",
    );
    const y = { time: problem.y, status: Array.from({ length: 50 }, (_, i) => Number(i % 5 === 0)) };
    const given = await informationCriteria(cox, { problem: { ...problem, y } as never });
    const [own] = given.fits;
    expect((own?.bic as number) - (own?.aic as number)).toBeCloseTo(
      (Math.log(10) - 2) * (own?.degreesOfFreedom as number),
      10,
    );
    expect(await informationCriteria(cox, { sampleSize: 10 })).toEqual(given);
    const huber = Fit.fromJSON({ ...template, loss: "huber" });
    await expectRejection(() => informationCriteria(huber), "UNSUPPORTED", "the loss must be a likelihood");
    await expectRejection(() => informationCriteria([]), "EMPTY", "fits must have");
    const criteria = loose(informationCriteria);
    for (const given of [null, undefined, 1, {}, { fits: 3 }]) {
      await expectRejection(() => criteria(given), "INVALID_ARGUMENT", "fits must be a Fit, an array");
    }
    await expectRejection(() => criteria([template]), "INVALID_ARGUMENT", "fits[0] must be a Fit");
    await expectRejection(() => loose(degreesOfFreedom)({}), "INVALID_ARGUMENT", "fit must be a Fit");
    await expectRejection(
      () => loose(degreesOfFreedom)(cox, problem, "stein"),
      "UNSUPPORTED",
      "method must be",
    );
  });
});

describe("degrees of freedom", () => {
  const data = plainProblem(40, 7, 9);
  const problem = problemOfData(data);

  /** Σ ∂ŷ_i / ∂y_i by central differences. */
  function divergence(options: Parameters<typeof fitSync>[1], weights?: Float64Array): number {
    const h = 1e-4;
    const fitted = (i: number, step: number) => {
      const y = data.y.slice();
      y[i] = (y[i] as number) + step;
      return fitSync({ ...problem, y, weights }, options).predict(problem.x)[i] as number;
    };
    return Array.from({ length: 40 }, (_, i) => (fitted(i, h) - fitted(i, -h)) / (2 * h)).reduce(
      (a, b) => a + b,
      0,
    );
  }

  const tight = { convergence: { tolerance: 1e-12 } };

  test.each([
    ["l1", l1, 0.05, true],
    ["l1 without an intercept", l1, 0.05, false],
    ["lp of 1.5", penalties.lp({ p: 1.5 }), 0.3, true],
    ["lp of 1.9", penalties.lp({ p: 1.9 }), 2, false],
    ["logSumSquares", penalties.logSumSquares({ epsilon: 20 }), 3, true],
  ] as const)(
    "%s: the derivative of the fitted values by the response",
    async (_, penalty, lambda, intercept) => {
      const options = { penalty, lambda, intercept, ...tight };
      const fit = fitSync(problem, options);
      expect(fit.nonzero).toBeGreaterThan(1);
      const df = await degreesOfFreedom(fit, problem);
      expect(Math.abs(df - divergence(options))).toBeLessThan(1e-5);
      expect(Math.abs((await degreesOfFreedom(fit, problem, "trace")) - df)).toBeLessThan(1e-10);
      if (penalty !== l1) expect(df).toBeLessThan(fit.nonzero + Number(intercept));
      else expect(df).toBe(fit.nonzero + Number(intercept));
    },
  );

  test("by trace with weights", async () => {
    const weights = data.y.map((value) => 0.5 + Math.abs(value));
    const options = { penalty: penalties.lp({ p: 1.5 }), lambda: 0.3, ...tight };
    const fit = fitSync({ ...problem, weights }, options);
    const df = await degreesOfFreedom(fit, { ...problem, weights });
    expect(Math.abs(df - divergence(options, weights))).toBeLessThan(1e-5);
  });

  test("of a shrinking penalty need the data", async () => {
    const fit = fitSync(problem, { penalty: penalties.lp({ p: 1.5 }), lambda: 0.3 });
    await expectRejection(() => degreesOfFreedom(fit), "UNSUPPORTED", "problem must be given");
    expect(await degreesOfFreedom(fit, undefined, "nonzero")).toBe(8);
  });
});
