// (W o mask) x against the mask by itself and sums in double.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Floats, MaskRequest } from "../../../binding.js";
import { failureOf } from "../../support/failures.ts";
import {
  cancelled,
  type FloatKind,
  type Kind,
  kinds,
  type MaskNumbers,
  maskNumbers,
  maskOf,
  onWorker,
  parametersOf,
  sameBits,
  sameEverywhere,
} from "../../support/maskOperations.ts";
import { handleOf, native } from "../../support/native.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";

const floatKinds: FloatKind[] = [Float32Array, Float64Array];

type ProductRequest = MaskRequest & { weights: Floats; x: Floats; out: Floats };

interface Case {
  rows: number;
  columns: number;
  width: number;
  Floats: FloatKind;
  kind?: Kind;
  each?: boolean;
  numbers?: Partial<MaskNumbers>;
}

function requestOf({
  rows,
  columns,
  width,
  Floats,
  kind = "bernoulli",
  each = true,
  numbers,
}: Case): ProductRequest {
  const random = new Random(rows + 31 * columns + width);
  const floats = (count: number) => new Floats(count).map(() => random.normal());
  const count = rows * columns;
  return {
    numbers: maskNumbers({ kind, count, rows, columns, width, ...numbers }),
    parameter: each ? parametersOf(kind, count, Floats) : undefined,
    weights: floats(rows * columns),
    x: floats(columns * width),
    out: new Floats(rows * width).fill(NaN),
  };
}

/** The largest error, in units of the rounding of sum |w s x|. */
function errorOf(request: ProductRequest, { rows, columns, width, Floats }: Case): number {
  const { weights, x, out } = request;
  const mask = maskOf(request, rows * columns, Floats);
  const epsilon = Floats === Float32Array ? 2 ** -24 : 2 ** -53;
  let worst = 0;
  for (let i = 0; i < rows; ++i) {
    for (let k = 0; k < width; ++k) {
      let sum = 0;
      let size = 0;
      for (let j = 0; j < columns; ++j) {
        const at = i * columns + j;
        const term = (weights[at] as number) * (mask[at] as number) * (x[j * width + k] as number);
        sum += term;
        size += Math.abs(term);
      }
      const error = Math.abs((out[i * width + k] as number) - sum);
      if (!(error === 0 && size === 0)) worst = Math.max(worst, error / (epsilon * size));
    }
  }
  return worst;
}

function expectProduct(given: Case): void {
  const request = requestOf(given);
  native.maskedProduct(request);
  // Each term has two roundings and passes through at most this many sums; those of the reference in double count too.
  const sums = given.width > 1 ? given.columns : 2048 / 16 + 8;
  const own = given.Floats === Float64Array ? given.columns : 1;
  expect(errorOf(request, given)).toBeLessThan(2 + sums + own);
}

describe.each(floatKinds)("$name", (Floats) => {
  test.each([
    [1, 1],
    [1, 33],
    [3, 10],
    [17, 32],
    [300, 7],
    [65, 127],
    [33, 1025],
    [5, 2048],
    [4, 2049],
    [2, 70001],
    [1, 140000],
    [9000, 1],
  ])("%d x %d", (rows, columns) => {
    for (const width of [1, 2, 5]) {
      for (const each of [true, false]) expectProduct({ rows, columns, width, Floats, each });
    }
  });

  test.each(Object.keys(kinds) as Kind[])("of any kind: %s", (kind) => {
    for (const width of [1, 3]) {
      expectProduct({ rows: 40, columns: 60, width, Floats, kind, numbers: { first: 2 ** 33 + 5 } });
    }
  });

  test("many columns of x", () => {
    expectProduct({ rows: 150, columns: 90, width: 70, Floats });
    expectProduct({ rows: 3, columns: 2, width: 301, Floats });
  });

  test.each([
    [1, 30],
    [20, 1],
    [3, 4],
  ])("in units of %d x %d", (unitRows, unitColumns) => {
    const [rows, columns] = [20, 30];
    const count = Math.ceil(rows / unitRows) * Math.ceil(columns / unitColumns);
    for (const width of [1, 2]) {
      const numbers = { count, unitRows, unitColumns };
      expectProduct({ rows, columns, width, Floats, each: false, numbers });
      const given = { rows, columns, width, Floats, numbers: { ...numbers, lambda: 3 } };
      const request = { ...requestOf({ ...given, each: false }), penalty: handleOf("l1") };
      native.maskedProduct(request);
      expect(errorOf({ ...request, parameter: request.weights }, given)).toBeLessThan(2 * columns);
    }
  });

  test.each([1, 4])("with the weights' own penalty, times %d columns", (width) => {
    const given = { rows: 50, columns: 60, width, Floats, numbers: { lambda: 0.4 } };
    const request = { ...requestOf({ ...given, each: false }), penalty: handleOf("logSum", 0.1) };
    native.maskedProduct(request);
    expect(errorOf({ ...request, parameter: request.weights }, given)).toBeLessThan(2 * 60);
  });

  test.each([
    [700, 300],
    [50, 5000],
    [3, 200000],
    [20000, 9],
  ])("%d x %d by a vector is the same bytes with any instructions and threads", (rows, columns) => {
    const request = requestOf({ rows, columns, width: 1, Floats });
    sameEverywhere(() => {
      native.maskedProduct(request);
      return request.out.slice();
    });
  });

  test("by a matrix it is the same bytes with one thread or two", () => {
    const before = native.threads();
    const request = requestOf({ rows: 500, columns: 1500, width: 6, Floats });
    const [one, two] = [1, 2].map((threads) => {
      native.setThreads(threads);
      native.maskedProduct(request);
      return request.out.slice();
    }) as [Floats, Floats];
    native.setThreads(before);
    expect(sameBits(one, two)).toBe(true);
  });

  test("in the middle of other memory", () => {
    for (const shift of [1, 2, 3]) {
      for (const width of [1, 3]) {
        const given = { rows: 37, columns: 53, width, Floats };
        const request = requestOf(given);
        const moved = (values: Floats) => {
          const memory = new Floats(values.length + 8).fill(-7);
          memory.set(values, shift);
          return memory.subarray(shift, shift + values.length);
        };
        const there = {
          ...request,
          weights: moved(request.weights),
          x: moved(request.x),
          out: moved(request.out),
        };
        native.maskedProduct(request);
        native.maskedProduct(there);
        expect(there.out).toEqual(request.out);
        const around = new Floats(there.out.buffer);
        expect([around[shift - 1], around[shift + there.out.length]]).toEqual([-7, -7]);
      }
    }
  });

  test("on a worker as on this thread, of inputs as they were at the call", async () => {
    for (const width of [1, 3]) {
      const request = requestOf({ rows: 300, columns: 400, width, Floats });
      native.maskedProduct(request);
      const out = new Floats(request.out.length);
      const job = onWorker("maskedProductAsync", { ...request, out });
      for (const input of [request.weights, request.x, request.parameter as Floats]) input.fill(0.5);
      await job;
      expect(out).toEqual(request.out);
    }
  });
});

