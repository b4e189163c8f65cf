// Cross-validation of every loss and structure against a plain loop over the folds.
import {
  CrossValidation,
  crossValidate,
  type Measure,
  makeFolds,
  type PathOptions,
  penalties,
} from "flipside";
import { describe, expect, test } from "vitest";
import { crossCox, crossScores, meanScore, meansOf, type Score, type Table } from "../support/crossLosses.ts";
import { expectRejection } from "../support/failures.ts";
import { Random } from "../support/random.ts";

const rows = 48;
const columns = 6;
const random = new Random(31);
const x = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
const eta = x.map((row) => 0.6 * (row[0] as number) - 0.5 * (row[1] as number));
const weights = Array.from({ length: rows }, (_, i) => 1 + (i % 3));
const offset = Array.from({ length: rows }, () => 0.3 * random.normal());
const counts = eta.map((value) => Math.floor(2.5 * random.uniform() * Math.exp(value)));
const gross = eta.map((value, i) => value + 0.4 * random.normal() + (i % 9 === 0 ? 20 : 0));
const survival = {
  time: eta.map((value) => Math.ceil(6 * random.uniform() * Math.exp(-value))),
  status: eta.map((_, i) => Number(i % 3 !== 1)),
};
const labels = ["fir", "oak", "yew"];
const trees = eta.map(
  (value, i) => labels[(value + 0.5 * random.normal() > 0.3 ? 1 : 0) + Number(i % 5 === 0)] as string,
);
const tasks = eta.map((value) => [value + random.normal(), random.normal(), 2 - value]);
const offsets = offset.map((value) => [value, 0, -value]);

const lambdas = [0.2, 0.05, 0.01];
type Options = Omit<Partial<PathOptions>, "convergence">;

function expectScores(cv: CrossValidation, measure: Measure, wanted: number[][]): void {
  const curve = cv.scores[measure];
  expect(curve?.foldScores.rows).toBe(wanted.length);
  wanted.flat().forEach((value, at) => {
    const actual = curve?.foldScores.data[at] as number;
    expect(Math.abs(actual - value)).toBeLessThanOrEqual(1e-6 * Math.max(1e-2, Math.abs(value)));
  });
}

async function compare(table: Table, own: Options, scores: Partial<Record<Measure, Score>>) {
  const options = { penalty: penalties.l1(), lambdas, convergence: { tolerance: 1e-9 }, ...own };
  const cv = await crossValidate(table as never, { ...options, folds: 4, seed: 2 });
  expect(cv.converged).toBe(true);
  for (const [measure, score] of Object.entries(scores)) {
    expectScores(cv, measure as Measure, await crossScores(table, cv.foldOf, options, score));
  }
  return cv;
}

