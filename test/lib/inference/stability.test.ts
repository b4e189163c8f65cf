// Stability selection: what is planted is found, for every number of threads the same.
import { Design, penalties, stabilitySelection, threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { unimodalBound } from "../../../dist/inference/stability.js";
import { complementaryPair } from "../../../dist/inference/subsamples.js";
import { expectRejection, loose } from "../../support/failures.ts";
import { Random } from "../../support/random.ts";

const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

/** 100 rows of 30 columns, of which 3, 11 and 20 count. */
function planted(logistic = false) {
  const random = new Random(5);
  const [rows, columns] = [100, 30];
  const data = random.normals(rows * columns);
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const at = (j: number) => data[i * columns + j] as number;
    const z = 2 * at(3) - 1.5 * at(11) + at(20);
    return logistic ? Number(z + random.normal() > 0) : z + random.normal();
  });
  return { x: { data, rows, columns }, y };
}

const penalty = penalties.l1();

describe("what it finds", () => {
  test("the planted columns and no other, with the bounds of the articles", async () => {
    const result = await stabilitySelection(planted(), { penalty, pairs: 25, errorBound: 1, threshold: 0.8 });
    expect([...result.selected]).toEqual([3, 11, 20]);
    const { probabilities, largest, lambdas, averageSelected: q } = result;
    expect([probabilities.rows, probabilities.columns, result.subsamples]).toEqual([30, lambdas.length, 50]);
    expect(result.converged).toBe(50);
    // q <= sqrt(1 * 0.6 * 30) = 4.24.
    expect(q).toBeLessThanOrEqual(4);
    expect(q).toBeGreaterThanOrEqual(3 * 0.8);
    expect(result.falseSelections).toBeCloseTo((q * q) / (0.6 * 30), 14);
    expect(result.falseSelections).toBeLessThanOrEqual(1);
    expect(result.falseSelectionsUnimodal as number).toBeCloseTo(
      ((4 * (1 - 0.8 + 1 / 50)) / (1 + 1 / 25)) * ((q * q) / 30),
      14,
    );
    for (let j = 0; j < 30; ++j) {
      const own = Array.from({ length: lambdas.length }, (_, k) => probabilities.data[k * 30 + j] as number);
      expect(largest[j]).toBe(Math.max(...own));
      for (const one of own) expect(Number.isInteger(Math.round(one * 50 * 1e9) / 1e9)).toBe(true);
    }
  });

  test("of a logistic model with MCP", async () => {
    const options = { penalty: penalties.mcp(), loss: "logistic", pairs: 10, maxSelected: 5 } as const;
    const result = await stabilitySelection(planted(true), options);
    expect([...result.selected]).toEqual(expect.arrayContaining([3, 11]));
    expect(result.averageSelected).toBeLessThanOrEqual(5);
  });
});

describe("reproducible", () => {
  const options = { penalty, pairs: 6, lambdas: [0.5, 0.3, 0.2], seed: 11 };

  test("for each number of threads and each run, but another for another seed", async () => {
    threads.setThreads(1);
    const one = await stabilitySelection(planted(), options);
    threads.setThreads(2);
    expect(await stabilitySelection(planted(), options)).toEqual(one);
    threads.setThreads(4);
    expect(await stabilitySelection(planted(), options)).toEqual(one);
    const other = await stabilitySelection(planted(), { ...options, seed: 12 });
    expect(other.probabilities).not.toEqual(one.probabilities);
    expect([...one.lambdas]).toEqual([0.5, 0.3, 0.2]);
  });

  test("weights of 1 change nothing, rows without weight are never drawn", async () => {
    const problem = planted();
    const plain = await stabilitySelection(problem, options);
    const weights = new Float64Array(100).fill(1);
    expect(await stabilitySelection({ ...problem, weights }, options)).toEqual(plain);
  });

  test("pairs are disjoint halves, and every row is as likely as any other", () => {
    const weights = Float64Array.from({ length: 41 }, (_, i) => (i % 4 === 0 ? 0 : i));
    const counts = new Float64Array(41);
    for (let pair = 0; pair < 2000; ++pair) {
      const [a, b] = complementaryPair(weights, 41, 3, pair);
      const inA = [...a.keys()].filter((i) => a[i] !== 0);
      const inB = [...b.keys()].filter((i) => b[i] !== 0);
      expect([inA.length, inB.length]).toEqual([15, 15]);
      expect(inA.filter((i) => inB.includes(i))).toEqual([]);
      for (const i of inA) {
        expect(a[i]).toBe(weights[i]);
        counts[i] = (counts[i] as number) + 1;
      }
    }
    // Each with probability 1/2: 1000, standard deviation 22.4.
    counts.forEach((count, i) => {
      if (i % 4 === 0) expect(count).toBe(0);
      else expect(Math.abs(count - 1000)).toBeLessThan(112);
    });
  });
});

