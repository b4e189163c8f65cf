// Several responses at once: with a penalty of each coefficient as many regressions, with one of a column's norm together.
import fc from "fast-check";
import { Design, fitPath, fitSync, Gram, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure } from "../support/failures.ts";
import { expectOutputsSolution, makeOutputs, problemWithOutputs, ungrouped } from "../support/outputs.ts";
import { matrixOf, type ProblemSpec, problemSpecs, rowsOf } from "../support/problems.ts";
import { check } from "../support/property.ts";

const l1 = penalties.l1();
const loss = "multiTask";
const plain: ProblemSpec = {
  seed: 8,
  rows: 50,
  columns: 9,
  correlation: 0.4,
  duplicates: false,
  constants: true,
  weights: "positive",
  offset: true,
  spread: 1,
};
const data = makeOutputs(plain, loss, 3);
const problem = problemWithOutputs(data);
const options = { penalty: l1, lambda: 0.1, ...ungrouped };

/** The problem of one task. */
function task(k: number) {
  const { rows, y, offset, weights } = data;
  const part = (values: Float64Array) => values.slice(k * rows, (k + 1) * rows);
  return { x: matrixOf(data), y: part(y), weights, offset: offset && part(offset) };
}

function expectNear(given: Float64Array, wanted: Float64Array, allowed: number): void {
  given.forEach((value, j) => {
    expect(Math.abs(value - (wanted[j] as number))).toBeLessThanOrEqual(allowed * (1 + Math.abs(value)));
  });
}

describe("a penalty of each coefficient", () => {
  test.each([
    ["l1", l1],
    ["mcp", penalties.mcp({ a: 4 })],
    ["logSum", penalties.logSum({ epsilon: 0.5 })],
  ] as const)("random problems with %s, by plain loops", (_, penalty) => {
    check(
      40,
      fc.property(
        problemSpecs(25),
        fc.integer({ min: 2, max: 4 }),
        fc.constantFrom(0.5, 0.1, 0.02),
        fc.boolean(),
        fc.boolean(),
        (spec, outputs, lambda, intercept, standardize) => {
          const random = makeOutputs({ ...spec, rows: spec.rows + 1 }, loss, outputs);
          const own = { penalty, lambda, intercept, standardize, ...ungrouped };
          const fit = fitSync(problemWithOutputs(random), own);
          expect(fit.loss).toBe("multiTask");
          expectOutputsSolution(fit, random, own);
        },
      ),
    );
  });

  test.each([0.5, 0.1, 0.01, 0])("lambda %d: as many fits", (lambda) => {
    const fit = fitSync(problem, { ...options, lambda });
    const alone = [0, 1, 2].map((k) => fitSync(task(k), { ...options, lambda }));
    expect([fit.loss, fit.outputs, fit.classes]).toEqual([loss, 3, undefined]);
    alone.forEach((one, k) => {
      expectNear(fit.coefficientsOf(k), one.coefficients, 1e-8);
      expectNear(Float64Array.of(fit.intercepts[k] as number), Float64Array.of(one.intercept), 1e-8);
    });
    expect(fit.objective).toBeCloseTo(
      alone.reduce((sum, one) => sum + one.objective, 0),
      10,
    );
    expect(fit.nonzero).toBe(alone.reduce((sum, one) => sum + one.nonzero, 0));
    expect(new Set(fit.support)).toEqual(new Set(alone.flatMap((one) => [...one.support])));
  });

  test("eta and the keep probability are those of each task", () => {
    for (const standardize of [true, false]) {
      const own = { ...options, penalty: penalties.logSum({ epsilon: 0.5 }), standardize };
      const fit = fitSync(problem, own);
      [0, 1, 2].forEach((k) => {
        const alone = fitSync(task(k), own);
        expectNear(fit.coefficientsOf(k), alone.coefficients, 1e-6);
        expectNear(fit.keepProbability.subarray(9 * k, 9 * (k + 1)), alone.keepProbability, 1e-6);
      });
    }
  });

  test.each(["proximal", "direct", "etaTrick"] as const)("the solver %s", (solver) => {
    const fit = fitSync(problem, options);
    const other = fitSync(problem, { ...options, solver });
    expect(other.converged).toBe(true);
    expect(Math.abs(other.objective - fit.objective)).toBeLessThan(1e-9 * fit.objective);
  });

  test("floats, compressed columns and designs as they are", async () => {
    const { rows, columns } = data;
    const single = { data: Float32Array.from(data.x), rows, columns };
    const rounded = { data: Float64Array.from(single.data), rows, columns };
    const all = Array.from({ length: columns }, (_, j) =>
      Array.from({ length: rows }, (_, i) => [i, j] as const),
    ).flat();
    const sparse = {
      values: all.map(([i, j]) => rounded.data[i * columns + j] as number),
      rowIndices: all.map(([i]) => i),
      columnPointers: Array.from({ length: columns + 1 }, (_, j) => j * rows),
      rows,
      columns,
    };
    const wanted = fitSync({ ...problem, x: rounded }, options);
    const { weights, ...rest } = problem;
    const designs = await Promise.all([single, sparse].map((x) => Design.prepare(x, { weights })));
    const given = [single, sparse]
      .map((x) => ({ ...problem, x }))
      .concat(designs.map((x) => ({ ...rest, x })) as never);
    for (const one of given) expectNear(fitSync(one, options).coefficients, wanted.coefficients, 1e-6);
  });

  test("a path", async () => {
    const path = await fitPath(problem, { penalty: l1, lambdaCount: 8, lambdaRatio: 0.01, ...ungrouped });
    expect([path.converged, path.coefficients.rows]).toEqual([true, 27]);
    expect([path.fits[0]?.nonzero, (path.fits[7]?.nonzero as number) > 10]).toEqual([0, true]);
    for (const one of path.fits) expectOutputsSolution(one, data);
  });
});

