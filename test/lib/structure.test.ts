// The options penaltyFactors, factorConvention, bounds, groups and joint: their forms, their errors, and that they hold
// whatever the storage, weights, offset or number of threads.
import {
  Design,
  Fit,
  type FitOptions,
  type FlipsideErrorCode,
  fit as fitAsync,
  fitMany,
  fitPath,
  fitSync,
  penalties,
  strategies,
  threads,
} from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { examineStructured } from "../structured.ts";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";
import { makeProblem, plainProblem, problemOf } from "../support/problems.ts";

const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

const data = plainProblem(40, 6);
const problem = problemOf(data);
const base = { penalty: penalties.l1(), lambda: 0.2 };
const run = (own: object) => fitSync(problem, { ...base, ...own } as FitOptions);

describe("forms", () => {
  test("groups by integer, by string and by lists of columns are the same", () => {
    const wanted = run({ groups: [7, 7, -1, -1, 5, 5] });
    for (const groups of [
      ["a", "a", "b", "b", "c", "c"],
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      [Int32Array.of(4, 5), [1, 0], [2, 3]],
      Float64Array.of(0, 0, 1, 1, 2, 2),
      Int32Array.of(3, 3, 2, 2, 1, 1),
    ]) {
      const fit = run({ groups });
      fit.coefficients.forEach((v, j) => {
        expect(v).toBeCloseTo(wanted.coefficients[j] as number, 9);
      });
    }
    expect([...(wanted.structure?.groups ?? [])]).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...(run({ groups: [[4, 1], []] }).structure?.groups ?? [])]).toEqual([1, 0, 2, 3, 0, 4]);
  });

  test("bounds as one number or one per column; none at all is no structure", () => {
    const wanted = run({ bounds: { lower: 0, upper: 0.5 } });
    const each = { lower: new Float64Array(6), upper: new Array(6).fill(0.5) };
    expect(run({ bounds: each }).toJSON()).toEqual(wanted.toJSON());
    for (const own of [{ bounds: {} }, { bounds: { lower: -Infinity, upper: Infinity } }, { joint: true }]) {
      expect([run(own).structure, run(own).solver]).toEqual([undefined, "workingSet"]);
    }
  });

  test("JSON keeps the structure", () => {
    const fit = run({
      groups: [0, 0, 1, 1, 2, 2],
      penaltyFactors: [1, 1, 0, 0, Infinity, Infinity],
      bounds: { lower: [0, -Infinity, 0, 0, 0, 0] },
      factorConvention: "skglm",
    });
    const back = Fit.fromJSON(JSON.stringify(fit));
    expect(back.structure).toEqual(fit.structure);
    expect(back.toJSON()).toEqual(fit.toJSON());
    expect(back.solver).toBe("blocks");
    expect(fit.toJSON().structure).toEqual({
      penaltyFactors: [1, 1, 0, 0, "Infinity", "Infinity"],
      factorConvention: "skglm",
      lower: [0, "-Infinity", 0, 0, 0, 0],
      groups: [0, 0, 1, 1, 2, 2],
      joint: false,
    });
    const json = fit.toJSON();
    const bad = { ...json, structure: { ...json.structure, lower: [1, 0, 0, 0, 0, 0] } };
    expectFailure(() => Fit.fromJSON(bad), "OUT_OF_RANGE", "json.structure.lower[0] must be");
    expect(fitSync(problem, base).toJSON().structure).toBeUndefined();
  });
});

