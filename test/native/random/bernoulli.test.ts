// Bernoulli masks with every set of instructions against their definition, element by element.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  address,
  type Drawn,
  draw,
  elementwiseWords,
  formats,
  keptAll,
  keptEach,
  type Range,
  valuesOf,
} from "../../support/bernoulli.ts";
import { expectFailure } from "../../support/failures.ts";
import { keptElementwise, keptUniform, uniformNumber } from "../../support/masks.ts";
import { native } from "../../support/native.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";

const targets = forcedTargets();

const bytes = (drawn: Drawn) => Buffer.from(drawn.buffer, drawn.byteOffset, drawn.byteLength);
const random = new Random(1);
const uniforms = (count: number) => Float64Array.from({ length: count }, () => random.uniform());
const place = (first: number, i: number) => ({ ...address, element: BigInt(first) + BigInt(i) });

/** Asserts that the addon draws what is wanted in all formats; `kept` begins with the range. */
function expectDraws(range: Omit<Range, "format">, kept: Uint8Array): void {
  const own = kept.subarray(0, range.count);
  for (const format of formats) {
    const drawn = draw({ ...range, format });
    const wanted = valuesOf(own, range.alpha, format, range.scaled ?? true);
    if (bytes(drawn).equals(bytes(wanted))) continue;
    const { first, count, misaligned } = range;
    const at = drawn.findIndex((value, i) => value !== wanted[i]);
    expect({ format, first, count, misaligned, at, value: drawn[at] }).toEqual({ value: wanted[at] });
  }
}

const window = 4600;
/** First block numbers above 2^32 for both kinds, in the middle of a window; the last elements below 2^53. */
const bases = [0, 2 ** 33 - 300, 2 ** 34 - 300, 2 ** 35 - 300, 2 ** 53 - 1000];
const lengths = [...Array(71).keys(), 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 2100, 4100];
const offsets = [...Array(131).keys(), 510, 511, 512, 513, 514, 1023, 1024, 1025, 1535, 1536, 2047, 2048];
const ranges = [
  ...lengths.map((count, i) => ({ offset: (i * 37) % 131, count })),
  ...offsets.map((offset, i) => ({ offset, count: 64 + ((i * 29) % 170) })),
  ...[0, 1, 511, 512].map((offset) => ({ offset, count: 2049 })),
];
const special = [0, -0, 1, 2 ** -17, 2 ** -60, 2 ** -140, 1 - 2 ** -24, 1 - 2 ** -53, 0.5, 2 ** -16];
const each = uniforms(window).map((u, i) => (i % 7 === 0 ? (special[(i / 7) % 10] as number) : u));

test("the definition in bulk is that of one element", () => {
  for (const first of [3, 2 ** 35 - 5]) {
    const count = 40;
    const some = each.subarray(0, count);
    const one = keptEach(first, some).map((_, i) =>
      keptElementwise(place(first, i), some[i] as number) ? 1 : 0,
    );
    expect(keptEach(first, some)).toEqual(one);
    for (const alpha of [0.3, 1, 2 ** -3]) {
      const same = one.map((_, i) => (keptUniform(place(first, i), alpha) ? 1 : 0));
      expect(keptAll(first, count, alpha)).toEqual(same);
    }
  }
});

describe.each(bases)("elements from %d", (base) => {
  const kinds = { double: each, single: Float32Array.from(each), one: 0.3 };
  const wanted = {
    double: keptEach(base, kinds.double),
    single: keptEach(base, kinds.single),
    one: keptAll(base, window, kinds.one),
  };

  test.each(targets)("all lengths and alignments: %s", (target) => {
    native.simd(target);
    for (const [i, { offset, count }] of ranges.entries()) {
      const first = base + offset;
      if (first >= 2 ** 53) continue;
      for (const kind of ["double", "single", "one"] as const) {
        const own = kinds[kind];
        const alpha = typeof own === "number" ? own : own.subarray(offset, offset + count);
        const range = { first, count, alpha, scaled: i % 3 !== 0, misaligned: i % 17 };
        expectDraws(range, wanted[kind].subarray(offset));
      }
    }
  });
});

