// Regressions whose rows are gone.
import fc from "fast-check";
import {
  fit as fitAsync,
  fitPath,
  fitSync,
  Gram,
  type MatrixLike,
  penalties,
  strategies,
  threads,
} from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";
import { nativeMatrix } from "../support/native.ts";
import {
  type Data,
  makeProblem,
  matrixOf,
  plainProblem,
  problemOf,
  problemSpecs,
} from "../support/problems.ts";
import { checkAsync } from "../support/property.ts";
import { Random } from "../support/random.ts";
import { expectSolution } from "../support/verify.ts";

const data = plainProblem(60, 7);
const l1 = { penalty: penalties.l1(), lambda: 0.05 };

/** Rows from `from` to `to` in the layout at hand. */
function block(given: Data, from: number, to: number, layout = 0): MatrixLike {
  const { columns } = given;
  const part = { ...given, rows: to - from, x: given.x.slice(from * columns, to * columns) };
  const kind = (["rowMajor", "columnMajor", "compressedColumns"] as const)[layout % 3] ?? "rowMajor";
  const { data: values, rows, rowIndices, columnPointers } = nativeMatrix(part, kind);
  if (rowIndices !== undefined && columnPointers !== undefined)
    return { values, rowIndices, columnPointers, rows, columns };
  return { data: values, rows, columns, order: kind === "columnMajor" ? "column-major" : "row-major" };
}

/** Of all rows, block by block; `cuts` are where blocks end. */
async function gather(given: Data, cuts: readonly number[], options = {}): Promise<Gram> {
  const gram = new Gram(given.columns, options);
  const ends = [...new Set([...cuts.map((cut) => cut % given.rows), given.rows])].sort((a, b) => a - b);
  let from = 0;
  const jobs = ends
    .filter((to) => to > 0)
    .map((to, k) => {
      const rows = block(given, from, to, k);
      const weights = given.weights?.slice(from, to);
      const job = gram.accumulate(rows, given.y.slice(from, to), { weights });
      from = to;
      return job;
    });
  await Promise.all(jobs);
  return gram;
}

const cuts = fc.array(fc.nat(1000), { maxLength: 5 });

describe("fits of a Gram", () => {
  test("are those of its rows, by the checker's own account", async () => {
    const all = [penalties.l1(), penalties.mcp(), penalties.lp({ p: 1.5 })];
    await checkAsync(
      60,
      fc.asyncProperty(
        problemSpecs(40),
        cuts,
        fc.constantFrom(...all),
        fc.boolean(),
        fc.boolean(),
        async (spec, where, penalty, intercept, standardize) => {
          const given = makeProblem({ ...spec, offset: false, spread: Math.min(spec.spread, 1) });
          const gram = await gather(given, where, { intercept, standardize });
          expect(gram.rows).toBe(given.rows);
          const one = fitSync(gram, { penalty, lambda: 0.2 });
          expectSolution(one, given, { intercept, standardize });
        },
      ),
    );
  });

  test.each(["reweighted", "proximal", "etaTrick", "direct"] as const)("by %s", async (solver) => {
    const gram = await gather(data, [10, 33]);
    const one = await fitAsync(gram, { ...l1, solver });
    const two = fitSync(problemOf(data), { ...l1, solver });
    expect(Math.abs(one.objective / two.objective - 1)).toBeLessThan(1e-10);
    one.coefficients.forEach((value, j) => {
      expect(value).toBeCloseTo(two.coefficients[j] as number, 4);
    });
  });

  test("by dropout come near", async () => {
    const gram = await gather(data, []);
    const one = fitSync(gram, { ...l1, solver: "dropout" });
    const best = fitSync(problemOf(data), l1).objective;
    expect(one.objective).toBeGreaterThan(best * (1 - 1e-9));
    expect(one.objective - best).toBeLessThan(0.02 * best);
  });

  test("with more columns than rows, which are collinear besides", async () => {
    const spec = { seed: 4, correlation: 0.5, duplicates: true, constants: true, offset: false, spread: 1 };
    const wide = makeProblem({ ...spec, rows: 15, columns: 40, weights: "positive" });
    const gram = await gather(wide, [4, 9]);
    for (const lambda of [0.5, 0.05])
      expectSolution(fitSync(gram, { penalty: penalties.l1(), lambda }), wide);
  });

  test("a path, and lambda 0", async () => {
    const gram = await gather(data, [20]);
    const options = { penalty: penalties.l1(), lambdaCount: 8, lambdaRatio: 0.01 };
    const path = await fitPath(gram, options);
    const plain = await fitPath(problemOf(data), options);
    path.fits.forEach((one, k) => {
      const lambda = plain.lambdas[k] as number;
      expect(Math.abs(one.lambda / lambda - 1)).toBeLessThan(1e-12);
      expectSolution(one, data);
    });
    const all = fitSync(gram, { penalty: penalties.l1(), lambda: 0 });
    const exact = fitSync(problemOf(data), { penalty: penalties.l1(), lambda: 0 });
    all.coefficients.forEach((value, j) => {
      expect(value).toBeCloseTo(exact.coefficients[j] as number, 10);
    });
  });

  test("start where they are told, and predict", async () => {
    const gram = await gather(data, []);
    const one = fitSync(gram, { ...l1, start: [1, 0, 0, 1, 0, 0, 0] });
    const two = fitSync(problemOf(data), l1);
    one.predict(matrixOf(data)).forEach((value, i) => {
      expect(value).toBeCloseTo(two.predict(matrixOf(data))[i] as number, 6);
    });
  });
});

