// Keep probabilities and mask variances of many weights, with every set of instructions.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curveOf, type NativeTable } from "../../support/curves.ts";
import { exactMask, exactNames } from "../../support/exactMasks.ts";
import { handleOf, type NativePenalty, native } from "../../support/native.ts";
import { type PenaltySpec, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { check } from "../../support/property.ts";
import { forcedTargets } from "../../support/simd.ts";

const targets = forcedTargets();

const handle = ({ name, parameters }: PenaltySpec) => handleOf(name, ...Object.values(parameters));

function masks(penalty: NativePenalty, w: Float64Array, lambda: number, tabulated = false) {
  const alpha = new Float64Array(w.length);
  const variance = new Float64Array(w.length);
  native.keepProbabilities(penalty, w, lambda, alpha, tabulated);
  native.maskVariances(penalty, w, lambda, variance, tabulated);
  return { alpha, variance };
}

/** Relative; where a double has fewer digits, or none, only that `actual` is there too. */
function near(actual: number, wanted: number, tolerance: number, message: string): void {
  const [least, most] = [1e-290, 1e300];
  if (wanted < least) expect(actual, message).toBeLessThan(2 * least);
  else if (wanted > most) expect(actual, message).toBeGreaterThan(most / 2);
  else expect(Math.abs(actual / wanted - 1), `${message}: ${actual} for ${wanted}`).toBeLessThan(tolerance);
}

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((exponent) => 10 ** exponent);
const lambdas = fc.oneof(
  decades(-8, 8),
  decades(-250, 250),
  fc.constantFrom(1, 1e-290, 1e300, Number.MAX_VALUE),
);
const sizes = fc.oneof(
  decades(-3, 3),
  decades(-300, 300),
  fc.constantFrom(0, 5e-324, 1e-310, 2 ** -1022, Number.MAX_VALUE),
);
const weights = fc.tuple(sizes, fc.boolean()).map(([size, negative]) => (negative ? -size : size));
const vectors = fc.array(weights, { minLength: 1, maxLength: 40 }).map((w) => Float64Array.from(w));

/** Weights next to where mcp and scad end, and where the last of scad begins. */
const nextToEnd = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.boolean(), fc.boolean()), {
    minLength: 1,
    maxLength: 20,
  })
  .map((all) => (a: number, lambda: number) => {
    const of = ([k, above, one]: [number, boolean, boolean]) =>
      (one ? lambda : a * lambda) * (above ? 1 + 2 ** -k : 1 - 2 ** -k);
    return Float64Array.from(all, of);
  });

