import { native } from "./binding.js";
import { requireNumber } from "./checks.js";

const range = { min: 1, max: 1024, integer: true };

/** How many threads this library uses in the process, its workers and BLAS together. */
export function getThreads(): number {
  return native.threads();
}

/**
 * Changes that number, an integer from 1 to 1024. Results do not depend on it.
 *
 * @throws FlipsideError INVALID_ARGUMENT, NOT_FINITE, OUT_OF_RANGE.
 */
export function setThreads(count: number): void {
  native.setThreads(requireNumber("count", count, range));
}

/** Threads of this library alive in the process now, and jobs of this environment (main or worker thread) that run or wait. */
export function activity(): { threads: number; jobs: number } {
  return native.activity();
}
