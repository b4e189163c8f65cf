// sampleMask against the definition of every draw (test/support/masks.ts), and what its options mean.
import { applyMask, type MaskFormat, type MaskOptions, penalties, sampleKept, sampleMask } from "flipside";
import { describe, expect, test } from "vitest";
import { hardConcrete, keptElementwise, keptUniform, normal } from "../support/masks.ts";

const place = { seed: 7, stream: 3, offset: 2 ** 34 + 5 };
const at = (i: number) => ({ seed: 7n, stream: 3n, element: BigInt(place.offset + i) });
const count = 300;
const each = Float64Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 100);
const indices = Array.from({ length: count }, (_, i) => i);

const ones = (bits: Uint8Array, length: number) =>
  Array.from({ length }, (_, i) => ((bits[i >> 3] as number) >> (i & 7)) & 1);

describe("the draws", () => {
  test("of bernoulli masks, scaled and not, in every format", () => {
    const kept = indices.map((i) => Number(keptUniform(at(i), 0.3)));
    const options = { keepProbability: 0.3, length: count, ...place } as const;
    expect(Array.from(sampleMask({ ...options, format: "float64" }))).toEqual(kept.map((k) => k / 0.3));
    expect(sampleMask(options)).toEqual(Float32Array.from(kept, (k) => k / 0.3));
    expect(Array.from(sampleMask({ ...options, scaled: false }))).toEqual(kept);
    expect(sampleMask({ ...options, format: "uint8" })).toEqual(Uint8Array.from(kept));
    const bits = sampleMask({ ...options, format: "bits" });
    expect(bits.length).toBe(Math.ceil(count / 8));
    expect(ones(bits, 8 * bits.length)).toEqual([...kept, ...new Array(8 * bits.length - count).fill(0)]);
  });

  test("of bernoulli masks with a keep probability each, given as any array", () => {
    const expected = Array.from(each, (alpha, i) => (keptElementwise(at(i), alpha) ? 1 / alpha : 0));
    const keepProbability = Array.from(each);
    expect(Array.from(sampleMask({ keepProbability, format: "float64", ...place }))).toEqual(expected);
    expect(sampleMask({ keepProbability: each, ...place })).toEqual(Float32Array.from(expected));
    const whole = Uint8Array.of(0, 1, 1, 0);
    expect(Array.from(sampleMask({ keepProbability: whole }))).toEqual([0, 1, 1, 0]);
    const inResizable = new Float64Array(new ArrayBuffer(32, { maxByteLength: 64 }));
    expect(Array.from(sampleMask({ keepProbability: inResizable }))).toEqual([0, 0, 0, 0]);
  });

  test("of gaussian and hard concrete masks", () => {
    const gaussian = sampleMask({ kind: "gaussian", standardDeviation: each, format: "float64", ...place });
    const location = each.map((value) => 8 * value - 4);
    const shape = { beta: 0.5, gamma: -0.2, zeta: 1.3 };
    const gates = sampleMask({ kind: "hardConcrete", location, format: "float64", ...shape, ...place });
    const single = sampleMask({ kind: "hardConcrete", location: 0.5, length: count, ...place });
    for (const i of indices) {
      expect(gaussian[i]).toBeCloseTo(1 + (each[i] as number) * normal(at(i)), 12);
      expect(gates[i]).toBeCloseTo(hardConcrete(at(i), location[i] as number, shape), 12);
      expect(single[i]).toBeCloseTo(hardConcrete(at(i), 0.5), 5);
    }
  });

  test.each([0, 5, 2 ** 32, 2 ** 53 - 1, 2n ** 64n - 1n, 2n ** 40n + 1n])(
    "of the seed and stream %s",
    (key) => {
      const drawn = (seed: number | bigint, stream: number | bigint) =>
        sampleMask({ keepProbability: 0.5, length: 64, format: "uint8", seed, stream });
      for (const [seed, stream] of [
        [key, 0],
        [0, key],
      ] as const) {
        const kept = indices.slice(0, 64).map((i) => {
          const element = { seed: BigInt(seed), stream: BigInt(stream), element: BigInt(i) };
          return Number(keptUniform(element, 0.5));
        });
        expect(Array.from(drawn(seed, stream))).toEqual(kept);
      }
    },
  );
});