describe.each(targets)("%s", (target) => {
  const expectExact = (spec: PenaltySpec, w: Float64Array, lambda: number) => {
    native.simd(target);
    const { alpha, variance } = masks(handle(spec), w, lambda);
    w.forEach((value, j) => {
      const wanted = exactMask(spec.name, spec.parameters, value, lambda);
      const at = `w = ${value}, lambda = ${lambda}`;
      near(variance[j] as number, wanted.variance, 1e-15, `variance at ${at}`);
      near(alpha[j] as number, wanted.alpha, 1e-15, `alpha at ${at}`);
    });
  };

  test.each(exactNames)("%s is the exact quotient, rounded", (name) => {
    check(60, fc.property(penaltiesNamed(name), vectors, lambdas, expectExact));
  });

  test.each(["mcp", "scad"])("%s is so next to its ends too", (name) => {
    check(
      60,
      fc.property(penaltiesNamed(name), nextToEnd, decades(-8, 8), (spec, make, lambda) => {
        expectExact(spec, make(spec.parameters.a as number, lambda), lambda);
      }),
    );
  });

  test.each([
    ["lp", decades(-300, 300)],
    ["lp", decades(-3, 3)],
    ["standout", fc.double({ min: 0, max: 700, noNaN: true })],
    ["variationalDropout", decades(-5, 5)],
    ["variationalDropoutApprox", decades(-5, 5)],
    ["hardConcrete", decades(-5, 0)],
  ] as const)("%s is what eta-hat says", (name, size) => {
    native.simd(target);
    const w = fc.array(size, { minLength: 1, maxLength: 20 });
    check(
      40,
      fc.property(penaltiesNamed(name), w, decades(-8, 8), (spec, unit, lambda) => {
        const penalty = handle(spec);
        const family = name.startsWith("variational") || name === "hardConcrete";
        const values = Float64Array.from(unit, (x) => (family ? x * Math.sqrt(lambda) : x));
        const { alpha, variance } = masks(penalty, values, lambda);
        const table = masks(penalty, values, lambda, true);
        values.forEach((value, j) => {
          const eta = native.etaHatAt(penalty, value, lambda);
          if (eta > 0 && eta < 1e-300) return;
          const keep = eta === Infinity ? 1 : eta / (eta + lambda);
          const [wanted, at] = [lambda / eta, `w = ${value}, lambda = ${lambda}`];
          near(variance[j] as number, wanted, 1e-14, `variance at ${at}`);
          near(alpha[j] as number, keep, 1e-14, `alpha at ${at}`);
          near(table.variance[j] as number, wanted, 1e-10, `variance of the table at ${at}`);
          near(table.alpha[j] as number, keep, 1e-10, `alpha of the table at ${at}`);
        });
      }),
    );
  });

  test("roots are powers, also where eta-hat is not in the range of a double", () => {
    native.simd(target);
    const w = Float64Array.of(1e-300, 1e-40, 0.3, 1, 7, 1e40, 1e300);
    masks(handleOf("lp", 1.5), w, 2).variance.forEach((v, j) => {
      near(v, 2 / Math.sqrt(w[j] as number), 1e-15, "p = 1.5");
    });
    masks(handleOf("lp", 0.5), w, 2).variance.forEach((v, j) => {
      near(v, 2 / (w[j] as number) / Math.sqrt(w[j] as number), 1e-15, "p = 0.5");
    });
    const { variance } = masks(handleOf("lp", 0.5), Float64Array.of(1e-240, 1e240), 1e-300);
    near(variance[0] as number, 1e60, 1e-15, "eta-hat 1e-360");
    expect(variance[1]).toBe(0);
    near(masks(handleOf("lp", 0.5), Float64Array.of(1e240), 1e300).variance[0] as number, 1e-60, 1e-15, "");
    near(
      masks(handleOf("standout"), Float64Array.of(5), 1e308).alpha[0] as number,
      1 / (1 + Math.exp(-5)),
      1e-15,
      "",
    );
  });
});

const curve: NativeTable = {
  scaling: "maskFamily",
  omega: curveOf({
    value: (w) => Math.log(w + 1),
    slope: (w) => 1 / (w + 1),
    knots: [0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2],
    tailDecay: 1.5,
  }),
  convex: false,
  monotone: true,
};

