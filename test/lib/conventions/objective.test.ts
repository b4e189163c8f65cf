// Objectives in the scaling of other packages, against their own numbers.
import { evaluateObjective, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { difference, lossOf, type PackageFit, problemOf, references, x } from "../../problems/inference.ts";
import { expectFailure } from "../../support/failures.ts";
import { plainProblem, problemOf as problemOfData } from "../../support/problems.ts";

function optionsOf(one: PackageFit) {
  return {
    penalty: one.penalty,
    ...(one.penalty !== "elasticNet" && one.penalty !== "lasso" && { parameters: { gamma: one.gamma } }),
    lambda: one.lambda,
    alpha: one.alpha,
    coefficients: one.coefficients,
    ...(one.intercept !== null && { intercept: one.intercept }),
    convention: one.convention,
    loss: lossOf[one.family],
    ...(one.convention === "glmnet" && { standardize: one.standardize }),
    ...(one.factors !== null && { penaltyFactors: one.factors }),
  };
}

const nameOf = (one: PackageFit) =>
  `${one.convention} ${one.family} ${one.penalty} gamma ${one.gamma} alpha ${one.alpha} lambda ${one.lambda}`;

describe("glmnet and ncvreg", () => {
  test.each(references.fits.map((one) => [nameOf(one), one] as const))("%s", (_, one) => {
    const value = evaluateObjective(problemOf(one.family, one), optionsOf(one));
    expect(difference(value.objective, one.objective)).toBeLessThan(1e-13);
    expect(value.objective).toBe(value.loss + value.penalty);
    expect(value.minimised === undefined).toBe(one.minimised === null);
    if (one.minimised !== null && value.minimised !== undefined) {
      expect(difference(value.minimised.objective, one.minimised)).toBeLessThan(1e-13);
    }
  });

  test.each(
    references.fits
      .filter(
        ({ convention, alpha, family }) => convention === "glmnet" && (alpha < 1 || family === "gaussian"),
      )
      .map((one) => [nameOf(one), one] as const),
  )("%s minimises what is said, and not the documented objective with a ridge part", (_, one) => {
    const problem = problemOf(one.family, one);
    const at = (step: number, j: number) => {
      const coefficients = one.coefficients.map((value, k) => (k === j ? value + step : value));
      const { objective, minimised } = evaluateObjective(problem, { ...optionsOf(one), coefficients });
      return { documented: objective, minimised: minimised?.objective ?? objective };
    };
    let slope = 0;
    let documented = 0;
    one.coefficients.forEach((value, j) => {
      if (value === 0) return;
      const h = 1e-4 * Math.abs(value);
      const [up, down] = [at(h, j), at(-h, j)];
      slope = Math.max(slope, Math.abs(up.minimised - down.minimised) / (2 * h));
      documented = Math.max(documented, Math.abs(up.documented - down.documented) / (2 * h));
    });
    expect(slope).toBeLessThan(1e-7);
    if (one.family === "gaussian" && one.alpha < 1) expect(documented).toBeGreaterThan(1e-3);
  });
});

describe("ncvreg's MCP and SCAD of other losses", () => {
  const rows = references.rows;
  const columns = Array.from({ length: references.columns }, (_, j) => {
    const column = Array.from({ length: rows }, (_, i) => references.x[i * references.columns + j] as number);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    const scale = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
    return { scale, values: column.map((value) => (value - mean) / scale) };
  });
  /** The derivative of MCP or SCAD on w >= 0. */
  const slopeOf = (name: string, w: number, lambda: number, gamma: number) => {
    if (name === "lasso") return lambda;
    if (name === "MCP") return Math.max(0, lambda - w / gamma);
    return w <= lambda ? lambda : Math.max(0, (gamma * lambda - w) / (gamma - 1));
  };
  /** The first-order condition with the penalty rescaled by the working weights, or as documented. */
  function violation(one: PackageFit, rescaled: boolean): number {
    const y = references[one.family];
    const z = y.map((_, i) =>
      one.coefficients.reduce(
        (sum, b, j) => sum + b * (references.x[i * references.columns + j] as number),
        one.intercept as number,
      ),
    );
    const mu = z.map((value) => (one.family === "binomial" ? 1 / (1 + Math.exp(-value)) : Math.exp(value)));
    return Math.max(
      ...columns.map(({ values, scale }, j) => {
        const w = (one.coefficients[j] as number) * scale;
        const pull = values.reduce((sum, v, i) => sum + v * ((y[i] as number) - (mu[i] as number)), 0) / rows;
        const weight = (m: number) => (one.family === "binomial" ? m * (1 - m) : m);
        const v = rescaled
          ? values.reduce((sum, s, i) => sum + s * s * weight(mu[i] as number), 0) / rows
          : 1;
        const lambda = one.lambda * one.alpha;
        const ridge = v * one.lambda * (1 - one.alpha) * w;
        if (w === 0) return Math.max(0, Math.abs(pull) - lambda);
        const slope = slopeOf(one.penalty, v * Math.abs(w), lambda, one.gamma);
        return Math.abs(pull - ridge - Math.sign(w) * slope);
      }),
    );
  }

  const others = references.fits.filter(
    ({ convention, family }) => convention === "ncvreg" && family !== "gaussian",
  );

  test.each(others.map((one) => [nameOf(one), one] as const))(
    "%s is stationary with the penalty of its working weights",
    (_, one) => {
      expect(violation(one, true)).toBeLessThan(1e-6);
      if (one.penalty === "lasso" && one.alpha === 1) expect(violation(one, false)).toBeLessThan(1e-6);
      else expect(violation(one, false)).toBeGreaterThan(1e-3);
    },
  );

  test("so this library's end of logistic MCP is another, and lower where the plain objective counts", () => {
    const one = others.find(
      ({ family, penalty, alpha }) => family === "binomial" && penalty === "MCP" && alpha === 1,
    ) as PackageFit;
    const problem = problemOf("binomial");
    const fit = fitSync(problem, {
      penalty: penalties.mcp({ a: one.gamma }),
      loss: "logistic",
      lambda: one.lambda,
    });
    const ours = evaluateObjective(problem, {
      ...optionsOf(one),
      coefficients: fit.coefficients,
      intercept: fit.intercept,
    });
    expect(difference(ours.objective, fit.objective)).toBeLessThan(1e-12);
    expect(one.objective - ours.objective).toBeGreaterThan(1e-3);
  });

  test("of squared loss both end at the same point", () => {
    const alike = references.fits.filter(
      ({ convention, family, alpha, factors, penalty }) =>
        convention === "ncvreg" &&
        family === "gaussian" &&
        alpha === 1 &&
        factors === null &&
        penalty === "MCP",
    );
    expect(alike.length).toBeGreaterThan(0);
    for (const one of alike) {
      const penalty = penalties.mcp({ a: one.gamma });
      const fit = fitSync(problemOf("gaussian"), { penalty, lambda: one.lambda });
      expect(difference(fit.objective, one.objective)).toBeLessThan(1e-12);
      fit.coefficients.forEach((value, j) => {
        expect(difference(value, one.coefficients[j] as number)).toBeLessThan(1e-6);
      });
    }
  });
});

describe("skglm", () => {
  const { coefficients, intercept, lambda, losses, delta } = references.skglm;
  const common = { convention: "skglm", coefficients, intercept, lambda } as const;

  test.each(references.skglm.penalties.map((one) => [one.penalty, one] as const))("%s", (_, one) => {
    const { objective, loss, penalty } = evaluateObjective(problemOf("gaussian"), {
      ...common,
      penalty: one.penalty,
      parameters: one.parameters,
      ...(one.factors !== null && { penaltyFactors: one.factors }),
    });
    expect(difference(loss, losses.squared)).toBeLessThan(1e-14);
    expect(difference(penalty, one.value)).toBeLessThan(1e-14);
    expect(objective).toBe(loss + penalty);
  });

  test("a Penalty with factors is the weighted one", () => {
    const weighted = references.skglm.penalties.filter(({ factors }) => factors !== null);
    expect(weighted.length).toBe(2);
    for (const { parameters, factors, value } of weighted) {
      const a = parameters.gamma;
      const { penalty } = evaluateObjective(problemOf("gaussian"), {
        ...common,
        penalty: a === undefined ? penalties.l1() : penalties.mcp({ a }),
        penaltyFactors: factors as number[],
      });
      expect(difference(penalty, value)).toBeLessThan(1e-14);
    }
  });

  test.each([
    ["logistic", references.binomial],
    ["logistic", references.binomial.map((one) => 2 * one - 1)],
    ["huber", references.gaussian],
    ["poisson", references.poisson],
  ] as const)("the loss %s", (loss, y) => {
    const value = evaluateObjective({ x, y }, { ...common, penalty: "L1", loss, delta });
    expect(difference(value.loss, losses[loss])).toBeLessThan(1e-14);
  });
});

describe("this library", () => {
  const data = plainProblem(40, 6, 3);

  test.each([
    ["l1", penalties.l1()],
    ["lp", penalties.lp({ p: 0.5 })],
    ["logSum", penalties.logSum({ epsilon: 0.1 })],
    ["mcp", penalties.mcp()],
    ["scad", penalties.scad()],
  ])("%s: the objective of a fit, with and without intercept and standardisation", (name, penalty) => {
    for (const intercept of [true, false]) {
      for (const standardize of [true, false]) {
        const problem = { ...problemOfData(data), weights: data.y.map((value) => 1 + Math.abs(value)) };
        const fit = fitSync(problem, { penalty, lambda: 0.2, intercept, standardize });
        const at = {
          coefficients: fit.coefficients,
          ...(intercept && { intercept: fit.intercept }),
          lambda: 0.2,
          standardize,
        };
        const own = evaluateObjective(problem, { ...at, penalty });
        expect(difference(own.objective, fit.objective)).toBeLessThan(1e-12);
        const named = evaluateObjective(problem, { ...at, penalty: name, parameters: penalty.parameters });
        expect(named).toEqual(own);
        expect(own.minimised).toBeUndefined();
      }
    }
  });

  test("factors: λ of each column, or times the penalty; Infinity leaves a column out", () => {
    const problem = problemOfData(data);
    const coefficients = [0.5, 0, 0, -0.2, 0, 3];
    const penaltyFactors = [1, 2, 0, 0.5, Infinity, 3];
    const common = { coefficients, intercept: 0, lambda: 0.3, standardize: false, penaltyFactors };
    const mcp = (w: number, lambda: number) =>
      lambda === 0 ? 0 : w < 3 * lambda ? lambda * w - (w * w) / 6 : 1.5 * lambda ** 2;
    const each = coefficients.map((b, j) => [Math.abs(b), penaltyFactors[j] as number] as const);
    const scaled = each.reduce((sum, [w, m]) => sum + (m === Infinity ? 0 : mcp(w, 0.3 * m)), 0);
    const times = each.reduce((sum, [w, m]) => sum + (m === Infinity ? 0 : m * mcp(w, 0.3)), 0);
    const penalty = penalties.mcp();
    expect(evaluateObjective(problem, { ...common, penalty }).penalty).toBeCloseTo(scaled, 12);
    expect(evaluateObjective(problem, { ...common, penalty, factorConvention: "skglm" }).penalty).toBeCloseTo(
      times,
      12,
    );
    const out = { ...common, coefficients: [0, 0, 0, 0, 1, 0], penalty };
    expect(evaluateObjective(problem, out).objective).toBe(Infinity);
  });

  test("refuses what a package has not", () => {
    const problem = problemOfData(data);
    const at = { coefficients: new Float64Array(6), intercept: 0, lambda: 1 };
    const weights = new Float64Array(40).fill(1);
    const cases = [
      [{ ...problem, weights }, { convention: "ncvreg", penalty: "MCP" }, "weights must be left out"],
      [problem, { convention: "ncvreg", penalty: "mcp" }, 'penalty of ncvreg must be "lasso" or "MCP"'],
      [problem, { convention: "ncvreg", penalty: penalties.lp({ p: 0.5 }) }, "penalty must exist in ncvreg"],
      [
        problem,
        { convention: "skglm", penalty: "SCAD", penaltyFactors: [1, 1, 1, 1, 1, 1] },
        "penaltyFactors",
      ],
      [problem, { convention: "skglm", penalty: penalties.lp({ p: 0.7 }) }, "penalty must exist in skglm"],
      [
        problem,
        { convention: "skglm", penalty: "L1", standardize: true },
        "standardize: true must be left out",
      ],
      [problem, { penalty: penalties.l1(), loss: "cox" }, "loss must be squared"],
    ] as const;
    for (const [given, options, begins] of cases) {
      expectFailure(() => evaluateObjective(given, { ...at, ...options }), "UNSUPPORTED", begins);
    }
    expectFailure(
      () => evaluateObjective(problem, { ...at, penalty: "mcp", parameters: { gamma: 3 } }),
      "UNKNOWN_OPTION",
      'parameters has no "gamma"',
    );
  });
});
