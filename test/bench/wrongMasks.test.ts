// The statistical tests of masks catch masks that are wrong: slightly in 10^6 draws, clearly in fewer.
import { describe, expect, test } from "vitest";
import { testPair, testSequence } from "../../bench/maskStatistics/battery.ts";
import { type MaskDescription, maskSequence } from "../../bench/maskStatistics/draws.ts";
import { bernoulliLaw, gaussianLaw, hardConcreteLaw, type Law } from "../../bench/maskStatistics/laws.ts";
import { countTest, failures, type Outcome } from "../../bench/maskStatistics/outcome.ts";
import type { Sequence, Values } from "../../bench/maskStatistics/standardise.ts";
import { Random } from "../support/random.ts";

const draws = 1_000_000;
const few = 200_000;

function drawn(kind: MaskDescription["kind"], parameter: number, stream = 0n): Values {
  const format = kind === "bernoulli" ? "uint8" : "float64";
  const mask: MaskDescription = { kind, format, parameters: [parameter], each: true, seed: 11n, stream };
  return maskSequence("", mask, draws).draw(0, draws).slice();
}

function sequenceOf(values: Values, law: Law, gaussian = false): Sequence {
  return { name: "", laws: [law], first: 0, gaussian, draw: (first, n) => values.subarray(first, first + n) };
}

const bits = (alpha: number) => drawn("bernoulli", alpha);
const standard = drawn("gaussian", 1);
const normals = () => standard.slice();
const names = (outcomes: Outcome[]) => failures(outcomes).map(({ name }) => name);
const chance = () => {
  const random = new Random(5);
  return () => random.uniform();
};

const bernoulli = (values: Values, alpha: number, { kept = 1, total = draws } = {}) =>
  names(testSequence(sequenceOf(values, bernoulliLaw(alpha, kept)), total));
const gaussian = (values: Values, total = draws) =>
  names(testSequence(sequenceOf(values, gaussianLaw(1), true), total));
const hardConcrete = (values: Values, logA: number) =>
  names(testSequence(sequenceOf(values, hardConcreteLaw(logA)), draws));

/** Each element is, with that probability, what it was `lag` before. */
function repeating(values: Values, lag: number, probability: number): Values {
  const random = chance();
  for (let i = lag; i < values.length; ++i) {
    if (random() < probability) values[i] = values[i - lag] as number;
  }
  return values;
}

describe("what is right passes", () => {
  test("bits, normal and hard concrete numbers", () => {
    expect(bernoulli(bits(0.3), 0.3)).toEqual([]);
    expect(gaussian(normals())).toEqual([]);
    expect(hardConcrete(drawn("hardConcrete", 0.4), 0.4)).toEqual([]);
  });
});

describe("Bernoulli masks that are wrong", () => {
  test("a keep probability that is 1 % off", () => {
    expect(bernoulli(bits(0.303), 0.3)).toEqual(expect.arrayContaining(["mean", "bins"]));
  });

  test("a scale that is 1 % off", () => {
    const values = Float64Array.from(bits(0.5), (bit) => bit * 2.02);
    expect(bernoulli(values, 0.5, { kept: 2 })).toEqual(expect.arrayContaining(["mean", "variance"]));
  });

  test("noise on what is always 0 or 1", () => {
    const random = chance();
    const values = Float64Array.from(bits(0.5), (bit) => bit + 0.1 * (random() - 0.5));
    expect(bernoulli(values, 0.5, { total: few })).toEqual(["variance"]);
  });

  test.each([16, 64, 1024])("a correlation of 0.01 at lag %d", (lag) => {
    expect(bernoulli(repeating(bits(0.3), lag, 0.01), 0.3)).toContain(`lag ${lag}`);
  });

  test("runs that are 1 % too long", () => {
    expect(bernoulli(repeating(bits(0.5), 1, 0.01), 0.5)).toEqual(expect.arrayContaining(["runs", "lag 1"]));
  });

  test("no run of 1 longer than 9", () => {
    const values = bits(0.5);
    for (let i = 9; i < draws; ++i) {
      if (values.subarray(i - 9, i + 1).every((bit) => bit === 1)) values[i] = 0;
    }
    expect(bernoulli(values, 0.5)).toContain("lengths of runs of 1");
  });

  test("one lane of 512 that stands still", () => {
    const values = bits(0.3);
    for (let i = 137; i < draws; i += 512) values[i] = 1;
    expect(bernoulli(values, 0.3, { total: few })).toContain("512 lanes");
  });

  test("words of 64 that are too even", () => {
    const values = bits(0.5);
    for (let i = 0; i < draws; ++i) if (i % 64 >= 32) values[i] = 1 - (values[i - 32] as number);
    expect(bernoulli(values, 0.5, { total: few })).toEqual(["bins", "Hamming weights of 64"]);
  });

  test("a keep probability cut to 16 bits", () => {
    const alpha = 2 ** -17;
    const count = (probability: number) => countTest("kept", Math.round(probability * 1e7), 1e7, alpha);
    expect(failures([count(alpha)])).toEqual([]);
    expect(failures([count(0), count(2 * alpha)])).toHaveLength(2);
  });
});