describe("bad input", () => {
  test.each<[object, FlipsideErrorCode, string]>([
    [{ penaltyFactors: [1, 1] }, "LENGTH_MISMATCH", "penaltyFactors must have 6 entries"],
    [{ penaltyFactors: [1, 1, -1, 1, 1, 1] }, "OUT_OF_RANGE", "penaltyFactors[2] must be a number >= 0"],
    [{ penaltyFactors: [1, 1, NaN, 1, 1, 1] }, "NOT_FINITE", "penaltyFactors[2] must be"],
    [{ penaltyFactors: 2 }, "INVALID_ARGUMENT", "penaltyFactors must be"],
    [{ factorConvention: "glmnet" }, "UNSUPPORTED", "factorConvention must be"],
    [{ bounds: 1 }, "INVALID_ARGUMENT", "bounds must be an object"],
    [{ bounds: { low: 1 } }, "UNKNOWN_OPTION", "bounds has no"],
    [{ bounds: { lower: 0.1 } }, "OUT_OF_RANGE", "bounds.lower must be a number <= 0"],
    [{ bounds: { upper: NaN } }, "NOT_FINITE", "bounds.upper must be a number >= 0"],
    [{ bounds: { upper: [0, 0, 0, -1, 0, 0] } }, "OUT_OF_RANGE", "bounds.upper[3] must be"],
    [{ bounds: { upper: "1" } }, "INVALID_ARGUMENT", "bounds.upper must be"],
    [{ groups: [1, 2] }, "LENGTH_MISMATCH", "groups must have 6 entries"],
    [{ groups: "abcdef" }, "INVALID_ARGUMENT", "groups must be an array"],
    [{ groups: [1, 2, 3, 4.5, 5, 6] }, "INVALID_ARGUMENT", "groups[3] must be an integer or a string"],
    [{ groups: [[0, 6]] }, "OUT_OF_RANGE", "groups[0][1] must be a column"],
    [
      {
        groups: [
          [0, 1],
          [1, 2],
        ],
      },
      "INVALID_ARGUMENT",
      "groups[1][0] must be in one group only",
    ],
    [{ groups: [[0, 1], 3] }, "INVALID_ARGUMENT", "groups[1] must be"],
    [{ joint: 1 }, "INVALID_ARGUMENT", "joint must be true or false"],
    [
      { groups: [0, 0, 1, 1, 2, 2], penaltyFactors: [1, 2, 1, 1, 1, 1] },
      "INVALID_ARGUMENT",
      "penaltyFactors must be the same within a group",
    ],
    [
      { groups: [0, 0, 1, 1, 2, 2], bounds: { lower: -1 } },
      "UNSUPPORTED",
      "bounds must be 0 or infinite within a group",
    ],
    [
      { groups: [0, 0, 1, 1, 2, 2], solver: "workingSet" },
      "UNSUPPORTED",
      "the solver workingSet takes no factors",
    ],
    [{ groups: [0, 0, 1, 1, 2, 2], penalty: strategies.ard() }, "UNSUPPORTED", "the solver"],
    [
      { solver: "blocks", penalty: strategies.hardThreshold({ k: 2 }) },
      "UNSUPPORTED",
      "the solver blocks needs",
    ],
  ])("%j", (own, code, begins) => {
    expectFailure(() => run(own), code, begins);
  });

  test("many fits at once have no structure", async () => {
    const given = [{ y: data.y, ...base }];
    await expectRejection(
      () => loose(fitMany)(problem.x, given, { groups: [0, 0, 1, 1, 2, 2] }),
      "UNSUPPORTED",
      "options.groups must be left out: fitMany takes no factors",
    );
  });
});

