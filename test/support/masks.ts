// Masks as native/random/address.h defines them, once more: one element at a time, from the blocks of Philox, with
// bigints for what is exact and Math for what is not.
import { native } from "./native.ts";

export interface Place {
  seed: bigint;
  stream: bigint;
  /** The number of the element. */
  element: bigint;
}

export const domains = { elementwise: 1n, refinement: 2n, uniformBits: 3n, normal: 4n, hardConcrete: 5n };

function block({ seed, stream }: Place, domain: keyof typeof domains, index: bigint): bigint[] {
  const words = new Uint32Array(4);
  native.philox(seed, stream, (domains[domain] << 56n) + index, words);
  return Array.from(words, BigInt);
}

const at = (words: bigint[], index: bigint) => words[Number(index)] as bigint;

/** floor(alpha 2^64), exact; every element is below that of alpha = 1. */
function threshold(alpha: number): bigint {
  const high = Math.floor(alpha * 2 ** 32);
  return (BigInt(high) << 32n) + BigInt(Math.floor((alpha * 2 ** 32 - high) * 2 ** 32));
}

/** Whether an element is kept when each has its own alpha. */
export function keptElementwise(place: Place, alpha: number): boolean {
  const i = place.element;
  const pair = at(block(place, "elementwise", i / 8n), (i % 8n) / 2n);
  const word = (pair >> (16n * (i % 2n))) & 0xffffn;
  const [w0, w1] = block(place, "refinement", i) as [bigint, bigint];
  return (word << 48n) + ((w1 & 0xffffn) << 32n) + w0 < threshold(alpha);
}

/** The 64 bits U that one alpha for all is compared with. */
export function uniformNumber(place: Place): bigint {
  const lane = place.element % 512n;
  let u = 0n;
  for (let k = 0n; k < 64n; ++k) {
    const words = block(place, "uniformBits", 256n * (place.element / 512n) + 4n * k + lane / 128n);
    u = 2n * u + ((at(words, (lane % 128n) / 32n) >> (lane % 32n)) & 1n);
  }
  return u;
}

/** Whether an element is kept when all have the same alpha. */
export function keptUniform(place: Place, alpha: number): boolean {
  return uniformNumber(place) < threshold(alpha);
}

/** The standard normal number of an element, to a few units in the last place of itself. */
export function normal(place: Place): number {
  const i = place.element;
  const words = block(place, "normal", i / 4n);
  const j = (i % 4n) & ~1n;
  const u = (Number(at(words, j)) + 0.5) * 2 ** -32;
  // ln u without cancellation next to 1
  const log = u < 0.5 ? Math.log(u) : Math.log1p(-(2 ** 32 - 0.5 - Number(at(words, j))) * 2 ** -32);
  const radius = Math.sqrt(-2 * log);
  // Quarter turns are exact, so that a small sine or cosine is that of a small angle.
  const turn = Number(at(words, j + 1n));
  const quarters = Math.round(turn / 2 ** 30);
  const angle = 2 * Math.PI * ((turn - quarters * 2 ** 30) * 2 ** -32);
  const axes = [Math.cos(angle), -Math.sin(angle), -Math.cos(angle), Math.sin(angle)];
  return radius * (axes[(quarters + (i % 2n === 0n ? 0 : 3)) % 4] as number);
}

/** ln u - ln(1 - u) of an element of a hard concrete mask. */
export function logit(place: Place): number {
  const word = Number(at(block(place, "hardConcrete", place.element / 4n), place.element % 4n));
  return Math.log((word + 0.5) / (2 ** 32 - 0.5 - word));
}

/** The hard concrete number s of an element with the location log a. */
export function hardConcrete(
  place: Place,
  logA: number,
  { beta = 2 / 3, gamma = -0.1, zeta = 1.1 } = {},
): number {
  const s = 1 / (1 + Math.exp(-(logit(place) + logA) / beta));
  return Math.min(1, Math.max(0, gamma + (zeta - gamma) * s));
}
