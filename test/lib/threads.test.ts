import { fitSync, penalties, threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

describe("threads", () => {
  test("by default at least one", () => {
    expect(before).toBeGreaterThanOrEqual(1);
  });

  test("what is set is what one gets, and all of it works", () => {
    const problem = problemOf(plainProblem(400, 120));
    for (const count of [1, 2, 5, 1]) {
      threads.setThreads(count);
      expect(threads.getThreads()).toBe(count);
      expect(fitSync(problem, { penalty: penalties.l1(), lambda: 0.1 }).converged).toBe(true);
      // Threads that were needed before may be on their way out.
      expect(threads.activity().threads).toBeLessThanOrEqual(5);
    }
  });

  test("those that have nothing to do leave", async () => {
    await expect.poll(() => threads.activity().threads, { timeout: 8000, interval: 100 }).toBe(0);
  });

  test.each([
    [0, "OUT_OF_RANGE"],
    [-1, "OUT_OF_RANGE"],
    [1.5, "OUT_OF_RANGE"],
    [1025, "OUT_OF_RANGE"],
    [NaN, "NOT_FINITE"],
    [Infinity, "NOT_FINITE"],
    ["2", "INVALID_ARGUMENT"],
    [undefined, "INVALID_ARGUMENT"],
    [null, "INVALID_ARGUMENT"],
  ] as const)("%s is no number of threads", (count, code) => {
    const now = threads.getThreads();
    expectFailure(
      () => loose(threads.setThreads)(count),
      code,
      "count must be an integer >= 1 and <= 1024, but is",
    );
    expect(threads.getThreads()).toBe(now);
  });
});
