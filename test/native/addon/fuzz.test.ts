// 10,000 bad calls of the public functions and the raw addon, in processes that may crash.
import { describe, expect, test } from "vitest";
import { runChild } from "../../support/child.ts";

const seed = process.env.FLIPSIDE_SEED ?? "20211031";

describe("bad calls end in a FlipsideError that names an argument", () => {
  test.each([
    ["facade", 7000, 5000],
    ["binding", 7000, 5000],
  ])("%s", async (which, calls, rejections) => {
    const { status, signal, stdout, stderr } = await runChild("fuzz", [which, String(calls), seed]);
    expect({ status, signal, stderr: stderr.slice(0, 3000) }).toEqual({
      status: 0,
      signal: null,
      stderr: "",
    });
    const { accepted, ...rejected } = JSON.parse(stdout) as Record<string, number>;
    const count = Object.values(rejected).reduce((sum, value) => sum + value, 0);
    expect(count).toBeGreaterThanOrEqual(rejections);
    for (const code of ["INVALID_ARGUMENT", "LENGTH_MISMATCH", "OUT_OF_RANGE", "EMPTY", "NOT_FINITE"]) {
      expect(rejected[code], code).toBeGreaterThan(0);
    }
    expect(accepted).toBeGreaterThan(0);
  });
});
