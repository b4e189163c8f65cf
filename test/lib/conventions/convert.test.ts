// The same objective in the words of other packages.
import fc from "fast-check";
import { type Convention, convert, evaluateObjective, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { difference, lossOf, problemOf, references } from "../../problems/inference.ts";
import { expectFailure } from "../../support/failures.ts";
import { check } from "../../support/property.ts";

describe("from glmnet", () => {
  const convertible = references.fits.filter(
    ({ convention, intercept }) => convention === "glmnet" && intercept !== null,
  );

  test.each(
    convertible.map((one) => [`${one.family} alpha ${one.alpha} factors ${one.factors}`, one] as const),
  )("%s: at its end the objective here is the one it minimises", (_, one) => {
    const problem = problemOf(one.family, one);
    const loss = lossOf[one.family];
    const factors = one.factors === null ? {} : { penaltyFactors: one.factors };
    const { lambda, alpha } = convert(
      { lambda: one.lambda, alpha: one.alpha },
      { from: "glmnet", to: "paper", loss, problem, ...factors },
    );
    const { objective } = evaluateObjective(problem, {
      penalty: "l1",
      lambda,
      alpha,
      coefficients: one.coefficients,
      intercept: one.intercept as number,
      loss,
      standardize: one.standardize,
      ...factors,
    });
    expect(difference(objective, one.minimised ?? one.objective)).toBeLessThan(1e-13);
    const back = convert(
      { penalty: "l1", lambda, alpha },
      { from: "paper", to: "glmnet", loss, problem, ...factors },
    );
    expect(difference(back.lambda, one.lambda)).toBeLessThan(1e-14);
    expect(difference(back.alpha, one.alpha)).toBeLessThan(1e-14);
  });

  test("the lasso of squared loss: this library ends where glmnet ends", () => {
    const one = convertible.find(({ family, alpha }) => family === "gaussian" && alpha === 1);
    if (one === undefined) throw new Error("no reference");
    const { lambda, library } = convert({ lambda: one.lambda }, { from: "glmnet", to: "paper" });
    if (library === undefined) throw new Error("no penalty");
    const fit = fitSync(problemOf("gaussian"), { penalty: library, lambda });
    fit.coefficients.forEach((value, j) => {
      expect(difference(value, one.coefficients[j] as number)).toBeLessThan(1e-7);
    });
  });

  test("sdY by hand is that of the problem", () => {
    const y = references.gaussian;
    const mean = y.reduce((sum, one) => sum + one, 0) / y.length;
    const sdY = Math.sqrt(y.reduce((sum, one) => sum + (one - mean) ** 2, 0) / y.length);
    const ridge = { lambda: 0.3, alpha: 0 };
    const options = { from: "glmnet", to: "paper" } as const;
    const given = convert(ridge, { ...options, sdY });
    expect(given.lambda).toBeCloseTo(0.3 / sdY, 14);
    expect(
      difference(convert(ridge, { ...options, problem: problemOf("gaussian") }).lambda, given.lambda),
    ).toBeLessThan(1e-14);
    // Of other losses y is not standardised.
    expect(convert(ridge, { ...options, loss: "logistic" }).lambda).toBe(0.3);
  });
});

describe("from skglm", () => {
  const { coefficients, lambda } = references.skglm;
  const plain = references.skglm.penalties.filter(({ penalty }) => penalty !== "WeightedMCPenalty");

  test.each(plain.map((one) => [one.penalty, one] as const))(
    "%s: the penalty here is the same up to the constant",
    (_, { penalty, parameters, factors, value }) => {
      const weighted = factors === null ? {} : { penaltyFactors: factors };
      const options = { from: "skglm", to: "paper", standardize: false, ...weighted } as const;
      const there = convert({ penalty, parameters, lambda }, options);
      const here = evaluateObjective(problemOf("gaussian"), {
        penalty: there.penalty,
        parameters: there.parameters,
        lambda: there.lambda,
        alpha: there.alpha,
        coefficients,
        intercept: 0,
        standardize: false,
        ...weighted,
      });
      expect(difference(here.penalty, value + coefficients.length * there.constant)).toBeLessThan(1e-14);
      const logSum = penalty === "LogSumPenalty" ? lambda * Math.log(parameters.eps as number) : 0;
      expect(there.constant).toBeCloseTo(logSum, 14);
    },
  );

  test("half the strength makes this library's lp of L0_5", () => {
    expect(convert({ penalty: "L0_5", lambda: 0.3 }, { from: "skglm", to: "paper" })).toMatchObject({
      penalty: "lp",
      parameters: { p: 0.5 },
      lambda: 0.15,
    });
  });
});

test("there and back", () => {
  const sides: [Convention, string, Record<string, number>][] = [
    ["paper", "l1", {}],
    ["paper", "mcp", { a: 2.5 }],
    ["paper", "scad", { a: 4 }],
    ["paper", "logSum", { epsilon: 0.2 }],
    ["paper", "lp", { p: 0.5 }],
    ["ncvreg", "MCP", { gamma: 2 }],
    ["ncvreg", "SCAD", { gamma: 3 }],
    ["ncvreg", "lasso", {}],
    ["glmnet", "elasticNet", {}],
    ["skglm", "MCPenalty", { gamma: 1.5 }],
    ["skglm", "LogSumPenalty", { eps: 0.1 }],
  ];
  const all: Convention[] = ["paper", "glmnet", "ncvreg", "skglm"];
  let converted = 0;
  check(
    200,
    fc.property(
      fc.constantFrom(...sides),
      fc.constantFrom(...all),
      fc.double({ min: 1e-3, max: 10, noNaN: true }),
      fc.constantFrom(1, 0.7),
      ([from, penalty, parameters], to, lambda, mixing) => {
        const alpha = from === "skglm" ? 1 : mixing;
        let there: ReturnType<typeof convert>;
        try {
          there = convert({ penalty, parameters, lambda, alpha }, { from, to, sdY: 2.5 });
        } catch (error) {
          expect((error as { code: string }).code).toBe("UNSUPPORTED");
          return;
        }
        ++converted;
        const mixed = there.convention === "skglm" && there.penalty === "L1_plus_L2";
        const back = convert(
          {
            penalty: there.penalty,
            parameters: there.parameters,
            lambda: there.lambda,
            ...(!mixed && { alpha: there.alpha }),
          },
          { from: to, to: from, sdY: 2.5 },
        );
        expect(back.penalty).toBe(penalty);
        expect(back.parameters).toEqual(parameters);
        expect(difference(back.lambda, lambda)).toBeLessThan(1e-14);
        expect(difference(back.alpha, alpha)).toBeLessThan(1e-14);
        expect(back.constant + there.constant).toBe(0);
      },
    ),
  );
  expect(converted).toBeGreaterThan(60);
});

test("glmnet's factors are rescaled: the same factors need another λ", () => {
  const penaltyFactors = [1, 2, 3];
  const options = { from: "glmnet", to: "ncvreg", penaltyFactors } as const;
  expect(convert({ lambda: 1 }, options).lambda).toBeCloseTo(0.5, 15);
  expect(
    convert({ penalty: "lasso", lambda: 1 }, { ...options, from: "ncvreg", to: "glmnet" }).lambda,
  ).toBeCloseTo(2, 15);
});

test("refuses what no numbers can say", () => {
  const cases = [
    [
      { penalty: "MCP", lambda: 1 },
      { from: "ncvreg", to: "paper", loss: "logistic" },
      "loss must be squared",
    ],
    [
      { penalty: "lasso", lambda: 1, alpha: 0.5 },
      { from: "ncvreg", to: "glmnet", loss: "poisson" },
      "loss must be",
    ],
    [
      { penalty: "l1", lambda: 1, alpha: 0.5 },
      { from: "paper", to: "glmnet" },
      "sdY or problem must be given",
    ],
    [{ penalty: "mcp", lambda: 1 }, { from: "paper", to: "glmnet" }, "penalty must exist in glmnet"],
    [
      { penalty: "mcp", parameters: { a: 0.9 }, lambda: 1 },
      { from: "paper", to: "ncvreg" },
      "gamma of MCP must be > 1",
    ],
    [
      { penalty: "mcp", lambda: 1, alpha: 0.5 },
      { from: "paper", to: "skglm" },
      "penalty must exist in skglm",
    ],
    [
      { penalty: "lp", parameters: { p: 0.7 }, lambda: 1 },
      { from: "paper", to: "skglm" },
      "penalty must exist",
    ],
    [
      { penalty: "l1", lambda: 1 },
      { from: "paper", to: "skglm", problem: problemOf("gaussian") },
      "the columns of x",
    ],
    [{ lambda: 1 }, { from: "glmnet", to: "paper", intercept: false }, "standardize must be false"],
    [
      { penalty: "MCP", lambda: 1 },
      { from: "ncvreg", to: "skglm", penaltyFactors: [1, 2] },
      "penaltyFactors must be left out for mcp",
    ],
  ] as const;
  for (const [description, options, begins] of cases) {
    expectFailure(() => convert(description, options), "UNSUPPORTED", begins);
  }
  // What is lasso alone can be said.
  expect(
    convert({ penalty: "lasso", lambda: 1 }, { from: "ncvreg", to: "paper", loss: "logistic" }).lambda,
  ).toBe(1);
  expect(
    convert({ penalty: penalties.mcp({ a: 2 }), lambda: 1 }, { from: "paper", to: "ncvreg" }),
  ).toMatchObject({
    penalty: "MCP",
    parameters: { gamma: 2 },
    lambda: 1,
    alpha: 1,
  });
});
