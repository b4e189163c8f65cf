// fit and fitSync: every argument, every option, and the sentence for each that is bad.
import { type FlipsideErrorCode, fit as fitAsync, fitPath, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";

const problem = {
  x: [
    [1, 2],
    [3, 5],
    [4, 1],
    [0, 2],
  ],
  y: [1, 2, 3, 5],
};
const options = { penalty: penalties.l1(), lambda: 0.1 };

type Case = [what: string, change: object, code: FlipsideErrorCode, begins: string];

const badOptions: Case[] = [
  ["no penalty", { penalty: undefined }, "INVALID_ARGUMENT", "penalty must be a Penalty made by penalties"],
  [
    "a name for a penalty",
    { penalty: "l1" },
    "INVALID_ARGUMENT",
    'penalty must be a Penalty made by penalties or strategies, but is "l1" (string)',
  ],
  ["the JSON of a penalty", { penalty: penalties.l1().toJSON() }, "INVALID_ARGUMENT", "penalty must be"],
  ["a forged penalty", { penalty: Object.create(penalties.l1()) }, "INVALID_ARGUMENT", "penalty must be"],
  ["a factory of penalties", { penalty: penalties.l1 }, "INVALID_ARGUMENT", "penalty must be"],
  [
    "no lambda",
    { lambda: undefined },
    "INVALID_ARGUMENT",
    "lambda must be a finite number >= 0, but is undefined",
  ],
  [
    "a negative lambda",
    { lambda: -1 },
    "OUT_OF_RANGE",
    "lambda must be a finite number >= 0, but is -1 (number)",
  ],
  ["a lambda that is NaN", { lambda: NaN }, "NOT_FINITE", "lambda must be a finite number >= 0, but is NaN"],
  ["an infinite lambda", { lambda: Infinity }, "NOT_FINITE", "lambda must be"],
  [
    "a lambda as text",
    { lambda: "1" },
    "INVALID_ARGUMENT",
    'lambda must be a finite number >= 0, but is "1" (string)',
  ],
  [
    "a lambda as bigint",
    { lambda: 1n },
    "INVALID_ARGUMENT",
    "lambda must be a finite number >= 0, but is 1n (bigint)",
  ],
  [
    "a loss that is not there yet",
    { loss: "hinge" },
    "UNSUPPORTED",
    'loss must be "squared" or "logistic" or "poisson" or "huber" or "cox" or "multinomial" or "multiTask", but is "hinge"',
  ],
  ["a loss that is no word", { loss: 1 }, "INVALID_ARGUMENT", "loss must be"],
  [
    "a solver that is not there yet",
    { solver: "newton" },
    "UNSUPPORTED",
    'solver must be "auto" or "workingSet" or "reweighted" or "proximal"',
  ],
  ["null for a solver", { solver: null }, "INVALID_ARGUMENT", "solver must be"],
  [
    "an intercept that is no boolean",
    { intercept: 1 },
    "INVALID_ARGUMENT",
    "intercept must be true or false, but is 1",
  ],
  ["standardize as text", { standardize: "yes" }, "INVALID_ARGUMENT", "standardize must be true or false"],
  ["a negative seed", { seed: -1 }, "OUT_OF_RANGE", "seed must be an integer >= 0"],
  ["a fraction as seed", { seed: 0.5 }, "OUT_OF_RANGE", "seed must be an integer"],
  ["a seed of 2^53", { seed: 2 ** 53 }, "OUT_OF_RANGE", "seed must be"],
  [
    "a short start",
    { start: [1] },
    "LENGTH_MISMATCH",
    "start must have 2 entries (one per column of x), but has 1",
  ],
  ["a start that is NaN", { start: [1, NaN] }, "NOT_FINITE", "start[1] must be a finite number, but is NaN"],
  ["a start of text", { start: ["1", 2] }, "INVALID_ARGUMENT", "start[0] must be a number"],
  [
    "convergence as a number",
    { convergence: 1e-6 },
    "INVALID_ARGUMENT",
    "convergence must be an object with tolerance",
  ],
  [
    "a negative tolerance",
    { convergence: { tolerance: -1 } },
    "OUT_OF_RANGE",
    "convergence.tolerance must be",
  ],
  [
    "an infinite tolerance",
    { convergence: { tolerance: Infinity } },
    "NOT_FINITE",
    "convergence.tolerance must be",
  ],
  [
    "no iterations",
    { convergence: { maxIterations: 0 } },
    "OUT_OF_RANGE",
    "convergence.maxIterations must be an integer >= 1",
  ],
  [
    "half an iteration",
    { convergence: { maxIterations: 1.5 } },
    "OUT_OF_RANGE",
    "convergence.maxIterations must be",
  ],
  ["a misspelt option", { lamda: 1 }, "UNKNOWN_OPTION", 'options has no "lamda": did you mean "lambda"?'],
  ["an option of fitPath", { lambdas: [1] }, "UNKNOWN_OPTION", 'options has no "lambdas"'],
  [
    "an unknown option",
    { quux: undefined },
    "UNKNOWN_OPTION",
    'options has no "quux": known are lambda, penalty',
  ],
  ["a misspelt option inside", { convergence: { tol: 1 } }, "UNKNOWN_OPTION", 'convergence has no "tol"'],
];

const badProblems: Case[] = [
  ["no x", { x: undefined }, "INVALID_ARGUMENT", "x must be a matrix"],
  [
    "no y",
    { y: undefined },
    "INVALID_ARGUMENT",
    "y must be a typed array or an array of numbers, but is undefined",
  ],
  ["a short y", { y: [1, 2] }, "LENGTH_MISMATCH", "y must have 4 entries (one per row of x), but has 2"],
  ["a y that is NaN", { y: [1, 2, NaN, 4] }, "NOT_FINITE", "y[2] must be a finite number, but is NaN"],
  ["a y of words", { y: ["a", "b", "a", "b"] }, "INVALID_ARGUMENT", "y[0] must be a number, but is"],
  ["a y of uneven rows", { y: [[1], [2, 3], [3], [4]] }, "LENGTH_MISMATCH", "y[1] must have 1 entry"],
  [
    "a y of three rows",
    {
      y: [
        [1, 2],
        [2, 3],
        [3, 4],
      ],
    },
    "LENGTH_MISMATCH",
    "y.rows must have 4 entries",
  ],
  ["short weights", { weights: [1] }, "LENGTH_MISMATCH", "weights must have 4 entries"],
  [
    "a negative weight",
    { weights: [1, 1, -1, 1] },
    "OUT_OF_RANGE",
    "weights[2] must be a finite number >= 0, but is -1",
  ],
  ["an infinite weight", { weights: [1, 1, Infinity, 1] }, "NOT_FINITE", "weights[2] must be"],
  [
    "weights that are all 0",
    { weights: [0, 0, 0, 0] },
    "OUT_OF_RANGE",
    "the sum of weights must be a finite number > 0",
  ],
  ["a long offset", { offset: [1, 2, 3, 4, 5] }, "LENGTH_MISMATCH", "offset must have 4 entries"],
  ["an offset that is NaN", { offset: [NaN, 2, 3, 4] }, "NOT_FINITE", "offset[0] must be"],
  [
    "a misspelt key",
    { weight: [1, 1, 1, 1] },
    "UNKNOWN_OPTION",
    'problem has no "weight": did you mean "weights"?',
  ],
];

describe("bad options", () => {
  test.each(badOptions)("%s", async (_, change, code, begins) => {
    const given = { ...options, ...change };
    expectFailure(() => loose(fitSync)(problem, given), code, begins);
    await expectRejection(() => loose(fitAsync)(problem, given), code, begins);
  });

  test.each(badOptions.filter(([, change]) => !/lambda|lamda/.test(Object.keys(change).join())))(
    "%s, of a path",
    async (_, change, code, begins) => {
      const given = { penalty: options.penalty, lambdas: [0.1], ...change };
      if (code !== "UNKNOWN_OPTION")
        await expectRejection(() => loose(fitPath)(problem, given), code, begins);
      else await expectRejection(() => loose(fitPath)(problem, given), code, begins.slice(0, 12));
    },
  );
});

describe("bad problems", () => {
  test.each(badProblems)("%s", async (_, change, code, begins) => {
    const given = { ...problem, ...change };
    expectFailure(() => loose(fitSync)(given, options), code, begins);
    await expectRejection(() => loose(fitAsync)(given, options), code, begins);
    await expectRejection(() => loose(fitPath)(given, { penalty: options.penalty }), code, begins);
  });

  test.each([[undefined], [null], [1], ["x"], [[1, 2]], [() => problem]])(
    "%j instead of a problem",
    async (given) => {
      expectFailure(
        () => loose(fitSync)(given, options),
        "INVALID_ARGUMENT",
        "problem must be an object with x, y",
      );
      expectFailure(
        () => loose(fitSync)(problem, given),
        "INVALID_ARGUMENT",
        "options must be an object with lambda",
      );
      await expectRejection(() => loose(fitAsync)(given, options), "INVALID_ARGUMENT", "problem must be");
    },
  );

  test("a getter that throws is named, and its error is the cause", async () => {
    const cause = new Error("boo");
    const throwing = (key: string) =>
      Object.defineProperty({ ...problem }, key, {
        enumerable: true,
        get() {
          throw cause;
        },
      });
    const begins = "problem.weights must be readable, but reading it threw Error: boo";
    const failure = expectFailure(
      () => loose(fitSync)(throwing("weights"), options),
      "INVALID_ARGUMENT",
      begins,
    );
    expect(failure.cause).toBe(cause);
    await expectRejection(() => loose(fitAsync)(throwing("weights"), options), "INVALID_ARGUMENT", begins);
  });
});

describe("good arguments", () => {
  test("undefined is the default", () => {
    const nothing = { intercept: undefined, standardize: undefined, start: undefined, seed: undefined };
    const more = {
      loss: undefined,
      solver: undefined,
      convergence: { tolerance: undefined, signal: undefined },
    };
    const problemMore = { ...problem, weights: undefined, offset: undefined };
    expect(fitSync(problemMore, { ...options, ...nothing, ...more }).toJSON()).toEqual(
      fitSync(problem, options).toJSON(),
    );
    expect(fitSync(problem, { ...options, intercept: true, standardize: true }).toJSON()).toEqual(
      fitSync(problem, options).toJSON(),
    );
  });

  test("options without a prototype, frozen ones, and those of a class", () => {
    const wanted = fitSync(problem, options).toJSON();
    expect(fitSync(Object.freeze({ ...problem }), Object.freeze({ ...options })).toJSON()).toEqual(wanted);
    const bare = Object.assign(Object.create(null), options) as typeof options;
    expect(fitSync(problem, bare).toJSON()).toEqual(wanted);
  });

  test("no arguments at all", async () => {
    expectFailure(() => loose(fitSync)(), "INVALID_ARGUMENT", "problem must be");
    await expectRejection(() => loose(fitAsync)(), "INVALID_ARGUMENT", "problem must be");
    await expectRejection(() => loose(fitPath)(), "INVALID_ARGUMENT", "problem must be");
  });

  test("a y whose squares overflow", () => {
    const y = problem.y.map((value) => value * 1e200);
    expectFailure(() => fitSync({ ...problem, y }, options), "NUMERIC", "y is too large");
  });
});
