// Masks in the background that are too long to have their parameters copied at once (lib/masks/slices.ts).
import { describe, expect, test } from "vitest";
import {
  applyMask,
  applyMaskAsync,
  maskMomentsAsync,
  penalties,
  sampleMask,
  sampleMaskAsync,
} from "../../dist/index.js";
import { expectRejection } from "../support/failures.ts";

const length = 2 ** 23 + 2 ** 22 + 1001;
const border = 2 ** 22;
const alpha = new Float32Array(length).map((_, i) => (i % 1009) / 1009);
const options = { seed: 3, stream: 5, offset: 2 ** 40 + 3 };

/** Whether a long array has the elements of `part` around each border of slices and at its end. */
function expectParts(
  whole: ArrayLike<number> & { subarray(from: number, to: number): unknown },
  part: (from: number, to: number) => unknown,
): void {
  for (const from of [0, border - 40, 2 * border - 40, length - 80]) {
    expect(whole.subarray(from, from + 80)).toEqual(part(from, from + 80));
  }
}

describe("a long mask", () => {
  test("is that of shorter calls", async () => {
    const mask = await sampleMaskAsync({ ...options, keepProbability: alpha });
    expect(mask.length).toBe(length);
    expectParts(mask, (from, to) =>
      sampleMask({ ...options, keepProbability: alpha.subarray(from, to), offset: options.offset + from }),
    );
  });

  test("as packed bits, up to the last", async () => {
    const bits = await sampleMaskAsync({ ...options, keepProbability: alpha, format: "bits" });
    const flags = sampleMask({ ...options, keepProbability: alpha, format: "uint8" });
    expect(bits.length).toBe(Math.ceil(length / 8));
    const wrong = flags.reduce((sum, flag, i) => {
      const bit = ((bits[i >> 3] as number) >> (i & 7)) & 1;
      return bit === flag ? sum : sum + 1;
    }, 0);
    expect(wrong).toBe(0);
  });

  test("of weights under a penalty, in place", async () => {
    const weights = alpha.slice();
    const penalty = penalties.logSum({ epsilon: 0.1 });
    const applied = await applyMaskAsync({ ...options, weights, penalty, lambda: 0.3, out: weights });
    expect(weights.length).toBe(0);
    expectParts(applied, (from, to) => {
      const offset = options.offset + from;
      return applyMask({ ...options, weights: alpha.slice(from, to), penalty, lambda: 0.3, offset });
    });
  });

  test("and its moments", async () => {
    const { mean, variance } = await maskMomentsAsync({ keepProbability: alpha, scaled: false });
    expectParts(mean, (from, to) => Float64Array.from(alpha.subarray(from, to)));
    expectParts(variance, (from, to) => Float64Array.from(alpha.subarray(from, to), (a) => a * (1 - a)));
  });

  test("tells how far it is", async () => {
    const fractions: number[] = [];
    const onProgress = ({ fraction }: { fraction: number }) => void fractions.push(fraction);
    await sampleMaskAsync({ ...options, keepProbability: alpha, onProgress });
    expect(fractions.length).toBeGreaterThan(0);
    expect(fractions.every((fraction) => fraction > 0 && fraction <= 1)).toBe(true);
  });

  test("gives the memory back when it is stopped, by a signal or by onProgress", async () => {
    const controller = new AbortController();
    const out = new Float32Array(length);
    const running = sampleMaskAsync({ ...options, keepProbability: alpha, out, signal: controller.signal });
    controller.abort(new Error("enough"));
    const error = await expectRejection(() => running, "ABORTED", "sampleMaskAsync was aborted");
    expect((error as { out?: Float32Array }).out?.length).toBe(length);
    const thrown = new Error("by the caller");
    const onProgress = () => {
      throw thrown;
    };
    await expect(sampleMaskAsync({ ...options, keepProbability: alpha, onProgress })).rejects.toBe(thrown);
  });

  test("names the first element that is wrong by its place in the whole", async () => {
    const wrong = alpha.slice();
    wrong[2 * border + 7] = 2;
    wrong[2 * border + 70] = -1;
    await expectRejection(
      () => sampleMaskAsync({ ...options, keepProbability: wrong }),
      "OUT_OF_RANGE",
      `keepProbability must be from 0 to 1, but keepProbability[${2 * border + 7}] is 2`,
    );
    await expectRejection(
      () => applyMaskAsync({ weights: wrong.fill(NaN, length - 1), keepProbability: 0.5 }),
      "NOT_FINITE",
      `weights must be finite, but weights[${length - 1}] is NaN`,
    );
  });

  test("refuses parameters whose memory was taken away meanwhile", async () => {
    const taken = alpha.slice();
    const running = sampleMaskAsync({ ...options, keepProbability: taken });
    structuredClone(taken.buffer, { transfer: [taken.buffer] });
    await expectRejection(
      () => running,
      "INVALID_ARGUMENT",
      "the parameters of the mask must keep their memory",
    );
  });
});
