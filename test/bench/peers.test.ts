// The comparison with other packages without the packages: its data, its judge of solutions, its units.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alternate } from "../../bench/peers/alternate.ts";
import { qualityOf } from "../../bench/peers/check.ts";
import { type DenseProblem, makeDense } from "../../bench/peers/dense.ts";
import { loadProblem, saveProblem } from "../../bench/peers/files.ts";
import { newest } from "../../bench/peers/interpreters.ts";
import { type PenaltyName, peerPenalties, penaltyNames } from "../../bench/peers/penalties.ts";
import { makeSparse, meanSquare } from "../../bench/peers/sparse.ts";
import { type GrowthSeries, growthSlope } from "../../bench/peers/trials/growth.ts";
import { geometric } from "../../bench/peers/trials/paths.ts";
import { examine } from "../optimality.ts";
import { formulaOf, type Parameters } from "../support/formulas.ts";
import { check } from "../support/property.ts";
import { Random } from "../support/random.ts";

const parametersOf: Record<PenaltyName, Parameters> = {
  l1: {},
  logSum: { epsilon: 0.1 },
  mcp: { a: 3 },
  scad: { a: 3.7 },
  lp: { p: 0.5 },
};

const dot = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

describe("dense problems", () => {
  const shape = { rows: 4000, columns: 30, nonzero: 5 };
  const { rows, columns, x, y } = makeDense(shape, 3);
  const column = (j: number) => x.subarray(j * rows, (j + 1) * rows);

  test("columns are centred and of mean square 1, y is centred", () => {
    const ones = new Float64Array(rows).fill(1);
    for (let j = 0; j < columns; ++j) {
      expect(Math.abs(dot(column(j), ones))).toBeLessThan(1e-10 * rows);
      expect(Math.abs(dot(column(j), column(j)) / rows - 1)).toBeLessThan(1e-12);
    }
    expect(Math.abs(dot(y, ones))).toBeLessThan(1e-10 * rows);
  });

  test("columns that are k apart correlate with 0.5^k", () => {
    for (let k = 1; k <= 4; ++k) {
      let sum = 0;
      for (let j = 0; j + k < columns; ++j) sum += dot(column(j), column(j + k)) / rows;
      // Some 26 correlations with a deviation of 1 / sqrt 4000 each.
      expect(Math.abs(sum / (columns - k) - 0.5 ** k)).toBeLessThan(0.02);
    }
  });

  test("the response is a few columns with signs and noise of a fifth of their squares", () => {
    // Least squares by conjugate gradients on 30 columns finds the true coefficients to 1 / sqrt 4000 of the noise.
    const w = leastSquares(x, y, rows, columns);
    const large = w.filter((value) => Math.abs(value) > 0.5);
    expect(large).toHaveLength(shape.nonzero);
    for (const value of large) expect(Math.abs(Math.abs(value) - 1)).toBeLessThan(0.15);
    const signal = new Float64Array(rows);
    w.forEach((value, j) => {
      if (Math.abs(value) > 0.5) {
        for (let i = 0; i < rows; ++i)
          signal[i] = (signal[i] as number) + Math.sign(value) * (column(j)[i] as number);
      }
    });
    const noise = y.map((value, i) => value - (signal[i] as number));
    // Centring takes a little from the noise.
    expect(Math.abs(dot(signal, signal) / dot(noise, noise) - 5)).toBeLessThan(0.02);
  });

  test("a seed gives the same bits, another seed others", () => {
    const small = { rows: 40, columns: 12, nonzero: 3 };
    const one = makeDense(small, 3);
    const other = makeDense(small, 4);
    expect(makeDense(small, 3)).toEqual(one);
    expect(other.x[0]).not.toBe(one.x[0]);
    expect(other.y[0]).not.toBe(one.y[0]);
  });
});

