// Classes: labels, the ungrouped penalty of each class (type.multinomial = "ungrouped" of glmnet), limits and identities.
import fc from "fast-check";
import { Design, fit as fitAsync, fitMany, fitPath, fitSync, penalties, strategies, threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { expectFailure } from "../support/failures.ts";
import { expectOutputsSolution, makeOutputs, problemWithOutputs } from "../support/outputs.ts";
import { matrixOf, type ProblemSpec, problemSpecs, rowsOf } from "../support/problems.ts";
import { check } from "../support/property.ts";

const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

const l1 = penalties.l1();
const loss = "multinomial";
const plain: ProblemSpec = {
  seed: 3,
  rows: 60,
  columns: 8,
  correlation: 0.4,
  duplicates: false,
  constants: true,
  weights: "positive",
  offset: false,
  spread: 1,
};
const data = makeOutputs(plain, loss, 3);
const problem = problemWithOutputs(data);

const difference = (a: Float64Array, b: Float64Array) =>
  Math.max(...a.map((value, j) => Math.abs(value - (b[j] as number))));

describe("solutions by plain loops", () => {
  test.each([
    ["l1", l1],
    ["mcp", penalties.mcp({ a: 4 })],
    ["scad", penalties.scad({ a: 4 })],
    ["logSum", penalties.logSum({ epsilon: 0.5 })],
  ] as const)("random problems with %s", (_, penalty) => {
    check(
      40,
      fc.property(
        problemSpecs(25),
        fc.integer({ min: 2, max: 4 }),
        fc.constantFrom(0.2, 0.05, 0.01),
        fc.boolean(),
        fc.boolean(),
        (spec, outputs, lambda, intercept, standardize) => {
          const random = makeOutputs({ ...spec, rows: spec.rows + outputs + 3 }, loss, outputs);
          const options = {
            penalty,
            loss,
            lambda,
            intercept,
            standardize,
          } as const;
          expectOutputsSolution(fitSync(problemWithOutputs(random), options), random, options);
        },
      ),
    );
  });

  test("lambda 0: the gradient vanishes; coefficients sum to 0 over the classes", () => {
    const fit = fitSync(problem, { penalty: l1, loss, lambda: 0 });
    expect(fit.converged).toBe(true);
    expect(fit.stationarity).toBeLessThan(1e-8);
    for (let j = 0; j < data.columns; ++j) {
      const sum = [0, 1, 2].reduce((total, k) => total + (fit.coefficientsOf(k)[j] as number), 0);
      expect(Math.abs(sum)).toBeLessThan(1e-12);
    }
  });

  test("classes that a line separates: a loss that goes to 0", () => {
    const x = [[-2], [-1], [1], [2]];
    const fit = fitSync({ x, y: ["a", "a", "b", "b"] }, { penalty: l1, loss, lambda: 0 });
    expect(fit.lossValue).toBeLessThan(1e-6);
    expect(fit.classify(x)).toEqual(["a", "a", "b", "b"]);
  });
});

describe("identities", () => {
  test.each([0.1, 0.02])("two classes at lambda %d: logistic loss, split evenly", (lambda) => {
    // |b_1| + |b_0| is |b_1 - b_0| for any split of it, so that both objectives have the same minimum.
    const two = { ...data, y: data.y.map((k) => Math.min(k, 1)), outputs: 2 };
    const fit = fitSync(problemWithOutputs(two), { penalty: l1, loss, lambda });
    const logistic = fitSync(problemWithOutputs(two), { penalty: l1, loss: "logistic", lambda });
    expect(fit.objective).toBeCloseTo(logistic.objective, 12);
    const halves = logistic.coefficients.map((value) => 0.5 * value);
    expect(difference(fit.coefficientsOf(1), halves)).toBeLessThan(1e-7);
    expect(
      difference(
        fit.coefficientsOf(0),
        halves.map((value) => -value),
      ),
    ).toBeLessThan(1e-7);
    expect(2 * (fit.intercepts[1] as number)).toBeCloseTo(logistic.intercept, 6);
    expect(fit.classify(problem.x).map(Number)).toEqual(logistic.classify(problem.x).map(Number));
    expect(fit.predict(problem.x)[1]).toBeCloseTo(logistic.predict(problem.x)[0] as number, 7);
  });

  test("beyond the largest lambda: the centred logarithms of the frequencies", () => {
    const fit = fitSync({ x: problem.x, y: problem.y }, { penalty: l1, loss, lambda: 10 });
    const counts = [0, 1, 2].map((k) => data.y.filter((own) => own === k).length);
    const mean = counts.reduce((sum, count) => sum + Math.log(count) / 3, 0);
    counts.forEach((count, k) => {
      expect(fit.intercepts[k]).toBeCloseTo(Math.log(count) - mean, 12);
    });
    expect([fit.nonzero, fit.support.length]).toEqual([0, 0]);
  });

  test("other labels, another order of the outputs", () => {
    const names = ["z", "m", "b"];
    const y = Array.from(data.y, (k) => names[k] as string);
    const [one, other] = [problem, { ...problem, y }].map((p) =>
      fitSync(p, { penalty: l1, loss, lambda: 0.03 }),
    );
    expect(other?.classes).toEqual(["b", "m", "z"]);
    for (const k of [0, 1, 2]) {
      expect(
        difference(one?.coefficientsOf(k) as Float64Array, other?.coefficientsOf(2 - k) as Float64Array),
      ).toBeLessThan(1e-7);
    }
  });

  test("a weight of 2 is two rows, one of 0 none", () => {
    const weights = data.y.map((_, i) => [2, 0, 1][i % 3] as number);
    const index = [...weights.keys()].flatMap((i) => new Array<number>(weights[i] as number).fill(i));
    const rows = rowsOf(data);
    const repeated = { x: index.map((i) => rows[i] as number[]), y: index.map((i) => data.y[i] as number) };
    const options = { penalty: l1, loss, lambda: 0.03 } as const;
    const one = fitSync({ ...problem, weights }, options);
    const other = fitSync(repeated, options);
    expect(one.objective).toBeCloseTo(other.objective, 12);
    expect(difference(one.coefficients, other.coefficients)).toBeLessThan(1e-7);
  });

  test("sparse, float32 and dense columns", async () => {
    const round = data.x.map((value, at) => (at % 3 === 0 ? 0 : Math.fround(value)));
    const { rows, columns } = data;
    const values: number[] = [];
    const rowIndices: number[] = [];
    const columnPointers = [0];
    for (let j = 0; j < columns; ++j) {
      for (let i = 0; i < rows; ++i) {
        if (round[i * columns + j] === 0) continue;
        values.push(round[i * columns + j] as number);
        rowIndices.push(i);
      }
      columnPointers.push(values.length);
    }
    const matrix = { data: round, rows, columns };
    const options = { penalty: l1, loss, lambda: 0.02 } as const;
    const wanted = fitSync({ ...problem, x: matrix }, options);
    const { weights, ...rest } = problem;
    const prepared = await Design.prepare(matrix, { weights, loss });
    const given = [
      { ...problem, x: { data: Float32Array.from(round), rows, columns } },
      { ...problem, x: { values, rowIndices, columnPointers, rows, columns } },
      { ...rest, x: prepared },
    ];
    for (const one of given) {
      expect(difference(fitSync(one, options).coefficients, wanted.coefficients)).toBeLessThan(1e-6);
    }
  });

  test("the same bits for one thread and two, and by fit", async () => {
    const large = makeOutputs({ ...plain, rows: 20_000, columns: 5 }, loss, 3);
    const options = { penalty: l1, loss, lambda: 0.05 } as const;
    const fits = [1, 2].map((count) => {
      threads.setThreads(count);
      return fitSync(problemWithOutputs(large), options).toJSON();
    });
    expect(fits[1]).toEqual(fits[0]);
    expect((await fitAsync(problemWithOutputs(large), options)).toJSON()).toEqual(fits[0]);
  });
});

describe("a fit of classes", () => {
  const options = { penalty: l1, loss, lambda: 0.05 } as const;
  const fit = fitSync(problem, options);

  test("probabilities row after row, and the likeliest class", () => {
    const z = fit.linearPredictor(problem.x);
    const p = fit.predict(problem.x);
    const labels = fit.classify(problem.x);
    for (let i = 0; i < data.rows; ++i) {
      const own = [0, 1, 2].map((k) => {
        const row = data.x.subarray(i * 8, (i + 1) * 8);
        return row.reduce(
          (sum, x, j) => sum + x * (fit.coefficientsOf(k)[j] as number),
          fit.intercepts[k] as number,
        );
      });
      const total = own.reduce((sum, value) => sum + Math.exp(value), 0);
      own.forEach((value, k) => {
        expect(z[3 * i + k]).toBeCloseTo(value, 10);
        expect(p[3 * i + k]).toBeCloseTo(Math.exp(value) / total, 10);
      });
      expect(labels[i]).toBe(String(own.indexOf(Math.max(...own))));
    }
    expect([...fit.predict(rowsOf(data)[0] as number[])]).toEqual([...p.subarray(0, 3)]);
  });

  test("an offset for each output, far out too", () => {
    const x = rowsOf(data).slice(0, 2);
    const moved = fit.linearPredictor(x, [
      [1, 2, 3],
      [0, 0, -1],
    ]);
    const z = fit.linearPredictor(x);
    [1, 2, 3, 0, 0, -1].forEach((shift, at) => {
      expect(moved[at]).toBeCloseTo((z[at] as number) + shift, 12);
    });
    expect([...fit.predict(x[0] as number[], [0, 1e6, -1e6])]).toEqual([0, 1, 0]);
    expectFailure(
      () =>
        fit.predict(x, [
          [1, 2],
          [3, 4],
        ]),
      "LENGTH_MISMATCH",
      "offset.columns must have 3",
    );
    expectFailure(() => fit.predict(x, [[1, 2, 3]]), "LENGTH_MISMATCH", "offset.rows must have 2");
    expectFailure(
      () =>
        fit.predict(x, [
          [1, 2, 3],
          [1, NaN, 3],
        ]),
      "MISSING_VALUES",
      "offset",
    );
  });

  test("support, and the coefficients of one class", () => {
    const used = [...Array(8).keys()].filter((j) => [0, 1, 2].some((k) => fit.coefficientsOf(k)[j] !== 0));
    expect([...fit.support]).toEqual(used);
    for (const output of [-1, 3, 0.5])
      expectFailure(() => fit.coefficientsOf(output), "OUT_OF_RANGE", "output must be");
  });

  test("a fit of many columns keeps them sparse", () => {
    const wide = makeOutputs({ ...plain, columns: 500, constants: false }, loss, 3);
    const one = fitSync(problemWithOutputs(wide), { ...options, lambda: 0.15 });
    expect(one.toJSON().support?.length).toBe(one.nonzero);
    expectOutputsSolution(one, wide);
    const rows = wide.x.subarray(0, 500);
    const z = one.linearPredictor(rows);
    [0, 1, 2].forEach((k) => {
      const sum = rows.reduce(
        (total, x, j) => total + x * (one.coefficientsOf(k)[j] as number),
        one.intercepts[k] as number,
      );
      expect(z[k]).toBeCloseTo(sum, 10);
    });
  });

  test("starts, designs, paths", async () => {
    const again = fitSync(problem, { ...options, start: fit.coefficients });
    expect(again.iterations).toBeLessThanOrEqual(fit.iterations);
    expect(difference(again.coefficients, fit.coefficients)).toBeLessThan(1e-8);
    expectFailure(
      () => fitSync(problem, { ...options, start: new Float64Array(8) }),
      "LENGTH_MISMATCH",
      "start must have 24",
    );
    const path = await fitPath(problem, { penalty: l1, loss, lambdaCount: 6, lambdaRatio: 0.05 });
    expect([path.converged, path.coefficients.rows, path.coefficients.columns]).toEqual([true, 24, 6]);
    expect(path.fits[0]?.nonzero).toBe(0);
    path.fits.forEach((one, k) => {
      expectOutputsSolution(one, data);
      expect(path.coefficients.data.slice(24 * k, 24 * (k + 1))).toEqual(one.coefficients);
    });
  });

  test.each(["direct", "etaTrick"] as const)("the solver %s ends there too", (solver) => {
    const other = fitSync(problem, { ...options, solver });
    expect(other.converged).toBe(true);
    expect(other.objective).toBeCloseTo(fit.objective, 9);
  });

  test("what has no rows of weight has probability 0", () => {
    const weights = data.y.map((k) => (k === 2 ? 0 : 1));
    const two = fitSync({ ...problem, weights }, options);
    expect(two.converged).toBe(true);
    expect(two.coefficientsOf(2).every((value) => value === 0)).toBe(true);
    expect(two.intercepts.every(Number.isFinite)).toBe(true);
    const p = two.predict(problem.x);
    expect(
      [...Array(data.rows).keys()].every((i) => (p[3 * i + 2] as number) < 1e-16 || weights[i] === 0),
    ).toBe(true);
  });
});

describe("labels", () => {
  const x = [[1], [2], [3], [4]];
  const classesOf = (y: unknown) =>
    fitSync({ x, y: y as number[] }, { penalty: l1, loss, lambda: 0.1 }).classes;

  test.each([
    [
      ["b", "a", "B", "ä"],
      ["B", "a", "b", "ä"],
    ],
    [
      [10, 9, -2, 9],
      ["-2", "9", "10"],
    ],
    [
      [true, false, false, true],
      ["false", "true"],
    ],
    [Int8Array.of(3, 1, 1, 3), ["1", "3"]],
    [
      [-0, 0, 1, 1],
      ["0", "1"],
    ],
  ])("%j", (y, classes) => {
    expect(classesOf(y)).toEqual(classes);
  });

  test.each([
    [[1, 1, 1, 1], "INVALID_ARGUMENT", 'y must have at least 2 classes, but has only "1"'],
    [[1, 2, 1.5, 1], "OUT_OF_RANGE", "y[2] must be a class label"],
    [[1, 2, NaN, 1], "NOT_FINITE", "y[2] must be a class label"],
    [Float64Array.of(1, 2, 0.5, 1), "OUT_OF_RANGE", "y[2] must be a class label"],
    [["a", 1, "b", "a"], "INVALID_ARGUMENT", "y[1] must be a string as the labels before"],
    [["a", null, "b", "a"], "INVALID_ARGUMENT", "y[1] must be a class label"],
    [["a", "b"], "LENGTH_MISMATCH", "y must have 4 entries"],
    ["abcd", "INVALID_ARGUMENT", "y must be"],
  ] as const)("refuses %j", (y, code, begins) => {
    expectFailure(() => classesOf(y), code, begins);
  });
});

test("what several outputs do not have", async () => {
  const options = { penalty: l1, loss, lambda: 0.1 } as const;
  expectFailure(
    () => fitSync(problem, { ...options, solver: "workingSet" }),
    "UNSUPPORTED",
    "the solver workingSet needs a loss that fixes the level",
  );
  expectFailure(
    () => fitSync(problem, { ...options, penalty: strategies.ard() }),
    "UNSUPPORTED",
    "penalty must not depend",
  );
  expectFailure(
    () => fitSync({ ...problem, offset: problem.weights }, options),
    "INVALID_ARGUMENT",
    "offset must be a matrix",
  );
  const refused = fitMany(matrixOf(data), [{ y: data.y, penalty: l1, lambda: 0.1 }], { loss });
  await expect(refused).rejects.toThrow("loss must have one output per row for fitMany, but is multinomial");
  const squared = fitSync({ x: problem.x, y: data.y }, { penalty: l1, lambda: 0.1 });
  expectFailure(
    () => squared.classify(problem.x),
    "UNSUPPORTED",
    "classify needs a fit of logistic or multinomial",
  );
  expect([squared.outputs, [...squared.intercepts], squared.classes]).toEqual([
    1,
    [squared.intercept],
    undefined,
  ]);
  expect(squared.coefficientsOf(0)).toEqual(squared.coefficients);
});
