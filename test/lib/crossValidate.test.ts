// Cross-validation against a plain loop of paths and predictions, and what it must not depend on.
import {
  type CrossValidateOptions,
  CrossValidation,
  crossValidate,
  fitPath,
  type Measure,
  makeFolds,
  type Penalty,
  penalties,
  strategies,
  threads,
} from "flipside";
import { describe, expect, test } from "vitest";
import { crossByHand, pairwiseAuc, rowsOf } from "../support/crossReference.ts";
import { type Data, makeProblem, problemOf } from "../support/problems.ts";
import { Random } from "../support/random.ts";

const tight = { tolerance: 1e-11 };

function dataOf(rows: number, columns: number, own: { classes?: boolean; plain?: boolean } = {}): Data {
  const shape = { rows, columns, correlation: 0.3, duplicates: false, constants: false, spread: 1 };
  const data = makeProblem({ ...shape, seed: rows + columns, weights: "positive", offset: true });
  const y = own.classes ? data.y.map((value, i) => (value > 1 ? 1 : i % 7 === 0 ? 0.25 : 0)) : data.y;
  const offset = data.offset?.map((value) => 0.1 * value);
  return own.plain ? { ...data, y, weights: undefined, offset: undefined } : { ...data, y, offset };
}

/** What is equal in two results, whatever the tables that lie behind a penalty. */
const numbersOf = (cv: CrossValidation) => JSON.stringify(cv);

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, relative: number): void {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; ++i) {
    const size = Math.max(1e-3, Math.abs(wanted[i] as number));
    expect(Math.abs((actual[i] as number) - (wanted[i] as number)) / size).toBeLessThan(relative);
  }
}

describe("the scores of every fold are those of a plain loop", () => {
  const table = penalties.fromPenalty((w) => Math.log1p(w / 0.3), { name: "mine" });
  const cases: [string, Penalty, Partial<CrossValidateOptions>, boolean][] = [
    ["l1", penalties.l1(), {}, false],
    ["l1 without intercept and scaling", penalties.l1(), { intercept: false, standardize: false }, false],
    ["mcp", penalties.mcp({ a: 3 }), {}, false],
    ["ard", strategies.ard(), {}, false],
    ["hardThreshold", strategies.hardThreshold({ k: 2 }), {}, false],
    ["a table", table, {}, false],
    ["a strategy by proximal steps", strategies.hardConcrete(), { solver: "proximal" }, false],
    ["logistic l1", penalties.l1(), { loss: "logistic" }, true],
    [
      "logistic scad by proximal steps",
      penalties.scad({ a: 3.7 }),
      { loss: "logistic", solver: "proximal" },
      true,
    ],
  ];
  test.each(cases)("%s", async (_, penalty, own, classes) => {
    const data = dataOf(43, 6, { classes });
    const lambdas = [0.5, 0.2, 0.05, 0.01];
    const options = { ...own, penalty, lambdas, convergence: { tolerance: 1e-9 } };
    const cv = await crossValidate(problemOf(data), { ...options, folds: 4, keep: true });
    const wanted = await crossByHand(data, cv.foldOf, { ...options, loss: own.loss ?? "squared" });
    expect(cv.measures).toEqual([...wanted.keys()]);
    for (const [name, rows] of wanted) {
      expectClose(cv.scores[name as Measure]?.foldScores.data ?? [], rows.flat(), 1e-6);
    }
    expect(cv.candidates[0]?.stationarity.data.length).toBe(16);
    const path = await fitPath(problemOf(data), options);
    expect(JSON.stringify(cv.path)).toBe(JSON.stringify(path));
    expect(cv.linearPredictors?.rows).toBe(43);
    const z = cv.linearPredictors?.data.subarray(0, 43) as Float64Array;
    const total = (data.weights as Float64Array).reduce((sum, w) => sum + w, 0);
    if (!classes) {
      const sum = z.reduce(
        (s, value, i) => s + (data.weights?.[i] ?? 0) * ((data.y[i] ?? 0) - value) ** 2,
        0,
      );
      expectClose([cv.mean[0] as number], [sum / total], 1e-9);
    }
  });
});

