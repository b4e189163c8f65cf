// weights o mask against the mask by itself and one product per element.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Floats, MaskRequest } from "../../../binding.js";
import { failureOf } from "../../support/failures.ts";
import {
  cancelled,
  type FloatKind,
  type Kind,
  kinds,
  maskNumbers,
  maskOf,
  onWorker,
  parametersOf,
  sameBits,
  sameEverywhere,
} from "../../support/maskOperations.ts";
import { handleOf, native } from "../../support/native.ts";
import { check } from "../../support/property.ts";

const floatKinds: FloatKind[] = [Float32Array, Float64Array];
const kindNames = Object.keys(kinds) as Kind[];

function weightsOf(count: number, Floats: FloatKind): Floats {
  return new Floats(count).map((_, i) => ((i * 29) % 97) / 16 - 3.01);
}

/** What applyMask has to give: the rounding of the array is that of the product. */
function productsOf(request: MaskRequest): Floats {
  const weights = request.weights as Floats;
  const mask = maskOf(request, weights.length, weights.constructor as FloatKind);
  return weights.map((w, i) => w * (mask[i] as number));
}

function applied(request: MaskRequest): Floats {
  const weights = request.weights as Floats;
  const out = new (weights.constructor as FloatKind)(weights.length).fill(NaN);
  native.applyMask({ ...request, out });
  return out;
}

/** Says where they differ, which a comparison of all the bytes does not, but that is faster. */
function expectProducts(request: MaskRequest): void {
  const [out, wanted] = [applied(request), productsOf(request)];
  if (!sameBits(out, wanted)) expect(out).toEqual(wanted);
}

describe.each(floatKinds)("$name", (Floats) => {
  describe.each(kindNames)("%s", (kind) => {
    test.each([1, 2, 17, 2047, 2049, 40001])("of %d elements", (count) => {
      const weights = weightsOf(count, Floats);
      for (const first of [0, 5, 2 ** 34 + 3]) {
        const numbers = maskNumbers({ kind, count, first, parameter: 0.3 });
        expectProducts({ numbers, weights });
        const parameter = parametersOf(kind, count, Floats);
        const request = { numbers, weights, parameter };
        expectProducts(request);
      }
    });

    test("the same bytes with any instructions and threads", () => {
      const weights = weightsOf(200003, Floats);
      const numbers = maskNumbers({ kind, count: weights.length, first: 9 });
      const parameter = parametersOf(kind, weights.length, Floats);
      sameEverywhere(() => applied({ numbers, weights, parameter }));
    });
  });

  test("in the middle of other memory, at any place, and in place", () => {
    const memory = new Floats(5000).fill(-7);
    for (const at of [0, 1, 2, 3, 5, 15]) {
      for (const count of [0, 1, 31, 2500]) {
        const weights = weightsOf(count + 3, Floats).subarray(3);
        const request = { numbers: maskNumbers({ count, parameter: 0.8 }), weights };
        const wanted = productsOf(request);
        native.applyMask({ ...request, out: memory.subarray(at, at + count) });
        expect(memory.subarray(at, at + count)).toEqual(wanted);
        expect(memory[at + count]).toBe(-7);
        memory.fill(-7);
        native.applyMask({ ...request, out: weights });
        expect(weights).toEqual(wanted);
      }
    }
  });

  test("so large that it is written past the caches", () => {
    const count = 2 ** 24 / Floats.BYTES_PER_ELEMENT + 77;
    const weights = weightsOf(count, Floats);
    const request = { numbers: maskNumbers({ count, parameter: 0.4 }), weights };
    const wanted = productsOf(request);
    const memory = new Floats(count + 4).fill(-7);
    native.applyMask({ ...request, out: memory.subarray(3, count + 3) });
    expect(sameBits(memory.subarray(3, count + 3), wanted)).toBe(true);
    expect([memory[2], memory[count + 3]]).toEqual([-7, -7]);
  });

  test.each([
    [7, 12, 1, 12],
    [7, 12, 7, 1],
    [50, 90, 4, 7],
    [3, 5000, 2, 3],
  ])("of %d x %d in units of %d x %d", (rows, columns, unitRows, unitColumns) => {
    const count = Math.ceil(rows / unitRows) * Math.ceil(columns / unitColumns);
    const numbers = maskNumbers({ count, rows, columns, unitRows, unitColumns, parameter: 0.4 });
    const weights = weightsOf(rows * columns, Floats);
    expectProducts({ numbers, weights });
    const draws = maskOf({ numbers: maskNumbers({ count, parameter: 0.4 }) }, count, Floats);
    const across = Math.ceil(columns / unitColumns);
    const unitOf = (k: number) =>
      Math.floor(k / columns / unitRows) * across + Math.floor((k % columns) / unitColumns);
    expect(applied({ numbers, weights })).toEqual(weights.map((w, k) => w * (draws[unitOf(k)] as number)));
  });

  describe("with a penalty", () => {
    const penalty = handleOf("logSum", 0.5);

    test.each(kindNames)("%s of the weights themselves", (kind) => {
      const weights = weightsOf(3000, Floats);
      const numbers = maskNumbers({ kind, count: 3000, lambda: 0.7 });
      const wanted = productsOf({ numbers, weights, penalty, parameter: weights });
      expect(applied({ numbers, weights, penalty })).toEqual(wanted);
      native.applyMask({ numbers, weights, penalty, out: weights });
      expect(weights).toEqual(wanted);
    });

    test("of other weights", () => {
      const weights = weightsOf(3000, Floats);
      const parameter = weights.map((_, i) => i / 1000);
      const request = { numbers: maskNumbers({ count: 3000, lambda: 0.7 }), weights, penalty, parameter };
      expectProducts(request);
    });

    test("of the norms of units, in place", () => {
      const weights = weightsOf(60 * 70, Floats);
      const structure = { rows: 60, columns: 70, unitRows: 4, unitColumns: 30 };
      const numbers = maskNumbers({ count: 15 * 3, lambda: 9, ...structure });
      const wanted = productsOf({ numbers, weights, penalty, parameter: weights });
      expect(wanted.some((value) => value === 0)).toBe(true);
      native.applyMask({ numbers, weights, penalty, out: weights });
      expect(weights).toEqual(wanted);
    });
  });

  test("on a worker as on this thread, of inputs as they were at the call", async () => {
    for (const penalty of [undefined, handleOf("l1")]) {
      const weights = weightsOf(300000, Floats);
      const numbers = maskNumbers({ count: weights.length, lambda: 0.7 });
      const parameter = penalty === undefined ? parametersOf("bernoulli", weights.length, Floats) : undefined;
      const request = { numbers, weights, parameter, penalty };
      const wanted = applied(request);
      const out = new Floats(weights.length);
      const job = onWorker("applyMaskAsync", { ...request, out });
      weights.fill(9);
      parameter?.fill(1);
      numbers.fill(0);
      await job;
      expect(sameBits(out, wanted)).toBe(true);
    }
  });
});

