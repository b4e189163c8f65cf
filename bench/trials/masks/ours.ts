// Masks by flipside, through the public functions with all their checks: sampleMask up to its limit, sampleMaskAsync above.
import * as flipside from "flipside";
import { binding } from "../../drivers/native.ts";
import type { Candidate } from "../../timer.ts";
import { type MaskData, meanOf, meanOfBits, oneAlpha } from "./data.ts";

export type MaskName =
  | "scaled Bernoulli"
  | "unscaled Bernoulli"
  | "unscaled Bernoulli, one α"
  | "packed bits, one α"
  | "packed bits"
  | "Gaussian"
  | "hard concrete";

export type Form = "out" | "fresh";

export const budget: number = flipside.threads.getThreads();
const syncLimit = 2 ** 24;

type Options = flipside.SampleMaskOptions;

/** All but out. */
export function optionsOf(name: MaskName, { size, alpha, sigma, location }: MaskData): Options {
  switch (name) {
    case "scaled Bernoulli":
      return { keepProbability: alpha };
    case "unscaled Bernoulli":
      return { keepProbability: alpha, scaled: false };
    case "unscaled Bernoulli, one α":
      return { keepProbability: oneAlpha, scaled: false, length: size };
    case "packed bits, one α":
      return { keepProbability: oneAlpha, format: "bits", length: size };
    case "packed bits":
      return { keepProbability: alpha, format: "bits" };
    case "Gaussian":
      return { kind: "gaussian", standardDeviation: sigma };
    case "hard concrete":
      return { kind: "hardConcrete", location };
  }
}

export interface OwnMask {
  run(): void | Promise<void>;
  mean(): number;
}

/** Another seed each time, as a caller would. */
export function ownMask(name: MaskName, data: MaskData, form: Form): OwnMask {
  const options = optionsOf(name, data);
  const isPacked = options.format === "bits";
  const make = () => (isPacked ? new Uint8Array(Math.ceil(data.size / 8)) : new Float32Array(data.size));
  let mask: flipside.MaskArray = make();
  let seed = 0;
  // A service keeps its options, too: to spread them takes longer than a small mask.
  const call = form === "out" ? { ...options, seed, out: mask } : { ...options, seed };
  const run = () => {
    call.seed = ++seed;
    mask = flipside.sampleMask(call) as flipside.MaskArray;
  };
  const runAsync = async () => {
    ++seed;
    mask = (await flipside.sampleMaskAsync(
      form === "out" ? { ...options, seed, out: mask } : { ...options, seed },
    )) as flipside.MaskArray;
  };
  return {
    run: data.size <= syncLimit ? run : runAsync,
    mean: () => (isPacked ? meanOfBits(mask as Uint8Array, data.size) : meanOf(mask)),
  };
}

export const names = { ours: "flipside", oneThread: "one thread" } as const;

/** The same work on all threads, and on one, each sample after so many milliseconds of rest. */
export function byThreads(run: Candidate["run"], rest = 0): Candidate[] {
  const prepare = (threads: number) => () => {
    flipside.threads.setThreads(threads);
    if (rest > 0) Atomics.wait(resting, 0, 0, rest);
  };
  return [
    { name: names.ours, run, prepare: prepare(budget) },
    { name: names.oneThread, run, prepare: prepare(1) },
  ];
}

const resting = new Int32Array(new SharedArrayBuffer(4));

/** A mask of the raw binding on the calling thread, of any size and without a copy of its parameters. */
export function rawMask(
  kind: number,
  parameter: Float32Array | Float64Array | number,
  out: Float32Array | Float64Array | Uint8Array,
  bits = false,
): () => void {
  const one = typeof parameter === "number";
  const header = new Float64Array(19);
  header.set([kind, bits ? 1 : 0, bits ? 8 * out.length : out.length]);
  header.set([one ? parameter : 0, 2 / 3, -0.1, 1.1], 8);
  const each = one ? null : parameter;
  return () => {
    header[3] = (header[3] as number) + 1;
    binding.sampleMask(header, out, each, null);
  };
}
