// Threads that go through phases together: every index once, whoever is there.
import { threads } from "flipside";
import { afterEach, describe, expect, test } from "vitest";
import { native } from "../../support/native.ts";

const before = threads.getThreads();
afterEach(() => threads.setThreads(before));

describe.each([1, 2, 5])("a team of %i", (members) => {
  test.each([
    [1, 300],
    [2, 2000],
    [7, 1000],
    [100, 200],
  ])("%i indices in each of %i phases", (count, phases) => {
    threads.setThreads(members);
    for (const pin of [false, true]) {
      const { visits, exceptions, cancellations } = native.teamTrial({ phases, count, failEvery: 0, pin });
      expect(visits).toEqual(new Array(count).fill(phases));
      expect([exceptions, cancellations]).toEqual([0, 0]);
    }
  });

  test("goes on after phases that throw or are cancelled", () => {
    threads.setThreads(members);
    const [phases, count, failEvery] = [3000, 40, 5];
    const result = native.teamTrial({ phases, count, failEvery, pin: false });
    expect(result.visits).toEqual(new Array(count).fill(phases - phases / failEvery));
    expect(result.exceptions).toBe(phases / failEvery / 2);
    // Seen by whoever takes another index afterwards: nobody when the others were faster.
    expect(result.cancellations).toBeGreaterThan(0);
    expect(result.cancellations).toBeLessThanOrEqual(phases / failEvery / 2);
    if (members === 1) expect(result.cancellations).toBe(phases / failEvery / 2);
  });
});