/** Sums of products of integers, exactly: (n sum zz' - sum z sum z') / n over the unit squared, the lower triangle. */
function exactScatter(rows: readonly bigint[][], weights: readonly bigint[], unit: number): number[] {
  const total = weights.reduce((sum, w) => sum + w, 0n);
  const size = rows[0]?.length ?? 0;
  const out: number[] = [];
  for (let j = 0; j < size; ++j) {
    for (let i = j; i < size; ++i) {
      let products = 0n;
      let a = 0n;
      let b = 0n;
      rows.forEach((row, k) => {
        const w = weights[k] as bigint;
        products += w * (row[i] as bigint) * (row[j] as bigint);
        a += w * (row[i] as bigint);
        b += w * (row[j] as bigint);
      });
      // Fifteen digits and more survive the division by way of a scaled integer.
      const scaled = ((total * products - a * b) << 80n) / total;
      out.push(Number(scaled) / 2 ** 80 / unit ** 2);
    }
  }
  return out;
}

describe("the sums", () => {
  test("are right to some 1e-15, also of means 1e6 times the deviation, in any split of the rows", async () => {
    const unit = 4096;
    const random = new Random(8);
    const rows = 700;
    const columns = 5;
    for (const mean of [0, 1, 1e6]) {
      const whole = Array.from({ length: rows }, () =>
        Array.from({ length: columns + 1 }, () => BigInt(mean * unit + random.integer(3 * unit) - unit)),
      );
      const weights = whole.map(() => BigInt(random.integer(4)));
      const wanted = exactScatter(whole, weights, unit);
      const x = Float64Array.from(whole.flatMap((row) => row.slice(0, columns).map((v) => Number(v) / unit)));
      const y = Float64Array.from(whole.map((row) => Number(row[columns]) / unit));
      const given: Data = {
        rows,
        columns,
        x,
        y,
        weights: Float64Array.from(weights, Number),
        offset: undefined,
      };
      const size = columns + 1;
      const diagonal = (i: number) => Math.sqrt(wanted[i * size - (i * (i - 1)) / 2] as number);
      for (const where of [[], [1, 2, 3], [350], [100, 101, 500, 699]]) {
        const { scatter, weight } = (await gather(given, where)).toJSON();
        expect(weight).toBe(Number(weights.reduce((sum, w) => sum + w, 0n)));
        let at = 0;
        for (let j = 0; j < size; ++j) {
          for (let i = j; i < size; ++i, ++at) {
            const error = Math.abs((scatter[at] as number) - (wanted[at] as number));
            expect(error / diagonal(i) / diagonal(j), `${mean}: ${i}, ${j}`).toBeLessThan(6e-15);
          }
        }
      }
    }
  });

  test("are the same bits for any number of threads and whichever block is ready first", async () => {
    const large = plainProblem(3000, 60);
    const budget = threads.getThreads();
    const texts: string[] = [];
    for (const count of [1, 3]) {
      threads.setThreads(count);
      texts.push(JSON.stringify(await gather(large, [2500, 2510, 2900])));
    }
    threads.setThreads(budget);
    expect(texts[0]).toBe(texts[1]);
  });

  test("of two are merged", async () => {
    const left = new Gram(7);
    const right = new Gram(7);
    await left.accumulate(block(data, 0, 25), data.y.slice(0, 25));
    await right.accumulate(block(data, 25, 60), data.y.slice(25));
    await right.merge(new Gram(7));
    await left.merge(right);
    expect([left.rows, right.rows]).toEqual([60, 35]);
    expectSolution(fitSync(left, l1), data);
    const both = new Gram(7);
    await both.merge(right);
    expect(both.toJSON()).toEqual(right.toJSON());
  });

  test("of floats, and weights that count", async () => {
    const floats = { ...data, x: Float64Array.from(Float32Array.from(data.x)) };
    const gram = new Gram(7);
    const x = { data: Float32Array.from(data.x), rows: 60, columns: 7 };
    await gram.accumulate(x, data.y, { weights: new Float64Array(60).fill(2) });
    const one = fitSync(gram, l1);
    expectSolution(one, floats);
    await gram.accumulate(x, data.y, { weights: new Float64Array(60) });
    expect(gram.rows).toBe(120);
    expect(fitSync(gram, l1).objective).toBe(one.objective);
  });

  test("go through JSON exactly", async () => {
    const gram = await gather(data, [11, 40], { standardize: false });
    const back = Gram.fromJSON(JSON.stringify(gram));
    expect(back.toJSON()).toEqual(gram.toJSON());
    expect({ ...back }).toEqual({ columns: 7, intercept: true, standardize: false });
    expect(back.rows).toBe(60);
    expect(fitSync(back, l1).toJSON()).toEqual(fitSync(gram, l1).toJSON());
    const empty = Gram.fromJSON(new Gram(3).toJSON());
    expect(empty.rows).toBe(0);
    expectFailure(() => fitSync(empty, l1), "EMPTY", "gram must have rows");
  });
});

