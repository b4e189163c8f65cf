// What one call costs by itself: masks of few elements.
import * as flipside from "flipside";
import { bernoulliByMath, bernoulliWithoutBranches } from "../../reference/masks.ts";
import { duration, type TextTable } from "../../table.ts";
import { type Race, race } from "../../timer.ts";
import { maskData, oneAlpha } from "./data.ts";
import { rawMask } from "./ours.ts";
import { timeOf } from "./table.ts";

const callSizes = [64, 256, 1024];
/** Microseconds for 64 elements. */
const aim = 2;

const calls = {
  out: "sampleMask, out",
  fresh: "sampleMask, fresh",
  oneAlpha: "one α, out",
  gaussian: "Gaussian, out",
  hardConcrete: "hard concrete, out",
  raw: "raw binding, out",
  math: "Math.random loop",
  sfc: "sfc32 loop",
};

export interface CallMeasurement extends Race {
  readonly size: number;
}

export async function callsTrial(): Promise<CallMeasurement[]> {
  const measurements: CallMeasurement[] = [];
  for (const size of callSizes) measurements.push(await measure(size));
  return measurements;
}

async function measure(size: number): Promise<CallMeasurement> {
  const { alpha, sigma, location } = maskData(size);
  const out = new Float32Array(size);
  let seed = 0;
  const { sampleMask } = flipside;
  const result = await race([
    { name: calls.out, run: () => void sampleMask({ keepProbability: alpha, seed: ++seed, out }) },
    { name: calls.fresh, run: () => void sampleMask({ keepProbability: alpha, seed: ++seed }) },
    { name: calls.oneAlpha, run: () => void sampleMask({ keepProbability: oneAlpha, seed: ++seed, out }) },
    {
      name: calls.gaussian,
      run: () => void sampleMask({ kind: "gaussian", standardDeviation: sigma, seed: ++seed, out }),
    },
    {
      name: calls.hardConcrete,
      run: () => void sampleMask({ kind: "hardConcrete", location, seed: ++seed, out }),
    },
    { name: calls.raw, run: rawMask(0, alpha, out) },
    { name: calls.math, run: () => bernoulliByMath(alpha, out) },
    { name: calls.sfc, run: () => bernoulliWithoutBranches(alpha, out) },
  ]);
  return { size, ...result };
}

export function callsTable(measurements: readonly CallMeasurement[]): TextTable {
  const names = Object.values(calls);
  const smallest = measurements[0] as CallMeasurement;
  const verdicts = [calls.out, calls.fresh].map((name) => {
    const time = timeOf(smallest, name);
    return `${name} ${duration(time)} (${1000 * time < aim ? "met" : "missed"})`;
  });
  return {
    title: "One small call",
    head: ["n", ...names],
    rows: measurements.map((measurement) => [
      `${measurement.size}`,
      ...names.map((name) => duration(timeOf(measurement, name))),
    ]),
    labels: 0,
    notes: [
      `Aim of less than ${aim} µs for ${smallest.size} elements: ${verdicts.join(", ")}. Options are a new object in each call.`,
    ],
  };
}
