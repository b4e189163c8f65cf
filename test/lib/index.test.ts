// The names that callers rely on.
import * as flipside from "flipside";
import { expect, test } from "vitest";

test("the exports", () => {
  const names = ["Fit", "FlipsideError", "Path", "Penalty", "catalogue", "fit", "fitPath", "fitSync"].concat([
    "penalties",
    "penaltyFromJSON",
    "strategies",
    "threads",
  ]);
  expect(Object.keys(flipside)).toEqual(expect.arrayContaining(names));
  expect(Object.keys(flipside.threads).sort()).toEqual(["activity", "getThreads", "setThreads"]);
});

test("nothing else of the package can be imported but its package.json", async () => {
  const inner = "flipside/dist/binding.js";
  await expect(import(/* @vite-ignore */ inner)).rejects.toThrow();
  const manifest = (await import("flipside/package.json", { with: { type: "json" } })) as {
    default: { name: string };
  };
  expect(manifest.default.name).toBe("flipside");
});
