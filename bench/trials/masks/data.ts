// The parameters of the masks that are compared: of element i alpha = 0.05 + 0.9 frac(i phi) with the golden ratio phi,
// evenly spread without a pattern that a processor could learn; sigma and log a of the same variance or odds.

export interface MaskData {
  readonly size: number;
  readonly alpha: Float32Array;
  readonly sigma: Float32Array;
  readonly location: Float32Array;
}

export const oneAlpha = 0.3;
const golden = 0.6180339887498949;

export function maskData(size: number): MaskData {
  const alpha = new Float32Array(size);
  const sigma = new Float32Array(size);
  const location = new Float32Array(size);
  for (let i = 0; i < size; ++i) {
    alpha[i] = 0.05 + 0.9 * ((i * golden) % 1);
    const odds = (alpha[i] as number) / (1 - (alpha[i] as number));
    sigma[i] = 1 / Math.sqrt(odds);
    location[i] = Math.log(odds);
  }
  return { size, alpha, sigma, location };
}

export function meanOf(mask: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < mask.length; ++i) sum += mask[i] as number;
  return sum / mask.length;
}

/** The share of ones among `size` packed bits. */
export function meanOfBits(bits: Uint8Array, size: number): number {
  let count = 0;
  for (let byte of bits) for (; byte > 0; byte >>= 1) count += byte & 1;
  return count / size;
}

/**
 * Throws unless two masks of this size that are drawn alike could have these means: elements have variances below 2.3 on
 * average, so that their difference has a standard error below 2.2 / sqrt(size); six of these are allowed.
 */
export function requireSameMean(name: string, mean: number, ours: number, size: number): void {
  if (Math.abs(mean - ours) <= 13 / Math.sqrt(size)) return;
  throw new Error(
    `masks of ${name} have the mean ${mean}, those of flipside ${ours}: they are not the same kind`,
  );
}
