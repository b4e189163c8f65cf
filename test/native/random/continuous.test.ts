// Gaussian and hard concrete masks with every set of instructions: each element against its definition in double
// precision, within the bounds that native/random/continuous.h states, and the same bits everywhere.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectFailure } from "../../support/failures.ts";
import { hardConcrete, logit, normal } from "../../support/masks.ts";
import { native } from "../../support/native.ts";
import { check } from "../../support/property.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";

const targets = forcedTargets();

type Floats = Float32Array | Float64Array;
const kinds = ["gaussian", "hardConcrete"] as const;
const formats = [Float32Array, Float64Array] as const;
const cases = kinds.flatMap((kind) => formats.map((format) => [kind, format.name, format] as const));
const shape = { beta: 2 / 3, gamma: -0.1, zeta: 1.1 };

interface Request {
  kind: (typeof kinds)[number];
  /** sigma or log a: one for all, or one per element. */
  parameter: number | Floats;
  first?: number;
  shape?: typeof shape;
}

function draw<Out extends Floats>(out: Out, request: Request): Out {
  const { kind, parameter, first = 0 } = request;
  const single = typeof parameter === "number";
  const { beta, gamma, zeta } = request.shape ?? shape;
  const numbers = [kind === "gaussian" ? 2 : 3, 0, out.length, 7, 0, 3, 0, first, single ? parameter : NaN];
  const header = Float64Array.from([...numbers, beta, gamma, zeta, 0, 0, 0, 0, 0, 0, 0]);
  native.sampleMask(header, out, single ? null : parameter, null);
  return out;
}

const place = (element: number, offset: number) => ({
  seed: 7n,
  stream: 3n,
  element: BigInt(element) + BigInt(offset),
});

/** The distance of an element from its definition, in units of the bound; at most 1. */
function error(value: number, offset: number, double: boolean, request: Request): number {
  const own =
    typeof request.parameter === "number" ? request.parameter : (request.parameter[offset] as number);
  const parameter = double ? own : Math.fround(own);
  const at = place(request.first ?? 0, offset);
  const u = 2 ** (double ? -53 : -24);
  // What the reference itself may lose.
  const loss = 2 ** -53;
  if (request.kind === "gaussian") {
    const added = parameter * normal(at);
    const bound = (9 * u + 5 * loss) * Math.abs(added) + (u + loss) * Math.abs(1 + added);
    return Math.abs(value - (1 + added)) / bound;
  }
  const { beta, gamma, zeta } = request.shape ?? shape;
  const s = hardConcrete(at, parameter, { beta, gamma: 0, zeta: 1 });
  const slope = (s * (1 - s)) / beta;
  const bound = (u + loss) * (zeta - gamma) * (4 + 4 * (1 + Math.abs(logit(at))) * slope);
  return Math.abs(value - hardConcrete(at, parameter, { beta, gamma, zeta })) / bound;
}

function expectDefined(out: Floats, request: Request): void {
  const errors = Array.from(out, (value, i) => error(value, i, out instanceof Float64Array, request));
  expect(errors.findIndex((excess) => !(excess <= 1))).toBe(-1);
}

const bytes = (values: Floats) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
const same = (a: Floats, b: Floats) => a.length === b.length && bytes(a).equals(bytes(b));

/** Parameters of all sizes; locations where s is between its ends. */
function parameters<Out extends Floats>(kind: Request["kind"], out: Out): Out {
  const random = new Random(out.length);
  for (let i = 0; i < out.length; ++i) {
    out[i] = kind === "gaussian" ? random.geometric(1e-3, 1e3) : 6 * random.uniform() - 3;
  }
  return out;
}

