// Masks whose distribution a penalty and weights decide.
import { describe, expect, test } from "vitest";
import { moments } from "../../support/hardConcrete.ts";
import { type HeaderOptions, type Kind, sample, worstDifference } from "../../support/maskRequests.ts";
import { handleOf, type NativePenalty, native } from "../../support/native.ts";

const count = 4000;
const weights = Float64Array.from({ length: count }, (_, i) => ((i * 389) % 2003) / 400 - 2.5);
const lambda = 0.6;
const penalties: [string, number[]][] = [
  ["l1", []],
  ["lp", [0.5]],
  ["logSum", [0.1]],
  ["logSumSquares", [0.1]],
  ["mcp", [3]],
  ["scad", [3.7]],
  ["standout", []],
  ["variationalDropout", []],
  ["variationalDropoutApprox", []],
  ["hardConcrete", [2 / 3, -0.1, 1.1]],
];

function variancesOf(penalty: NativePenalty, w = weights, at = lambda): Float64Array {
  return Float64Array.from(w, (value) => {
    const eta = native.etaHatAt(penalty, Math.abs(value), at);
    return at === 0 || eta === Infinity ? 0 : at / eta;
  });
}

describe.each(penalties)("%s", (name, parameters) => {
  const penalty = handleOf(name, ...parameters);
  const variances = variancesOf(penalty);
  const draw = (options: Partial<HeaderOptions>, parameter: Float64Array, of: NativePenalty | null) =>
    sample("float64", { count, lambda, ...options }, parameter, of);

  test("Bernoulli: kept with alpha = 1 / (1 + variance)", () => {
    const found = draw({}, weights, penalty);
    const alphas = variances.map((v) => 1 / (1 + v));
    const wanted = draw({}, alphas, null);
    // A decision would change only if 64 random bits fell between two alphas that differ in the last ones.
    expect(worstDifference(found, wanted)).toBeLessThan(1e-8);
    expect(draw({ kind: "unscaledBernoulli" }, weights, penalty)).toEqual(found.map((s) => (s > 0 ? 1 : 0)));
  });

  test("Gaussian: sigma = sqrt(variance)", () => {
    const found = draw({ kind: "gaussian" }, weights, penalty);
    const wanted = draw({ kind: "gaussian" }, variances.map(Math.sqrt), null);
    expect(worstDifference(found, wanted)).toBeLessThan(1e-8);
  });

  test("hard concrete: the location of that variance, relative to the squared mean", () => {
    const found = draw({ kind: "hardConcrete" }, weights, penalty);
    // The location by bisection on the moments, which fall with it.
    const location = (variance: number) => {
      let [low, high] = [-60, 60];
      for (let step = 0; step < 60; ++step) {
        const middle = (low + high) / 2;
        if (moments(middle, 2 / 3, -0.1, 1.1).variance > variance) low = middle;
        else high = middle;
      }
      return low;
    };
    for (let i = 0; i < count; i += 401) {
      const variance = variances[i] as number;
      if (variance < 1e-9 || variance > 1e9) continue;
      const one = Float64Array.of(location(variance));
      const [expected] = sample("float64", { kind: "hardConcrete", count: 1, first: i }, one) as Float64Array;
      expect(Math.abs((found[i] as number) - (expected as number))).toBeLessThan(1e-6);
    }
  });

  test("single precision weights are those numbers", () => {
    const singles = Float32Array.from(weights);
    const found = sample("float32", { count, lambda }, singles, penalty);
    expect(found).toEqual(sample("float32", { count, lambda }, Float64Array.from(singles), penalty));
  });
});

describe("extremes", () => {
  const all = (kind: Kind, w: number, at: number, penalty: NativePenalty) =>
    new Set(sample("float64", { kind, count: 300, lambda: at }, new Float64Array(300).fill(w), penalty));
  const kinds = ["bernoulli", "unscaledBernoulli", "gaussian", "hardConcrete"] as const;

  test.each(kinds)("%s at lambda = 0 is always 1", (kind) => {
    for (const w of [0, -3, 1e300]) expect(all(kind, w, 0, handleOf("l1"))).toEqual(new Set([1]));
  });

  test.each(kinds)("%s of a weight 0 is always 0", (kind) => {
    expect(all(kind, 0, 0.5, handleOf("l1"))).toEqual(new Set([0]));
    expect(all(kind, -0, 0.5, handleOf("mcp", 3))).toEqual(new Set([0]));
  });

  test.each(kinds)("%s is always 1 where etaHat is infinite", (kind) => {
    expect(native.etaHatAt(handleOf("mcp", 3), 2, 0.5)).toBe(Infinity);
    expect(all(kind, -2, 0.5, handleOf("mcp", 3))).toEqual(new Set([1]));
  });

  test.each(kinds)("%s of the smallest and the largest weights", (kind) => {
    for (const w of [5e-324, 1e-300, 1e300, Number.MAX_VALUE]) {
      for (const at of [1e-300, 1, 1e300]) {
        for (const value of all(kind, w, at, handleOf("l1"))) expect(value).not.toBeNaN();
      }
    }
  });
});

test("hard concrete by variance, of shapes with and without a table", () => {
  const shapes = [
    [0.1, -0.1, 1.1],
    [2, -0.5, 1.2],
    [20, -0.1, 1.1],
  ] as const;
  for (const shape of shapes) {
    const [beta, gamma, zeta] = shape;
    // l1: variance = lambda / |w|
    const wanted = [-25, -6, -1, 0, 1, 4, 9].map((location) => ({
      location,
      ...moments(location, beta, gamma, zeta),
    }));
    const usable = wanted.filter(({ variance }) => variance > 1e-10);
    const w = Float64Array.from(usable, ({ variance }) => 1 / variance);
    const options = { kind: "hardConcrete" as const, count: w.length, shape };
    const found = sample("float64", { ...options, lambda: 1 }, w, handleOf("l1"));
    const locations = Float64Array.from(usable, ({ location }) => location);
    const expected = sample("float64", options, locations);
    expect(usable.length).toBeGreaterThan(4);
    expect(worstDifference(found, expected)).toBeLessThan(1e-5);
  }
});
