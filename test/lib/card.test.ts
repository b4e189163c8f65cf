// Model cards: every field of the format, and what the fit says of itself.
import {
  type CardOptions,
  Design,
  Fit,
  type FitOptions,
  fitMany,
  fitPath,
  fitSync,
  Gram,
  penalties,
  strategies,
} from "flipside";
import { describe, expect, test } from "vitest";
import { cardDefects } from "../support/cardSchema.ts";
import { expectFailure, loose } from "../support/failures.ts";
import { matrixOf, plainProblem, problemOf } from "../support/problems.ts";

const data = plainProblem(40, 5);
const names = ["a", "b", "c", "d", "e"];
const problem = { ...problemOf(data), featureNames: names };
const cardOf = (options: Partial<FitOptions>, own: CardOptions = {}) => {
  const card = fitSync(problem, { penalty: penalties.mcp(), lambda: 0.2, ...options }).card(own);
  expect(cardDefects(card)).toEqual([]);
  expect(JSON.parse(JSON.stringify(card))).toEqual(card);
  return card;
};

describe("a card", () => {
  test("tells the fit", () => {
    const fit = fitSync(problem, { penalty: penalties.mcp({ a: 4 }), lambda: 0.2 });
    const card = fit.card({ title: "Sales", notes: "Of 2021.", date: new Date(0), problem });
    expect(cardDefects(card)).toEqual([]);
    expect(card).toMatchObject({ title: "Sales", notes: "Of 2021.", date: "1970-01-01T00:00:00.000Z" });
    expect(card.objective).toMatchObject({
      statement:
        "minimise (1/n) sum_i l(y_i, z_i) + lambda sum_j omega(|u_j|; lambda) over w and b, with z_i = x_i'w + b and u_j = s_j w_j",
      loss: { name: "squared", formula: "l(y, z) = (y - z)^2 / 2" },
      penalty: { name: "mcp", parameters: { a: 4 }, convex: false },
      lambda: 0.2,
      intercept: true,
      standardize: true,
      weights: false,
      offset: false,
      factorConvention: null,
    });
    expect(card.data).toEqual({
      rows: 40,
      columns: 5,
      nonzeroShare: 1,
      featureNames: names,
      missing: "error",
    });
    expect(card.model.coefficients).toEqual(fit.namedCoefficients());
    expect(card.convergence).toMatchObject({
      converged: true,
      stationarity: fit.stationarity,
      tolerance: 1e-8,
      objective: fit.objective,
      locallyConvex: fit.record.locallyConvex,
    });
    expect(card.versions.node).toBe(process.version);
    expect(card.caveats[0]).toMatch(/^The penalty is not convex: the fit is a stationary point/);
  });

  test("is the same each time, and after JSON", () => {
    const fit = fitSync(problem, { penalty: penalties.l1(), lambda: 0.2, missing: "mean" });
    expect(fit.card()).toEqual(fit.card());
    expect(fit.card().date).toBeNull();
    expect(Fit.fromJSON(JSON.stringify(fit)).card()).toEqual(fit.card());
    expect(fit.card().data.missing).toBe("mean");
  });

  test("of a fit of an earlier version says what it does not know", () => {
    const {
      setup: _,
      record: __,
      ...old
    } = fitSync(problem, { penalty: penalties.l1(), lambda: 0.2 }).toJSON();
    const card = Fit.fromJSON(old).card();
    expect(cardDefects(card)).toEqual([]);
    expect(card.objective).toMatchObject({ intercept: null, standardize: null, weights: null });
    expect(card.objective.scaling.at(-1)).toMatch(/are not known/);
  });
});