describe("control", () => {
  test("progress counts the paths", async () => {
    const seen: number[] = [];
    const onProgress = ({ done, count }: { done: number; count: number }) => {
      expect(count).toBe(8);
      seen.push(done);
    };
    await stabilitySelection(planted(), { penalty, pairs: 4, lambdas: [0.3], onProgress });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("stops when asked to, before and during, and frees the event loop", async () => {
    const run = (signal: AbortSignal, onProgress?: () => void) =>
      stabilitySelection(planted(), {
        penalty,
        pairs: 500,
        lambdaCount: 20,
        signal,
        ...(onProgress && { onProgress }),
      });
    await expectRejection(() => run(AbortSignal.abort()), "ABORTED", "the stability selection was aborted");
    const controller = new AbortController();
    const error = await expectRejection(
      () => run(controller.signal, () => controller.abort("enough")),
      "ABORTED",
      "the stability selection was aborted",
    );
    expect(error.cause).toBe("enough");
    expect(threads.activity().jobs).toBe(0);
  });

  test("an error of onProgress comes out and stops the rest", async () => {
    const onProgress = () => {
      throw new TypeError("mine");
    };
    const promise = stabilitySelection(planted(), { penalty, pairs: 50, lambdas: [0.3], onProgress });
    await expect(promise).rejects.toThrow(new TypeError("mine"));
    expect(threads.activity().jobs).toBe(0);
  });

  test("the bound for unimodal probabilities keeps to its conditions", () => {
    // C at 3/4 from both formulas of the article, B = 50.
    expect(unimodalBound(5, 100, 0.75, 50)).toBeCloseTo(0.25 / (2 * (0.5 - 0.01)), 14);
    expect(unimodalBound(5, 100, 1, 50)).toBeCloseTo(((4 * 0.01) / 1.02) * 0.25, 14);
    expect(unimodalBound(70, 100, 0.9, 50)).toBeUndefined();
    expect(unimodalBound(5, 100, 0.5002, 50)).toBeUndefined();
  });

  test("the bound for unimodal probabilities is the worst mixture of uniform distributions", () => {
    // X on 0, 1/B, ..., 1 with mean (q/p)²: the largest P(X >= 2π - 1) over the mean of uniforms on 0, ..., k/B.
    const pairs = 50;
    for (const threshold of [0.6, 0.7, 0.75, 0.8, 0.9, 1]) {
      const least = Math.round(pairs * (2 * threshold - 1));
      const ratios = Array.from({ length: pairs - least + 1 }, (_, i) => {
        const k = least + i;
        return (k - least + 1) / (k + 1) / (k / (2 * pairs));
      });
      const bound = unimodalBound(5, 100, threshold, pairs) as number;
      expect(bound / (25 / 100)).toBeCloseTo(Math.max(...ratios), 12);
    }
  });

  test("bad arguments", async () => {
    const problem = planted();
    const design = await Design.prepare(problem.x);
    const select = loose(stabilitySelection);
    const cases = [
      [{ ...problem, x: design }, {}, "UNSUPPORTED", "problem.x must be the matrix"],
      [problem, { threshold: 0.5 }, "OUT_OF_RANGE", "threshold must be a finite number > 0.5"],
      [problem, { pairs: 0 }, "OUT_OF_RANGE", "pairs must be an integer >= 1"],
      [problem, { errorBound: 1, maxSelected: 2 }, "INVALID_ARGUMENT", "maxSelected must be left out"],
      [problem, { errorBound: 1e-6 }, "OUT_OF_RANGE", "errorBound must be a finite number >="],
      [problem, { lambdas: [1], lambdaCount: 3 }, "INVALID_ARGUMENT", "lambdaCount must be left out"],
      [problem, { start: [1] }, "UNKNOWN_OPTION", 'options has no "start"'],
      [problem, { convergence: { signal: 1 } }, "INVALID_ARGUMENT", "convergence.signal must be left out"],
      [problem, { penalty: 3 }, "INVALID_ARGUMENT", "penalty must be a Penalty"],
    ] as const;
    for (const [data, options, code, begins] of cases) {
      await expectRejection(() => select(data, { penalty, ...options }), code, begins);
    }
  });
});