describe.each(targets)("%s", (target) => {
  describe.each(cases)("%s, %s", (kind, _, Format) => {
    test.each([0, 5, 2 ** 34 + 3, 2 ** 53 - 1000])("draws from element %d", (first) => {
      native.simd(target);
      const parameter = parameters(kind, new Format(1100));
      expectDefined(draw(new Format(1100), { kind, parameter, first }), { kind, parameter, first });
      expectDefined(draw(new Format(100), { kind, parameter: 0.7, first }), { kind, parameter: 0.7, first });
    });

    test("the bits of the best one", () => {
      const parameter = parameters(kind, new Format(200_000));
      const expected = draw(new Format(200_000), { kind, parameter });
      native.simd(target);
      expect(same(draw(new Format(200_000), { kind, parameter }), expected)).toBe(true);
    });

    test("any length from anywhere, and nothing beyond", () => {
      native.simd(target);
      const parameter = parameters(kind, new Format(4200));
      const whole = draw(new Format(4200), { kind, parameter, first: 2 ** 40 });
      const lengths = [...Array(71).keys(), 1020, 1023, 1024, 1025, 1056, 2047, 2048, 2049, 4100];
      for (const length of lengths) {
        for (const offset of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 31]) {
          const memory = new Format(length + 20).fill(5);
          const out = memory.subarray(offset % 7, (offset % 7) + length);
          const own = parameter.subarray(offset, offset + length);
          draw(out, { kind, parameter: own, first: 2 ** 40 + offset });
          if (!same(out, whole.subarray(offset, offset + length))) expect.fail(`${length} from ${offset}`);
          const outside = memory.filter((__, i) => i < offset % 7 || i >= (offset % 7) + length);
          if (!outside.every((value) => value === 5)) expect.fail(`${length} from ${offset}: beyond`);
        }
      }
    });
  });
});

describe.each(cases)("%s, %s", (kind, _, Format) => {
  test("cuts give the whole", () => {
    const first = 123;
    const parameter = parameters(kind, new Format(6000));
    const whole = draw(new Format(6000), { kind, parameter, first });
    const cut = fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 6 });
    const property = fc.property(cut, fc.constantFrom(...targets), (cuts, target) => {
      native.simd(target);
      const ends = [0, ...cuts.sort((a, b) => a - b), 6000];
      const out = new Format(6000);
      ends.slice(1).forEach((to, k) => {
        const from = ends[k] as number;
        draw(out.subarray(from, to), { kind, parameter: parameter.subarray(from, to), first: first + from });
      });
      return same(out, whole);
    });
    check(60, property);
  });

  test("one parameter is as many that are equal", () => {
    const out = draw(new Format(2500), { kind, parameter: new Format(2500).fill(0.3) });
    expect(same(draw(new Format(2500), { kind, parameter: 0.3 }), out)).toBe(true);
  });

  // The words next to 0, 2^32 and quarter turns; of 2^21 the nearest are some 2^11 away.
  test("the extremes of 2^21 draws", () => {
    // A wide sigmoid, so that none is clamped, nor 1 rounded off.
    const wide = { beta: 100, gamma: -1e-9, zeta: 1 + 1e-9 };
    const request = { kind, parameter: kind === "gaussian" ? 1e6 : 0, shape: wide };
    const size = 2 ** 21;
    const out = draw(new Format(size), request);
    // Of the lowest, the highest and the one next to the middle.
    const places = [0, 0, 0];
    const middle = kind === "gaussian" ? 1 : 0.5;
    for (let i = 0; i < size; ++i) {
      const value = out[i] as number;
      if (value < (out[places[0] as number] as number)) places[0] = i;
      if (value > (out[places[1] as number] as number)) places[1] = i;
      if (Math.abs(value - middle) < Math.abs((out[places[2] as number] as number) - middle)) places[2] = i;
    }
    const logits = places.map((i) => (kind === "gaussian" ? normal : logit)(place(0, i)));
    // At 2^-21 from the ends |z| is about 5 and |logit| about 14.
    const rare = kind === "gaussian" ? 4.5 : 12;
    expect(logits[0]).toBeLessThan(-rare);
    expect(logits[1]).toBeGreaterThan(rare);
    expect(Math.abs(logits[2] as number)).toBeLessThan(1e-5);
    for (const i of places) {
      expect(error(out[i] as number, i, Format === Float64Array, request)).toBeLessThanOrEqual(1);
    }
  });
});

