// applyMask against sampleMask and plain loops; masks straight from a penalty; moments.
import {
  type ApplyMaskOptions,
  applyMask,
  applyMaskAsync,
  type MaskKind,
  type MaskOptions,
  maskMoments,
  type Penalty,
  penalties,
  sampleKept,
  sampleMask,
  strategies,
} from "flipside";
import { describe, expect, test } from "vitest";

const rows = 23;
const columns = 17;
const size = rows * columns;
const data = Float64Array.from({ length: size }, (_, i) => Math.sin(1 + 3 * i));
const single = Float32Array.from(data);
const matrix = { data, rows, columns };
const place = { seed: 3, stream: 1, offset: 1000 };
const penalty = penalties.logSum({ epsilon: 0.1 });
const units = { unit: { rows: 4, columns: 5 } } as const;
const unitOf = (k: number) => 4 * Math.floor(Math.floor(k / columns) / 4) + Math.floor((k % columns) / 5);

const masks: Record<string, Omit<MaskOptions, "weights">> = {
  "one keep probability": { keepProbability: 0.4 },
  unscaled: { keepProbability: 0.4, scaled: false },
  "a keep probability each": { keepProbability: Float32Array.from(data, Math.abs) },
  gaussian: { kind: "gaussian", standardDeviation: 0.5 },
  "hard concrete": { kind: "hardConcrete", location: Array.from(data), beta: 0.5 },
  "of a penalty": { penalty, lambda: 0.3 },
  "gaussian of a penalty": { kind: "gaussian", penalty, lambda: 0.3 },
  "hard concrete of a penalty": { kind: "hardConcrete", penalty, lambda: 0.3 },
  rows: { keepProbability: 0.4, structure: { unit: "row" } },
  "blocks of a penalty": { penalty, lambda: 0.3, structure: units },
};

/** The mask as such. */
function maskOf(options: Omit<MaskOptions, "weights">, weights: Float64Array | Float32Array) {
  const of = {
    ...options,
    ...place,
    format: weights instanceof Float32Array ? "float32" : "float64",
  } as const;
  const shaped = { data: weights, rows, columns };
  if (options.penalty !== undefined) return sampleMask({ ...of, weights: shaped });
  if (options.structure === undefined) return sampleMask({ ...of, length: size });
  return sampleMask({ ...of, structure: { ...options.structure, rows, columns } });
}

describe.each(Object.entries(masks))("%s", (_, options) => {
  test.each([data, single])("weights o mask", async (weights) => {
    const mask = maskOf(options, weights);
    const expected = weights.map((w, i) => w * (mask[i] as number));
    const own = { ...options, ...place, weights: { data: weights, rows, columns } };
    expect(applyMask(own)).toEqual(expected);
    expect(await applyMaskAsync(own)).toEqual(expected);
    const inPlace = weights.slice();
    const same = { ...own, weights: { data: inPlace, rows, columns }, out: inPlace };
    expect(applyMask(same)).toBe(inPlace);
    expect(inPlace).toEqual(expected);
  });

  test.each([1, 6])("(weights o mask) x of %d columns", async (width) => {
    const x = Float64Array.from({ length: columns * width }, (_, i) => Math.cos(i));
    const mask = maskOf(options, data);
    const own = { ...options, ...place, weights: matrix, x: { data: x, rows: columns, columns: width } };
    const product = applyMask(own);
    expect(product.length).toBe(rows * width);
    for (let i = 0; i < rows; ++i) {
      for (let k = 0; k < width; ++k) {
        let sum = 0;
        let scale = 0;
        for (let j = 0; j < columns; ++j) {
          const term =
            (mask[i * columns + j] as number) *
            (data[i * columns + j] as number) *
            (x[j * width + k] as number);
          sum += term;
          scale += Math.abs(term);
        }
        expect(Math.abs((product[i * width + k] as number) - sum)).toBeLessThanOrEqual(1e-14 * scale);
      }
    }
    expect(await applyMaskAsync(own)).toEqual(product);
    const out = new Float64Array(rows * width);
    expect(applyMask({ ...own, out })).toBe(out);
    expect(out).toEqual(product);
  });
});