test("means, standard errors and the two lambdas are those of their definitions", async () => {
  const data = dataOf(60, 8, { classes: true });
  for (const measure of ["deviance", "misclassification", "auc"] as const) {
    const cv = await crossValidate(problemOf(data), {
      penalty: penalties.l1(),
      loss: "logistic",
      folds: 5,
      measure,
    });
    const lambdas = cv.lambdas.length;
    expect(lambdas).toBe(100);
    const weights = Array.from({ length: 5 }, (_, k) =>
      data.y.reduce((sum, __, i) => sum + (cv.foldOf[i] === k ? (data.weights?.[i] as number) : 0), 0),
    );
    const total = weights.reduce((a, b) => a + b);
    const scores = cv.foldScores.data;
    const mean = Array.from(
      { length: lambdas },
      (_, l) => weights.reduce((sum, w, k) => sum + w * (scores[k * lambdas + l] as number), 0) / total,
    );
    const error = mean.map((m, l) =>
      Math.sqrt(
        weights.reduce((sum, w, k) => sum + w * ((scores[k * lambdas + l] as number) - m) ** 2, 0) /
          total /
          4,
      ),
    );
    expectClose(cv.mean, mean, 1e-12);
    expectClose(cv.standardError, error, 1e-9);
    const best = measure === "auc" ? Math.max(...cv.mean) : Math.min(...cv.mean);
    expect(cv.indexMin).toBe(cv.mean.indexOf(best));
    const margin = cv.standardError[cv.indexMin] as number;
    const within = (m: number) => (measure === "auc" ? m >= best - margin : m <= best + margin);
    expect(cv.index1se).toBe(cv.mean.findIndex(within));
    expect(cv.lambda1se).toBe(cv.lambdas[cv.index1se]);
    expect(cv.lambdaMin).toBe(cv.lambdas[cv.indexMin]);
    expect(cv.best).toBe(cv.path.fits[cv.indexMin]);
    expect(cv.fitAt("lambda1se").lambda).toBe(cv.lambda1se);
    expect(Array.from(cv.nonzero)).toEqual(cv.path.fits.map((one) => one.nonzero));
  }
});

test("a row of weight 2 is as good as two rows in the same fold", async () => {
  const data = dataOf(40, 5);
  const double = (i: number) => (data.weights?.[i] as number) > 1;
  const twice = (values: Float64Array) =>
    Float64Array.from([...values, ...values.filter((_, i) => double(i))]);
  const weights = data.y.map((_, i) => (double(i) ? 2 : 1));
  const copies = rowsOf(data, double);
  const x = Float64Array.from([...data.x, ...copies.x]);
  const rows = data.rows + copies.rows;
  const offset = data.offset as Float64Array;
  const folds = makeFolds(40, { folds: 4, seed: 3 });
  const options = { penalty: penalties.l1(), lambdas: [0.3, 0.1, 0.01], convergence: tight };
  const heavy = await crossValidate(problemOf({ ...data, weights }), { ...options, folds });
  const long = await crossValidate(
    problemOf({ rows, columns: 5, x, y: twice(data.y), weights: undefined, offset: twice(offset) }),
    { ...options, folds: [...folds, ...Array.from(folds).filter((_, i) => double(i))] },
  );
  expectClose(long.foldScores.data, heavy.foldScores.data, 1e-8);
  expectClose(long.mean, heavy.mean, 1e-8);
  expectClose(long.standardError, heavy.standardError, 1e-8);
});

test("columns are standardised inside a fold", async () => {
  const data = dataOf(30, 4, { plain: true });
  const folds = Array.from({ length: 30 }, (_, i) => i % 3);
  // A column whose spread lies in one fold: by the scale of all rows it would hardly be penalised elsewhere.
  for (let i = 0; i < 30; i += 3) data.x[4 * i] = 50 * (data.x[4 * i] as number);
  const options = { penalty: penalties.l1(), lambdas: [0.1], convergence: tight };
  const inside = await crossValidate(problemOf(data), { ...options, folds });
  const scales = [0, 1, 2, 3].map((j) => {
    const column = Array.from({ length: 30 }, (_, i) => data.x[4 * i + j] as number);
    const mean = column.reduce((a, b) => a + b) / 30;
    return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 30);
  });
  const scaled = { ...data, x: data.x.map((value, at) => value / (scales[at % 4] as number)) };
  const outside = await crossValidate(problemOf(scaled), { ...options, folds, standardize: false });
  const differences = inside.foldScores.data.map((score, k) =>
    Math.abs(score / (outside.foldScores.data[k] as number) - 1),
  );
  expect(Math.max(...differences)).toBeGreaterThan(0.01);
  const wanted = await crossByHand(data, folds, { ...options, loss: "squared" });
  expectClose(inside.foldScores.data, wanted.get("deviance")?.flat() ?? [], 1e-8);
});