describe("whatever the data are held in", () => {
  const spec = {
    seed: 5,
    rows: 60,
    columns: 12,
    correlation: 0.5,
    duplicates: true,
    constants: true,
    weights: "zeros",
    offset: true,
    spread: 1,
  } as const;
  const made = makeProblem(spec);
  // Every other element is 0, and all are floats.
  const sparse = { ...made, x: made.x.map((v, k) => (k % 2 === 0 ? Math.fround(v) : 0)) };
  const groups = Array.from({ length: 12 }, (_, j) => j >> 1);
  const factors = groups.map((g) => (g === 0 ? 0 : g === 3 ? Infinity : 1));
  const lower = groups.map((_, j) => (j % 2 === 0 ? 0 : -Infinity));
  const options = { penaltyFactors: factors, bounds: { lower }, groups };

  const compressed = () => {
    const [values, rowIndices, columnPointers]: [number[], number[], number[]] = [[], [], [0]];
    for (let j = 0; j < 12; ++j) {
      for (let i = 0; i < 60; ++i) {
        const v = sparse.x[i * 12 + j] as number;
        if (v !== 0) {
          values.push(v);
          rowIndices.push(i);
        }
      }
      columnPointers.push(values.length);
    }
    return { values, rowIndices, columnPointers, rows: 60, columns: 12 };
  };

  test.each([
    ["squared", penalties.l1()],
    ["squared", penalties.mcp()],
    ["logistic", penalties.elasticNet({ alpha: 0.5 })],
    ["logistic", penalties.logSum({ epsilon: 0.5 })],
  ] as const)("%s loss: %o", async (loss, penalty) => {
    const y = loss === "logistic" ? sparse.y.map((v, i) => (v > 0 !== (i % 5 === 0) ? 1 : 0)) : sparse.y;
    const own = { ...sparse, y };
    const { weights, offset } = own;
    const given = { penalty, loss, lambda: 0.1, ...options };
    const dense = fitSync(problemOf(own), given);
    const verdict = examineStructured(own, { penalty, loss, lambda: 0.1, groups, factors, lower }, dense);
    expect(verdict.stationarity).toBeLessThanOrEqual(1e-8);
    expect([dense.reason, verdict.outside]).toEqual(["tolerance", 0]);
    expect(Math.abs(verdict.objective - dense.objective)).toBeLessThanOrEqual(
      1e-10 * Math.abs(dense.objective),
    );
    const single = { data: Float32Array.from(own.x), rows: 60, columns: 12 };
    const prepared = await Design.prepare(compressed(), { weights, loss });
    const others = [
      fitSync({ x: single, y, weights, offset }, given),
      fitSync({ x: compressed(), y, weights, offset }, given),
      fitSync({ x: prepared, y, offset }, given),
    ];
    prepared.close();
    for (const other of others) {
      expect(other.reason).toBe("tolerance");
      other.coefficients.forEach((v, j) => {
        expect(v).toBeCloseTo(dense.coefficients[j] as number, 6);
      });
    }
  });

  test("the same bits with any number of threads", async () => {
    const large = plainProblem(300, 400);
    const labels = Array.from({ length: 400 }, (_, j) => j >> 2);
    const given = { groups: labels, lambdaCount: 6, lambdaRatio: 0.1, bounds: { lower: 0 } };
    for (const penalty of [penalties.l1(), penalties.mcp()]) {
      threads.setThreads(1);
      const one = await fitPath(problemOf(large), { penalty, ...given });
      threads.setThreads(3);
      const three = await fitPath(problemOf(large), { penalty, ...given });
      expect(three.toJSON()).toEqual(one.toJSON());
      expect(one.converged).toBe(true);
    }
  });

  test("an aborted fit has what it reached", async () => {
    const large = plainProblem(400, 1500);
    const controller = new AbortController();
    const labels = Array.from({ length: 1500 }, (_, j) => j >> 1);
    const running = fitAsync(problemOf(large), {
      penalty: penalties.elasticNet({ alpha: 0.01 }),
      lambda: 1e-4,
      groups: labels,
      convergence: { tolerance: 0, maxIterations: 1_000_000, signal: controller.signal },
    });
    setTimeout(() => controller.abort(), 150);
    const outcome = await running.catch((error: { code: string }) => error.code);
    if (typeof outcome === "string") expect(outcome).toBe("ABORTED");
    else expect(["aborted", "tolerance", "stalled"]).toContain(outcome.reason);
  });
});

describe("lambda = 0", () => {
  test("bounds and exclusions hold without a penalty", () => {
    const fit = run({ lambda: 0, bounds: { lower: 0 }, penaltyFactors: [1, 1, 1, 1, 1, Infinity] });
    expect(fit.reason).toBe("tolerance");
    expect(Math.min(...fit.coefficients)).toBeGreaterThanOrEqual(0);
    expect(fit.coefficients[5]).toBe(0);
    const free = run({ lambda: 0, groups: [0, 0, 1, 1, 2, 2] });
    const least = run({ lambda: 0 });
    free.coefficients.forEach((v, j) => {
      expect(v).toBeCloseTo(least.coefficients[j] as number, 7);
    });
  });
});