describe("forms of weights and x", () => {
  const half = { keepProbability: 0.5, ...place };
  const x = Float64Array.from({ length: columns }, (_, j) => j - 3);
  const expected = applyMask({ ...half, weights: matrix, x });

  test("rows of numbers, matrix objects, integers", () => {
    const asRows = Array.from({ length: rows }, (_, i) =>
      Array.from(data.subarray(i * columns, (i + 1) * columns)),
    );
    const asObject = { rows, columns, get: (i: number, j: number) => data[i * columns + j] as number };
    for (const weights of [asRows, asObject] as ApplyMaskOptions["weights"][]) {
      for (const right of [
        x,
        Array.from(x),
        Array.from(x, (v) => [v]),
        Float32Array.from(x),
        Int32Array.from(x),
      ]) {
        expect(applyMask({ ...half, weights, x: right })).toEqual(expected);
      }
    }
    expect(Array.from(applyMask({ keepProbability: 1, weights: Int8Array.of(1, -2) }))).toEqual([1, -2]);
    expect(applyMask({ keepProbability: 1, weights: [] })).toEqual(new Float64Array(0));
  });

  test("the product is of the kind of the weights", () => {
    const product = applyMask({ ...half, weights: { data: single, rows, columns }, x });
    expect(product).toBeInstanceOf(Float32Array);
    product.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 4);
    });
  });

  test("x and weights that lie under the result are read before it is written", () => {
    const buffer = new Float64Array(size + columns);
    const weights = { data: buffer.subarray(0, size), rows, columns };
    weights.data.set(data);
    const right = buffer.subarray(size);
    right.set(x);
    expect(
      applyMask({ ...half, weights, x: right, out: buffer.subarray(size - 8, size - 8 + rows) }),
    ).toEqual(expected);
  });
});

const separable: Record<string, Penalty> = {
  l1: penalties.l1(),
  lp: penalties.lp({ p: 0.5 }),
  logSum: penalties.logSum({ epsilon: 0.1 }),
  logSumSquares: penalties.logSumSquares({ epsilon: 0.1 }),
  mcp: penalties.mcp(),
  scad: penalties.scad(),
  standout: strategies.standout(),
  variationalDropout: strategies.variationalDropout(),
  variationalDropoutApprox: strategies.variationalDropoutApprox(),
  hardConcrete: strategies.hardConcrete(),
  functions: penalties.fromKeepProbability((w) => -Math.expm1(-2 * w)),
  "not monotone": penalties.fromKeepProbability((w) => w / (1 + w * w)),
};

describe.each(Object.entries(separable))("straight from %s", (_, of) => {
  const weights = Float64Array.from({ length: 400 }, (_, i) => (i - 40) / 50);
  const alpha = of.keepProbability(weights, 0.4);

  test("keeps with the keep probability", () => {
    const { mean, variance } = maskMoments({ penalty: of, lambda: 0.4, weights });
    const kept = sampleMask({ penalty: of, lambda: 0.4, weights, ...place, format: "uint8" });
    const direct = sampleMask({ keepProbability: alpha, ...place, format: "uint8" });
    // They differ only where a probability that differs in its last bits meets a draw.
    expect(kept).toEqual(direct);
    for (const [i, a] of alpha.entries()) {
      expect(mean[i]).toBe(a > 0 ? 1 : 0);
      const exact = a > 0 ? (1 - a) / a : 0;
      expect(Math.abs((variance[i] as number) - exact)).toBeLessThanOrEqual(1e-7 * exact + 1e-15);
    }
  });

  test.each(["gaussian", "hardConcrete"] as const)("as a %s mask of that variance", (kind: MaskKind) => {
    const { mean, variance } = maskMoments({ kind, penalty: of, lambda: 0.4, weights });
    for (const [i, a] of alpha.entries()) {
      const relative = (variance[i] as number) / (mean[i] as number) ** 2;
      const exact = (1 - a) / a;
      if (a > 1e-3 && a < 0.999) expect(Math.abs(relative / exact - 1)).toBeLessThan(1e-6);
    }
  });
});

