// What the comparisons of masks share: one mask of one size against its peers, a line of the table for each of these.
import { duration, factor, type TextTable } from "../../table.ts";
import type { Race, Timing } from "../../timer.ts";
import { names } from "./ours.ts";

export interface Aim {
  readonly factor: number;
  /** The form of the peer that the aim was set for; for the others it is printed as well. */
  readonly set: boolean;
}

export interface MaskMeasurement extends Race {
  readonly mask: string;
  readonly size: number;
  /** By the name of the peer. */
  readonly aims: Readonly<Record<string, Aim>>;
  /** Elements per second of ours to reach, on all threads. */
  readonly aimRate?: number;
}

/** Cores taken by other processes from which a measurement is marked. */
const disturbance = 0.1;

export function masksTable(
  title: string,
  measurements: readonly MaskMeasurement[],
  notes: readonly string[],
): TextTable {
  const rows = measurements.flatMap((measurement) => linesOf(measurement));
  return {
    title,
    head: ["mask", "n", "peer", "flipside M/s", "one thread M/s", "peer M/s", "ratio", "aim", ""],
    rows,
    labels: 1,
    notes: [...aimNotes(measurements), ...lossNotes(measurements), ...notes],
  };
}

export function timeOf({ timings }: Race, name: string): number {
  return (timings.find((timing) => timing.name === name) as Timing).median;
}

export function peersOf({ timings }: Race): Timing[] {
  return timings.filter(({ name }) => name !== names.ours && name !== names.oneThread);
}

export function ratio(measurement: MaskMeasurement, peer: Timing): number {
  return peer.median / timeOf(measurement, names.ours);
}

/** Million elements per second. */
export function rate(size: number, milliseconds: number): string {
  const value = size / milliseconds / 1000;
  return value.toFixed(value < 10 ? 1 : 0);
}

export function sizeText(size: number): string {
  return size >= 1e6 ? size.toExponential(0).replace("e+", "e") : `${size}`;
}

function linesOf(measurement: MaskMeasurement): string[][] {
  const { mask, size, others } = measurement;
  const label = mask + (others > disturbance ? " ²" : "");
  const own = [timeOf(measurement, names.ours), timeOf(measurement, names.oneThread)].map((time) =>
    rate(size, time),
  );
  const peers = peersOf(measurement);
  if (peers.length === 0) return [[label, sizeText(size), "", ...own, "", "", "", ""]];
  return peers.map((peer) => [
    label,
    sizeText(size),
    peer.name,
    ...own,
    rate(size, peer.median) + (peer.samples === 1 ? " ¹" : ""),
    factor(ratio(measurement, peer)),
    ...verdict(measurement, peer),
  ]);
}

function verdict(measurement: MaskMeasurement, peer: Timing): [string, string] {
  const aim = measurement.aims[peer.name];
  if (aim === undefined) return ["", ""];
  const met = ratio(measurement, peer) >= aim.factor;
  return [`${aim.factor}×${aim.set ? " ³" : ""}`, met ? "met" : "missed"];
}

function aimNotes(measurements: readonly MaskMeasurement[]): string[] {
  const aimed = measurements.flatMap((measurement) =>
    peersOf(measurement)
      .filter((peer) => measurement.aims[peer.name]?.set)
      .map((peer) => ({ measurement, peer, aim: (measurement.aims[peer.name] as Aim).factor })),
  );
  const missed = aimed.filter(({ measurement, peer, aim }) => ratio(measurement, peer) < aim);
  const text = missed.map(
    ({ measurement, peer, aim }) =>
      `${measurement.mask} at ${sizeText(measurement.size)} against ${peer.name} (${factor(ratio(measurement, peer))} of ${aim}×)`,
  );
  const rates = measurements.flatMap((measurement) => {
    const { mask, size, aimRate } = measurement;
    if (aimRate === undefined) return [];
    const own = size / timeOf(measurement, names.ours) / 1e6;
    const aim = aimRate / 1e9;
    return [
      `Aim of ${aim} G/s for ${mask} at ${sizeText(size)}: ${own.toFixed(1)} G/s, ${own >= aim ? "met" : "missed"}.`,
    ];
  });
  return [
    ...(aimed.length === 0
      ? []
      : [
          `³ The form that the aim was set for: ${aimed.length - missed.length} of ${aimed.length} met${text.length === 0 ? "" : `; missed: ${text.join("; ")}`}.`,
        ]),
    ...rates,
  ];
}

function lossNotes(measurements: readonly MaskMeasurement[]): string[] {
  const losses = measurements.flatMap((measurement) =>
    peersOf(measurement)
      .filter((peer) => ratio(measurement, peer) < 1)
      .map((peer) => {
        const times = `${duration(timeOf(measurement, names.ours))} against ${duration(peer.median)}`;
        return `${measurement.mask} at ${sizeText(measurement.size)} than ${peer.name} (${times})`;
      }),
  );
  return losses.length === 0 ? [] : [`Slower than a peer: ${losses.join("; ")}.`];
}