test("auc with ties and weights is that of all pairs", async () => {
  const random = new Random(5);
  const rows = 60;
  // One column of few values: many ties.
  const x = Float64Array.from({ length: rows }, () => random.integer(4));
  const y = x.map((value) => (random.uniform() < 0.2 + 0.2 * value ? 1 : 0));
  const weights = Float64Array.from({ length: rows }, () => random.integer(3));
  const cv = await crossValidate(
    { x: { data: x, rows, columns: 1 }, y, weights },
    { penalty: penalties.l1(), loss: "logistic", lambdas: [0.01], folds: 3, keep: true, measure: "auc" },
  );
  for (let k = 0; k < 3; ++k) {
    const held = Array.from({ length: rows }, (_, i) => i).filter((i) => cv.foldOf[i] === k);
    const of = (values: Float64Array) => held.map((i) => values[i] as number);
    const wanted = pairwiseAuc(of(cv.linearPredictors?.data as Float64Array), of(y), of(weights));
    expectClose([cv.foldScores.data[k] as number], [wanted], 1e-12);
  }
});

test("the best of several penalties, each with its own curve", async () => {
  const data = dataOf(50, 7);
  const several = [
    penalties.mcp({ a: 2 }),
    penalties.mcp({ a: 5 }),
    penalties.l1(),
    strategies.hardThreshold({ k: 2 }),
  ];
  const cv = await crossValidate(problemOf(data), { penalties: several, folds: 5, lambdaCount: 12 });
  expect(cv.candidates.map(({ penalty }) => penalty)).toEqual(several);
  const levels = cv.candidates.map(({ mean }) => Math.min(...mean));
  expect(cv.penalty).toBe(several[levels.indexOf(Math.min(...levels))]);
  for (const [k, penalty] of several.entries()) {
    const alone = await crossValidate(problemOf(data), { penalty, folds: 5, lambdaCount: 12 });
    const own = cv.candidates[k];
    expect(JSON.stringify(own)).toBe(JSON.stringify(alone.candidates[0]));
    expect(own?.lambdaMin).toBe(alone.lambdaMin);
  }
});

