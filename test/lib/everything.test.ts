// Fits with everything at once: structure, several outputs, an elastic net of MCP, weights, names, missing values and
// warnings. JSON restores all of it, and cards tell it.
import {
  CrossValidation,
  crossValidate,
  Fit,
  type FitOptions,
  fitPath,
  fitSync,
  type LossName,
  Path,
  type Problem,
  penalties,
} from "flipside";
import { describe, expect, test } from "vitest";
import { cardDefects } from "../support/cardSchema.ts";
import { Random } from "../support/random.ts";

const rows = 45;
const random = new Random(77);
const x = Array.from({ length: rows }, (_, i) =>
  Array.from({ length: 6 }, (__, j) => (j === 5 ? 1 : (i + j) % 11 === 0 ? Number.NaN : random.normal())),
);
const z = x.map((row) => (row[0] || 0) - (row[1] || 0) + 0.5 * random.normal());
const featureNames = ["age", "bmi", "bp", "s1", "s2", "one"];
const weights = z.map((_, i) => 1 + (i % 2));
const responses: Record<LossName, unknown> = {
  squared: z,
  logistic: z.map((value) => Number(value > 0)),
  poisson: z.map((value) => Math.floor(2 * random.uniform() * Math.exp(value / 2))),
  huber: z.map((value, i) => (i % 10 === 0 ? 20 : value)),
  cox: { time: z.map((value) => Math.exp(-value)), status: z.map((_, i) => Number(i % 3 > 0)) },
  multinomial: z.map((value) => (value > 0.5 ? "c" : value > -0.5 ? "b" : "a")),
  multiTask: z.map((value) => [value, random.normal()]),
};
const losses = Object.keys(responses) as LossName[];

function caseOf(loss: LossName) {
  const problem = { x, y: responses[loss], weights, featureNames } as Problem;
  const options = {
    penalty: penalties.elasticNet({ alpha: 0.5, penalty: penalties.mcp({ a: 4 }) }),
    loss,
    penaltyFactors: [0.5, 0.5, 1, 1, 2, 2],
    factorConvention: "skglm",
    groups: ["p", "p", "q", "q", "r", "r"],
    bounds: { lower: -Infinity },
    missing: "mean",
    joint: true,
    convergence: { maxIterations: 2 },
    ...(loss === "huber" && { huber: { delta: 0.5 } }),
    ...(loss === "cox" && { cox: { ties: "breslow" } }),
  } satisfies Omit<FitOptions, "lambda">;
  return { problem, options };
}

const text = (value: unknown) => JSON.stringify(value);

describe.each(losses)("JSON with everything, %s", (loss) => {
  const { problem, options } = caseOf(loss);

  test("of a fit", () => {
    const fit = fitSync(problem, { ...options, lambda: 0.02 });
    const again = Fit.fromJSON(text(fit));
    expect(text(again)).toBe(text(fit));
    expect(again.structure).toEqual(fit.structure);
    expect(again.warnings).toEqual(fit.warnings);
    expect(fit.warnings.map(({ code }) => code)).toContain("ZERO_VARIANCE_COLUMNS");
    expect(again.card()).toEqual(fit.card());
    expect(again.predict(x)).toEqual(fit.predict(x));
    expect([again.featureNames, again.imputation, again.classes, again.lossParameters]).toEqual([
      fit.featureNames,
      fit.imputation,
      fit.classes,
      fit.lossParameters,
    ]);
    expect(again.penalty.inner?.parameters).toEqual({ a: 4 });
  });

  test("of a path and a cross-validation", async () => {
    const path = await fitPath(problem, { ...options, lambdaCount: 4 });
    const samePath = Path.fromJSON(text(path));
    expect(text(samePath)).toBe(text(path));
    expect(samePath.warnings).toEqual(path.warnings);
    expect(samePath.fits[2]?.card()).toEqual(path.fits[2]?.card());
    const cv = await crossValidate(problem, { ...options, lambdaCount: 4, folds: 3, keep: true });
    const sameCv = CrossValidation.fromJSON(text(cv));
    expect(text(sameCv)).toBe(text(cv));
    expect(sameCv.best.card()).toEqual(cv.best.card());
    expect(sameCv.best.predict(x)).toEqual(cv.best.predict(x));
    expect(sameCv.linearPredictors).toEqual(cv.linearPredictors);
  });

  test("on a card", () => {
    const fit = fitSync(problem, { ...options, lambda: 0.02 });
    const card = fit.card();
    expect(cardDefects(card)).toEqual([]);
    expect(card.objective.penalty.inner).toMatchObject({ name: "mcp", parameters: { a: 4 } });
    expect(card.objective.penalty.formula).toBe(
      "alpha omega(w; alpha lambda) + (1 - alpha) w^2 / 2, omega the inner penalty",
    );
    expect(card.model.intercepts).toEqual(Array.from(fit.intercepts));
    expect(card.model.classes).toEqual(fit.classes ?? null);
    const [, ...first] = card.model.coefficients[0] as [string, ...number[]];
    expect(first).toEqual(Array.from({ length: fit.outputs }, (_, k) => fit.coefficientsOf(k)[0]));
  });
});