const kinds: Record<string, MaskOptions> = {
  "one keep probability": { keepProbability: 0.4, length: 1000 },
  "a keep probability each": { keepProbability: new Float32Array(1000).fill(0.4) },
  gaussian: { kind: "gaussian", standardDeviation: 0.7, length: 1000 },
  "hard concrete": { kind: "hardConcrete", location: new Float64Array(1000).fill(0.3) },
};

describe.each(Object.entries(kinds))("%s", (_, options) => {
  const whole = sampleMask({ ...options, seed: 9 });

  test.each([1, 7, 128, 513])("the same numbers in cuts of %d", (size) => {
    const parts: number[] = [];
    const array = (options.keepProbability ?? options.location) as Float32Array | undefined;
    for (let offset = 0; offset < 1000; offset += size) {
      const length = Math.min(size, 1000 - offset);
      const own =
        typeof array === "object"
          ? { [options.location ? "location" : "keepProbability"]: array.subarray(offset, offset + length) }
          : { length };
      parts.push(...sampleMask({ ...options, ...own, seed: 9, offset }));
    }
    expect(Float32Array.from(parts)).toEqual(whole);
  });

  test("float64 is the same draw", () => {
    const double = sampleMask({ ...options, seed: 9, format: "float64" });
    double.forEach((value, i) => {
      expect(Math.abs((whole[i] as number) - value)).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)));
    });
  });
});

test("the types of results and what they refuse, which tsc checks", () => {
  const half = { keepProbability: 0.5, length: 8 };
  const single: Float32Array = sampleMask(half);
  const double: Float64Array = sampleMask({ ...half, format: "float64" });
  const bits: Uint8Array = sampleMask({ ...half, format: "bits" });
  const same: Float64Array = sampleMask({ ...half, out: double });
  // @ts-expect-error the result is a Float32Array
  const other: Float64Array = sampleMask(half);
  // @ts-expect-error no such option
  expect(() => sampleMask({ ...half, sed: 1 })).toThrow("sed");
  // @ts-expect-error out is of another kind
  expect(() => sampleMask({ ...half, format: "float32", out: double })).toThrow("out");
  const product: Float32Array = applyMask({ ...half, weights: single });
  const doubles: Float64Array = applyMask({
    keepProbability: 1,
    weights: { data: [1, 2], rows: 1, columns: 2 },
  });
  expect([other.length, bits.length, product.length, doubles.length, same === double]).toEqual([
    8,
    1,
    8,
    2,
    true,
  ]);
});

