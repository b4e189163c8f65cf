// What sampleMask refuses, and how it says so.
import { penalties, sampleKept, sampleMask, sampleMaskAsync, strategies, syncLimit } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";

const penalty = penalties.l1();
const floats = new Float32Array(4);
const shared = new Float32Array(new SharedArrayBuffer(16));
const resizable = new Float32Array(new ArrayBuffer(16, { maxByteLength: 32 }));
const detached = new Float32Array(4);
structuredClone(detached.buffer, { transfer: [detached.buffer] });
const alpha = { keepProbability: 0.5, length: 4 };
const weighted = { penalty, lambda: 1, weights: [1, 2, 3, 4] };
const block = { rows: 3, columns: 4, unit: "row" };
const throwing = {
  ...alpha,
  get seed() {
    throw new Error("boo");
  },
};

const wrong: [string, unknown, string, string][] = [
  ["nothing", undefined, "INVALID_ARGUMENT", "options must be an object with kind,"],
  ["an array", [], "INVALID_ARGUMENT", "options must be an object with kind,"],
  ["no length", { keepProbability: 0.5 }, "INVALID_ARGUMENT", "length must be given where no array"],
  ["no parameter", { length: 4 }, "INVALID_ARGUMENT", "exactly one of keepProbability and penalty must be"],
  ["two", { ...alpha, ...weighted }, "INVALID_ARGUMENT", "exactly one of keepProbability and penalty must"],
  ["a slip", { ...alpha, sed: 1 }, "UNKNOWN_OPTION", 'options has no "sed": did you mean "seed"?'],
  ["a getter", throwing, "INVALID_ARGUMENT", "options.seed must be readable, but reading it threw"],
  ["a kind", { ...alpha, kind: "poisson" }, "UNSUPPORTED", 'kind must be "bernoulli" or "gaussian" or'],
  ["unscaled", { ...alpha, kind: "unscaledBernoulli" }, "UNSUPPORTED", 'kind must be "bernoulli" together'],
  [
    "alpha 1.5",
    { ...alpha, keepProbability: 1.5 },
    "OUT_OF_RANGE",
    "keepProbability must be a finite number",
  ],
  ["alpha NaN", { ...alpha, keepProbability: NaN }, "NOT_FINITE", "keepProbability must be a finite number"],
  ["alpha text", { ...alpha, keepProbability: "1" }, "INVALID_ARGUMENT", "keepProbability must be a number,"],
  ["alphas", { keepProbability: [0.5, 2] }, "OUT_OF_RANGE", "keepProbability must be "],
  ["alphas NaN", { keepProbability: [0.5, NaN] }, "NOT_FINITE", "keepProbability must be "],
  ["alphas of text", { keepProbability: ["1"] }, "INVALID_ARGUMENT", "keepProbability[0] must be a number"],
  [
    "too few",
    { ...alpha, keepProbability: [1] },
    "LENGTH_MISMATCH",
    "keepProbability must have 4 entries (as length says), but has 1",
  ],
  [
    "sigma",
    { ...alpha, standardDeviation: 1 },
    "INVALID_ARGUMENT",
    "standardDeviation must be left out of a bernoulli mask",
  ],
  [
    "sigma < 0",
    { kind: "gaussian", standardDeviation: -1, length: 4 },
    "OUT_OF_RANGE",
    "standardDeviation must be a number >= 0",
  ],
  [
    "sigmas < 0",
    { kind: "gaussian", standardDeviation: [1, -1] },
    "OUT_OF_RANGE",
    "standardDeviation must be",
  ],
  [
    "sigma NaN",
    { kind: "gaussian", standardDeviation: NaN, length: 4 },
    "NOT_FINITE",
    "standardDeviation must be a number",
  ],
  [
    "alpha of gaussian",
    { kind: "gaussian", keepProbability: 1, length: 4 },
    "INVALID_ARGUMENT",
    "keepProbability must be left out of a gaussian mask, which varies by standardDeviation or penalty",
  ],
  [
    "scaled gaussian",
    { kind: "gaussian", standardDeviation: 1, length: 4, scaled: true },
    "INVALID_ARGUMENT",
    "scaled must be left out unless the mask is bernoulli",
  ],
  [
    "gaussian bits",
    { kind: "gaussian", standardDeviation: 1, length: 4, format: "bits" },
    "UNSUPPORTED",
    'format must be "float32" or "float64" for a gaussian mask',
  ],
  [
    "gaussian bytes",
    { kind: "gaussian", standardDeviation: 1, out: new Uint8Array(4) },
    "UNSUPPORTED",
    'format must be "float32" or "float64" for a gaussian mask',
  ],
  [
    "location of bernoulli",
    { ...alpha, location: 1 },
    "INVALID_ARGUMENT",
    "location must be left out of a bernoulli mask",
  ],
  [
    "location NaN",
    { kind: "hardConcrete", location: NaN, length: 4 },
    "NOT_FINITE",
    "location must be a number",
  ],
  ["locations NaN", { kind: "hardConcrete", location: [0, NaN] }, "NOT_FINITE", "location must be"],
  [
    "beta",
    { ...alpha, beta: 1 },
    "INVALID_ARGUMENT",
    "beta must be left out unless the mask is hardConcrete",
  ],
  [
    "beta 0",
    { kind: "hardConcrete", location: 0, length: 4, beta: 0 },
    "OUT_OF_RANGE",
    "beta must be a finite number > 0",
  ],
  [
    "gamma 0",
    { kind: "hardConcrete", location: 0, length: 4, gamma: 0 },
    "OUT_OF_RANGE",
    "gamma must be a finite number < 0",
  ],
  [
    "zeta 1",
    { kind: "hardConcrete", location: 0, length: 4, zeta: 1 },
    "OUT_OF_RANGE",
    "zeta must be a finite number > 1",
  ],
  ["scaled 1", { ...alpha, scaled: 1 }, "INVALID_ARGUMENT", "scaled must be true or false"],
  [
    "scaled bytes",
    { ...alpha, scaled: true, format: "uint8" },
    "INVALID_ARGUMENT",
    'scaled must be false or left out with the format "uint8"',
  ],
  [
    "a format",
    { ...alpha, format: "float16" },
    "UNSUPPORTED",
    'format must be "float32" or "float64" or "uint8" or "bits"',
  ],
  [
    "out of another kind",
    { ...alpha, format: "float64", out: floats },
    "INVALID_ARGUMENT",
    'out must be a Float64Array (format is "float64"), but is a Float32Array',
  ],
  [
    "out as bits",
    { ...alpha, format: "bits", out: floats },
    "INVALID_ARGUMENT",
    "out must be a Uint8Array (format is",
  ],
  [
    "out of integers",
    { ...alpha, out: new Int32Array(4) },
    "INVALID_ARGUMENT",
    "out must be a Float32Array, a Float64Array or",
  ],
  [
    "out of numbers",
    { ...alpha, out: [1, 2] },
    "INVALID_ARGUMENT",
    "out must be a Float32Array, a Float64Array or",
  ],
  [
    "out too long",
    { ...alpha, out: new Float32Array(5) },
    "LENGTH_MISMATCH",
    "out must have 4 entries (as length says), but has 5",
  ],
  [
    "bits too long",
    { ...alpha, format: "bits", out: new Uint8Array(2) },
    "LENGTH_MISMATCH",
    "out must have 1 entry (bits, as length says), but has 2",
  ],
  ["out shared", { ...alpha, out: shared }, "INVALID_ARGUMENT", "out must not be in shared memory"],
  [
    "out resizable",
    { ...alpha, out: resizable },
    "INVALID_ARGUMENT",
    "out must be over a buffer of fixed length",
  ],
  [
    "out detached",
    { ...alpha, out: detached },
    "INVALID_ARGUMENT",
    "out must have its memory, but its buffer is detached",
  ],
  ["alphas shared", { keepProbability: shared }, "INVALID_ARGUMENT", "keepProbability must not be in shared"],
  [
    "alphas detached",
    { keepProbability: detached },
    "INVALID_ARGUMENT",
    "keepProbability must have its memory",
  ],
  ["length -1", { ...alpha, length: -1 }, "OUT_OF_RANGE", "length must be an integer >= 0"],
  ["length 1.5", { ...alpha, length: 1.5 }, "OUT_OF_RANGE", "length must be an integer >= 0"],
  ["seed -1", { ...alpha, seed: -1 }, "OUT_OF_RANGE", "seed must be an integer >= 0"],
  ["seed 2^53", { ...alpha, seed: 2 ** 53 }, "OUT_OF_RANGE", "seed must be an integer >= 0"],
  ["seed -1n", { ...alpha, seed: -1n }, "OUT_OF_RANGE", "seed must be a bigint >= 0n and < 2^64"],
  [
    "stream 2^64",
    { ...alpha, stream: 2n ** 64n },
    "OUT_OF_RANGE",
    "stream must be a bigint >= 0n and < 2^64",
  ],
  ["seed text", { ...alpha, seed: "1" }, "INVALID_ARGUMENT", "seed must be an integer >= 0 and < 2^53, or"],
  ["offset 1n", { ...alpha, offset: 1n }, "INVALID_ARGUMENT", "offset must be an integer >= 0"],
  ["offset 2^53", { ...alpha, offset: 2 ** 53 }, "OUT_OF_RANGE", "offset must be an integer >= 0"],
  [
    "structure 1",
    { keepProbability: 1, structure: 1 },
    "INVALID_ARGUMENT",
    "structure must be an object with",
  ],
  [
    "no unit",
    { keepProbability: 1, structure: { rows: 1, columns: 1 } },
    "INVALID_ARGUMENT",
    'structure.unit must be "row", "column" or',
  ],
  [
    "no rows",
    { keepProbability: 1, structure: { rows: 0, columns: 1, unit: "row" } },
    "EMPTY",
    "structure.rows must be an integer >= 1",
  ],
  [
    "a large unit",
    { keepProbability: 1, structure: { ...block, unit: { rows: 4, columns: 1 } } },
    "OUT_OF_RANGE",
    "structure.unit.rows must be an integer >= 1 and <= 3",
  ],
  [
    "structure and length",
    { keepProbability: 1, structure: block, length: 12 },
    "INVALID_ARGUMENT",
    "length must be left out with structure",
  ],
  [
    "parameters of a structure",
    { keepProbability: [1, 1], structure: block },
    "LENGTH_MISMATCH",
    "keepProbability must have 3 entries (one per unit of structure)",
  ],
  [
    "out of a structure",
    { keepProbability: 1, structure: block, out: floats },
    "LENGTH_MISMATCH",
    "out must have 12 entries (rows * columns of structure)",
  ],
  [
    "weights alone",
    { ...alpha, weights: [1] },
    "INVALID_ARGUMENT",
    "weights must be left out without a penalty",
  ],
  ["lambda alone", { ...alpha, lambda: 1 }, "INVALID_ARGUMENT", "lambda must be left out without a penalty"],
  ["no lambda", { penalty, weights: [1] }, "INVALID_ARGUMENT", "lambda must be a finite number >= 0"],
  ["lambda -1", { ...weighted, lambda: -1 }, "OUT_OF_RANGE", "lambda must be a finite number >= 0"],
  ["no weights", { penalty, lambda: 1 }, "INVALID_ARGUMENT", "weights must be a vector"],
  [
    "weights NaN",
    { ...weighted, weights: [1, NaN] },
    "NOT_FINITE",
    "weights must be finite, but weights[1] is NaN",
  ],
  [
    "weights of a structure",
    { ...weighted, structure: block },
    "LENGTH_MISMATCH",
    "weights must have 12 entries (rows * columns of structure), but has 4",
  ],
  [
    "structure of weights",
    { ...weighted, weights: { data: floats, rows: 2, columns: 2 }, structure: { unit: "row", rows: 3 } },
    "LENGTH_MISMATCH",
    "structure.rows must be 2, as weights have",
  ],
  ["no penalty", { ...weighted, penalty: {} }, "INVALID_ARGUMENT", "penalty must be a Penalty made by"],
  [
    "ard",
    { ...weighted, penalty: strategies.ard() },
    "UNSUPPORTED",
    "penalty must be separable, to be evaluated weight by weight, but ard is not",
  ],
  [
    "hardThreshold",
    { ...weighted, penalty: strategies.hardThreshold({ k: 1 }) },
    "UNSUPPORTED",
    "penalty must be separable",
  ],
  [
    "a signal",
    { ...alpha, signal: new AbortController().signal },
    "UNSUPPORTED",
    "signal must be left out of sampleMask, which blocks the thread: use sampleMaskAsync",
  ],
];

