import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { threads } from "flipside";
import { binding, packageRoot } from "./drivers/native.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  /** OpenBLAS and the kernels it chose. */
  readonly blas: string;
  /** Threads of flipside. */
  readonly threads: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    blas: binding.information().blas,
    threads: threads.getThreads(),
  };
}

/** The commit of the working tree, with "-dirty" when files other than results differ from it. */
export function currentCommit(): string {
  try {
    const changes = git("status", "--porcelain", "--", ".", ":!bench/results");
    return git("rev-parse", "HEAD") + (changes === "" ? "" : "-dirty");
  } catch {
    return "unknown";
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: fileURLToPath(packageRoot), encoding: "utf8" }).trim();
}
