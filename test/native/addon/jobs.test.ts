// Fits in the background: their inputs, their queue, and how they are stopped.
import { fit as fitAsync, fitPath, fitSync, penalties, threads } from "flipside";
import { describe, expect, test } from "vitest";
import { endless, largeProblem } from "../../support/longFit.ts";
import { handleOf, native, requestOf } from "../../support/native.ts";
import { plainProblem, problemOf } from "../../support/problems.ts";

const options = { penalty: penalties.l1(), lambda: 0.1 };

describe("inputs", () => {
  test("are copied before the call returns", async () => {
    const data = plainProblem(50, 8);
    const wanted = fitSync(problemOf(data), options);
    const given = { x: { data: data.x.slice(), rows: 50, columns: 8 }, y: data.y.slice() };
    const result = fitAsync(given, options);
    given.x.data.fill(NaN);
    given.y.fill(0);
    structuredClone(given.y.buffer, { transfer: [given.y.buffer] });
    expect((await result).toJSON()).toEqual(wanted.toJSON());
  });

  test("what is wrong with the elements comes as a rejection", async () => {
    const data = plainProblem(5, 2);
    data.x[3] = Infinity;
    await expect(fitAsync(problemOf(data), options)).rejects.toMatchObject({ code: "NOT_FINITE" });
    expect(threads.activity().jobs).toBe(0);
  });
});

describe("many at once", () => {
  test("each has its own result", async () => {
    const problems = Array.from({ length: 60 }, (_, k) => plainProblem(20 + k, 1 + (k % 9), k));
    const fits = await Promise.all(problems.map((data) => fitAsync(problemOf(data), options)));
    fits.forEach((fit, k) => {
      const data = problems[k] as (typeof problems)[0];
      expect(fit.toJSON()).toEqual(fitSync(problemOf(data), options).toJSON());
    });
    expect(threads.activity().jobs).toBe(0);
    expect(threads.activity().threads).toBeLessThanOrEqual(threads.getThreads());
  });

  test("from within the settling of another", async () => {
    const data = problemOf(plainProblem(20, 3));
    const chain = async (depth: number): Promise<number> =>
      depth === 0 ? 0 : (await fitAsync(data, options)).iterations + (await chain(depth - 1));
    expect(await chain(30)).toBe(30 * fitSync(data, options).iterations);
  });
});

describe("abort", () => {
  test("before the call: ABORTED with the reason of the signal, and nothing is begun", async () => {
    const reason = new Error("no longer wanted");
    const signal = AbortSignal.abort(reason);
    const result = fitAsync(problemOf(plainProblem(20, 3)), { ...options, convergence: { signal } });
    expect(threads.activity().jobs).toBe(0);
    await expect(result).rejects.toMatchObject({ name: "FlipsideError", code: "ABORTED", cause: reason });
  });

  test("of a fit that waits in the queue: ABORTED at once", async () => {
    const large = largeProblem(800);
    const stop = new AbortController();
    const convergence = { ...endless.convergence, signal: stop.signal };
    const blockers = Array.from({ length: threads.getThreads() + 2 }, () =>
      fitAsync(large, { ...endless, convergence }).catch((error: unknown) => error),
    );
    const waiting = new AbortController();
    const data = problemOf(plainProblem(20, 3));
    const result = fitAsync(data, { ...options, convergence: { signal: waiting.signal } });
    const began = performance.now();
    waiting.abort();
    await expect(result).rejects.toMatchObject({ code: "ABORTED" });
    expect(performance.now() - began).toBeLessThan(500);
    stop.abort();
    for (const end of await Promise.all(blockers)) {
      expect(end).toMatchObject(
        (end as { code?: string }).code ? { code: "ABORTED" } : { reason: "aborted" },
      );
    }
    expect(threads.activity().jobs).toBe(0);
  });

  test("one signal for many fits, and after they are done", async () => {
    const controller = new AbortController();
    const convergence = { signal: controller.signal };
    const data = problemOf(plainProblem(20, 3));
    const fits = await Promise.all(
      Array.from({ length: 20 }, () => fitAsync(data, { ...options, convergence })),
    );
    expect(fits.every(({ converged }) => converged)).toBe(true);
    controller.abort();
    expect(fits[0]?.reason).toBe("tolerance");
  });

  test("of a path: the fits so far, and the path does not pass for a converged one", async () => {
    const controller = new AbortController();
    const onProgress = ({ lambdaIndex }: { lambdaIndex: number }) => {
      if (lambdaIndex > 0) controller.abort();
    };
    const path = await fitPath(largeProblem(700), {
      penalty: penalties.lp({ p: 1.3 }),
      lambdas: Array.from({ length: 400 }, (_, k) => 0.02 * 0.97 ** k),
      convergence: { signal: controller.signal, onProgress },
    });
    expect(path.fits.length).toBeGreaterThan(0);
    expect(path.fits.length).toBeLessThan(400);
    expect([path.requested, path.converged, path.reason]).toEqual([400, false, "aborted"]);
    expect(path.fits[0]?.converged).toBe(true);
  });
});