describe("sampleMask", () => {
  test.each(wrong)("%s", (_, options, code, begins) => {
    expectFailure(() => loose(sampleMask)(options), code as "INVALID_ARGUMENT", begins);
  });

  test.each(wrong.filter(([name]) => name !== "a signal"))(
    "in the background, %s",
    async (_, options, code, begins) => {
      await expectRejection(() => loose(sampleMaskAsync)(options), code as "INVALID_ARGUMENT", begins);
    },
  );

  test.each([
    [{ signal: {} }, "signal must be an AbortSignal"],
    [{ onProgress: 1 }, "onProgress must be a function"],
  ])("in the background, %j", async (own, begins) => {
    await expectRejection(() => loose(sampleMaskAsync)({ ...alpha, ...own }), "INVALID_ARGUMENT", begins);
  });

  test("more than a call may take that blocks the thread", () => {
    const draws = syncLimit.draws + 1;
    const begins = `options must give at most ${syncLimit.draws} elements for sampleMask, which blocks the thread, but give ${draws}: use sampleMaskAsync`;
    expectFailure(() => sampleMask({ keepProbability: 1, length: draws }), "TOO_LARGE", begins);
    const weights = new Float32Array(syncLimit.penalized + 1);
    expectFailure(
      () => sampleMask({ penalty, lambda: 1, weights }),
      "TOO_LARGE",
      `options must give at most ${syncLimit.penalized} elements with a penalty for sampleMask`,
    );
    const structure = { rows: 2 ** 13, columns: 2 ** 13, unit: "row" } as const;
    expectFailure(
      () => sampleMask({ keepProbability: 1, structure }),
      "TOO_LARGE",
      "options must give at most",
    );
    expect(sampleKept({ keepProbability: 1, structure }).length).toBe(2 ** 13);
  });

  test("more than there is memory for", async () => {
    const options = { keepProbability: 1, length: 2 ** 50 };
    await expectRejection(() => sampleMaskAsync(options), "OUT_OF_MEMORY", "the result must fit into memory");
  });
});
