// Handles of designs and Grams in processes of their own.
import { expect, test } from "vitest";
import { runChild } from "../../support/child.ts";

async function answerOf(mode: string): Promise<Record<string, unknown>> {
  const { status, signal, stdout, stderr } = await runChild("designs", [mode], 30_000);
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  return JSON.parse(stdout) as Record<string, unknown>;
}

test("a process ends by itself with handles alive", async () => {
  const { kept, jobs, difference } = await answerOf("natural");
  expect([kept, jobs]).toEqual([2, 0]);
  expect(Math.abs(difference as number)).toBeLessThan(1e-12);
});

test("process.exit with handles alive and some in the making", async () => {
  const { status, signal, stderr } = await runChild("designs", ["exit"], 20_000);
  expect({ status, signal, stderr }).toEqual({ status: 3, signal: null, stderr: "" });
});

test("a worker_thread cannot use the design of another, makes its own and is terminated with it", async () => {
  const { code, difference, objective } = await answerOf("workers");
  expect(code).toBe("INVALID_ARGUMENT");
  expect(Math.abs(difference as number)).toBeLessThan(1e-12);
  expect(objective).toBeGreaterThan(0);
});

test("the garbage collector knows how large a design is", async () => {
  const { made, peak } = await answerOf("garbage");
  expect(peak).toBeLessThan(0.7 * (made as number));
});