describe("the objective as it was asked for", () => {
  test("no intercept, no standardisation, weights and offset", () => {
    const y = Array.from(data.y, (_, i) => i % 2);
    const fit = fitSync(
      { x: matrixOf(data), y, weights: y.map((v) => v + 1), offset: y },
      { penalty: penalties.l1(), lambda: 0.01, loss: "logistic", intercept: false, standardize: false },
    );
    const { objective, caveats } = fit.card();
    expect(objective.statement).toBe(
      "minimise (1/n) sum_i v_i l(y_i, z_i) + lambda sum_j omega(|u_j|; lambda) over w, with z_i = o_i + x_i'w and u_j = w_j",
    );
    expect(objective).toMatchObject({ weights: true, offset: true, intercept: false, standardize: false });
    expect(objective.scaling.join(" ")).toMatch(
      /rescaled to sum to n.*added with coefficient 1.*not centred.*not scaled/,
    );
    expect(caveats.join(" ")).not.toMatch(/not convex/);
  });

  test("the statement, computed from the card, is the objective of the fit", () => {
    // Standardised columns, weights that sum to n: the sentences, followed to the letter.
    const weights = Array.from(data.y, (_, i) => 1 + (i % 3));
    const fit = fitSync(
      { ...problemOf(data), weights },
      { penalty: penalties.logSum({ epsilon: 0.5 }), lambda: 0.1 },
    );
    const card = fit.card();
    const n = card.data.rows;
    const total = weights.reduce((sum, v) => sum + v, 0);
    const v = weights.map((weight) => (weight * n) / total);
    const w = new Float64Array(5);
    for (const [j, value] of card.model.coefficients) w[j as number] = value as number;
    let loss = 0;
    v.forEach((share, i) => {
      let z = card.model.intercept as number;
      w.forEach((value, j) => {
        z += (data.x[i * 5 + j] as number) * value;
      });
      loss += (share * ((data.y[i] as number) - z) ** 2) / 2 / n;
    });
    let cost = 0;
    w.forEach((value, j) => {
      const column = v.map((_, i) => data.x[i * 5 + j] as number);
      const mean = column.reduce((sum, x, i) => sum + (v[i] as number) * x, 0) / n;
      const s = Math.sqrt(column.reduce((sum, x, i) => sum + (v[i] as number) * (x - mean) ** 2, 0) / n);
      cost += Math.log(Math.abs(s * value) + 0.5);
    });
    expect(loss + 0.1 * cost).toBeCloseTo(card.convergence.objective as number, 12);
    expect(card.objective.penalty.formula).toBe("log(w + epsilon)");
  });

  test.each<[string, Partial<FitOptions>]>([
    ["convex", { penalty: penalties.l1() }],
    ["a strategy", { penalty: strategies.hardConcrete() }],
    ["not separable", { penalty: strategies.ard() }],
    ["functions of the caller", { penalty: penalties.fromPenalty((w) => Math.log(w + 1)) }],
    ["unpenalised", { lambda: 0 }],
    ["stopped early", { solver: "proximal", convergence: { maxIterations: 1 } }],
    ["stochastic", { solver: "dropout", penalty: penalties.l1(), convergence: { maxIterations: 5 } }],
    ["several starts", { starts: 3 }],
    ["imputed", { missing: "mean" }],
  ])("%s", (_, options) => {
    const card = cardOf(options);
    expect(card.caveats.some((text) => text.startsWith("The fit has not converged"))).toBe(
      !card.convergence.converged,
    );
    const nonconvex = !card.objective.penalty.convex && card.objective.lambda !== 0;
    expect(card.caveats.some((text) => text.includes("stationary point"))).toBe(nonconvex);
  });

  test("of many columns, of a path, of prepared data and of a Gram", async () => {
    const wide = plainProblem(20, 1200);
    const sparse = fitSync(problemOf(wide), { penalty: penalties.l1(), lambda: 0.8 }).card();
    expect(cardDefects(sparse)).toEqual([]);
    expect(sparse.model.coefficients.length).toBe(sparse.model.nonzero);
    const weights = Array.from(data.y, (_, i) => 1 + (i % 3));
    const x = await Design.prepare(matrixOf(data), { weights });
    const options = { penalty: penalties.l1(), lambda: 0.1 };
    const direct = fitSync({ ...problemOf(data), weights }, options).card();
    expect(fitSync({ x, y: data.y }, options).card({ problem: { x } })).toEqual(direct);
    expect((await fitMany(x, [{ y: data.y, ...options }]))[0]?.card()).toEqual(direct);
    expect(
      (await fitPath({ x, y: data.y }, { penalty: options.penalty, lambdas: [0.1] })).fits[0]?.card(),
    ).toEqual(direct);
    const gram = new Gram(5);
    await gram.accumulate(matrixOf(data), data.y);
    const card = fitSync(gram, options).card();
    expect(cardDefects(card)).toEqual([]);
    expect(card.objective.weights).toBeNull();
  });

  test("the share that is not 0, dense and sparse", () => {
    const fit = fitSync(problem, { penalty: penalties.l1(), lambda: 0.1 });
    const share = (x: CardOptions["problem"]) => fit.card({ problem: x }).data.nonzeroShare;
    expect(share({ x: [[1, 0, NaN, 2]] })).toBe(0.5);
    const sparse = {
      values: [1, 0, 3],
      rowIndices: [0, 1, 0],
      columnPointers: [0, 2, 3],
      rows: 2,
      columns: 2,
    };
    expect(share({ x: sparse })).toBe(0.5);
  });
});

test("bad options", () => {
  const fit = fitSync(problem, { penalty: penalties.l1(), lambda: 0.1 });
  const card = loose(fit.card.bind(fit));
  expectFailure(() => card({ name: "x" }), "UNKNOWN_OPTION", 'options has no "name"');
  expectFailure(() => card({ title: 3 }), "INVALID_ARGUMENT", "title must be a string");
  expectFailure(() => card({ date: new Date(NaN) }), "INVALID_ARGUMENT", "date must be");
  expectFailure(() => card({ problem: 3 }), "INVALID_ARGUMENT", "problem must be");
});