describe("where a mask goes", () => {
  const formats: [MaskFormat | undefined, Float32Array | Float64Array | Uint8Array][] = [
    [undefined, new Float32Array(20)],
    ["float32", new Float32Array(20)],
    [undefined, new Float64Array(20)],
    ["float64", new Float64Array(20)],
    [undefined, new Uint8Array(20)],
    ["uint8", new Uint8Array(20)],
    ["bits", new Uint8Array(3)],
  ];

  test.each(formats)("format %s into a given array", (format, out) => {
    out.fill(77);
    const options = { keepProbability: 0.5, length: 20, seed: 4, format };
    expect(sampleMask({ ...options, out })).toBe(out);
    const own = { Float32Array: "float32", Float64Array: "float64", Uint8Array: "uint8" } as const;
    const fresh = sampleMask({
      ...options,
      format: format ?? own[out.constructor.name as keyof typeof own],
    });
    expect(out).toEqual(fresh);
  });

  test("its length is that of out", () => {
    const out = new Float32Array(33);
    expect(sampleMask({ keepProbability: 1, out })).toEqual(new Float32Array(33).fill(1));
    expect(sampleMask({ keepProbability: 1, out: new Uint8Array(3), format: "bits" })).toEqual(
      Uint8Array.of(255, 255, 255),
    );
  });

  test("a part of a buffer, and nothing beside it", () => {
    const buffer = new Float64Array(40).fill(-1);
    const out = new Float64Array(buffer.buffer, 80, 20);
    sampleMask({ keepProbability: 0.5, out, seed: 4 });
    expect(out).toEqual(sampleMask({ keepProbability: 0.5, length: 20, format: "float64", seed: 4 }));
    expect([...buffer.subarray(0, 10), ...buffer.subarray(30)]).toEqual(new Array(20).fill(-1));
  });

  test("over its own parameters, wholly or in part", () => {
    const fresh = sampleMask({ keepProbability: each, format: "float64", seed: 4 });
    const same = each.slice();
    expect(sampleMask({ keepProbability: same, out: same, seed: 4 })).toEqual(fresh);
    for (const shift of [1, 8]) {
      const buffer = new Float64Array(count + shift);
      const alpha = buffer.subarray(shift);
      alpha.set(each);
      expect(sampleMask({ keepProbability: alpha, out: buffer.subarray(0, count), seed: 4 })).toEqual(fresh);
    }
    const bytes = new Uint8Array(each.slice().buffer, 0, count);
    const kept = sampleMask({ keepProbability: new Float64Array(bytes.buffer), out: bytes, seed: 4 });
    expect(Array.from(kept)).toEqual(Array.from(fresh, (value) => Number(value !== 0)));
  });

  test("an empty mask", () => {
    expect(sampleMask({ keepProbability: 0.5, length: 0 })).toEqual(new Float32Array(0));
    expect(sampleMask({ keepProbability: [], format: "bits" })).toEqual(new Uint8Array(0));
    const out = new Float64Array(0);
    expect(sampleMask({ kind: "gaussian", standardDeviation: 1, out })).toBe(out);
    expect(sampleKept({ keepProbability: [] })).toEqual(new Uint32Array(0));
  });
});

describe("at the ends", () => {
  test("of the keep probability", () => {
    const ends = [0, 1, 5e-324, 1 - 2 ** -53];
    const drawn = sampleMask({ keepProbability: ends, format: "float64" });
    expect(Array.from(drawn)).toEqual([0, 1, 0, 1 / (1 - 2 ** -53)]);
    expect(new Set(sampleMask({ keepProbability: 0, length: 1000 }))).toEqual(new Set([0]));
    expect(new Set(sampleMask({ keepProbability: 1, length: 1000 }))).toEqual(new Set([1]));
  });

  test("of the standard deviation and the location", () => {
    const standardDeviation = [0, Infinity];
    expect(Array.from(sampleMask({ kind: "gaussian", standardDeviation }))).toEqual([1, 0]);
    expect(Array.from(sampleMask({ kind: "gaussian", standardDeviation: Infinity, length: 2 }))).toEqual([
      0, 0,
    ]);
    const location = [-Infinity, Infinity, -1e6, 1e6];
    expect(Array.from(sampleMask({ kind: "hardConcrete", location }))).toEqual([0, 1, 0, 1]);
  });
});

describe.each([Float32Array, Float64Array])("over its own parameters, %s", (Kind) => {
  type Numbers = Float32Array | Float64Array;
  type Varied = (given: Numbers) => MaskOptions;
  const numbers = (): Numbers => new Kind(70_000).map((_, i) => ((i * 37) % 101) / 100);
  const adaptive = { penalty: penalties.mcp({ a: 3 }), lambda: 0.1 };
  const structure = { rows: 700, columns: 100, unit: "row" } as const;
  const cases: [string, Varied][] = [
    ["bernoulli", (keepProbability) => ({ keepProbability })],
    ["gaussian", (standardDeviation) => ({ kind: "gaussian", standardDeviation })],
    ["hardConcrete", (location) => ({ kind: "hardConcrete", location })],
    ["a penalty", (weights) => ({ ...adaptive, weights })],
    ["rows under a penalty", (weights) => ({ ...adaptive, weights, structure })],
  ];
  test.each(cases)("%s", (_, optionsOf) => {
    const out = numbers();
    const apart = sampleMask({ ...optionsOf(numbers()), seed: 4, out: new Kind(out.length) });
    expect(sampleMask({ ...optionsOf(out), seed: 4, out })).toEqual(apart);
  });
});
