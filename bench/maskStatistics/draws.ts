// Masks as sequences for the tests.
import { type MaskFormat, type MaskKind, sampleMask } from "flipside";
import type { Binding } from "../../binding.js";
import { bernoulliLaw, gaussianLaw, hardConcreteLaw, type Law, louizos, type Shape } from "./laws.ts";
import { pieceLength, type Sequence, type Values } from "./standardise.ts";

export interface MaskDescription {
  readonly kind: MaskKind;
  readonly format: MaskFormat;
  /** Keep probabilities, standard deviations or locations. */
  readonly parameters: readonly number[];
  /** Each element has its own parameter, one of them at random; without, parameters[0] is that of all. */
  readonly each?: boolean;
  /** Bernoulli: 1 / alpha for what is kept. */
  readonly scaled?: boolean;
  /** Hard concrete. */
  readonly shape?: Shape;
  readonly seed: bigint;
  readonly stream: bigint;
  readonly first?: number;
}

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export function maskSequence(name: string, mask: MaskDescription, total: number): Sequence {
  const { kind, format, each = false, scaled = false, shape = louizos, seed, stream, first = 0 } = mask;
  const single = format === "float32";
  const rounded = each && single ? mask.parameters.map(Math.fround) : mask.parameters;
  const laws = rounded.map((parameter) => lawOf(mask, parameter));
  const length = Math.min(total, pieceLength);
  const levels = randomLevels(each ? length : 0, laws.length);
  const parameters: Floats = single ? new Float32Array(levels.length) : new Float64Array(levels.length);
  for (let i = 0; i < levels.length; ++i) parameters[i] = rounded[levels[i] as number] as number;
  const out = memory(format, length);
  const draw = (from: number, count: number): Values => {
    const view = out.subarray(0, format === "bits" ? Math.ceil(count / 8) : count);
    const parameter = each ? parameters.subarray(0, count) : (rounded[0] as number);
    const place = { format, seed, stream, offset: from, out: view, ...(each ? {} : { length: count }) };
    if (kind === "bernoulli") sampleMask({ kind, keepProbability: parameter, scaled, ...place });
    else if (kind === "gaussian") sampleMask({ kind, standardDeviation: parameter, ...place });
    else sampleMask({ kind, location: parameter, ...shape, ...place });
    return format === "bits" ? unpacked(view as Uint8Array, count) : view;
  };
  const gaussian = kind === "gaussian";
  return { name, laws, first, gaussian, draw, ...(each ? { levels } : {}) };
}

/**
 * Bernoulli draws that the first 16 bits leave open: alpha_i = (W_i + share) / 2^16 with the W_i of
 * native/random/address.h. Given W, an element is kept with probability `share`.
 */
export function tieSequence(
  native: Binding,
  name: string,
  share: number,
  { seed, stream }: { seed: bigint; stream: bigint },
  total: number,
): Sequence {
  const length = Math.min(total, pieceLength);
  const words = new Uint32Array(length / 2 + 8);
  const halves = new Uint16Array(words.buffer);
  const alpha = new Float64Array(length);
  const out = new Uint8Array(length);
  const draw = (first: number, count: number): Values => {
    const block = Math.floor(first / 8);
    native.philox(seed, stream, (1n << 56n) + BigInt(block), words);
    for (let i = 0; i < count; ++i) alpha[i] = ((halves[first - 8 * block + i] as number) + share) / 65536;
    const keepProbability = alpha.subarray(0, count);
    sampleMask({ keepProbability, scaled: false, seed, stream, offset: first, out: out.subarray(0, count) });
    return out;
  };
  return { name, laws: [bernoulliLaw(share)], first: 0, draw };
}

function lawOf({ kind, format, scaled = false, shape = louizos }: MaskDescription, parameter: number): Law {
  if (kind === "bernoulli") return bernoulliLaw(parameter, scaled ? 1 / parameter : 1);
  if (kind === "gaussian") return gaussianLaw(parameter);
  const law = hardConcreteLaw(parameter, shape);
  const kept = 1 - (law.probabilities[0] as number);
  return format === "uint8" || format === "bits" ? bernoulliLaw(kept) : law;
}

function memory(format: MaskFormat, length: number): Floats | Uint8Array<ArrayBuffer> {
  if (format === "float32") return new Float32Array(length);
  if (format === "float64") return new Float64Array(length);
  return new Uint8Array(format === "bits" ? Math.ceil(length / 8) : length);
}

function unpacked(bits: Uint8Array, count: number): Uint8Array {
  const values = new Uint8Array(count);
  for (let i = 0; i < count; ++i) values[i] = ((bits[i >> 3] as number) >> (i & 7)) & 1;
  return values;
}

/** Marsaglia's xorshift of 32 bits: anything but the generator under test. */
export function randomLevels(length: number, count: number): Uint8Array {
  const levels = new Uint8Array(length);
  let state = 2463534242;
  for (let i = 0; i < length; ++i) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    levels[i] = ((state >>> 8) * count) / 2 ** 24;
  }
  return levels;
}
