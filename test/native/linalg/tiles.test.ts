// Products of small matrices against loops, by element and by bit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Floats, TileRequest } from "../../../binding.js";
import { native } from "../../support/native.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";
import {
  anyCase,
  guard,
  kinds,
  plainElement,
  type TileCase,
  tileProduct,
  tileRequest,
} from "../../support/tiles.ts";

const targets = forcedTargets();
const fused = targets.filter((target) => target !== "baseline");
const seeds = fc.nat(1e6);

/** Unit roundoff of what the arrays hold. */
const roundoff = (values: Floats) => (values instanceof Float32Array ? 2 ** -24 : 2 ** -53);

function forElements({ rows, columns }: TileRequest, visit: (i: number, j: number) => void): void {
  for (let i = 0; i < rows; ++i) for (let j = 0; j < columns; ++j) visit(i, j);
}

/** Everything of c but its elements is as it was. */
function expectGuards(request: TileRequest, c: Floats): void {
  const { rows, columns, cStride } = request;
  const outside = c.filter((_, i) => i >= rows * cStride || i % cStride >= columns);
  expect(outside.length).toBe(c.length - rows * columns);
  expect(outside.every((value) => value === guard)).toBe(true);
}

/**
 * A chain of `depth` sums and, without fused multiply-add, products has an error of (depth + 1) u, times the sum of the
 * terms' sizes, to first order; that of the loop is at most as large, in double precision.
 */
function expectClose(request: TileRequest): void {
  const c = tileProduct(request);
  const factor = (request.depth + 2) * (roundoff(c) + 2 ** -53);
  let worst = 0;
  forElements(request, (i, j) => {
    const { value, size } = plainElement(request, i, j);
    const error = Math.abs((c[i * request.cStride + j] as number) - value);
    // The negation catches NaN.
    if (!(error <= factor * size)) worst = Math.max(worst, error / size || Infinity);
  });
  expect(worst).toBe(0);
  expectGuards(request, c);
}

function expectExact(request: TileRequest): void {
  const c = tileProduct(request);
  let wrong = 0;
  forElements(request, (i, j) => {
    if (c[i * request.cStride + j] !== plainElement(request, i, j).value) ++wrong;
  });
  expect(wrong).toBe(0);
  expectGuards(request, c);
}

/** The rows and columns from (i, j) on. */
function part(request: TileRequest, i: number, j: number, rows: number, columns: number): TileRequest {
  const { a, aRowStride, b, c, cStride } = request;
  return {
    ...request,
    rows,
    columns,
    a: a.subarray(i * aRowStride),
    b: b.subarray(j),
    c: c.subarray(i * cStride + j),
  };
}