test("any range, kind and parameters", () => {
  check(
    60,
    fc.property(
      fc.constantFrom(...kindNames),
      fc.constantFrom(...floatKinds),
      fc.integer({ min: 0, max: 6000 }),
      fc.nat(2 ** 40),
      fc.nat(2 ** 32 - 1),
      (kind, Floats, count, first, seed) => {
        const request = {
          numbers: maskNumbers({ kind, count, first, seed }),
          weights: weightsOf(count, Floats),
          parameter: parametersOf(kind, count, Floats),
        };
        expectProducts(request);
      },
    ),
  );
});

test("parameters of the other precision", () => {
  const weights = weightsOf(5000, Float32Array);
  const parameter = parametersOf("bernoulli", 5000, Float64Array);
  const request = { numbers: maskNumbers({ count: 5000 }), weights, parameter };
  expectProducts(request);
});

describe("refuses", () => {
  const count = 200000;
  const numbers = maskNumbers({ count });
  const weights = () => weightsOf(count, Float32Array);
  const out = () => new Float32Array(count);
  const failure = (request: object) => failureOf(() => native.applyMask(request as MaskRequest));

  test.each([NaN, Infinity, -Infinity])("a weight that is %d, naming the first", async (bad) => {
    for (const inPlace of [true, false]) {
      const spoiled = weights();
      for (const index of [199990, 70003, 70002, 150000]) spoiled[index] = bad;
      const request = { numbers, weights: spoiled, out: inPlace ? spoiled : out() };
      expect(failure(request)).toMatchObject({
        code: "NOT_FINITE",
        message: `weights must be finite, but weights[70002] is ${bad}`,
      });
    }
    const spoiled = weights().fill(bad, 131071);
    const job = onWorker("applyMaskAsync", { numbers, weights: spoiled, out: out() });
    await expect(job).rejects.toMatchObject({ code: "NOT_FINITE", message: /weights\[131071\]/ });
  });

  test("a parameter out of its range, naming the first", () => {
    const parameter = new Float64Array(count).fill(0.5);
    parameter[123456] = 1.5;
    parameter[160000] = NaN;
    expect(failure({ numbers, weights: weights(), out: out(), parameter })).toMatchObject({
      code: "OUT_OF_RANGE",
      message: "keepProbability must be from 0 to 1, but keepProbability[123456] is 1.5",
    });
  });

  test("other lengths and kinds, and outputs on top of inputs", () => {
    const given = { numbers, weights: weights(), out: out() };
    expect(failure({ ...given, weights: new Float32Array(5) }).code).toBe("LENGTH_MISMATCH");
    expect(failure({ ...given, out: new Float32Array(5) }).code).toBe("LENGTH_MISMATCH");
    expect(failure({ ...given, parameter: new Float32Array(5) }).code).toBe("LENGTH_MISMATCH");
    expect(failure({ ...given, out: new Float64Array(count) })).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: /^out must be a Float32Array, as weights are, but is a Float64Array of length 200000$/,
    });
    expect(failure({ ...given, weights: new Uint8Array(count) }).code).toBe("INVALID_ARGUMENT");
    const both = new Float32Array(count + 1);
    expect(failure({ ...given, weights: both.subarray(1), out: both.subarray(0, count) }).message).toMatch(
      /^out must not overlap weights/,
    );
  });

  test("to go on after cancel", async () => {
    const count = 2 ** 22;
    const numbers = maskNumbers({ kind: "gaussian", count });
    const weights = new Float32Array(count);
    const end = await cancelled("applyMaskAsync", { numbers, weights, out: new Float32Array(count) });
    expect(end).toMatchObject({ code: "ABORTED" });
  });
});