describe("the raw binding", () => {
  test("settles once, and ignores numbers that are no job", async () => {
    const request = requestOf(plainProblem(20, 3), handleOf("l1"), [0.1]);
    let count = 0;
    const job = await new Promise<number>((resolve) => {
      const number = native.fit(request, () => resolve(number + 0 * ++count), null);
    });
    for (const number of [job, job + 1, 0, -1, 1e300, NaN, 0.5]) native.cancel(number);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(count).toBe(1);
  });

  test("tasks of different kinds at once, each settled once and with its own", async () => {
    const data = plainProblem(20, 3);
    const { x, y } = requestOf(data, handleOf("l1"), [0.1]);
    const standard = { x, y, intercept: true, standardize: true, beta: 1, gamma: -1, zeta: 2 };
    const expectation = {
      ...standard,
      coefficients: Float64Array.of(1, 2, 3),
      variances: Float64Array.of(1, 1, 1),
      mask: "gaussian" as const,
      samples: 3000,
    };
    const settled: unknown[] = [];
    await new Promise<void>((resolve) => {
      const settle = (error: unknown, result: unknown) => {
        settled.push(error ?? result);
        if (settled.length === 20) resolve();
      };
      for (let seed = 0; seed < 10; ++seed) {
        native.expectation({ ...expectation, seed }, settle, null);
        native.fit(requestOf(data, handleOf("l1"), [0.1]), settle, null);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(settled.length).toBe(20);
    expect(settled.filter((result) => Array.isArray(result)).length).toBe(10);
    const estimates = settled.flatMap((result) => (result as { estimate?: number }).estimate ?? []);
    expect(new Set(estimates).size).toBe(10);
    expect(native.activity().jobs).toBe(0);
  });

  test("cancels an expectation that runs, and one that waits", async () => {
    const { x, y } = requestOf(plainProblem(20, 3), handleOf("l1"), [0.1]);
    const ends = Array.from({ length: threads.getThreads() + 3 }, () => {
      return new Promise<unknown>((resolve) => {
        const job = native.expectation(
          {
            ...{ x, y, intercept: true, standardize: true, beta: 1, gamma: -1, zeta: 2, seed: 0 },
            coefficients: Float64Array.of(1, 2, 3),
            variances: Float64Array.of(1, 1, 1),
            mask: "bernoulli",
            samples: 2 ** 50,
          },
          (error) => resolve(error),
          null,
        );
        setTimeout(() => native.cancel(job), 20);
      });
    });
    for (const error of await Promise.all(ends)) expect(error).toMatchObject({ code: "ABORTED" });
    expect(native.activity().jobs).toBe(0);
  });

  test("information and activity", () => {
    expect(native.activity()).toEqual({ threads: expect.any(Number), jobs: 0 });
  });
});