describe.each(targets)("on %s", (target) => {
  test("small whole numbers, of which every sum is exact", () => {
    check(
      150,
      fc.property(seeds, (seed) => {
        native.simd(target);
        const random = new Random(seed);
        expectExact(tileRequest(anyCase(random, 70), () => random.integer(17) - 8));
      }),
    );
  });

  test("each number of rows and of columns around the widths of blocks and vectors", () => {
    native.simd(target);
    const random = new Random(3);
    for (const kind of kinds) {
      for (let n = 1; n <= 70; ++n) {
        const other = { kind, transposed: n % 2 === 0, accumulate: false, gaps: [1, 2, 3] } as const;
        const draw = () => random.integer(17) - 8;
        expectExact(tileRequest({ ...other, rows: n, depth: 5, columns: 7 }, draw));
        expectExact(tileRequest({ ...other, rows: 9, depth: 5, columns: n }, draw));
        expectExact(tileRequest({ ...other, rows: 3, depth: n, columns: 50 }, draw));
      }
    }
  });

  test("normal numbers, within the bound", () => {
    check(
      60,
      fc.property(seeds, (seed) => {
        native.simd(target);
        const random = new Random(seed);
        expectClose(tileRequest(anyCase(random, 70), () => random.normal()));
      }),
    );
  });

  test("more depth than one slice has, and the layers of a network", () => {
    native.simd(target);
    const random = new Random(4);
    for (const kind of kinds) {
      for (const [rows, depth, columns, transposed] of [
        [32, 784, 300, false],
        [13, 1000, 61, true],
        [64, 128, 100, true],
        [20, 500, 10, false],
        [1, 2000, 3, false],
      ] as const) {
        const given: TileCase = { kind, rows, depth, columns, transposed, accumulate: true, gaps: [0, 0, 0] };
        expectClose(tileRequest(given, () => random.normal()));
      }
    }
  });

  test("the same bits however rows and columns are cut", () => {
    check(
      40,
      fc.property(seeds, (seed) => {
        native.simd(target);
        const random = new Random(seed);
        const given = { ...anyCase(random, 70), depth: 1 + random.integer(400) };
        const request = tileRequest(given, () => random.normal());
        const whole = tileProduct(request);
        const [i, j] = [random.integer(given.rows), random.integer(given.columns)];
        const c = request.c.slice();
        const pieces = { ...request, c };
        for (const [from, rows] of [
          [0, i],
          [i, given.rows - i],
        ] as const) {
          for (const [at, columns] of [
            [0, j],
            [j, given.columns - j],
          ] as const) {
            native.tileProduct(part(pieces, from, at, rows, columns));
          }
        }
        expect(c).toEqual(whole);
      }),
    );
  });

  test("the same bits from a product over part of the depth, continued", () => {
    native.simd(target);
    const random = new Random(5);
    for (const kind of kinds) {
      const sizes = { rows: 21, depth: 333, columns: 45 };
      const given: TileCase = { ...sizes, kind, transposed: false, accumulate: false, gaps: [2, 3, 0] };
      const request = tileRequest(given, () => random.normal());
      const c = request.c.slice();
      const first = 100;
      native.tileProduct({ ...request, c, depth: first });
      native.tileProduct({
        ...request,
        c,
        depth: given.depth - first,
        a: request.a.subarray(first),
        b: request.b.subarray(first * request.bStride),
        accumulate: true,
      });
      expect(c).toEqual(tileProduct(request));
    }
  });

  test("NaN stays in its row or column, and numbers below the normal ones are kept", () => {
    native.simd(target);
    for (const kind of kinds) {
      const least = kind === Float32Array ? 2 ** -149 : 2 ** -1074;
      const given = { kind, rows: 11, depth: 6, columns: 37, transposed: false, accumulate: false } as const;
      const request = tileRequest({ ...given, gaps: [1, 1, 1] }, () => 1);
      request.a[2 * request.aRowStride + 3] = Number.NaN;
      request.b[4 * request.bStride + 33] = Infinity;
      for (let k = 0; k < 6; ++k) request.b[k * request.bStride] = least;
      const c = tileProduct(request);
      forElements(request, (i, j) => {
        const regular = j === 0 ? 6 * least : j === 33 ? Infinity : 6;
        expect(c[i * request.cStride + j]).toBe(i === 2 ? Number.NaN : regular);
      });
    }
  });

  test("nothing to do", () => {
    native.simd(target);
    for (const kind of kinds) {
      const given: TileCase = {
        ...{ kind, rows: 3, depth: 0, columns: 5, transposed: false },
        ...{ accumulate: false, gaps: [0, 0, 2] },
      };
      const request = tileRequest(given, () => 1);
      expectExact(request);
      expectExact(tileRequest({ ...given, accumulate: true }, () => 7));
      for (const empty of [{ rows: 0 }, { columns: 0 }]) {
        const none = { ...request, depth: 2, a: new kind(6), b: new kind(10), aRowStride: 2, ...empty };
        expect(tileProduct(none)).toEqual(request.c);
      }
    }
  });
});

test("the same bits with vectors of any width", () => {
  check(
    60,
    fc.property(seeds, (seed) => {
      const random = new Random(seed);
      const given = { ...anyCase(random, 90), depth: 1 + random.integer(600) };
      const request = tileRequest(given, () => random.normal());
      const [one, ...others] = fused.map((target) => {
        native.simd(target);
        return tileProduct(request);
      });
      for (const other of others) expect(other).toEqual(one);
    }),
  );
});

describe("what is not in order is refused by name", () => {
  const valid = (): TileRequest => {
    const given = { kind: Float32Array, rows: 4, depth: 3, columns: 5, transposed: false } as const;
    return tileRequest({ ...given, accumulate: false, gaps: [0, 0, 0] }, () => 1);
  };
  const shared = new Float32Array(40);

  test.each<[string, Partial<TileRequest>, string, RegExp]>([
    ["a short", { a: new Float32Array(11) }, "LENGTH_MISMATCH", /^a must have at least 12/],
    ["a strided", { aRowStride: 4 }, "LENGTH_MISMATCH", /^a must have at least 15/],
    ["b short", { b: new Float32Array(14) }, "LENGTH_MISMATCH", /^b must have at least 15/],
    ["c short", { c: new Float32Array(19) }, "LENGTH_MISMATCH", /^c must have at least 20/],
    ["c narrow", { cStride: 4 }, "OUT_OF_RANGE", /^cStride must be at least columns/],
    ["kinds", { b: new Float64Array(15) }, "INVALID_ARGUMENT", /^b must be a Float32Array/],
    ["rows", { rows: -1 }, "OUT_OF_RANGE", /^rows must be an integer/],
    ["depth", { depth: 1.5 }, "OUT_OF_RANGE", /^depth must be an integer/],
    ["huge", { bStride: 2 ** 40 }, "OUT_OF_RANGE", /^bStride must be an integer/],
    ["overlap", { a: shared, c: shared.subarray(11) }, "INVALID_ARGUMENT", /^c must not overlap a/],
  ])("%s", (_, change, code, message) => {
    const call = () => native.tileProduct({ ...valid(), ...change });
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

test("the rate is that of as many products as were asked for", () => {
  const request = { rows: 8, depth: 20, columns: 30, tiles: 3, repeats: 2, pin: false };
  for (const kernel of ["own", "blas"] as const) {
    for (const precision of ["float32", "float64"] as const) {
      for (const transposed of [false, true]) {
        expect(native.tileRate({ ...request, kernel, precision, transposed })).toBeGreaterThan(0);
      }
    }
  }
});