describe("the same result", () => {
  test("to the bit for any number of threads", async () => {
    const budget = threads.getThreads();
    const data = dataOf(60, 12, { classes: true });
    const options = { penalties: [penalties.mcp(), strategies.ard()], seed: 4, folds: 7, keep: true };
    const seen = new Set<string>();
    try {
      for (const count of [1, 2, 3]) {
        threads.setThreads(count);
        seen.add(numbersOf(await crossValidate(problemOf(data), { ...options, lambdaCount: 20 })));
      }
    } finally {
      threads.setThreads(budget);
    }
    expect(seen.size).toBe(1);
  });

  test("for dense and sparse, row by row and column by column, single and double precision", async () => {
    const rows = 40;
    const columns = 9;
    const random = new Random(8);
    const x = Float32Array.from({ length: rows * columns }, () =>
      random.uniform() < 0.6 ? 0 : Math.fround(random.normal()),
    );
    const y = Float64Array.from({ length: rows }, (_, i) => (x[i * columns] ?? 0) + 0.5 * random.normal());
    const byColumn = Float64Array.from({ length: rows * columns }, (_, at) => {
      return x[(at % rows) * columns + Math.floor(at / rows)] as number;
    });
    const values: number[] = [];
    const rowIndices: number[] = [];
    const columnPointers = [0];
    byColumn.forEach((value, at) => {
      if (value !== 0) {
        values.push(value);
        rowIndices.push(at % rows);
      }
      if (at % rows === rows - 1) columnPointers.push(values.length);
    });
    const matrices = [
      { data: Float64Array.from(x), rows, columns },
      { data: byColumn, rows, columns, order: "column-major" as const },
      { data: x, rows, columns },
      { data: Float32Array.from(byColumn), rows, columns, order: "column-major" as const },
      { values, rowIndices, columnPointers, rows, columns },
    ];
    const options = { penalty: penalties.l1(), folds: 5, lambdas: [0.4, 0.1, 0.02], convergence: tight };
    const [first, ...others] = await Promise.all(
      matrices.map((matrix) => crossValidate({ x: matrix, y }, options)),
    );
    for (const other of others) expectClose(other.foldScores.data, first?.foldScores.data ?? [], 1e-6);
  });

  test("within a twentieth of a standard error by default and to a small tolerance", async () => {
    for (const penalty of [penalties.l1(), penalties.scad({ a: 3.7 })]) {
      const data = dataOf(80, 30, { plain: true });
      const usual = await crossValidate(problemOf(data), { penalty, folds: 5 });
      const exact = await crossValidate(problemOf(data), {
        penalty,
        folds: 5,
        convergence: { tolerance: 1e-9 },
      });
      expect(usual.converged).toBe(true);
      expect(JSON.stringify(usual.path.lambdas)).toBe(JSON.stringify(exact.path.lambdas));
      usual.mean.forEach((mean, l) => {
        const error = exact.standardError[l] as number;
        expect(Math.abs(mean - (exact.mean[l] as number)) / error).toBeLessThan(0.05);
      });
    }
  });

  test("after JSON", async () => {
    const data = dataOf(40, 6);
    const cv = await crossValidate(problemOf(data), {
      penalties: [penalties.l1(), penalties.logSum({ epsilon: 0.1 })],
      folds: 4,
      lambdaCount: 5,
      measure: "absoluteError",
      keep: true,
    });
    const again = CrossValidation.fromJSON(JSON.stringify(cv));
    expect(JSON.stringify(again)).toBe(JSON.stringify(cv));
    expect(again.lambda1se).toBe(cv.lambda1se);
    expect(again.mean).toEqual(cv.mean);
    expect(again.penalty.name).toBe(cv.penalty.name);
    expect(Array.from(again.foldOf)).toEqual(Array.from(cv.foldOf));
    expect(() => CrossValidation.fromJSON({ ...cv.toJSON(), candidates: [] })).toThrow(
      "json.candidates must be",
    );
    expect(() => CrossValidation.fromJSON({ ...cv.toJSON(), measure: "auc" })).toThrow(
      "json.candidates[0].scores",
    );
    expect(() => CrossValidation.fromJSON({ ...cv.toJSON(), foldOf: [0, 2] })).toThrow(
      "json.foldOf[1] must be",
    );
  });
});

describe("folds", () => {
  test("are those of makeFolds, stratified by the classes of a logistic response", async () => {
    const data = dataOf(50, 4, { classes: true });
    const options = { penalty: penalties.l1(), lambdas: [0.1], folds: 5, seed: 9 };
    const squared = await crossValidate(problemOf(data), options);
    expect(squared.foldOf).toEqual(makeFolds(50, { folds: 5, seed: 9 }));
    const logistic = await crossValidate(problemOf(data), { ...options, loss: "logistic" });
    const strata = data.y.map((value) => Number(value > 0.5));
    expect(logistic.foldOf).toEqual(makeFolds(50, { folds: 5, seed: 9, strata }));
    const loosely = await crossValidate(problemOf(data), { ...options, loss: "logistic", stratify: false });
    expect(loosely.foldOf).toEqual(squared.foldOf);
    const groups = Array.from({ length: 50 }, (_, i) => `person ${i % 12}`);
    const grouped = await crossValidate(problemOf(data), { ...options, foldGroups: groups });
    expect(grouped.foldOf).toEqual(makeFolds(50, { folds: 5, seed: 9, groups }));
  });

  test("a fold without weight has no score and does not count", async () => {
    const data = dataOf(30, 3);
    const folds = Array.from({ length: 30 }, (_, i) => i % 3);
    const weights = Float64Array.from(folds, (fold) => (fold === 1 ? 0 : 1));
    const cv = await crossValidate(problemOf({ ...data, weights }), {
      penalty: penalties.l1(),
      lambdas: [0.1],
      folds,
    });
    const [a, b, c] = cv.foldScores.data as unknown as [number, number, number];
    expect(b).toBeNaN();
    expectClose(cv.mean, [(a + c) / 2], 1e-12);
    expectClose(cv.standardError, [Math.abs(a - c) / 2], 1e-9);
  });
});