test("the moments are those of the draws", () => {
  const count = 1e5;
  for (const options of [
    { keepProbability: 0.4 },
    { keepProbability: 0.4, scaled: false },
    { kind: "gaussian", standardDeviation: 0.7 },
    { kind: "hardConcrete", location: 0.3 },
    { kind: "hardConcrete", location: -2, beta: 0.4, gamma: -0.3, zeta: 1.2 },
  ] as const) {
    const exact = maskMoments({ ...options, length: 1 });
    const drawn = sampleMask({ ...options, length: count, format: "float64", seed: 11 });
    const average = (f: (value: number) => number) =>
      drawn.reduce((sum: number, v: number) => sum + f(v), 0) / count;
    const mean = average((v) => v);
    const variance = average((v) => (v - mean) ** 2);
    const fourth = average((v) => (v - mean) ** 4);
    // Five standard errors: a false alarm once in a million.
    expect(Math.abs(mean - (exact.mean[0] as number))).toBeLessThan(5 * Math.sqrt(variance / count));
    const error = Math.sqrt((fourth - variance ** 2) / count);
    expect(Math.abs(variance - (exact.variance[0] as number))).toBeLessThan(5 * error);
  }
});

describe("structure", () => {
  test("one draw per unit", () => {
    const structure = { rows, columns, ...units };
    const count = 6 * 4;
    const alpha = Float64Array.from({ length: count }, (_, i) => (i % 5) / 4);
    const draws = sampleMask({ keepProbability: alpha, ...place });
    const mask = sampleMask({ keepProbability: alpha, structure, ...place });
    expect(mask).toEqual(Float32Array.from({ length: size }, (_, k) => draws[unitOf(k)] as number));
    const kept = sampleKept({ keepProbability: alpha, structure, ...place });
    expect(Array.from(kept)).toEqual([...draws.keys()].filter((i) => draws[i] !== 0));
    expect(maskMoments({ keepProbability: alpha, structure }).mean.length).toBe(count);
  });

  test.each([
    ["row", (k: number) => Math.floor(k / columns), rows],
    ["column", (k: number) => k % columns, columns],
  ] as const)("%s", (unit, unitAt, count) => {
    const draws = sampleMask({ keepProbability: 0.5, length: count, ...place });
    const mask = sampleMask({ keepProbability: 0.5, structure: { rows, columns, unit }, ...place });
    expect(mask).toEqual(Float32Array.from({ length: size }, (_, k) => draws[unitAt(k)] as number));
  });

  test("units are as heavy as their norm", () => {
    const norms = new Float64Array(24);
    for (const [k, w] of data.entries()) norms[unitOf(k)] = (norms[unitOf(k)] as number) + w ** 2;
    const weights = norms.map(Math.sqrt);
    const { variance } = maskMoments({ penalty, lambda: 0.3, weights: matrix, structure: units });
    const direct = maskMoments({ penalty, lambda: 0.3, weights });
    variance.forEach((value, i) => {
      expect(value / (direct.variance[i] as number)).toBeCloseTo(1, 10);
    });
  });
});

test("sampleKept lists what is not 0", () => {
  for (const options of [
    { keepProbability: 0.01, length: 10_000 },
    { keepProbability: Float32Array.from(data, Math.abs) },
    { kind: "hardConcrete", location: -1, length: 1000 },
    { penalty, lambda: 0.3, weights: data },
  ] as MaskOptions[]) {
    const mask = sampleMask({ ...options, ...place, format: "uint8" });
    expect(Array.from(sampleKept({ ...options, ...place }))).toEqual(
      [...mask.keys()].filter((i) => mask[i] === 1),
    );
  }
});
