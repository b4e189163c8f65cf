// The comparison in a few lines, for the README: at one size how many times as fast as the forms of each peer.
import { factor, type TextTable } from "../../table.ts";
import type { FrameworksReport } from "./frameworks.ts";
import { names } from "./ours.ts";
import { type MaskMeasurement, peersOf, rate, ratio, timeOf } from "./table.ts";

const size = 1e7;

const columns: Readonly<Record<string, RegExp>> = {
  "Math.random loop": /^Math\.random/,
  "sfc32 loop": /^sfc32/,
  numpy: /^numpy/,
  PyTorch: /torch/,
};

export function shortTable(
  scripts: readonly MaskMeasurement[],
  frameworks: FrameworksReport,
): Omit<TextTable, "title" | "notes"> {
  const all = [...frameworks.measurements, ...scripts].filter((measurement) => measurement.size === size);
  const masks = [...new Set(all.map(({ mask }) => mask))].filter((mask) => !mask.includes("fresh"));
  const rows = masks.map((mask) => {
    const own = all.filter((measurement) => measurement.mask === mask);
    const first = own[0] as MaskMeasurement;
    return [
      mask,
      rate(size, timeOf(first, names.ours)),
      rate(size, timeOf(first, names.oneThread)),
      ...Object.values(columns).map((pattern) => span(own, pattern)),
    ];
  });
  return {
    head: [`mask of ${size} elements`, "M/s", "one thread M/s", ...Object.keys(columns)],
    rows,
    labels: 1,
  };
}

/** From the fastest form of the peer to the slowest. */
function span(measurements: readonly MaskMeasurement[], pattern: RegExp): string {
  const ratios = measurements.flatMap((measurement) =>
    peersOf(measurement)
      .filter(({ name }) => pattern.test(name))
      .map((peer) => ratio(measurement, peer)),
  );
  if (ratios.length === 0) return "";
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map(factor) as [string, string];
  return least === most ? least : `${least.slice(0, -1)}–${most}`;
}
