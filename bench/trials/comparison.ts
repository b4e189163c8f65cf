// One trial's measurements against every peer: the table, where the curves cross, and whether the aim is met.
import { crossover } from "../statistics.ts";
import { duration, exponent, factor, type TextTable } from "../table.ts";
import type { Race, Timing } from "../timer.ts";

export interface Measurement extends Race {
  readonly group: string;
  readonly columns: number;
  readonly rows: number;
  /** How far the results lie apart, relative. */
  readonly difference: number;
  readonly remark?: string;
}

export interface Comparison {
  readonly title: string;
  /** The first timing of each is the call of flipside that counts. */
  readonly measurements: readonly Measurement[];
  /** Which timings are peers; the others are further calls of flipside. */
  readonly peers: readonly string[];
  readonly agreement: string;
}

const aimSize = 1000;
const aim = 40;
/** Cores taken by other processes from which a measurement is marked. */
const disturbance = 0.1;

export function comparisonTable(comparison: Comparison): TextTable {
  const { title, measurements, peers, agreement } = comparison;
  const names = measurements[0]?.timings.map(({ name }) => name) ?? [];
  const rows = measurements.map(({ group, columns, rows, timings, difference, remark, others }) => [
    group + (others > disturbance ? " ²" : ""),
    `${columns}`,
    `${rows}`,
    ...timings.map((timing) => duration(timing.median) + (timing.samples === 1 ? " ¹" : "")),
    ...peers.map((peer) => factor(speedUp(timings, peer))),
    exponent(difference) + (remark ?? ""),
  ]);
  return {
    title,
    head: ["", "p", "n", ...names, ...peers.map((peer) => `vs ${peer}`), agreement],
    rows,
    labels: 1,
    notes: [...crossoverNotes(comparison), ...aimNotes(comparison), ...lossNotes(comparison)],
  };
}

function speedUp(timings: readonly Timing[], peer: string): number {
  const theirs = timings.find(({ name }) => name === peer)?.median ?? Number.NaN;
  return theirs / (timings[0] as Timing).median;
}

function groups(comparison: Comparison): [string, Measurement[]][] {
  const found = new Map<string, Measurement[]>();
  for (const measurement of comparison.measurements) {
    const members = found.get(measurement.group);
    if (members === undefined) found.set(measurement.group, [measurement]);
    else members.push(measurement);
  }
  return [...found];
}

function crossoverNotes(comparison: Comparison): string[] {
  return groups(comparison).map(([group, measurements]) => {
    const parts = comparison.peers.map((peer) => {
      const points = measurements.map(({ columns, timings }) => ({
        size: columns,
        ours: (timings[0] as Timing).median,
        theirs: speedUp(timings, peer) * (timings[0] as Timing).median,
      }));
      const { from, estimate } = crossover(points);
      if (from === undefined) return `${peer}: not reached`;
      return `${peer}: p = ${from}${estimate === undefined ? "" : ` (the curves meet at ${estimate.toFixed(0)})`}`;
    });
    return `Crossover, ${group}: faster from ${parts.join("; ")}.`;
  });
}

function aimNotes(comparison: Comparison): string[] {
  const parts = groups(comparison).flatMap(([group, measurements]) => {
    const largest = measurements.find(({ columns }) => columns === aimSize);
    if (largest === undefined) return [];
    return comparison.peers.map((peer) => {
      const gain = speedUp(largest.timings, peer);
      return `${gain.toFixed(1)}× ${peer}, ${group} (${gain >= aim ? "met" : "missed"})`;
    });
  });
  return parts.length === 0 ? [] : [`Aim of ${aim}× at p = ${aimSize}: ${parts.join("; ")}.`];
}

function lossNotes({ measurements, peers }: Comparison): string[] {
  const losses = measurements.flatMap(({ group, columns, timings }) =>
    peers
      .filter((peer) => speedUp(timings, peer) < 1)
      .map((peer) => `p = ${columns}, ${group} (${factor(speedUp(timings, peer))} ${peer})`),
  );
  return losses.length === 0 ? [] : [`Slower than a peer: ${losses.join("; ")}.`];
}
