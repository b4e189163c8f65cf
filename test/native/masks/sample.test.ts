// sampleMask: threads, cuts, formats and places change nothing but where the draws go.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Format,
  formats,
  type HeaderOptions,
  header,
  packed,
  sample,
  withThreads,
  worstDifference,
} from "../../support/maskRequests.ts";
import { handleOf, native } from "../../support/native.ts";
import { check } from "../../support/property.ts";

/** More than one part for the threads, and not a whole number of them. */
const long = 3 * 2 ** 16 + 77;
const pattern = Float64Array.from({ length: long }, (_, i) => (i * 37) % 101);
const manyAlphas = Float32Array.from(pattern, (value) => value / 100);
const manyWeights = pattern.map((value) => value / 20 - 2);
const alphas = (length: number) => manyAlphas.slice(0, length);
const weights = (length: number) => manyWeights.slice(0, length);
const bytes = (array: ArrayBufferView) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

type Source = readonly [
  name: string,
  options: Omit<HeaderOptions, "count">,
  parameter: Make,
  penalty: boolean,
];
type Make = ((length: number) => Float32Array | Float64Array) | null;
const doubles = (length: number) => Float64Array.from(alphas(length));
const sources: readonly Source[] = [
  ["bernoulli, one alpha", { kind: "bernoulli" }, null, false],
  ["bernoulli", { kind: "bernoulli" }, alphas, false],
  ["unscaled bernoulli", { kind: "unscaledBernoulli" }, doubles, false],
  ["bernoulli of a penalty", { kind: "bernoulli", lambda: 0.5 }, weights, true],
  ["gaussian, one sigma", { kind: "gaussian" }, null, false],
  ["gaussian", { kind: "gaussian" }, alphas, false],
  ["gaussian of a penalty", { kind: "gaussian", lambda: 0.5 }, weights, true],
  ["hard concrete, one location", { kind: "hardConcrete" }, null, false],
  ["hard concrete", { kind: "hardConcrete" }, doubles, false],
  ["hard concrete of a penalty", { kind: "hardConcrete", lambda: 0.5 }, weights, true],
];

interface Drawn {
  readonly name: string;
  readonly options: Omit<HeaderOptions, "count">;
  readonly make: Make;
  readonly draw: (format: Format, count: number) => Float32Array | Float64Array | Uint8Array;
}
const drawn = sources.map(([name, options, make, penalized]): Drawn => {
  const penalty = penalized ? handleOf("mcp", 3) : null;
  const draw = (format: Format, count: number) =>
    sample(format, { ...options, count }, make?.(count) ?? null, penalty);
  return { name, options, make, draw };
});
const keeping = drawn.filter(({ options }) => options.kind !== "gaussian");

test.each(drawn)("two threads give the same bytes as one: $name", ({ options, draw }) => {
  for (const format of formats.slice(0, options.kind === "gaussian" ? 2 : 4)) {
    const one = withThreads(1, () => draw(format, long));
    const two = withThreads(2, () => draw(format, long));
    expect(bytes(one).equals(bytes(two)), format).toBe(true);
  }
});

test.each(drawn)("any instructions give the same bytes: $name", ({ options, draw }) => {
  const { inUse } = native.simd();
  for (const format of formats.slice(0, options.kind === "gaussian" ? 2 : 4)) {
    const wanted = draw(format, 3001);
    for (const target of ["baseline", "avx2", "avx512"] as const) {
      try {
        native.simd(target);
      } catch {
        continue; // not on this machine
      }
      const found = draw(format, 3001);
      native.simd(inUse as typeof target);
      expect(bytes(found).equals(bytes(wanted)), `${format} ${target}`).toBe(true);
    }
  }
});

test.each(drawn)("any part of a range is the same bits: $name", ({ options, make, draw, name }) => {
  const count = 5000;
  const whole = draw("float32", count);
  const parameter = make?.(count) ?? null;
  const penalty = name.includes("penalty") ? handleOf("mcp", 3) : null;
  check(
    30,
    fc.property(fc.nat(count), fc.nat(count), (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const piece = parameter?.subarray(from, to) ?? null;
      const part = sample("float32", { ...options, count: to - from, first: from }, piece, penalty);
      expect(bytes(part).equals(bytes(whole.subarray(from, to)))).toBe(true);
    }),
  );
});

test.each(drawn.filter(({ make }) => make !== null))("into the parameters' memory: $name", (source) => {
  const penalty = source.name.includes("penalty") ? handleOf("mcp", 3) : null;
  for (const count of [5, 3000, long]) {
    const parameter = (source.make as NonNullable<Make>)(count);
    const wanted = source.draw(parameter instanceof Float32Array ? "float32" : "float64", count);
    native.sampleMask(header({ ...source.options, count }), parameter, parameter, penalty);
    expect(bytes(parameter).equals(bytes(wanted))).toBe(true);
  }
});

test.each(drawn)("the precisions agree: $name", ({ draw }) => {
  expect(worstDifference(draw("float32", 3001), draw("float64", 3001))).toBeLessThan(1e-6);
});

test.each(keeping)("bytes and bits say what is not 0: $name", ({ draw }) => {
  for (const count of [1, 7, 8, 9, 63, 64, 65, 2047, 2049, long]) {
    const kept = draw("float32", count).map((value) => (value === 0 ? 0 : 1));
    expect(bytes(draw("uint8", count)).equals(Buffer.from(kept)), `${count} bytes`).toBe(true);
    expect(bytes(draw("bits", count)).equals(bytes(packed(kept))), `${count} bits`).toBe(true);
  }
});

test("nothing is written beyond the end, wherever the array lies", () => {
  for (let lead = 0; lead < 4; ++lead) {
    for (const count of [0, 1, 5, 31, 700]) {
      const memory = new Float32Array(lead + count + 5).fill(-7);
      native.sampleMask(header({ count }), memory.subarray(lead, lead + count), null, null);
      expect(memory.subarray(0, lead)).toEqual(new Float32Array(lead).fill(-7));
      expect(memory.subarray(lead + count)).toEqual(new Float32Array(5).fill(-7));
      expect(memory.subarray(lead, lead + count)).toEqual(sample("float32", { count }));
    }
  }
});

test("an array that is written past the caches has the same bits", () => {
  const count = 2 ** 22 + 3;
  const parameter = new Float32Array(count).fill(0.4);
  const whole = sample("float32", { count }, parameter);
  for (const from of [0, 2 ** 16 - 5, 2 ** 21 + 1, count - 999]) {
    const options = { count: Math.min(1000, count - from), first: from };
    const part = sample("float32", options, parameter.subarray(from, from + options.count));
    expect(bytes(whole.subarray(from, from + options.count)).equals(bytes(part))).toBe(true);
  }
});

test("another seed, stream or offset gives another mask", () => {
  const options = { count: 256, parameter: 0.5 };
  const masks = [
    options,
    { ...options, seed: 8 },
    { ...options, seed: 7 + 2 ** 32 },
    { ...options, stream: 4 },
    { ...options, stream: 3 + 2 ** 32 },
    { ...options, first: 256 },
    { ...options, first: 2 ** 53 - 1 },
  ].map((each) => bytes(sample("bits", each)).toString("hex"));
  expect(new Set(masks).size).toBe(masks.length);
});
