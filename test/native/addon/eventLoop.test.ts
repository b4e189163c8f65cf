// A fit of 2000 x 2000 in the background: the event loop keeps turning, can watch it and stop it.
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fit as fitAsync, type Progress, penalties, strategies, threads } from "flipside";
import { describe, expect, test } from "vitest";
import { endless, largeProblem } from "../../support/longFit.ts";

const large = largeProblem();

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An endless fit under way, and the hand on its switch. */
async function running() {
  const controller = new AbortController();
  let begun = () => {};
  const underWay = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const convergence = { ...endless.convergence, signal: controller.signal, onProgress: () => begun() };
  const result = fitAsync(large, { ...endless, convergence });
  await Promise.race([underWay, result]);
  return { controller, result };
}

describe("during a fit of 2000 x 2000", () => {
  test("the 99th percentile of the event loop's delay stays below 100 ms, and files can be read", async () => {
    let settled = false;
    const controller = new AbortController();
    const convergence = { ...endless.convergence, signal: controller.signal };
    const result = fitAsync(large, { ...endless, convergence }).finally(() => {
      settled = true;
    });
    // The copy of the data is made in the call itself; what counts is the time after it.
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const end = performance.now() + 1000;
    let files = 0;
    while (performance.now() < end && !settled) {
      const read = () => readFile(new URL("../../../package.json", import.meta.url));
      files += (await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(read))).length;
      await wait(5);
    }
    delay.disable();
    expect(settled).toBe(false);
    expect(threads.activity().jobs).toBe(1);
    controller.abort();
    await result;
    expect(delay.percentile(99) / 1e6).toBeLessThan(100);
    expect(files).toBeGreaterThan(100);
    expect(threads.activity().jobs).toBe(0);
  });

  test("an abort ends it within a second, with what it has", async () => {
    const { controller, result } = await running();
    const began = performance.now();
    controller.abort();
    const fit = await result;
    expect(performance.now() - began).toBeLessThan(1000);
    expect([fit.reason, fit.converged]).toEqual(["aborted", false]);
    expect(fit.iterations).toBeGreaterThan(0);
    expect(fit.objective).toBeLessThanOrEqual(fit.history[0]?.objective as number);
    expect(fit.coefficients.every(Number.isFinite)).toBe(true);
  });

  test.each([0, 30, 100])(
    "an abort %i ms after the call, while the design is prepared, too",
    async (delay) => {
      const controller = new AbortController();
      const convergence = { ...endless.convergence, signal: controller.signal };
      const result = fitAsync(large, { ...endless, convergence });
      await wait(delay);
      const began = performance.now();
      controller.abort();
      const end = await result.catch((error: unknown) => error);
      expect(performance.now() - began).toBeLessThan(1000);
      expect(end).toMatchObject(
        (end as { code?: string }).code ? { code: "ABORTED" } : { reason: "aborted" },
      );
    },
  );

  test("an abort of the slowest step there is: ard on 700 x 700", async () => {
    const controller = new AbortController();
    const convergence = { ...endless.convergence, signal: controller.signal };
    const result = fitAsync(largeProblem(700), { penalty: strategies.ard(), lambda: 1e-3, convergence });
    await wait(400);
    const began = performance.now();
    controller.abort();
    const end = await result.catch((error: unknown) => error);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(end).toMatchObject((end as { code?: string }).code ? { code: "ABORTED" } : { reason: "aborted" });
  });

  test("progress comes at most every 50 ms, in order", async () => {
    const seen: (Progress & { at: number })[] = [];
    const controller = new AbortController();
    const onProgress = (progress: Progress) => {
      seen.push({ ...progress, at: performance.now() });
      if (seen.length === 6) controller.abort();
    };
    const convergence = { ...endless.convergence, signal: controller.signal, onProgress };
    await fitAsync(large, { ...endless, convergence });
    expect(seen.length).toBeGreaterThanOrEqual(6);
    for (let k = 1; k < seen.length; ++k) {
      const [before, now] = [seen[k - 1], seen[k]] as [(typeof seen)[0], (typeof seen)[0]];
      expect(now.iteration).toBeGreaterThan(before.iteration);
      expect(now.objective).toBeLessThanOrEqual(before.objective);
    }
    // A report may wait in the queue of a busy event loop, so only the average is sure.
    const duration = (seen.at(-1)?.at ?? 0) - (seen[0]?.at ?? 0);
    expect(duration).toBeGreaterThan(40 * (seen.length - 1));
    expect(seen[0]).toMatchObject({ lambdaIndex: 0, lambdaCount: 1, maxIterations: 1_000_000 });
    expect(seen[0]?.nonzero).toBeGreaterThan(0);
    expect(seen[0]?.stationarity).toBeGreaterThan(0);
  });

  const boo = new Error("boo");
  const throws = () => {
    throw boo;
  };
  const rejects = async () => throws();

  test.each([throws, rejects])("what onProgress $name ends it and is the rejection", async (onProgress) => {
    const began = performance.now();
    await expect(
      fitAsync(large, { ...endless, convergence: { ...endless.convergence, onProgress } }),
    ).rejects.toBe(boo);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(threads.activity().jobs).toBe(0);
  });

  test("a small fit is not kept waiting", async () => {
    const { controller, result } = await running();
    const began = performance.now();
    const small = await fitAsync(
      { x: [[1], [2], [4]], y: [1, 2, 3] },
      { penalty: penalties.l1(), lambda: 0.1 },
    );
    const waited = performance.now() - began;
    controller.abort();
    await result;
    expect(small.converged).toBe(true);
    expect(waited).toBeLessThan(1000);
  });
});
