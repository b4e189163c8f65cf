// The sets of instructions that kernels can be forced to use.
import { afterEach } from "vitest";
import { native } from "./native.ts";

export type SimdTarget = "baseline" | "avx2" | "avx512";

/** Each that this machine has, from the least to the best; any other is refused. */
export function simdTargets(): SimdTarget[] {
  const { best } = native.simd();
  const all = ["baseline", "avx2", "avx512"] as const;
  return all.slice(0, all.indexOf(best as SimdTarget) + 1);
}

/** The same, for a file whose tests force them: after each test the best is in use again. */
export function forcedTargets(): SimdTarget[] {
  const targets = simdTargets();
  afterEach(() => void native.simd(targets.at(-1)));
  return targets;
}