describe("Gaussian masks that are wrong", () => {
  const changed = (change: (z: number) => number) => normals().map((value) => 1 + change(value - 1));

  test("a variance that is 1 % off", () => {
    expect(gaussian(changed((z) => z * Math.sqrt(1.01)))).toContain("variance");
  });

  test("a mean that is 1 % of a standard deviation off", () => {
    expect(gaussian(changed((z) => z + 0.01))).toEqual(
      expect.arrayContaining(["mean", "bins", "Kolmogorov-Smirnov of 10^6"]),
    );
  });

  test("no tail beyond 4 sigma", () => {
    expect(gaussian(changed((z) => Math.max(-4, Math.min(4, z))))).toEqual(["beyond 4 sigma"]);
  });

  test("the cosine in place of the sine", () => {
    const values = normals();
    for (let i = 1; i < draws; i += 2) values[i] = values[i - 1] as number;
    expect(gaussian(values, few)).toEqual(expect.arrayContaining(["lag 1", "partners of Box and Muller"]));
  });

  test("a sine of half the circle", () => {
    const values = normals();
    for (let i = 1; i < draws; i += 2) values[i] = 1 + Math.abs((values[i] as number) - 1);
    expect(gaussian(values, few)).toEqual(expect.arrayContaining(["mean", "bins", "512 lanes"]));
  });

  test("one radius for four elements", () => {
    const values = normals();
    for (let i = 0; i < few; i += 4) {
      const z = (k: number) => (values[i + k] as number) - 1;
      const ratio = Math.hypot(z(0), z(1)) / Math.hypot(z(2), z(3));
      for (const k of [2, 3]) values[i + k] = 1 + ratio * z(k);
    }
    expect(gaussian(values, few)).toEqual(expect.arrayContaining(["lag 1 of squares", "lag 2 of squares"]));
  });

  test("a correlation of 0.01 at lag 8", () => {
    expect(gaussian(repeating(normals(), 8, 0.01))).toEqual(
      expect.arrayContaining(["lag 8", "lag 8 of squares"]),
    );
  });
});

describe("hard concrete masks that are wrong", () => {
  test("a location that is 0.02 off", () => {
    expect(hardConcrete(drawn("hardConcrete", 0.02), 0)).toEqual(expect.arrayContaining(["mean", "bins"]));
  });

  test("another stretch", () => {
    const mask: MaskDescription = {
      kind: "hardConcrete",
      format: "float64",
      parameters: [0],
      shape: { beta: 2 / 3, gamma: -0.102, zeta: 1.102 },
      seed: 11n,
      stream: 0n,
    };
    expect(hardConcrete(maskSequence("", mask, draws).draw(0, draws), 0)).toContain("bins");
  });

  test("a little above 0 in place of 0", () => {
    expect(
      hardConcrete(
        drawn("hardConcrete", 0).map((value) => value || 1e-12),
        0,
      ),
    ).toContain("bins");
  });
});

describe("pairs that know of each other", () => {
  const pair = (a: Values, b: Values, law: Law) =>
    names(testPair(sequenceOf(a, law), sequenceOf(b, law), draws));

  test("independent ones pass", () => {
    expect(pair(normals(), drawn("gaussian", 1, 1n), gaussianLaw(1))).toEqual([]);
  });

  test("one element in 100 in common", () => {
    const random = chance();
    const [a, b] = [bits(0.3), drawn("bernoulli", 0.3, 1n)];
    expect(
      pair(a, b.map((bit, i) => (random() < 0.01 ? (a[i] as number) : bit)) as Values, bernoulliLaw(0.3)),
    ).toEqual(["correlation"]);
  });

  test("the same sizes with other signs", () => {
    const random = chance();
    const a = normals();
    const b = a.map((value) => 1 + (random() < 0.5 ? -1 : 1) * (value - 1)) as Values;
    expect(pair(a, b, gaussianLaw(1))).toEqual(["correlation of squares and squares"]);
  });
});
