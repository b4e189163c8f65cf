import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    root: new URL("..", import.meta.url).pathname,
    reporters: ["default", "json"],
    outputFile: { json: ".cache/tests.json" },
    // Two cores, and the fits bring their own threads.
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