test("predictions are rows x tasks, row after row", () => {
  const fit = fitSync(problem, options);
  const rows = rowsOf(data);
  const mean = fit.predict(problem.x);
  expect(mean.length).toBe(150);
  expect(fit.linearPredictor(problem.x)).toEqual(mean);
  rows.forEach((row, i) => {
    [0, 1, 2].forEach((k) => {
      const sum = row.reduce(
        (total, x, j) => total + x * (fit.coefficientsOf(k)[j] as number),
        fit.intercepts[k] as number,
      );
      expect(mean[3 * i + k]).toBeCloseTo(sum, 9);
    });
  });
});

describe("the shape of y", () => {
  const x = rowsOf(data);
  const rowsOfY = x.map((_, i) => [0, 1, 2].map((k) => data.y[k * 50 + i] as number));

  test("rows, blocks in both orders, and columns one by one", () => {
    const flat = rowsOfY.flat();
    const wanted = fitSync({ x, y: rowsOfY }, options).coefficients;
    const block = { data: data.y, rows: 50, columns: 3, order: "column-major" } as const;
    for (const y of [{ data: flat, rows: 50, columns: 3 }, block]) {
      expect(fitSync({ x, y }, options).coefficients).toEqual(wanted);
    }
  });

  test("one column is one response", () => {
    const y = rowsOfY.map((row) => row[0] as number);
    const wanted = fitSync({ x, y }, options);
    const column = fitSync({ x, y: y.map((value) => [value]) }, options);
    expect([column.loss, column.outputs]).toEqual(["squared", 1]);
    expect(column.coefficients).toEqual(wanted.coefficients);
    const named = fitSync({ x, y }, { ...options, loss });
    expect([named.loss, named.outputs]).toEqual([loss, 1]);
    expect(named.objective).toBeCloseTo(wanted.objective, 12);
  });

  test("refusals", async () => {
    const bad = rowsOfY.with(3, [1, NaN, 2]);
    expectFailure(() => fitSync({ x, y: bad }, options), "MISSING_VALUES", "y");
    expectFailure(
      () => fitSync({ x, y: rowsOfY.slice(1) }, options),
      "LENGTH_MISMATCH",
      "y.rows must have 50",
    );
    expectFailure(
      () => fitSync({ x, y: rowsOfY }, { ...options, loss: "logistic" }),
      "INVALID_ARGUMENT",
      "y[0] must be a number",
    );
    const offset = new Float64Array(50);
    expectFailure(
      () => fitSync({ x, y: rowsOfY, offset }, options),
      "INVALID_ARGUMENT",
      "offset must be a matrix",
    );
    expectFailure(
      () => fitSync({ x, y: rowsOfY }, { ...options, solver: "reweighted" }),
      "UNSUPPORTED",
      "the solver reweighted",
    );
    const gram = new Gram(9);
    await gram.accumulate(matrixOf(data), data.y.slice(0, 50));
    expectFailure(
      () => fitSync(gram, { ...options, loss }),
      "UNSUPPORTED",
      "loss must be squared for a Gram",
    );
  });
});
