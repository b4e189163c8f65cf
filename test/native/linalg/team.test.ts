// Threads that go through phases together: every index once, whoever is there.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fit as fitAsync, penalties, threads } from "flipside";
import { afterEach, describe, expect, test } from "vitest";
import { native } from "../../support/native.ts";
import { plainProblem } from "../../support/problems.ts";

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

test("while fits take and leave the threads of the pool", async () => {
  threads.setThreads(3);
  const { x, y, rows, columns } = plainProblem(60, 20, 1);
  const fits = Array.from({ length: 40 }, (_, k) =>
    fitAsync({ x: { data: x, rows, columns }, y }, { penalty: penalties.l1(), lambda: 0.01 * (k + 1) }),
  );
  let open = true;
  const all = Promise.all(fits).finally(() => {
    open = false;
  });
  for (let k = 0; open; ++k) {
    const { visits } = native.teamTrial({ phases: 100, count: 9, failEvery: 0, pin: k % 2 === 0 });
    expect(visits).toEqual(new Array(9).fill(100));
    await wait(0);
  }
  expect(await all).toHaveLength(40);
});

/** On which processors each thread of this process may run, by the system's list; none on other systems. */
function allowed(): Set<string> {
  const tasks = "/proc/self/task";
  const names = existsSync(tasks) ? readdirSync(tasks) : [];
  const lists = names.map((name) => {
    try {
      return /Cpus_allowed_list:\s*(.*)/.exec(readFileSync(`${tasks}/${name}/status`, "utf8"))?.[1];
    } catch {
      return undefined; // a thread that has ended since
    }
  });
  return new Set(lists.filter((list) => list !== undefined));
}

test("nobody stays bound to a processor", async () => {
  threads.setThreads(4);
  const at = allowed();
  for (let k = 0; k < 20; ++k) native.teamTrial({ phases: 200, count: 50, failEvery: 0, pin: true });
  // Helpers see the end of a team when they run next.
  while (allowed().size !== at.size) await wait(5);
  expect(allowed()).toEqual(at);
});
