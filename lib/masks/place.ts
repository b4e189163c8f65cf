import { requireNumber } from "../checks.js";
import { expected } from "../errors.js";
import type { Given } from "./given.js";

/** Which random numbers a mask is made of. */
export interface Place {
  readonly seed: number | bigint;
  readonly stream: number | bigint;
  readonly offset: number;
}

const wholeRange = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true };
const half = 2 ** 32;

export function readPlace(given: Given): Place {
  return {
    seed: readKey("seed", given.seed),
    stream: readKey("stream", given.stream),
    offset: given.offset === undefined ? 0 : requireNumber("offset", given.offset, wholeRange),
  };
}

function readKey(name: string, value: unknown): number | bigint {
  if (value === undefined) return 0;
  if (typeof value === "number") return requireNumber(name, value, wholeRange);
  if (typeof value !== "bigint") {
    throw expected(name, "an integer >= 0 and < 2^53, or a bigint >= 0n and < 2^64", value);
  }
  if (BigInt.asUintN(64, value) === value) return value;
  throw expected(name, "a bigint >= 0n and < 2^64", value, "OUT_OF_RANGE");
}

/** The 32 lower bits. */
export function low(key: number | bigint): number {
  return typeof key === "number" ? key >>> 0 : Number(BigInt.asUintN(32, key));
}

/** The 32 upper bits. */
export function high(key: number | bigint): number {
  return typeof key === "number" ? Math.floor(key / half) : Number(key >> 32n);
}