describe("every penalty", () => {
  const specs: PenaltySpec[] = [
    { name: "l1", parameters: {} },
    { name: "lp", parameters: { p: 0.7 } },
    { name: "logSum", parameters: { epsilon: 2 } },
    { name: "logSumSquares", parameters: { epsilon: 0.1 } },
    { name: "mcp", parameters: { a: 3 } },
    { name: "scad", parameters: { a: 3.7 } },
    { name: "standout", parameters: {} },
    { name: "variationalDropout", parameters: {} },
    { name: "variationalDropoutApprox", parameters: {} },
    { name: "hardConcrete", parameters: { beta: 2 / 3, gamma: -0.1, zeta: 1.1 } },
  ];
  const all: [string, NativePenalty][] = [
    ...specs.map((spec): [string, NativePenalty] => [spec.name, handle(spec)]),
    ["a curve", native.createTablePenalty(curve)],
  ];

  test.each(all)("%s: the same bits on every machine, for any length and place", (_, penalty) => {
    check(
      25,
      fc.property(
        fc.array(weights, { minLength: 48, maxLength: 48 }),
        lambdas,
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 40 }),
        (values, lambda, from, length) => {
          const whole = Float64Array.from(values);
          const results = targets.map((target) => {
            native.simd(target);
            return masks(penalty, whole, lambda, true);
          });
          for (const { alpha, variance } of results) {
            expect(alpha).toEqual(results[0]?.alpha);
            expect(variance).toEqual(results[0]?.variance);
          }
          for (const target of targets) {
            native.simd(target);
            const out = new Float64Array(50).fill(-1);
            const part = whole.subarray(from, from + length);
            native.keepProbabilities(penalty, part, lambda, out.subarray(1, 1 + length), true);
            expect(out.subarray(1, 1 + length)).toEqual(results[0]?.alpha.subarray(from, from + length));
            expect(out[0]).toBe(-1);
            expect(out[1 + length]).toBe(-1);
          }
        },
      ),
    );
  });

  test.each(all)("%s: a number in range for every weight and lambda", (_, penalty) => {
    const w = [0, 5e-324, 1e-310, 1e-300, 1e-150, 1e-8, 0.5, 1, 3, 1e8, 1e150, 1e300, Number.MAX_VALUE];
    for (const tabulated of [false, true]) {
      for (const lambda of [5e-324, 1e-310, 1e-200, 1e-8, 1, 1e8, 1e200, Number.MAX_VALUE]) {
        const { alpha, variance } = masks(penalty, Float64Array.from(w), lambda, tabulated);
        w.forEach((size, j) => {
          const at = `w = ${size}, lambda = ${lambda}`;
          expect(alpha[j], `alpha at ${at}`).toBeGreaterThanOrEqual(j > 0 ? (alpha[j - 1] as number) : 0);
          expect(alpha[j], `alpha at ${at}`).toBeLessThanOrEqual(1);
          expect(variance[j], `variance at ${at}`).toBeGreaterThanOrEqual(0);
        });
      }
      const { alpha, variance } = masks(penalty, Float64Array.from(w), 0, tabulated);
      expect(alpha).toEqual(new Float64Array(w.length).fill(1));
      expect(variance).toEqual(new Float64Array(w.length));
    }
  });

  test("where eta-hat is 0 nothing is kept, where it is infinite all", () => {
    const at = (name: string, parameters: number[], w: number) =>
      masks(handleOf(name, ...parameters), Float64Array.of(w), 0.5);
    for (const [name, ...parameters] of [
      ["l1"],
      ["lp", 0.5],
      ["logSum", 2],
      ["mcp", 3],
      ["scad", 3.7],
    ] as const) {
      expect(at(name, parameters, 0)).toEqual({
        alpha: Float64Array.of(0),
        variance: Float64Array.of(Infinity),
      });
    }
    for (const [name, ...parameters] of [
      ["mcp", 3],
      ["scad", 3.7],
      ["hardConcrete", 2 / 3, -0.1, 1.1],
    ] as const) {
      expect(at(name, parameters, -2)).toEqual({ alpha: Float64Array.of(1), variance: Float64Array.of(0) });
    }
    expect(at("standout", [], 0).alpha[0]).toBe(0.5);
  });

  test("w and out may overlap", () => {
    const memory = Float64Array.from({ length: 20 }, (_, i) => i + 1);
    const { alpha } = masks(handleOf("l1"), memory.slice(0, 19), 2);
    native.keepProbabilities(handleOf("l1"), memory.subarray(0, 19), 2, memory.subarray(1));
    expect(memory.subarray(1)).toEqual(alpha);
  });
});

test.each([
  [
    "a penalty that is not separable",
    () => [handleOf("hardThreshold", 1), new Float64Array(2), 1, new Float64Array(2)],
    "INVALID_ARGUMENT",
    /^penalty/,
  ],
  [
    "single precision",
    () => [handleOf("l1"), new Float32Array(2), 1, new Float64Array(2)],
    "INVALID_ARGUMENT",
    /^w must/,
  ],
  [
    "another length",
    () => [handleOf("l1"), new Float64Array(2), 1, new Float64Array(3)],
    "LENGTH_MISMATCH",
    /^out must/,
  ],
  ["no weights", () => [handleOf("l1"), new Float64Array(0), 1, new Float64Array(0)], "EMPTY", /^w must/],
  [
    "NaN",
    () => [handleOf("l1"), Float64Array.of(1, NaN), 1, new Float64Array(2)],
    "NOT_FINITE",
    /w\[1\] is NaN/,
  ],
  [
    "lambda below 0",
    () => [handleOf("l1"), new Float64Array(2), -1, new Float64Array(2)],
    "OUT_OF_RANGE",
    /^lambda/,
  ],
] as const)("%s is refused", (_, make, code, message) => {
  for (const call of [native.keepProbabilities, native.maskVariances]) {
    expect(() => call(...(make() as unknown as Parameters<typeof call>))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  }
});
