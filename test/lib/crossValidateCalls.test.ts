// Cross-validation that is watched, stopped or called badly.
import { crossValidate, Design, penalties, threads } from "flipside";
import { describe, expect, test } from "vitest";
import { expectRejection, loose } from "../support/failures.ts";
import { largeProblem } from "../support/longFit.ts";
import { matrixOf, plainProblem, problemOf } from "../support/problems.ts";

describe("while it runs", () => {
  const large = largeProblem(700);
  const slow = { penalty: penalties.lp({ p: 1.05 }), solver: "reweighted", lambdas: [1e-3, 1e-4] } as const;

  test("an abort in the middle rejects, and leaves no job", async () => {
    const stop = new AbortController();
    const convergence = { tolerance: 0, maxIterations: 1_000_000, signal: stop.signal };
    const running = crossValidate(large, { ...slow, convergence });
    setTimeout(() => stop.abort("enough"), 500);
    const failure = await expectRejection(() => running, "ABORTED", "the cross-validation was aborted");
    expect(failure.cause).toBe("enough");
    expect(threads.activity().jobs).toBe(0);
    expect(threads.activity().threads).toBeLessThanOrEqual(threads.getThreads());
  });

  test("progress rises to at most the number of fits, and what it throws comes back", async () => {
    const seen: number[] = [];
    const cv = await crossValidate(large, {
      penalty: penalties.l1(),
      folds: 4,
      lambdaCount: 40,
      convergence: {
        onProgress: ({ done, count }) => {
          expect(count).toBe(5 * 40);
          seen.push(done);
        },
      },
    });
    expect(cv.lambdas.length).toBe(40);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(Math.max(...seen)).toBeLessThanOrEqual(200);
    const thrown = new Error("boo");
    const onProgress = () => {
      throw thrown;
    };
    const endless = { ...slow, convergence: { tolerance: 0, maxIterations: 1_000_000, onProgress } };
    await expect(crossValidate(large, endless)).rejects.toBe(thrown);
  });
});

describe("bad calls", () => {
  const data = plainProblem(20, 3);
  const problem = problemOf(data);
  const penalty = penalties.l1();
  const rejects = (options: object, ...[code, begins]: [Parameters<typeof expectRejection>[1], string]) =>
    expectRejection(() => loose(crossValidate)(problem, { penalty, ...options }), code, begins);

  test("about folds", async () => {
    await rejects(
      { folds: 21 },
      "OUT_OF_RANGE",
      "folds must be at most the number of rows of x (20), but is 21",
    );
    await rejects({ folds: 1 }, "OUT_OF_RANGE", "folds must be an integer >= 2");
    await rejects({ folds: [0, 1] }, "LENGTH_MISMATCH", "folds must have 20 entries");
    await rejects({ folds: new Array(20).fill(0) }, "OUT_OF_RANGE", "folds must be numbers from 0");
    const gap = Array.from({ length: 20 }, (_, i) => (i % 2) * 2);
    await rejects(
      { folds: gap },
      "OUT_OF_RANGE",
      "folds must be numbers from 0 to at least 1 without gaps, but 1 is",
    );
    await rejects({ folds: [...gap.slice(1), 0.5] }, "OUT_OF_RANGE", "folds[19] must be an integer");
    await rejects({ folds: [...gap.slice(1), -1] }, "OUT_OF_RANGE", "folds[19] must be");
    const halves = Array.from({ length: 20 }, (_, i) => i % 2);
    await rejects({ folds: halves, foldGroups: halves }, "INVALID_ARGUMENT", "foldGroups must be left out");
    await rejects({ foldGroups: [1] }, "LENGTH_MISMATCH", "foldGroups must have 20 entries");
    await rejects(
      { stratify: true },
      "UNSUPPORTED",
      "stratify must be left out or false for the squared loss",
    );
  });

  test("about penalties and measures", async () => {
    await rejects({ penalty: undefined }, "INVALID_ARGUMENT", "penalty must be");
    await rejects({ penalties: [penalty] }, "INVALID_ARGUMENT", "penalty must be left out");
    await rejects({ penalty: undefined, penalties: [] }, "EMPTY", "penalties must be");
    await rejects(
      { penalty: undefined, penalties: [penalty, 3] },
      "INVALID_ARGUMENT",
      "penalties[1]: penalty must be",
    );
    await rejects(
      { measure: "auc" },
      "UNSUPPORTED",
      "measure must be one of deviance, squaredError, absoluteError",
    );
    await rejects({ measure: "loss" }, "UNSUPPORTED", "measure must be");
    await rejects({ lambdas: [1], lambdaCount: 3 }, "INVALID_ARGUMENT", "lambdaCount must be left out");
    await rejects({ keep: 1 }, "INVALID_ARGUMENT", "keep must be true or false");
    await rejects({ fold: 3 }, "UNKNOWN_OPTION", "options has no");
    await rejects({ convergence: { tolerance: -1 } }, "OUT_OF_RANGE", "convergence.tolerance must be");
  });

  test("about data", async () => {
    const design = await Design.prepare(matrixOf(data));
    const prepared = { x: design, y: data.y };
    await expectRejection(
      () => crossValidate(prepared, { penalty }),
      "UNSUPPORTED",
      "problem.x must be a matrix",
    );
    const folds = Array.from({ length: 20 }, (_, i) => Number(i >= 10));
    const y = Float64Array.from(folds);
    const logistic = { penalty, loss: "logistic", folds, lambdas: [0.1] } as const;
    await expectRejection(
      () => crossValidate({ x: matrixOf(data), y }, logistic),
      "INVALID_ARGUMENT",
      "fold 0: y of the rows outside the fold must have both classes",
    );
    await expectRejection(
      () => crossValidate({ ...problem, weights: y }, { penalty, folds, lambdas: [0.1] }),
      "OUT_OF_RANGE",
      "fold 1: the weights of the rows outside the fold must not all be 0",
    );
    const alone = { ...logistic, folds: 20, measure: "auc" } as const;
    await expectRejection(
      () => crossValidate({ x: matrixOf(data), y }, alone),
      "NUMERIC",
      "measure must have a value in some fold",
    );
  });
});