test("any shape, in either precision", () => {
  const size = (max: number) => fc.integer({ min: 1, max });
  check(
    60,
    fc.property(
      fc.constantFrom(...floatKinds),
      size(60),
      size(60),
      size(4),
      fc.nat(2 ** 40),
      (Floats, rows, columns, width, first) =>
        expectProduct({ rows, columns, width, Floats, numbers: { first } }),
    ),
  );
});

describe("refuses", () => {
  const failure = (request: object) => failureOf(() => native.maskedProduct(request as MaskRequest));
  const shape = { rows: 300, columns: 500, Floats: Float32Array };

  test.each([1, 3])("what is not finite, times %d columns", (width) => {
    const request = requestOf({ ...shape, width });
    request.weights[149999] = Infinity;
    expect(failure(request)).toMatchObject({ code: "NOT_FINITE", message: /weights\[149999\] is Infinity$/ });
    request.x[499] = NaN;
    expect(failure(request)).toMatchObject({ code: "NOT_FINITE", message: /x\[499\] is NaN$/ });
    const parameter = requestOf({ ...shape, width });
    (parameter.parameter as Floats)[100001] = -0.5;
    expect(failure(parameter)).toMatchObject({
      code: "OUT_OF_RANGE",
      message: /keepProbability\[100001\] is -0.5$/,
    });
  });

  test("arrays that do not fit", () => {
    const request = requestOf({ ...shape, width: 2 });
    for (const name of ["weights", "x", "out", "parameter"] as const) {
      const short = (request[name] as Floats).subarray(1);
      expect(failure({ ...request, [name]: short })).toMatchObject({
        code: "LENGTH_MISMATCH",
        message: new RegExp(`^${name} must`),
      });
    }
    for (const name of ["x", "out"] as const) {
      const other = Float64Array.from(request[name]);
      expect(failure({ ...request, [name]: other })).toMatchObject({
        code: "INVALID_ARGUMENT",
        message: new RegExp(`^${name} must be a Float32Array, as weights are`),
      });
    }
    for (const name of ["weights", "x"] as const) {
      const memory = new Float32Array(request[name].length);
      const over = { ...request, [name]: memory, out: memory.subarray(0, request.out.length) };
      expect(failure(over)).toMatchObject({ message: `out must not overlap ${name}, but does` });
    }
  });

  test.each([
    [{ rows: 0, count: 0 }, "EMPTY", /^weights/],
    [{ columns: 0, count: 0 }, "EMPTY", /^weights/],
    [{ width: 0 }, "EMPTY", /^x/],
    [{ count: 7 }, "LENGTH_MISMATCH", /^count/],
    [{ rows: 2 ** 39, columns: 2 ** 39 }, "OUT_OF_RANGE", /^rows and columns/],
    [{ width: 2 ** 40 }, "LENGTH_MISMATCH", /^x/],
  ])("the shape %o", (numbers, code, message) => {
    expect(failure(requestOf({ ...shape, width: 1, each: false, numbers }))).toMatchObject({ code, message });
  });

  test("to go on after cancel", async () => {
    const request = requestOf({ ...shape, rows: 2000, columns: 1000, width: 1, kind: "gaussian" });
    expect(await cancelled("maskedProductAsync", request)).toMatchObject({ code: "ABORTED" });
  });
});
