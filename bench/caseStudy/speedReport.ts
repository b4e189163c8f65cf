// The tables of the comparison of speed, and where a target is missed.
import { factor, type TextTable } from "../table.ts";
import { spreadOf } from "./report.ts";
import type { Setting } from "./settings.ts";
import type { Timing } from "./sides.ts";

export interface MethodTiming {
  readonly method: string;
  readonly title: string;
  /** Floating-point operations of the products of an epoch, in 1e9. */
  readonly gflop: number;
  /** Ours first. */
  readonly sides: readonly Timing[];
}

/** How many times faster than the newest PyTorch, and than 1.13, an epoch is meant to be. */
const targets = { newest: 4, old: 8 } as const;

/**
 * Of the products of an epoch: 2 for each multiplication with its addition, forwards, for the weights and, but in the first
 * layer, for the layer below; all of them twice where outputs have a variance of their own.
 */
export function gflopOf(rows: number, units: readonly number[], { options }: Setting): number {
  const sizes = units.slice(1).map((outputs, k) => (units[k] as number) * outputs);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const { method } = options(rows, 1);
  const twice =
    typeof method === "object" && "localReparametrization" in method && method.localReparametrization;
  return ((twice ? 2 : 1) * 2 * rows * (3 * all - (sizes[0] as number))) / 1e9;
}

export function targetOf(library: string, libraries: readonly string[]): number | undefined {
  if (library.startsWith("1.13")) return targets.old;
  return library === libraries[0] ? targets.newest : undefined;
}

export function speedTable(timings: readonly MethodTiming[], kernelRate: number): TextTable {
  const names = timings[0]?.sides.map(({ name }) => name) ?? [];
  const [ours = "flipside", ...others] = names;
  const head = ["method", ours, "GFLOP/s", "of the kernel", ...others.flatMap((name) => [name, "ratio"])];
  const rows = timings.map(({ title, gflop, sides }) => {
    const [own, ...peers] = sides as [Timing, ...Timing[]];
    const rate = gflop / own.median;
    const share = `${((100 * rate) / kernelRate).toFixed(0)} %`;
    const cells = peers.flatMap((peer) => [range(peer), factor(peer.median / own.median)]);
    return [title, range(own), rate.toFixed(0), share, ...cells];
  });
  return { title: "Seconds per epoch", head, rows, labels: 1, notes: [] };
}

function range({ median, least, most }: Timing): string {
  return `${median.toFixed(3)} (${least.toFixed(3)}–${most.toFixed(3)})`;
}

/** Both sides minimise the same objective: their figures agree as far as seeds do. */
export function agreementTable(timings: readonly MethodTiming[]): TextTable {
  const head = ["method", "side", "loss of the last epoch", "R", "nonzero", "validation error %"];
  const rows = timings.flatMap(({ title, sides }) =>
    sides.map(({ name, losses, ends }, k) => [
      k === 0 ? title : "",
      name,
      ...[losses, ends.map(({ penalty }) => penalty), ends.map(({ nonzero }) => nonzero)].map(withDeviation),
      withDeviation(ends.map(({ wrong }) => 100 * wrong)),
    ]),
  );
  const notes = ["Mean ± standard deviation over the rounds, each with a seed of its own."];
  return { title: "What they came to", head, rows, labels: 2, notes };
}

function withDeviation(values: readonly number[]): string {
  const { mean, deviation, count } = spreadOf(values);
  const text = mean.toPrecision(5);
  return count === 1 ? text : `${text} ± ${deviation.toPrecision(2)}`;
}

/** One sentence for each target that is missed, or that none is. `libraries`: the newest first. */
export function missedTargets(timings: readonly MethodTiming[], libraries: readonly string[]): string[] {
  const missed: string[] = [];
  let judged = 0;
  for (const { title, sides } of timings) {
    const [own, ...peers] = sides as [Timing, ...Timing[]];
    for (const { name, library, median } of peers) {
      const target = library === undefined ? undefined : targetOf(library, libraries);
      if (target === undefined) continue;
      ++judged;
      const ratio = median / own.median;
      if (ratio < target)
        missed.push(`Target missed: ${title} is ${factor(ratio)} as fast as ${name}, not ${target}×.`);
    }
  }
  if (judged === 0) return ["No PyTorch that a target is set for."];
  return missed.length > 0 ? missed : ["Every target is met."];
}