describe.each(targets)("extreme parameters, %s", (target) => {
  test.each(formats)("standard deviations, %s", (Format) => {
    native.simd(target);
    const gaussian = (parameter: number) => draw(new Format(300), { kind: "gaussian", parameter });
    expect(gaussian(0).every((value) => value === 1)).toBe(true);
    expect(gaussian(Infinity).every((value) => Object.is(value, 0))).toBe(true);
    const [least, most] = Format === Float64Array ? [5e-324, 1e308] : [1e-45, 1e38];
    expect(gaussian(least).every((value) => value === 1)).toBe(true);
    gaussian(most).forEach((value, i) => {
      const limit = Format === Float64Array ? Number.MAX_VALUE : 3.4028234663852886e38;
      const exact = most * normal(place(0, i));
      expect(Math.sign(value)).toBe(Math.sign(exact));
      if (Math.abs(exact) > 1.001 * limit) expect(Math.abs(value)).toBe(Infinity);
      else if (Math.abs(exact) < 0.999 * limit) expect(Math.abs(value / exact - 1)).toBeLessThan(1e-6);
    });
    const mixed = draw(new Format(3).fill(7), {
      kind: "gaussian",
      parameter: Format.of(Infinity, 0, Infinity),
    });
    expect(Array.from(mixed)).toEqual([0, 1, 0]);
  });

  test.each(formats)("what is no parameter, %s", (Format) => {
    native.simd(target);
    for (const index of [0, 1, 700, 1023, 1024, 2999]) {
      const parameter = new Format(3000).fill(0.5);
      parameter[2999] = NaN;
      parameter[index] = NaN;
      const message = (name: string, range: string) => `${name} must be ${range}, but ${name}[${index}] is`;
      const masks = (kind: Request["kind"]) => () => draw(new Format(3000), { kind, parameter, first: 1 });
      expectFailure(masks("gaussian"), "NOT_FINITE", message("standardDeviation", ">= 0"));
      expectFailure(masks("hardConcrete"), "NOT_FINITE", message("location", "a number"));
      parameter[index] = -1e-30;
      expectFailure(masks("gaussian"), "OUT_OF_RANGE", message("standardDeviation", ">= 0"));
    }
  });

  const shapes = [
    { beta: 0.01, gamma: -0.1, zeta: 1.1 },
    { beta: 100, gamma: -0.1, zeta: 1.1 },
    { beta: 1, gamma: -3, zeta: 8 },
    { beta: 0.3, gamma: -1e-12, zeta: 1 + 1e-12 },
    { beta: 1e-300, gamma: -1e-50, zeta: 1.5 },
    { beta: 1e300, gamma: -1e300, zeta: 1e300 },
  ];
  test.each(shapes)("locations with %j", (own) => {
    native.simd(target);
    for (const Format of formats) {
      for (const parameter of [0, 0.5, -2, 50, -50, 1000, -1000, 1e30, -1e30]) {
        const request = { kind: "hardConcrete", parameter, shape: own } as const;
        const out = draw(new Format(100), request);
        expect(out.every((value) => value >= 0 && value <= 1)).toBe(true);
        // Beyond the range of floats the sigmoid is a step, or the ends are so far apart that nothing is left of it.
        if (own.beta >= 0.01 && own.beta <= 100) expectDefined(out, request);
      }
      for (const [parameter, end] of [
        [Infinity, 1],
        [-Infinity, 0],
      ] as const) {
        const out = draw(new Format(100), { kind: "hardConcrete", parameter, shape: own });
        expect(out.every((value) => Object.is(value, end))).toBe(true);
      }
    }
  });
});
