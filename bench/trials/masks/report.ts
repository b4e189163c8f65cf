// The tables of the report on masks.
import type { TextTable } from "../../table.ts";
import type { FrameworksReport } from "./frameworks.ts";
import { type MaskMeasurement, masksTable } from "./table.ts";

export const maskSizes: readonly number[] = [64, 256, 1024, 4096, 65536, 262144, 1e6, 1e7, 1e8];

export const maskNotes: readonly string[] = [
  "Times are medians of up to 15 samples per candidate, at least 3, taken by turns on the same kind of mask, checked by its mean; ² other processes than ours took more than a tenth of a core meanwhile, Python among them where it is a peer. M/s: million elements per second.",
  "Parameters are float32, one per element, α = 0.05 + 0.9 frac(i φ), σ² and odds the same, where not said otherwise; masks go into an array allocated before, where not said otherwise.",
];

export function scriptsTable(measurements: readonly MaskMeasurement[]): TextTable {
  return masksTable("Against plain JavaScript", measurements, [
    "JavaScript: bench/reference/masks.ts, one loop over typed arrays in each case.",
  ]);
}

export function frameworksTable({ peers, remarks, measurements }: FrameworksReport): TextTable {
  return masksTable("Against numpy and PyTorch", measurements, [
    `${peers}.`,
    "They run bench/peers/masks.py in a process of its own, each run timed by its clock; ours wait until its threads have come to rest.",
    "Up to 2^24 elements by sampleMask, above by sampleMaskAsync, which copies the parameters slice by slice.",
    ...remarks,
  ]);
}