describe("sparse problems", () => {
  const shape = { rows: 2000, columns: 3000, density: 3e-3, nonzero: 100 };
  const problem = makeSparse(shape, 1);
  const { values, rowIndices, columnPointers, y } = problem;

  test("entries are where they say, as many as the density wants, columns of one mean square", () => {
    const expected = shape.rows * shape.columns * shape.density;
    expect(Math.abs(values.length - expected)).toBeLessThan(5 * Math.sqrt(expected));
    expect(columnPointers[shape.columns]).toBe(values.length);
    expect(rowIndices).toHaveLength(values.length);
    for (let j = 0; j < shape.columns; ++j) {
      const [begin, end] = [columnPointers[j] as number, columnPointers[j + 1] as number];
      const places = rowIndices.subarray(begin, end);
      expect(places.every((row, k) => row < shape.rows && (k === 0 || row > (places[k - 1] as number)))).toBe(
        true,
      );
      const entries = values.subarray(begin, end);
      if (end > begin) expect(dot(entries, entries) / shape.rows / meanSquare).toBeCloseTo(1, 12);
    }
  });

  test("labels are 0 and 1 and depend on the matrix", () => {
    const ones = y.reduce((sum, label) => sum + label, 0);
    expect(y.every((label) => label === 0 || label === 1)).toBe(true);
    expect(ones).toBeGreaterThan(0.4 * shape.rows);
    expect(ones).toBeLessThan(0.6 * shape.rows);
    expect(makeSparse(shape, 1).y).toEqual(y);
  });

  test("files keep every bit", () => {
    const folder = mkdtempSync(join(tmpdir(), "flipside-test-"));
    try {
      const sparse = makeSparse({ rows: 50, columns: 80, density: 0.05, nonzero: 4 }, 2);
      for (const one of [sparse, makeDense({ rows: 30, columns: 7, nonzero: 2 }, 0)]) {
        saveProblem(join(folder, one.kind), one);
        expect(loadProblem(join(folder, one.kind), one)).toEqual(one);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the judge of solutions", () => {
  const cases = fc.record({
    seed: fc.nat(1e6),
    name: fc.constantFrom(...penaltyNames),
    lambda: fc.double({ min: 0.01, max: 1, noNaN: true }),
    logistic: fc.boolean(),
  });

  test("agrees with the checker of the tests, but for the penalty of 0", () => {
    check(
      60,
      fc.property(cases, ({ seed, name, lambda, logistic }) => {
        const random = new Random(seed);
        const dense = makeDense({ rows: 20, columns: 9, nonzero: 3 }, seed);
        const labels = dense.y.map((value) => (value > 0 ? 1 : 0));
        const w = Float64Array.from({ length: 9 }, () => (random.uniform() < 0.5 ? 0 : random.normal()));
        const problem = logistic ? compressed(dense, labels) : dense;
        const quality = qualityOf(problem, peerPenalties[name], lambda, w);
        const { rows, columns, x } = dense;
        const byRows = Float64Array.from(
          x,
          (_, k) => x[(k % columns) * rows + Math.floor(k / columns)] as number,
        );
        const verdict = examine(
          { rows, columns, x: byRows, y: problem.y, weights: undefined, offset: undefined },
          {
            penalty: { name, parameters: parametersOf[name] },
            lambda,
            intercept: false,
            standardize: false,
            loss: logistic ? "logistic" : "squared",
          },
          { coefficients: w, intercept: 0, eta: w },
        );
        const zero = columns * lambda * formulaOf(name, parametersOf[name], lambda).omega(0);
        expectNear(quality.objective, verdict.objective - zero, 1e-10);
        expectNear(quality.violation, verdict.stationarity, 1e-10);
        expect(quality.nonzero).toBe(verdict.nonzero);
      }),
    );
  });
});

describe("units of skglm", () => {
  // Its docstrings: alpha |w|; alpha log(1 + |w| / eps); its MCP and SCAD with alpha inside; alpha sqrt |w|.
  const theirs: Record<PenaltyName, (w: number, alpha: number, [a]: readonly number[]) => number> = {
    l1: (w, alpha) => alpha * w,
    logSum: (w, alpha, [eps]) => alpha * Math.log(1 + w / (eps as number)),
    mcp: (w, alpha, [a]) => {
      const gamma = a as number;
      return w <= alpha * gamma ? alpha * w - w ** 2 / (2 * gamma) : (gamma * alpha ** 2) / 2;
    },
    scad: (w, alpha, [a]) => {
      const gamma = a as number;
      if (w <= alpha) return alpha * w;
      if (w > alpha * gamma) return (alpha ** 2 * (gamma + 1)) / 2;
      return (2 * gamma * alpha * w - w ** 2 - alpha ** 2) / (2 * (gamma - 1));
    },
    lp: (w, alpha) => alpha * Math.sqrt(w),
  };

  test.each(penaltyNames)("%s costs as much there, and as much as the library's own", (name) => {
    const { skglm, omega, slope, ours } = peerPenalties[name];
    for (const lambda of [0.07, 0.4, 1.9]) {
      for (const w of [1e-3, 0.05, 0.3, 1, 2.5, 20]) {
        const cost = lambda * omega(w, lambda);
        expectNear(theirs[name](w, skglm.alpha(lambda), skglm.parameters), cost, 1e-12);
        expectNear(lambda * (ours.omega(w, lambda) - ours.omega(0, lambda)), cost, 1e-10);
        expectNear(slope(w, lambda), formulaOf(name, parametersOf[name], lambda).slope(w), 1e-12);
      }
    }
  });
});

test("lambdas of a path fall by one factor", () => {
  const lambdas = geometric(3, 0.01, 100);
  expect(lambdas[0]).toBe(3);
  expectNear(lambdas[99] as number, 0.03, 1e-14);
  expectNear((lambdas[50] as number) ** 2, (lambdas[49] as number) * (lambdas[51] as number), 1e-14);
});

test("the slope of growth is the power", () => {
  const points = [10, 20, 40, 80].map((size) => ({ size, times: { skglm: 3 * size ** 1.3 } }));
  const series: GrowthSeries = { title: "", axis: "", points };
  expectNear(growthSlope(series, "skglm") as number, 1.3, 1e-12);
  expect(growthSlope(series, "prepared")).toBeUndefined();
});

test("sides take turns, each first in its round; one that fails has no time", async () => {
  const order: string[] = [];
  const side = (name: string, milliseconds: (run: number) => number | undefined) => {
    let runs = 0;
    return {
      name,
      run: async () => {
        order.push(name);
        return milliseconds(runs++);
      },
    };
  };
  const sides = [
    side("a", (run) => run + 1),
    side("b", () => 7),
    side("c", (run) => (run === 1 ? undefined : 1)),
  ];
  const times = await alternate(sides, 3);
  expect(order.join("")).toBe("abcbcacab");
  expect(times.get("a")).toMatchObject({ median: 2, fastest: 1, runs: 3 });
  expect(times.get("b")?.median).toBe(7);
  expect(times.has("c")).toBe(false);
});

test("the newest version wins, by numbers and not by letters", () => {
  const versions = ["1.9.1", null, "1.10.0", "1.10.0+cpu", "0.99"];
  expect(newest(versions, (version) => version)).toBe("1.10.0");
  expect(newest([null], (version) => version)).toBeUndefined();
});

function expectNear(value: number, expected: number, tolerance: number) {
  expect(Math.abs(value - expected), `${value} is not ${expected}`).toBeLessThanOrEqual(
    tolerance * Math.max(1, Math.abs(expected)),
  );
}

/** All its entries stored, with other labels. */
function compressed({ rows, columns, x }: DenseProblem, y: Float64Array) {
  return {
    kind: "sparse" as const,
    rows,
    columns,
    values: x,
    rowIndices: Int32Array.from(x, (_, k) => k % rows),
    columnPointers: Int32Array.from({ length: columns + 1 }, (_, j) => j * rows),
    y,
  };
}

/** The solution of X'X w = X'y by conjugate gradients. */
function leastSquares(x: Float64Array, y: Float64Array, rows: number, columns: number): Float64Array {
  const column = (j: number) => x.subarray(j * rows, (j + 1) * rows);
  const gram = (v: Float64Array) => {
    const sum = new Float64Array(rows);
    v.forEach((value, j) => {
      for (let i = 0; i < rows; ++i) sum[i] = (sum[i] as number) + value * (column(j)[i] as number);
    });
    return v.map((_, j) => dot(column(j), sum));
  };
  const w = new Float64Array(columns);
  let residual = w.map((_, j) => dot(column(j), y));
  let direction = residual;
  for (let step = 0; step < columns && dot(residual, residual) > 1e-20; ++step) {
    const image = gram(direction);
    const square = dot(residual, residual);
    const length = square / dot(direction, image);
    direction.forEach((value, j) => {
      w[j] = (w[j] as number) + length * value;
    });
    residual = residual.map((value, j) => value - length * (image[j] as number));
    const turn = dot(residual, residual) / square;
    const next = residual;
    direction = direction.map((value, j) => (next[j] as number) + turn * value);
  }
  return w;
}
