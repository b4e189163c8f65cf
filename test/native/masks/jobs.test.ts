// Masks on a worker.
import { describe, expect, test } from "vitest";
import type { MaskRequest } from "../../../binding.js";
import { runChild } from "../../support/child.ts";
import { type HeaderOptions, header, sample } from "../../support/maskRequests.ts";
import { handleOf, native } from "../../support/native.ts";

interface Outcome {
  readonly kept: Uint32Array | null;
  readonly fractions: number[];
}

function run(
  name: "sampleMaskAsync" | "sampleKeptAsync",
  request: MaskRequest,
  begun: (job: number) => void = () => {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const fractions: number[] = [];
    const settle = (error: Error | null, kept: Uint32Array | null) =>
      error === null ? resolve({ kept, fractions }) : reject(error);
    begun(native[name](request, settle, (fraction) => fractions.push(fraction)));
  });
}

const count = 300_001;
const parameter = Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 100);
/** Seconds of work. */
const endless: HeaderOptions = { kind: "hardConcrete", count: 2 ** 32, parameter: -50 };

describe("the same as on the calling thread", () => {
  test.each(["bernoulli", "gaussian", "hardConcrete"] as const)("%s", async (kind) => {
    const wanted = sample("float32", { kind, count }, parameter);
    const out = new Float32Array(count);
    const given = parameter.slice();
    const job = run("sampleMaskAsync", { numbers: header({ kind, count }), out, parameter: given });
    given.fill(NaN); // was copied
    expect((await job).kept).toBeNull();
    expect(Buffer.from(out.buffer).equals(Buffer.from(wanted.buffer))).toBe(true);
  });

  test("bits, a penalty, a structure, in place", async () => {
    const bits = new Uint8Array(Math.ceil(count / 8));
    await run("sampleMaskAsync", { numbers: header({ count, packed: true }), out: bits });
    expect(Buffer.from(bits.buffer).equals(Buffer.from(sample("bits", { count }).buffer))).toBe(true);

    const structure = { rows: 50, columns: 60, unitRows: 1, unitColumns: 60 };
    const options = { count: 50, structure, lambda: 2 };
    const penalty = handleOf("l1");
    const weights = parameter.slice(0, 3000);
    const wanted = sample("float32", options, weights, penalty);
    await run("sampleMaskAsync", { numbers: header(options), out: weights, parameter: weights, penalty });
    expect(weights).toEqual(wanted);
  });

  test("the list of the kept", async () => {
    const request = { numbers: header({ count }), parameter };
    const { kept } = await run("sampleKeptAsync", request);
    const wanted = Buffer.from(native.sampleKept(request).buffer);
    expect(Buffer.from(kept?.buffer as ArrayBuffer).equals(wanted)).toBe(true);
  });
});

test("progress grows from 0 to 1, at most every 50 ms", async () => {
  const began = performance.now();
  const { fractions } = await run("sampleKeptAsync", { numbers: header({ ...endless, count: 2 ** 28 }) });
  expect(fractions.length).toBeGreaterThan(0);
  expect(fractions.length).toBeLessThanOrEqual((performance.now() - began) / 50);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  for (const fraction of fractions) expect(fraction > 0 && fraction <= 1).toBe(true);
});

test("cancelled it settles with ABORTED, having written a part", async () => {
  const out = new Uint8Array(2 ** 29);
  let fraction = 0;
  const error: unknown = await new Promise((resolve) => {
    const job = native.sampleMaskAsync(
      { numbers: header({ ...endless, parameter: 0.5, packed: true }), out },
      (failure) => resolve(failure),
      (done) => {
        fraction = done;
        native.cancel(job);
      },
    );
  });
  expect(error).toMatchObject({ code: "ABORTED" });
  expect(fraction).toBeLessThan(1);
  expect(out.subarray(0, 8192)).toEqual(sample("bits", { ...endless, parameter: 0.5, count: 2 ** 16 }));
  expect(out.at(-1)).toBe(0);
  expect(native.activity().jobs).toBe(0);
});

test("cancelled before it began: nothing is written", async () => {
  const blockers: number[] = [];
  const settled = Array.from({ length: native.threads() + 1 }, () =>
    run("sampleKeptAsync", { numbers: header(endless) }, (job) => blockers.push(job)).catch(
      (error: unknown) => error,
    ),
  );
  const out = new Float32Array(1000);
  const waiting = run("sampleMaskAsync", { numbers: header({ count: 1000 }), out }, (job) =>
    native.cancel(job),
  );
  await expect(waiting).rejects.toMatchObject({ code: "ABORTED" });
  for (const job of blockers) native.cancel(job);
  for (const error of await Promise.all(settled)) expect(error).toMatchObject({ code: "ABORTED" });
  expect(out).toEqual(new Float32Array(1000));
});

test("errors of arguments are thrown at once, those of elements settle", async () => {
  const numbers = header({ count: 10 });
  const never = () => {
    throw new Error("settled");
  };
  expect(() => native.sampleMaskAsync({ numbers, out: new Float32Array(9) }, never, null)).toThrow(/out/);
  expect(() => native.sampleMaskAsync({ numbers }, never, null)).toThrow(/out must be a Float32Array/);
  const bad = new Float32Array(10).fill(2);
  const out = new Float32Array(10);
  await expect(run("sampleMaskAsync", { numbers, out, parameter: bad })).rejects.toMatchObject({
    code: "OUT_OF_RANGE",
    message: "keepProbability must be from 0 to 1, but keepProbability[0] is 2",
  });
});

test("worker_threads that are terminated with masks under way, and a process that exits", async () => {
  const { status, signal, stderr, stdout } = await runChild("masks", [], 30_000);
  expect({ status, signal, stderr }).toEqual({ status: 3, signal: null, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({ rounds: 3, jobs: 0 });
});
