// Which masks are tested.
import type { Binding } from "../../binding.js";
import { testPair, testSequence } from "./battery.ts";
import { type MaskDescription, maskSequence, tieSequence } from "./draws.ts";
import { countTest, type Outcome } from "./outcome.ts";
import { pieceLength } from "./standardise.ts";

export interface Case {
  readonly name: string;
  run(total: number, progress?: (share: number) => void): Outcome[];
}

type Mask = Omit<MaskDescription, "seed" | "stream">;

// Not near 0 or 1, where sums of products are far from normal; those are counted below.
const alphas = [0.06, 0.1, 0.125, 0.2, 0.3, 1 / 3, 0.45, 0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.875, 0.9, 0.94];
const sigmas = [0.05, 0.5, 1, 3];
const locations = [-1, 0, 0.8, 2];
const wide = { beta: 0.5, gamma: -0.2, zeta: 1.3 };
const [b, g, h] = ["bernoulli", "gaussian", "hardConcrete"] as const;
/** Shortly before the number of the block needs a second word of 32 bits. */
const beforeCarry = (exponent: number) => 2 ** exponent - 2 ** 19;

const masks: Record<string, Mask> = {
  "Bernoulli, α each, float32, scaled": {
    kind: b,
    format: "float32",
    parameters: alphas,
    each: true,
    scaled: true,
    first: beforeCarry(35),
  },
  "Bernoulli, α each, float64, scaled": {
    kind: b,
    format: "float64",
    parameters: alphas,
    each: true,
    scaled: true,
  },
  "Bernoulli, α each, float32": { kind: b, format: "float32", parameters: alphas, each: true },
  "Bernoulli, α each, float64": { kind: b, format: "float64", parameters: alphas, each: true },
  "Bernoulli, α each, bytes": { kind: b, format: "uint8", parameters: alphas, each: true },
  "Bernoulli, α each, bits": { kind: b, format: "bits", parameters: alphas, each: true },
  "Bernoulli, α each = 0.5, bits": { kind: b, format: "bits", parameters: [0.5], each: true },
  "Bernoulli, α each = 0.3, bits": { kind: b, format: "bits", parameters: [0.3], each: true },
  "Bernoulli, α each = 0.7, float32, scaled": {
    kind: b,
    format: "float32",
    parameters: [0.7],
    each: true,
    scaled: true,
  },
  "Bernoulli, one α = 0.3, float32, scaled": { kind: b, format: "float32", parameters: [0.3], scaled: true },
  "Bernoulli, one α = 0.9, float64, scaled": { kind: b, format: "float64", parameters: [0.9], scaled: true },
  "Bernoulli, one α = 0.6, float32": { kind: b, format: "float32", parameters: [0.6] },
  "Bernoulli, one α = 1/3, float64": { kind: b, format: "float64", parameters: [1 / 3] },
  "Bernoulli, one α = 0.1, bytes": { kind: b, format: "uint8", parameters: [0.1] },
  "Bernoulli, one α = 0.5, bits": { kind: b, format: "bits", parameters: [0.5], first: beforeCarry(33) },
  "Bernoulli, one α = 0.3, bits": { kind: b, format: "bits", parameters: [0.3] },
  "Bernoulli, one α = 1/16, bits": { kind: b, format: "bits", parameters: [1 / 16] },
  "Gaussian, σ = 1, float32": { kind: g, format: "float32", parameters: [1], first: beforeCarry(34) },
  "Gaussian, σ = 0.5, float64": { kind: g, format: "float64", parameters: [0.5] },
  "Gaussian, σ each, float32": { kind: g, format: "float32", parameters: sigmas, each: true },
  "Gaussian, σ each, float64": { kind: g, format: "float64", parameters: sigmas, each: true },
  "Hard concrete, log a = 0, float32": {
    kind: h,
    format: "float32",
    parameters: [0],
    first: beforeCarry(34),
  },
  "Hard concrete, log a = 0.7, float64": { kind: h, format: "float64", parameters: [0.7] },
  "Hard concrete, log a each, float32": { kind: h, format: "float32", parameters: locations, each: true },
  "Hard concrete, log a each, float64": { kind: h, format: "float64", parameters: locations, each: true },
  "Hard concrete, one log a = 0.5, bits": { kind: h, format: "bits", parameters: [0.5] },
  "Hard concrete, log a each, bytes": { kind: h, format: "uint8", parameters: locations, each: true },
  "Hard concrete, β = 1/2, γ = −0.2, ζ = 1.3": {
    kind: h,
    format: "float64",
    parameters: [-0.5],
    shape: wide,
  },
};