describe("bad calls", () => {
  const accumulate = (...given: unknown[]) => {
    const gram = new Gram(2);
    return loose(gram.accumulate.bind(gram))(...given);
  };
  test.each([
    ["no matrix", [3, [1]], "INVALID_ARGUMENT", "x must be a matrix"],
    ["other columns", [[[1, 2, 3]], [1]], "LENGTH_MISMATCH", "a row of x must have 2 entries"],
    ["a short y", [[[1, 2]], [1, 2]], "LENGTH_MISMATCH", "y must have 1 entry"],
    [
      "NaN in x",
      [
        [
          [1, 2],
          [3, NaN],
        ],
        [1, 2],
      ],
      "MISSING_VALUES",
      "x must have no missing values, but has 1, in row 1, column 1",
    ],
    ["NaN in y", [[[1, 2]], [NaN]], "NOT_FINITE", "y[0] must be"],
    ["a negative weight", [[[1, 2]], [1], { weights: [-1] }], "OUT_OF_RANGE", "weights[0] must be"],
    [
      "too large",
      [
        [
          [1e200, 2],
          [3, 4],
        ],
        [1, 2],
      ],
      "NUMERIC",
      "x or y is too large",
    ],
    ["an unknown option", [[[1, 2]], [1], { offset: [1] }], "UNKNOWN_OPTION", 'options has no "offset"'],
    ["no signal", [[[1, 2]], [1], { signal: 1 }], "INVALID_ARGUMENT", "signal must be an AbortSignal"],
    ["an abort", [[[1, 2]], [1], { signal: AbortSignal.abort() }], "ABORTED", "the block was aborted"],
  ] as const)("%s", async (_, given, code, begins) => {
    await expectRejection(() => accumulate(...given), code, begins);
  });

  test("a bad block changes nothing", async () => {
    const gram = await gather(data, [20]);
    const before = gram.toJSON();
    const bad = expectRejection(
      () => gram.accumulate([[NaN, 1, 1, 1, 1, 1, 1]], [1]),
      "MISSING_VALUES",
      "x must have no missing values",
    );
    const good = gram.accumulate(block(data, 0, 5), data.y.slice(0, 5));
    await bad;
    expect(gram.rows === 60 || gram.rows === 65).toBe(true);
    await good;
    expect(gram.rows).toBe(65);
    expect(before.rows).toBe(60);
  });

  test("what a Gram has not, or has already", async () => {
    const gram = await gather(data, []);
    const call = (own: object) => loose(fitSync)(gram, { ...l1, ...own });
    expectFailure(() => call({ loss: "logistic" }), "UNSUPPORTED", "loss must be squared for a Gram");
    expectFailure(
      () => call({ penalty: strategies.ard() }),
      "UNSUPPORTED",
      "penalty must not depend on the rows",
    );
    expectFailure(() => call({ intercept: false }), "INVALID_ARGUMENT", "intercept must be left out or true");
    expectFailure(() => call({ start: [1] }), "LENGTH_MISMATCH", "start must have 7 entries");
    const other = new Gram(3);
    await other.accumulate([[1, 2, 3]], [1]);
    await expectRejection(() => gram.merge(other), "LENGTH_MISMATCH", "other must have 7 entries");
    await expectRejection(() => loose(gram.merge.bind(gram))({}), "INVALID_ARGUMENT", "other must be a Gram");
    const weightless = new Gram(2);
    await weightless.accumulate([[1, 2]], [1], { weights: [0] });
    expectFailure(() => fitSync(weightless, l1), "EMPTY", "gram must have rows with a weight");
  });

  test.each([
    [{ columns: 0 }, "OUT_OF_RANGE", "json.columns must be"],
    [{ columns: 8 }, "LENGTH_MISMATCH", "json.origin must be an array of length 9"],
    [{ format: "flipside.fit" }, "INVALID_ARGUMENT", "json.format must be"],
    [{ version: 2 }, "VERSION", "json.version must be at most 1"],
    [{ weight: -1 }, "OUT_OF_RANGE", "json.weight must be"],
    [{ mean: Array(8).fill("Infinity") }, "OUT_OF_RANGE", "json.mean[0] must be"],
    [{ scatter: Array(36).fill(-1) }, "OUT_OF_RANGE", "scatter must be nonnegative on the diagonal"],
    [{ intercept: "yes" }, "INVALID_ARGUMENT", "json.intercept must be"],
  ] as const)("JSON with %j", async (change, code, begins) => {
    const json = (await gather(data, [])).toJSON();
    expectFailure(() => Gram.fromJSON({ ...json, ...change }), code, begins);
  });

  test.each([
    [0, "OUT_OF_RANGE"],
    [1.5, "OUT_OF_RANGE"],
    ["3", "INVALID_ARGUMENT"],
    [50_000, "OUT_OF_RANGE"],
  ] as const)("%s columns", (columns, code) => {
    expectFailure(() => Reflect.construct(Gram, [columns]), code, "columns must be an integer");
  });
});