const logs = (z: readonly number[]) => {
  const top = Math.max(...z);
  const total = top + Math.log(z.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return z.map((value) => value - total);
};
const softmax = (z: readonly number[]) => logs(z).map(Math.exp);
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const only = (z: readonly number[]) => z[0] as number;
const logChance = (y: string, z: number[]) => logs(z)[labels.indexOf(y)] as number;
const poissonScores = {
  deviance: meanScore<number>(
    (y, z) => 2 * ((y === 0 ? 0 : y * (Math.log(y) - only(z))) - y + Math.exp(only(z))),
  ),
  squaredError: meanScore<number>((y, z) => (y - Math.exp(only(z))) ** 2),
  absoluteError: meanScore<number>((y, z) => Math.abs(y - Math.exp(only(z)))),
};
const huberDeviance = (delta: number) =>
  meanScore<number>((y, z) => {
    const r = Math.abs(y - only(z));
    return r <= delta ? r * r : delta * (2 * r - delta);
  });
const treeScores = {
  deviance: meanScore<string>((y, z) => -2 * logChance(y, z)),
  misclassification: meanScore<string>((y, z) => Number(z.indexOf(Math.max(...z)) !== labels.indexOf(y))),
  squaredError: meanScore<string>((y, z) =>
    sumOf(softmax(z).map((p, k) => (Number(labels[k] === y) - p) ** 2)),
  ),
};
const taskScores = {
  deviance: meanScore<number[]>((y, z) => sumOf(y.map((value, k) => (value - (z[k] as number)) ** 2))),
  absoluteError: meanScore<number[]>((y, z) =>
    sumOf(y.map((value, k) => Math.abs(value - (z[k] as number)))),
  ),
};
const squaredScores = { deviance: meanScore<number>((y, z) => (y - only(z)) ** 2) };

describe("the scores of a plain loop", () => {
  const counted = { x, y: counts, weights, offset };
  const robust = { x, y: gross, weights, offset };
  const plants = { x, y: trees, weights, offset: offsets };
  const several = { x, y: tasks, weights, offset: offsets };

  test.each<[string, Options]>([
    ["l1", {}],
    ["mcp", { penalty: penalties.mcp() }],
    ["factors and bounds", { penaltyFactors: [0, 1, 2, 1, Infinity, 1], bounds: { lower: -0.1 } }],
    ["groups of scad", { penalty: penalties.scad(), groups: [0, 0, 1, 1, 2, 2] }],
    ["no intercept", { intercept: false }],
  ])("poisson, %s", async (_, own) => {
    await compare(counted, { loss: "poisson", ...own }, poissonScores);
  });

  test.each<[string, number, Options]>([
    ["l1", 1, {}],
    ["another delta", 0.3, { huber: { delta: 0.3 } }],
    ["groups of mcp", 1, { penalty: penalties.mcp(), groups: [0, 0, 1, 1, 2, 2] }],
    ["elastic net", 1, { penalty: penalties.elasticNet({ alpha: 0.5 }) }],
  ])("huber, %s", async (_, delta, own) => {
    await compare(robust, { loss: "huber", ...own }, { deviance: huberDeviance(delta) });
  });

  test.each<[string, Options]>([
    ["Efron", {}],
    ["Breslow", { cox: { ties: "breslow" } }],
    ["factors", { penaltyFactors: [0.5, 1, 2, 1, 1, 1] }],
    ["groups of mcp", { penalty: penalties.mcp(), groups: [0, 0, 1, 1, 2, 2] }],
  ])("cox, %s", async (_, own) => {
    const table = { x, y: survival, weights, offset };
    const options = { penalty: penalties.l1(), lambdas, loss: "cox" as const, ...own };
    const tight = { ...options, convergence: { tolerance: 1e-9 } };
    const cv = await crossValidate(table, { ...tight, folds: 4, seed: 2 });
    expect(cv.foldOf).toEqual(makeFolds(rows, { folds: 4, seed: 2, strata: survival.status }));
    expectScores(cv, "deviance", await crossCox(table, cv.foldOf, tight));
  });

  test.each<[string, Options]>([
    ["l1", {}],
    ["joint", { joint: true }],
    ["joint mcp with factors", { joint: true, penalty: penalties.mcp(), penaltyFactors: [0, 1, 2, 1, 1, 1] }],
    ["groups", { joint: true, groups: [0, 0, 1, 1, 2, 2] }],
    ["elastic net", { penalty: penalties.elasticNet({ alpha: 0.7 }) }],
  ])("multinomial, %s", async (_, own) => {
    const cv = await compare(plants, { loss: "multinomial", ...own }, treeScores);
    const strata = trees.map((label) => labels.indexOf(label));
    expect(cv.foldOf).toEqual(makeFolds(rows, { folds: 4, seed: 2, strata }));
  });

  test.each<[string, Options]>([
    ["joint l1", {}],
    ["each task by itself", { joint: false }],
    ["joint scad with bounds of sign", { penalty: penalties.scad(), penaltyFactors: [0, 1, 2, 1, 1, 1] }],
    ["elastic net", { penalty: penalties.elasticNet({ alpha: 0.7 }), groups: [0, 0, 1, 1, 2, 2] }],
  ])("multiTask, %s", async (_, own) => {
    await compare(several, own, taskScores);
  });

  test.each<[string, Options]>([
    ["factors", { penalty: penalties.mcp(), penaltyFactors: [0, 1, 2, 1, Infinity, 1] }],
    [
      "factors of skglm",
      { penalty: penalties.mcp(), penaltyFactors: [0, 1, 2, 1, 1, 1], factorConvention: "skglm" },
    ],
    ["bounds", { bounds: { lower: [0, -1, 0, 0, -1, 0], upper: 0.3 } }],
    ["groups", { penalty: penalties.mcp(), groups: ["a", "a", "b", "b", "b", "c"] }],
    ["elastic net of scad", { penalty: penalties.elasticNet({ alpha: 0.6, penalty: penalties.scad() }) }],
  ])("squared, %s", async (_, own) => {
    await compare({ x, y: gross, weights, offset }, own, squaredScores);
  });
});

describe("missing values", () => {
  // One fold has all large values of a column: means of all rows would be far off.
  const folds = Array.from({ length: rows }, (_, i) => i % 4);
  const holes = x.map((row, i) =>
    row.map((value, j) => (j === 0 && i % 4 === 0 ? value + 40 : (i + 2 * j) % 5 === 0 ? Number.NaN : value)),
  );

  test.each<[string, Table, Options, Score]>([
    ["squared", { x: holes, y: gross, weights }, {}, squaredScores.deviance],
    ["poisson", { x: holes, y: counts, weights }, { loss: "poisson" }, poissonScores.deviance],
    ["multinomial", { x: holes, y: trees, weights }, { loss: "multinomial" }, treeScores.deviance],
    ["groups", { x: holes, y: gross }, { groups: [0, 0, 1, 1, 2, 2] }, squaredScores.deviance],
  ])("of %s count as the means of the training rows", async (_, table, own, score) => {
    const options = {
      penalty: penalties.l1(),
      lambdas,
      missing: "mean" as const,
      convergence: { tolerance: 1e-9 },
      ...own,
    };
    const cv = await crossValidate(table as never, { ...options, folds });
    const wanted = await crossScores(table, folds, options, score);
    expectScores(cv, "deviance", wanted);
    const fill = meansOf(table);
    const x = table.x.map((row) =>
      row.map((value, j) => (Number.isNaN(value) ? (fill[j] as number) : value)),
    );
    const leaking = await crossScores({ ...table, x }, folds, { ...options, missing: undefined }, score);
    const difference = Math.max(
      ...wanted.flat().map((value, k) => Math.abs(value / (leaking.flat()[k] as number) - 1)),
    );
    expect(difference).toBeGreaterThan(1e-3);
    expect(Array.from(cv.best.imputation ?? [])).toHaveLength(columns);
    cv.best.imputation?.forEach((value, j) => {
      expect(value).toBeCloseTo(fill[j] as number, 12);
    });
  });

  test("of cox", async () => {
    const table = { x: holes, y: survival };
    const options = {
      penalty: penalties.l1(),
      lambdas,
      loss: "cox" as const,
      convergence: { tolerance: 1e-9 },
    };
    const cv = await crossValidate(table, { ...options, folds, missing: "mean" });
    // The means of the training rows of a fold stand in all of its sums.
    for (let k = 0; k < 4; ++k) {
      const training = { x: holes.filter((_, i) => folds[i] !== k), y: survival };
      const fill = meansOf(training);
      const filled = holes.map((row) => row.map((v, j) => (Number.isNaN(v) ? (fill[j] as number) : v)));
      const wanted = await crossCox({ x: filled, y: survival }, folds, options);
      const own = cv.foldScores.data.slice(k * lambdas.length, (k + 1) * lambdas.length);
      own.forEach((value, l) => {
        expect(value).toBeCloseTo(wanted[k]?.[l] as number, 6);
      });
    }
  });
});

describe("names of columns", () => {
  const featureNames = ["age", "bmi", "bp", "s1", "s2", "s3"];

  test("are in the path, its JSON and its errors", async () => {
    const problem = { x, y: gross, featureNames };
    const options = { penalty: penalties.l1(), lambdas };
    const cv = await crossValidate(problem, { ...options, folds: 4 });
    expect(cv.path.featureNames).toEqual(featureNames);
    expect(CrossValidation.fromJSON(JSON.stringify(cv)).best.featureNames).toEqual(featureNames);
    const bad = x.map((row, i) => row.map((value, j) => (i === 5 && j === 2 ? Number.NaN : value)));
    await expectRejection(
      () => crossValidate({ ...problem, x: bad }, { ...options, folds: 4 }),
      "MISSING_VALUES",
      "x must have no missing values, but has 1, in row 5, column 2 ('bp')",
    );
    // Nothing of the column is there outside the first fold.
    const folds = x.map((_, i) => i % 4);
    const gone = x.map((row, i) => row.map((value, j) => (i % 4 > 0 && j === 1 ? Number.NaN : value)));
    const failure = await expectRejection(
      () => crossValidate({ ...problem, x: gone }, { ...options, folds, missing: "mean" }),
      "MISSING_VALUES",
      "fold 0: x",
    );
    expect(failure.message).toContain("column 1 ('bmi')");
  });
});

describe("a fold without something", () => {
  test("a class, or all events", async () => {
    const folds = trees.map((label) => (label === "yew" ? 0 : 1));
    const own = { penalty: penalties.l1(), lambdas, folds };
    await expectRejection(
      () => crossValidate({ x, y: trees }, { ...own, loss: "multinomial" }),
      "INVALID_ARGUMENT",
      "fold 0: y",
    );
    const early = survival.status.map((status) => (status === 1 ? 0 : 1));
    await expectRejection(
      () => crossValidate({ x, y: survival }, { ...own, loss: "cox", folds: early }),
      "INVALID_ARGUMENT",
      "fold 0: y",
    );
  });

  test("a class or an event with a weight", async () => {
    const own = { penalty: penalties.l1(), lambdas };
    const folds = x.map((_, i) => Math.floor(i / 16));
    const light = trees.map((label, i) => (label === "yew" && folds[i] !== 1 ? 0 : 1));
    await expectRejection(
      () => crossValidate({ x, y: trees, weights: light }, { ...own, loss: "multinomial", folds }),
      "INVALID_ARGUMENT",
      "fold 1: ",
    );
    const dead = survival.status.map((status, i) => (status === 1 && folds[i] !== 1 ? 0 : 1));
    await expectRejection(
      () => crossValidate({ x, y: survival, weights: dead }, { ...own, loss: "cox", folds }),
      "INVALID_ARGUMENT",
      "fold 1: ",
    );
  });
});

test("sparse x with mcp", async () => {
  const thin = x.map((row, i) => row.map((value, j) => ((i + j) % 3 === 0 ? value : 0)));
  const values: number[] = [];
  const rowIndices: number[] = [];
  const columnPointers = [0];
  for (let j = 0; j < columns; ++j) {
    thin.forEach((row, i) => {
      if (row[j] === 0) return;
      values.push(row[j] as number);
      rowIndices.push(i);
    });
    columnPointers.push(values.length);
  }
  const sparse = { values, rowIndices, columnPointers, rows, columns };
  for (const own of [{}, { groups: [0, 0, 1, 1, 2, 2] }]) {
    const options = { penalty: penalties.mcp(), lambdas, convergence: { tolerance: 1e-9 }, ...own };
    const cv = await crossValidate({ x: sparse, y: gross, weights }, { ...options, folds: 4, seed: 2 });
    const wanted = await crossScores(
      { x: thin, y: gross, weights },
      cv.foldOf,
      options,
      squaredScores.deviance,
    );
    expectScores(cv, "deviance", wanted);
  }
});
