// The command line, in a process of its own or within this one.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { run } from "../../dist/cli/run.js";
import { type Result, type RunOptions, root, runNode } from "./child.ts";

/** A directory with the diabetes data, gone after the tests of this file. */
export class Workplace {
  readonly directory = mkdtempSync(join(tmpdir(), "flipside-"));

  constructor() {
    copyFileSync(join(root, "test/problems/diabetes.csv"), join(this.directory, "diabetes.csv"));
    afterAll(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.directory, name), "utf8");
  }

  bytes(name: string): Buffer {
    return readFileSync(join(this.directory, name));
  }

  /** The program itself, as npm installs it. */
  spawn(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return runNode([join(root, "dist/cli/main.js"), ...args], { cwd: this.directory, ...options });
  }

  /** The same without a process, for the many small cases. */
  async run(
    args: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ code: number; out: string; err: string }> {
    const written = { out: "", err: "" };
    const io = {
      stdout: { write: (text: string) => (written.out += text) },
      stderr: { write: (text: string) => (written.err += text) },
      directory: this.directory,
      signal,
    };
    return { code: await run(args, io), ...written };
  }
}