describe("the statement of a card", () => {
  const cost = "lambda sum_j omega(|u_j|; lambda)";
  const plain = "over w and b, with z_i = x_i'w + b and u_j = s_j w_j";
  const several = "with z_ik = x_i'w_k + b_k and u_jk = s_j w_jk";
  const complete = x.map((row) => row.map((value) => (Number.isNaN(value) ? 0 : value)));
  const statement = (loss: LossName, own: Partial<FitOptions> = {}, offset?: readonly number[]) => {
    const problem = { x: complete, y: responses[loss], offset } as Problem;
    return fitSync(problem, { penalty: penalties.l1(), lambda: 0.1, loss, ...own }).card().objective
      .statement;
  };

  test.each<LossName>(["squared", "logistic", "poisson", "huber"])("of %s", (loss) => {
    expect(statement(loss)).toBe(`minimise (1/n) sum_i l(y_i, z_i) + ${cost} ${plain}`);
    expect(statement(loss, { intercept: false, standardize: false }, z)).toBe(
      `minimise (1/n) sum_i l(y_i, z_i) + ${cost} over w, with z_i = o_i + x_i'w and u_j = w_j`,
    );
  });

  test("of cox, which has no intercept", () => {
    expect(statement("cox")).toBe(`minimise L + ${cost} over w, with z_i = x_i'w and u_j = s_j w_j`);
    const card = fitSync(
      { x: complete, y: responses.cox as never },
      { penalty: penalties.l1(), lambda: 0.1, loss: "cox" },
    ).card();
    expect(card.objective.intercept).toBe(false);
    expect(card.objective.scaling.join(" ")).not.toContain("The intercept b");
  });

  test("of several outputs", () => {
    const mean = "minimise (1/n) sum_i l(y_i, z_i) +";
    expect(statement("multinomial")).toBe(
      `${mean} lambda sum_jk omega(|u_jk|; lambda) over w and b, ${several}`,
    );
    expect(statement("multinomial", { joint: true })).toBe(`${mean} ${cost} over w and b, ${several}`);
    expect(statement("multiTask")).toBe(`${mean} ${cost} over w and b, ${several}`);
    expect(statement("multiTask", { joint: false, groups: [0, 0, 1, 1, 2, 2] })).toBe(
      `${mean} lambda sum_gk omega(|u_gk|; lambda) over w and b, ${several}`,
    );
  });

  test("of structure", () => {
    const mean = "minimise (1/n) sum_i l(y_i, z_i) +";
    const penaltyFactors = [1, 1, 2, 2, 1, 1];
    expect(statement("squared", { penaltyFactors })).toBe(
      `${mean} sum_j m_j lambda omega(|u_j|; m_j lambda) ${plain}`,
    );
    expect(
      statement("squared", { penaltyFactors, factorConvention: "skglm", groups: [0, 0, 1, 1, 2, 2] }),
    ).toBe(`${mean} lambda sum_g m_g omega(|u_g|; lambda) ${plain}`);
  });
});
