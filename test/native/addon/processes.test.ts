// Processes and worker_threads that come and go with fits under way.
import { describe, expect, test } from "vitest";
import { runChild } from "../../support/child.ts";

describe("a process", () => {
  test("ends by itself when its fits are done", async () => {
    const { status, signal, stdout, stderr } = await runChild("background", ["natural"], 20_000);
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ jobs: 0 });
  });

  test("stays for a fit that nobody awaits", async () => {
    const { status, stdout } = await runChild("background", ["unawaited"], 20_000);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "tolerance\n" });
  });

  test.each(["exit", "exit at once", "exit in a callback", "exit in an expectation", "queue"])(
    "process.exit during a job: %s",
    async (mode) => {
      const { status, signal, stderr, milliseconds } = await runChild("background", [mode], 20_000);
      expect({ status, signal, stderr }).toEqual({ status: 3, signal: null, stderr: "" });
      expect(milliseconds).toBeLessThan(15_000);
    },
  );

  test("an uncaught exception during a fit", async () => {
    const { status, signal, stderr } = await runChild("background", ["uncaught"], 20_000);
    expect({ status, signal }).toEqual({ status: 1, signal: null });
    expect(stderr).toContain("thrown on purpose");
  });

  test("SIGTERM during a fit", async () => {
    const { signal } = await runChild("background", ["signal"], 20_000);
    expect(signal).toBe("SIGTERM");
  });
});

test("worker_threads: fits in several at once, and some terminated with a fit under way", async () => {
  const { status, signal, stdout, stderr } = await runChild("workers");
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ jobs: 0 });
});
