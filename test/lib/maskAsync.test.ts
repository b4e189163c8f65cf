// Masks in the background: whose memory is whose, stopping, watching.
import { MessageChannel } from "node:worker_threads";
import {
  applyMaskAsync,
  maskMoments,
  maskMomentsAsync,
  penalties,
  sampleKept,
  sampleKeptAsync,
  sampleMask,
  sampleMaskAsync,
  threads,
} from "flipside";
import { describe, expect, test } from "vitest";
import { expectRejection } from "../support/failures.ts";

const keepProbability = Float32Array.from({ length: 5000 }, (_, i) => (i % 11) / 10);
const options = { keepProbability, seed: 5, stream: 2, offset: 77 };

/** The types of this project have no WebAssembly. */
function webAssemblyMemory(): Float32Array {
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { Memory: new (limits: { initial: number }) => { buffer: ArrayBuffer } };
  };
  return new Float32Array(new WebAssembly.Memory({ initial: 1 }).buffer);
}

describe("the same as on the calling thread", () => {
  test.each(["float32", "float64", "uint8", "bits"] as const)("in the format %s", async (format) => {
    expect(await sampleMaskAsync({ ...options, format })).toEqual(sampleMask({ ...options, format }));
  });

  test("with a penalty, a structure, and as a list", async () => {
    const own = {
      penalty: penalties.mcp(),
      lambda: 0.3,
      weights: { data: keepProbability, rows: 50, columns: 100 },
      structure: { unit: { rows: 7, columns: 3 } },
    } as const;
    expect(await sampleMaskAsync(own)).toEqual(sampleMask(own));
    expect(await sampleKeptAsync(own)).toEqual(sampleKept(own));
    expect(await sampleKeptAsync(options)).toEqual(sampleKept(options));
    expect(await sampleMaskAsync({ keepProbability: [] })).toEqual(new Float32Array(0));
  });

  test("as moments", async () => {
    expect(await maskMomentsAsync(options)).toEqual(maskMoments(options));
  });

  test("many at once, whose inputs change as soon as they have begun", async () => {
    const drawn = Array.from({ length: 20 }, (_, seed) => {
      const alpha = keepProbability.slice();
      const result = sampleMaskAsync({ keepProbability: alpha, seed });
      alpha.fill(NaN);
      return result;
    });
    for (const [seed, mask] of (await Promise.all(drawn)).entries()) {
      expect(mask).toEqual(sampleMask({ keepProbability, seed }));
    }
    expect(threads.activity().jobs).toBe(0);
  });
});

describe("out", () => {
  test("is taken over and comes back over the same memory", async () => {
    const buffer = new ArrayBuffer(8 + 4 * 5000);
    const whole = new Uint8Array(buffer).fill(9);
    const out = new Float32Array(buffer, 4, 5000);
    const promise = sampleMaskAsync({ ...options, out });
    expect([out.length, whole.length, buffer.byteLength]).toEqual([0, 0, 0]);
    const mask = await promise;
    expect([mask.byteOffset, mask.length, mask.buffer.byteLength]).toEqual([4, 5000, 20_008]);
    expect(mask).toEqual(sampleMask(options));
    expect(Array.from(new Uint8Array(mask.buffer, 20_004))).toEqual([9, 9, 9, 9]);
  });

  test("may be the array of the parameters, or that of the weights", async () => {
    const own = keepProbability.slice();
    expect(await sampleMaskAsync({ ...options, keepProbability: own, out: own })).toEqual(
      sampleMask(options),
    );
    expect(own.length).toBe(0);
    const weights = Float64Array.from(keepProbability, (value) => value - 0.5);
    const expected = await applyMaskAsync({ ...options, weights: weights.slice() });
    expect(await applyMaskAsync({ ...options, weights, out: weights })).toEqual(expected);
  });

  test("is not touched by a call that is refused", async () => {
    const out = new Float32Array(4);
    await expectRejection(
      () => sampleMaskAsync({ keepProbability: 2, out }),
      "OUT_OF_RANGE",
      "keepProbability",
    );
    const signal = AbortSignal.abort();
    await expectRejection(
      () => sampleMaskAsync({ keepProbability: 0.5, out, signal }),
      "ABORTED",
      "sampleMaskAsync was aborted before it was done",
    );
    expect(out.length).toBe(4);
  });

  test("must be transferable", async () => {
    const pooled = Buffer.from("a few bytes");
    const memory = webAssemblyMemory();
    for (const out of [pooled, memory]) {
      const { length } = out;
      await expectRejection(
        () => sampleMaskAsync({ keepProbability: 0.5, out }),
        "INVALID_ARGUMENT",
        "out must have a buffer that can be transferred",
      );
      expect(out.length).toBe(length);
    }
  });

  test("comes back with an error", async () => {
    const out = new Float32Array(4);
    const failure = await expectRejection(
      () => sampleMaskAsync({ keepProbability: [1, 1, 1, 2], out }),
      "OUT_OF_RANGE",
      "keepProbability must be",
    );
    expect(out.length).toBe(0);
    expect(failure.out).toBeInstanceOf(Float32Array);
    expect(failure.out?.length).toBe(4);
    const again = await sampleMaskAsync({ keepProbability: 1, out: failure.out as Float32Array });
    expect(Array.from(again)).toEqual([1, 1, 1, 1]);
  });

  test("that is fresh does not come with one", async () => {
    const failure = await expectRejection(
      () => sampleMaskAsync({ keepProbability: [1, 2] }),
      "OUT_OF_RANGE",
      "keepProbability must be",
    );
    expect("out" in failure).toBe(false);
  });

  test("can be handed on to another thread", async () => {
    const { port1, port2 } = new MessageChannel();
    const mask = await sampleMaskAsync({ ...options, out: new Float32Array(5000) });
    const arrived = new Promise((resolve) => port2.once("message", resolve));
    port1.postMessage(mask, [mask.buffer as ArrayBuffer]);
    expect(await arrived).toEqual(sampleMask(options));
    expect(mask.length).toBe(0);
    port1.close();
  });
});

describe("under way", () => {
  const size = 2048;
  const weights = { data: new Float64Array(size * size).fill(0.5), rows: size, columns: size };
  const large = { keepProbability: 0.5, weights, x: weights };

  test("stops when it is told to, and gives the memory back", async () => {
    const controller = new AbortController();
    const out = new Float64Array(size * size);
    const began = applyMaskAsync({ ...large, out, signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 20);
    const failure = await expectRejection(() => began, "ABORTED", "applyMaskAsync was aborted");
    expect(failure.cause).toBe("enough");
    expect(failure.out?.length).toBe(size * size);
    expect(threads.activity().jobs).toBe(0);
  });

  test("reports how far it is; what onProgress throws stops it", async () => {
    const thrown = new Error("on purpose");
    const seen: number[] = [];
    const onProgress = ({ fraction }: { fraction: number }) => {
      if (seen.push(fraction) === 2) throw thrown;
    };
    await expect(applyMaskAsync({ ...large, onProgress })).rejects.toBe(thrown);
    expect(seen.length).toBe(2);
    expect(seen.every((fraction, k) => fraction >= (seen[k - 1] ?? 0) && fraction <= 1)).toBe(true);
    expect(threads.activity().jobs).toBe(0);
  });
});
