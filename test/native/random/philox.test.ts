// Philox4x32-10 against the vectors published with Random123, and against itself written once more with bigints.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../../support/failures.ts";
import { native } from "../../support/native.ts";
import { check } from "../../support/property.ts";

const word = (1n << 32n) - 1n;
const all = (1n << 64n) - 1n;

function words(seed: bigint, stream: bigint, block: bigint, count: number): number[] {
  const out = new Uint32Array(count);
  native.philox(seed, stream, block, out);
  return Array.from(out);
}

/** One block, straight from the paper: ten rounds of two products and a key that steps by constants. */
function reference(seed: bigint, stream: bigint, block: bigint): number[] {
  let x = [block & word, block >> 32n, stream & word, stream >> 32n] as [bigint, bigint, bigint, bigint];
  let [k0, k1] = [seed & word, seed >> 32n];
  for (let round = 0; round < 10; ++round) {
    const p0 = 0xd2511f53n * x[0];
    const p1 = 0xcd9e8d57n * x[2];
    x = [(p1 >> 32n) ^ x[1] ^ k0, p1 & word, (p0 >> 32n) ^ x[3] ^ k1, p0 & word];
    k0 = (k0 + 0x9e3779b9n) & word;
    k1 = (k1 + 0xbb67ae85n) & word;
  }
  return x.map(Number);
}

describe("known answers", () => {
  test.each([
    ["zeros", 0n, 0n, 0n, [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    ["ones", all, all, all, [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [
      "digits of pi",
      0x299f31d0a4093822n,
      0x0370734413198a2en,
      0x85a308d3243f6a88n,
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("%s", (_, seed, stream, block, wanted) => {
    expect(words(seed, stream, block, 4)).toEqual(wanted);
    expect(reference(seed, stream, block)).toEqual(wanted);
  });
});

test("any block of any stream and seed", () => {
  const any = fc.bigInt({ min: 0n, max: all });
  check(
    300,
    fc.property(any, any, any, (seed, stream, block) => {
      expect(words(seed, stream, block, 4)).toEqual(reference(seed, stream, block));
    }),
  );
});

test("a range is the same however it is cut, across the carry of the counter too", () => {
  for (const first of [0n, word - 3n, all - 3n]) {
    const whole = words(7n, 8n, first, 32);
    for (let k = 0; k < 8; ++k) {
      const block = (first + BigInt(k)) & all;
      expect(words(7n, 8n, block, 4)).toEqual(whole.slice(4 * k, 4 * k + 4));
      expect(reference(7n, 8n, block)).toEqual(whole.slice(4 * k, 4 * k + 4));
    }
    for (const count of [0, 1, 2, 3, 5, 31])
      expect(words(7n, 8n, first, count)).toEqual(whole.slice(0, count));
  }
});

test("writes no further than the array", () => {
  const memory = new Uint32Array(12).fill(5);
  native.philox(0n, 0n, 0n, memory.subarray(3, 9));
  expect(Array.from(memory.subarray(0, 3)).concat(Array.from(memory.subarray(9)))).toEqual([
    5, 5, 5, 5, 5, 5,
  ]);
  expect(Array.from(memory.subarray(3, 9))).toEqual(words(0n, 0n, 0n, 6));
});

test("what is no word", () => {
  const out = new Uint32Array(4);
  const philox = loose(native.philox);
  expectFailure(() => philox(1, 0n, 0n, out), "INVALID_ARGUMENT", "seed must be a bigint");
  expectFailure(() => philox(0n, -1n, 0n, out), "OUT_OF_RANGE", "stream must be a bigint from 0n");
  expectFailure(() => philox(0n, 0n, 1n << 64n, out), "OUT_OF_RANGE", "block must be a bigint from 0n");
  expectFailure(() => philox(0n, 0n, 0n, new Int32Array(4)), "INVALID_ARGUMENT", "out must be a Uint32Array");
});
