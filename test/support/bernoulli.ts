// Whole ranges of Bernoulli masks as native/random/address.h defines them: masks.ts in bulk, for long ranges.
import { domains } from "./masks.ts";
import { native } from "./native.ts";

export type Format = "float32" | "float64" | "uint8" | "bits";
export const formats: readonly Format[] = ["float32", "float64", "uint8", "bits"];
export type Drawn = Float32Array | Float64Array | Uint8Array;
const arrays = { float32: Float32Array, float64: Float64Array, uint8: Uint8Array, bits: Uint8Array };

export const address = { seed: 7n, stream: 3n };

function words(domain: keyof typeof domains, firstBlock: bigint, blocks: number): Uint32Array {
  const out = new Uint32Array(4 * blocks);
  native.philox(address.seed, address.stream, (domains[domain] << 56n) + firstBlock, out);
  return out;
}

/** W of elements first, first + 1, ...: the 16 bits that decide all but the ties. */
export function elementwiseWords(first: number, count: number): Uint16Array {
  const skip = first % 8;
  const drawn = words("elementwise", BigInt((first - skip) / 8), Math.ceil((skip + count) / 8));
  const own = new Uint16Array(count);
  for (let i = 0, j = skip; i < count; ++i, ++j) own[i] = (drawn[j >> 1] as number) >>> (16 * (j % 2));
  return own;
}

/** 1 where an element is kept, each with its own alpha. */
export function keptEach(first: number, alpha: ArrayLike<number>): Uint8Array {
  const kept = new Uint8Array(alpha.length);
  elementwiseWords(first, alpha.length).forEach((word, i) => {
    const threshold = (alpha[i] as number) * 2 ** 16;
    if (word !== Math.floor(threshold)) {
      kept[i] = word < threshold ? 1 : 0;
    } else {
      const [w0 = NaN, w1 = NaN] = words("refinement", BigInt(first) + BigInt(i), 1);
      kept[i] = (w1 % 2 ** 16) * 2 ** 32 + w0 < Math.floor((threshold - word) * 2 ** 48) ? 1 : 0;
    }
  });
  return kept;
}

/** The same with one alpha for all. */
export function keptAll(first: number, count: number, alpha: number): Uint8Array {
  if (alpha === 1) return new Uint8Array(count).fill(1);
  const upper = Math.floor(alpha * 2 ** 32);
  const halves = [upper, Math.floor((alpha * 2 ** 32 - upper) * 2 ** 32)] as const;
  const skip = first % 512;
  const planes = words("uniformBits", BigInt((first - skip) / 2), 256 * Math.ceil((skip + count) / 512));
  return Uint8Array.from({ length: count }, (_, i) => {
    const lane = (skip + i) % 512;
    const group = 1024 * Math.floor((skip + i) / 512);
    for (let k = 0; k < 64; ++k) {
      const word = planes[group + 16 * k + (lane >> 5)] as number;
      const wanted = ((halves[k >> 5] as number) >>> (31 - (k % 32))) & 1;
      const bit = (word >>> (lane % 32)) & 1;
      if (bit !== wanted) return wanted;
    }
    return 0;
  });
}

/** What a mask scaled by 1 / alpha, or one of ones, holds in a format. */
export function valuesOf(
  kept: Uint8Array,
  alpha: number | Float32Array | Float64Array,
  format: Format,
  scaled: boolean,
): Drawn {
  if (format === "uint8") return kept;
  if (format === "bits") {
    const bytes = new Uint8Array(Math.ceil(kept.length / 8));
    kept.forEach((keep, i) => {
      bytes[i >> 3] = (bytes[i >> 3] as number) | (keep << (i & 7));
    });
    return bytes;
  }
  const out = format === "float32" ? new Float32Array(kept.length) : new Float64Array(kept.length);
  kept.forEach((keep, i) => {
    const own = typeof alpha === "number" ? alpha : (alpha[i] as number);
    if (keep === 1) out[i] = scaled ? 1 / own : 1;
  });
  return out;
}

export interface Range {
  first: number;
  count: number;
  alpha: number | Float32Array | Float64Array;
  format: Format;
  scaled?: boolean;
  /** Where in memory the mask begins, in elements. */
  misaligned?: number;
}

/** What the addon draws, with nothing written before or after it. */
export function draw({ first, count, alpha, format, scaled = true, misaligned = 0 }: Range): Drawn {
  const length = format === "bits" ? Math.ceil(count / 8) : count;
  const memory = new arrays[format](misaligned + length + 9).fill(77);
  const out = memory.subarray(misaligned, misaligned + length);
  const [single, each] = typeof alpha === "number" ? [alpha, null] : [Number.NaN, alpha];
  const header = Float64Array.from({ length: 19 }, () => 0);
  header.set([scaled ? 0 : 1, format === "bits" ? 1 : 0, count]);
  header.set([Number(address.seed), 0, Number(address.stream), 0, first, single], 3);
  native.sampleMask(header, out, each, null);
  const around = [...memory.subarray(0, misaligned), ...memory.subarray(misaligned + length)];
  if (around.some((value) => value !== 77)) throw new Error(`written beyond the mask: ${around}`);
  return out;
}