describe.each(targets)("%s", (target) => {
  test.each([...special, 0.25, 0.3, 0.75, 1 - 2 ** -9, 5e-324, 2 ** -64, 3 * 2 ** -63])(
    "alpha = %d for all",
    (alpha) => {
      native.simd(target);
      for (const scaled of [true, false]) {
        for (const [first, count] of [
          [0, 9000],
          [517, 1300],
        ] as const) {
          expectDraws({ first, count, alpha, scaled, misaligned: 3 }, keptAll(first, count, alpha));
          const own = new Float64Array(count).fill(alpha);
          expectDraws({ first, count, alpha: own, scaled }, keptEach(first, own));
        }
      }
    },
  );

  test("every element a tie", () => {
    native.simd(target);
    const count = 3000;
    const words = elementwiseWords(5, count);
    const fractions = uniforms(count).map((u, i) => [u, 0, 2 ** -48, 1 - 2 ** -37, 0.5][i % 5] as number);
    const alpha = fractions.map((fraction, i) => ((words[i] as number) + fraction) * 2 ** -16);
    const kept = keptEach(5, alpha);
    const one = kept.map((_, i) => (keptElementwise(place(5, i), alpha[i] as number) ? 1 : 0));
    expect(kept).toEqual(one);
    expect(Math.abs(kept.reduce((sum, keep) => sum + keep, 0) / count - 0.4)).toBeLessThan(0.05);
    expectDraws({ first: 5, count, alpha }, kept);
    const single = alpha.map(
      (_, i) => ((words[i] as number) + Math.floor(256 * (fractions[i] as number)) / 256) * 2 ** -16,
    );
    expectDraws({ first: 5, count, alpha: Float32Array.from(single) }, keptEach(5, single));
  });

  test("an alpha that is next to what was drawn", () => {
    native.simd(target);
    for (const i of [0, 130, 300, 511, 1000, 2 ** 35 + 7]) {
      // 53 bits of U agree with alpha, so that 53 planes do not decide it.
      const alpha = Number(uniformNumber(place(i, 0)) >> 11n) * 2 ** -53;
      const range = { first: i - (i % 512), count: 700 };
      for (const own of [alpha, alpha + 2 ** -53]) {
        const kept = keptAll(range.first, range.count, own);
        expect(kept[i % 512]).toBe(own > alpha ? 1 : 0);
        expectDraws({ ...range, alpha: own }, kept);
      }
    }
  });

  test("the first alpha that is no probability", () => {
    native.simd(target);
    for (const bad of [Number.NaN, -1e-9, 1 + 2 ** -23, -1, 2, Infinity, -Infinity]) {
      for (const at of [0, 63, 64, 2047, 2048, 2999]) {
        for (const Floats of [Float32Array, Float64Array]) {
          const alpha = new Floats(3000).map((_, i) => [0.5, -0, 1][i % 3] as number);
          alpha[at] = bad;
          alpha[Math.min(at + 100, 2999)] = bad;
          for (const format of formats) {
            const call = () => draw({ first: 1, count: 3000, alpha, format });
            const code = Number.isNaN(bad) ? "NOT_FINITE" : "OUT_OF_RANGE";
            expect(expectFailure(call, code, "keepProbability must").message).toContain(
              `keepProbability[${at}] `,
            );
          }
        }
      }
    }
  });
});

test("what is larger than the caches is the same as its parts", () => {
  const part = 100_001;
  const alpha = new Float32Array(2 ** 22 + 77);
  for (let i = 0; i < alpha.length; ++i) alpha[i] = ((i * 40503) % 65521) / 65521;
  const cases = [
    { format: "float32", count: alpha.length, alpha },
    { format: "float64", count: 2 ** 21 + 77, alpha: 0.3 },
  ] as const;
  for (const target of targets) {
    native.simd(target);
    for (const given of cases) {
      const whole = draw({ ...given, first: 9, misaligned: 5 });
      for (let begin = 0; begin < given.count; begin += part) {
        const end = Math.min(begin + part, given.count);
        const own = typeof given.alpha === "number" ? given.alpha : given.alpha.subarray(begin, end);
        const drawn = draw({ ...given, first: 9 + begin, count: end - begin, alpha: own });
        expect(bytes(drawn).equals(bytes(whole.subarray(begin, end)))).toBe(true);
      }
    }
  }
});

test("ties as they come", () => {
  const count = 2 ** 21;
  const fractions = [0, 2 ** -8, 0.5, 1 - 2 ** -8] as const;
  const alpha = new Float32Array(count);
  for (let i = 0; i < count; ++i)
    alpha[i] = (((i * 40503) % 2 ** 16) + (fractions[i % 4] as number)) * 2 ** -16;
  const words = elementwiseWords(0, count);
  const kept = keptEach(0, alpha);
  const ties = kept.filter((_, i) => words[i] === Math.floor((alpha[i] as number) * 2 ** 16));
  // 32 expected.
  expect(ties.length).toBeGreaterThan(15);
  expect(new Set(ties)).toEqual(new Set([0, 1]));
  for (const target of targets) {
    native.simd(target);
    expect(bytes(draw({ first: 0, count, alpha, format: "uint8" })).equals(bytes(kept))).toBe(true);
  }
});

test("the same bytes with all instructions", () => {
  const count = 300_000;
  const alpha = uniforms(count);
  for (const own of [alpha, Float32Array.from(alpha), 0.7, 0.5, 2 ** -9]) {
    for (const format of formats) {
      const drawn = targets.map((target) => {
        native.simd(target);
        return draw({ first: 77, count, alpha: own, format });
      });
      for (const other of drawn) expect(bytes(other).equals(bytes(drawn[0] as Drawn))).toBe(true);
    }
  }
});

test("a range in pieces is the whole", () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 6 });
  const first = fc.oneof(fc.nat(3000), fc.maxSafeNat());
  const alphas = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(each), fc.constant(null));
  const single = Float32Array.from(each);
  check(
    150,
    fc.property(
      first,
      cuts,
      alphas,
      fc.constantFrom(...targets),
      fc.constantFrom(...formats),
      (start, ends, given, target, format) => {
        native.simd(target);
        const alpha = given ?? single;
        const bounds = [0, ...ends.map((end) => end % window), window].sort((a, b) => a - b);
        const kept = typeof alpha === "number" ? keptAll(start, window, alpha) : keptEach(start, alpha);
        for (let k = 1; k < bounds.length; ++k) {
          const [begin, end] = [bounds[k - 1] as number, bounds[k] as number];
          if (start + begin >= 2 ** 53) continue;
          const own = typeof alpha === "number" ? alpha : alpha.subarray(begin, end);
          const drawn = draw({ first: start + begin, count: end - begin, alpha: own, format });
          expect(bytes(drawn).equals(bytes(valuesOf(kept.subarray(begin, end), own, format, true)))).toBe(
            true,
          );
        }
      },
    ),
  );
});
