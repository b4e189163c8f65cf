import { resolve } from "node:path";

/** Where a command writes; a stream of the process, or what a test collects. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** All that a command knows of the process it runs in. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Stops what is running; by Ctrl-C on the command line. */
  readonly signal?: AbortSignal | undefined;
  /** What relative paths are relative to; by default the working directory of the process. */
  readonly directory?: string | undefined;
}

/** The path of a file that the user named. */
export function userPath(io: Io, file: string): string {
  return io.directory === undefined ? resolve(file) : resolve(io.directory, file);
}

/** A command line that does not make sense: exit code 2, where bad data gives 1. */
export class UsageError extends Error {}

export const exitCodes = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;