/** Sequences by themselves. */
export function sequenceCases(native: Binding, seed: bigint): Case[] {
  const drawn = Object.entries(masks).map(
    ([name, mask], k): Case => ({
      name,
      run: (total, progress) => {
        const place = { seed, stream: BigInt(k) };
        return testSequence(maskSequence(name, { ...mask, ...place }, total), total, progress);
      },
    }),
  );
  const ties = [0.5, 0.3].map((share, k): Case => {
    const name = `Bernoulli, ties of 16 bits, kept ${share}`;
    const place = { seed, stream: BigInt(100 + k) };
    return {
      name,
      run: (total, progress) => testSequence(tieSequence(native, name, share, place, total), total, progress),
    };
  });
  return [...drawn, ...ties, countCase(seed, false), countCase(seed, true)];
}

const ulp = 2 ** -16;
const extremes = [ulp / 16, ulp / 2, ulp, 1.5 * ulp, 2.5 * ulp, 0.001, 0.5 + ulp / 2].flatMap((alpha) => [
  alpha,
  1 - alpha,
]);

/** Keep probabilities near 0 and 1 and beside multiples of 2^-16, by exact binomial tails. */
function countCase(seed: bigint, each: boolean): Case {
  const name = `Bernoulli, ${each ? "α each" : "one α"}, near 0, 1 and 16 bits`;
  const mask = (parameters: number[], stream: number): MaskDescription => ({
    kind: "bernoulli",
    format: "uint8",
    parameters,
    each,
    seed,
    stream: BigInt(stream),
  });
  const run = (total: number, progress: (share: number) => void = () => {}) => {
    const kept = new Float64Array(extremes.length);
    const trials = new Float64Array(extremes.length);
    // One parameter for all: as many draws of each, in turn.
    const groups = each ? [extremes] : extremes.map((alpha) => [alpha]);
    groups.forEach((parameters, k) => {
      const groupTotal = Math.floor(total / groups.length);
      const sequence = maskSequence(name, mask(parameters, 200 + k), groupTotal);
      for (let done = 0; done < groupTotal; done += pieceLength) {
        const count = Math.min(pieceLength, groupTotal - done);
        const values = sequence.draw(done, count);
        for (let i = 0; i < count; ++i) {
          const level = sequence.levels?.[i] ?? k;
          kept[level] = (kept[level] as number) + (values[i] as number);
          trials[level] = (trials[level] as number) + 1;
        }
        progress((k + (done + count) / groupTotal) / groups.length);
      }
    });
    return extremes.map((alpha, k) =>
      countTest(`kept at α = ${alpha.toPrecision(9)}`, kept[k] as number, trials[k] as number, alpha),
    );
  };
  return { name, run };
}

const paired: Record<string, Mask> = {
  "Bernoulli, α each": { kind: b, format: "uint8", parameters: [0.3], each: true },
  "Bernoulli, one α": { kind: b, format: "uint8", parameters: [0.3] },
  Gaussian: { kind: g, format: "float32", parameters: [1] },
  "Hard concrete": { kind: h, format: "float32", parameters: [0] },
};

/** Pairs of sequences at equal places of different seeds, streams, ranges and kinds. */
export function pairCases(seed: bigint): Case[] {
  const stream = 1000n;
  const here = { seed, stream, first: 0 };
  const others = {
    "stream t + 1": { ...here, stream: stream + 1n },
    "stream t + 2^32": { ...here, stream: stream + 2n ** 32n },
    "seed s + 1": { ...here, seed: seed + 1n },
    "seed s + 2^32": { ...here, seed: seed + 2n ** 32n },
    "seed and stream exchanged": { ...here, seed: stream, stream: seed },
    "elements from 2^30": { ...here, first: 2 ** 30 },
    "elements from 2^34": { ...here, first: 2 ** 34 },
    "elements from 2^35": { ...here, first: 2 ** 35 },
    "elements from 2^52": { ...here, first: 2 ** 52 },
  };
  const pair = (name: string, one: MaskDescription, other: MaskDescription): Case => ({
    name,
    run: (total, progress) => {
      const a = maskSequence(name, one, total);
      return testPair(a, maskSequence(name, other, total), total, progress);
    },
  });
  const entries = Object.entries(paired);
  const places = entries.flatMap(([kind, mask]) =>
    Object.entries(others).map(([name, there]) =>
      pair(`${kind}: ${name}`, { ...mask, ...here }, { ...mask, ...there }),
    ),
  );
  const kinds = entries.flatMap(([one, mask], k) =>
    entries
      .slice(k + 1)
      .map(([other, otherMask]) =>
        pair(`${one} and ${other} at one place`, { ...mask, ...here }, { ...otherMask, ...here }),
      ),
  );
  return [...places, ...kinds];
}
