// The same bits whatever the number of threads, the layout of x, and how often one asks.
import { fit as fitAsync, fitPath, fitSync, type Penalty, penalties, strategies, threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { plainProblem, problemOf } from "../../support/problems.ts";

const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

const many: [string, Penalty][] = [
  ["l1", penalties.l1()],
  ["logSum", penalties.logSum({ epsilon: 0.1 })],
  ["mcp", penalties.mcp()],
  ["hardConcrete", strategies.hardConcrete()],
  ["ard", strategies.ard()],
];

// Large enough that columns, Gram matrix and factorisation are cut into several tasks.
const tall = plainProblem(1500, 150);
const wide = plainProblem(120, 600);

describe.each(many)("%s", (_, penalty) => {
  test.each([
    ["tall", tall],
    ["wide", wide],
  ])("one thread or two, %s data", (_, data) => {
    const options = { penalty, lambda: 0.1 };
    threads.setThreads(1);
    const one = fitSync(problemOf(data), options);
    threads.setThreads(2);
    const two = fitSync(problemOf(data), options);
    expect(two.toJSON()).toEqual(one.toJSON());
  });
});

describe("repeated runs", () => {
  test("fit, fitSync and a path of one lambda", async () => {
    const options = { penalty: penalties.scad(), lambda: 0.1 };
    const wanted = fitSync(problemOf(wide), options).toJSON();
    const runs = await Promise.all([1, 2, 3, 4].map(() => fitAsync(problemOf(wide), options)));
    for (const run of runs) expect(run.toJSON()).toEqual(wanted);
    const path = await fitPath(problemOf(wide), { penalty: penalties.scad(), lambdas: [0.1] });
    expect(path.fits[0]?.toJSON()).toEqual(wanted);
  });

  test("a path twice, and with more threads", async () => {
    const options = { penalty: penalties.logSum({ epsilon: 0.1 }), lambdaCount: 12, lambdaRatio: 0.05 };
    threads.setThreads(1);
    const one = await fitPath(problemOf(wide), options);
    threads.setThreads(3);
    const two = await fitPath(problemOf(wide), options);
    expect(two.toJSON()).toEqual(one.toJSON());
  });

  test("the seed of a solver that draws nothing changes nothing", () => {
    const options = { penalty: penalties.l1(), lambda: 0.1 };
    const one = fitSync(problemOf(tall), { ...options, seed: 1 });
    const two = fitSync(problemOf(tall), { ...options, seed: 2 ** 53 - 1 });
    expect(two.toJSON()).toEqual(one.toJSON());
  });
});
