#!/usr/bin/env node
import { exitCodes } from "./io.js";

const { FLIPSIDE_DEBUG: debug } = process.env;
const controller = new AbortController();
// Once: a second Ctrl-C ends the process at once.
process.once("SIGINT", () => controller.abort());

// `flipside … | head` closes the pipe early, which is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.success : exitCodes.failure);
});

try {
  // Loaded late, because the library does not load without its addon and that deserves a plain sentence.
  const { run } = await import("./run.js");
  process.exitCode = await run(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    signal: controller.signal,
  });
} catch (error) {
  if (debug) throw error;
  process.stderr.write(`flipside: ${(error as Error).message}\n`);
  process.exitCode = exitCodes.failure;
}
