// Masks against loops over typed arrays in plain JavaScript.
import {
  bernoulliByMath,
  bernoulliBySfc,
  bernoulliWithoutBranches,
  gaussianByMath,
  gaussianBySfc,
  hardConcreteByMath,
  hardConcreteBySfc,
  type MaskLoop,
} from "../../reference/masks.ts";
import { race } from "../../timer.ts";
import { type MaskData, maskData, meanOf, requireSameMean } from "./data.ts";
import { byThreads, type Form, type MaskName, ownMask } from "./ours.ts";
import type { Aim, MaskMeasurement } from "./table.ts";

/** Beyond it nothing changes but the time that it takes. */
const largest = 1e7;
/** At this size masks have to be so many times as fast; from the other one on, never slower. */
const aimSize = 1e7;
const aim = 30;
const neverSlower = 256;

interface Loops {
  readonly mask: MaskName;
  readonly parameter: (data: MaskData) => Float32Array;
  readonly loops: Readonly<Record<string, MaskLoop>>;
  readonly aims: boolean;
}

const bernoulli: Loops = {
  mask: "scaled Bernoulli",
  parameter: ({ alpha }) => alpha,
  loops: {
    "Math.random": bernoulliByMath,
    sfc32: bernoulliBySfc,
    "sfc32, no branches": bernoulliWithoutBranches,
  },
  aims: true,
};
const continuous: readonly Loops[] = [
  {
    mask: "Gaussian",
    parameter: ({ sigma }) => sigma,
    loops: { "Math.random": gaussianByMath, sfc32: gaussianBySfc },
    aims: false,
  },
  {
    mask: "hard concrete",
    parameter: ({ location }) => location,
    loops: { "Math.random": hardConcreteByMath, sfc32: hardConcreteBySfc },
    aims: false,
  },
];

export async function scriptsTrial(sizes: readonly number[]): Promise<MaskMeasurement[]> {
  const measurements: MaskMeasurement[] = [];
  for (const form of ["out", "fresh"] as const) {
    for (const size of sizes.filter((size) => size <= largest)) {
      measurements.push(await measure(bernoulli, maskData(size), form));
    }
  }
  for (const loops of continuous) {
    for (const size of sizes.filter((size) => size === 4096 || size === 1e6)) {
      measurements.push(await measure(loops, maskData(size), "out"));
    }
  }
  return measurements;
}

async function measure(
  { mask, parameter, loops, aims }: Loops,
  data: MaskData,
  form: Form,
): Promise<MaskMeasurement> {
  const { size } = data;
  const own = ownMask(mask, data, form);
  const given = parameter(data);
  let out = new Float32Array(size);
  const peers = Object.entries(loops).map(([name, loop]) => ({
    name,
    run: () => {
      if (form === "fresh") out = new Float32Array(size);
      loop(given, out);
    },
  }));
  own.run();
  for (const { name, run } of peers) {
    run();
    requireSameMean(name, meanOf(out), own.mean(), size);
  }
  const result = await race([...byThreads(own.run), ...peers]);
  const each: Aim | undefined =
    aims && size >= neverSlower ? { factor: size === aimSize ? aim : 1, set: true } : undefined;
  return {
    mask: form === "fresh" ? `${mask}, fresh array` : mask,
    size,
    aims: each === undefined ? {} : Object.fromEntries(peers.map(({ name }) => [name, each])),
    ...result,
  };
}
