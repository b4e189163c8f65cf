import { strategies } from "flipside";
import { describe, expect, test } from "vitest";

describe("hardThreshold", () => {
  const penalty = strategies.hardThreshold({ k: 2 });

  test("is not separable and not convex", () => {
    expect([penalty.separable, penalty.convex]).toEqual([false, false]);
  });

  test("omega: 0 up to k nonzeros, then infinity", () => {
    expect(penalty.omega([0, 0, 0])).toBe(0);
    expect(penalty.omega([5, 0, -1])).toBe(0);
    expect(penalty.omega([5, 1e-300, -1])).toBe(Infinity);
    expect(penalty.omega(3)).toBe(0);
  });

  test("dual: the same of eta", () => {
    expect(penalty.dual([0, 7, Infinity])).toBe(0);
    expect(penalty.dual([1, 7, Infinity])).toBe(Infinity);
  });

  test("etaHat: infinite on the k largest, 0 elsewhere; of equals the first", () => {
    expect([...penalty.etaHat([1, -3, 2, 0])]).toEqual([0, Infinity, Infinity, 0]);
    expect([...penalty.etaHat([1, 1, 1])]).toEqual([Infinity, Infinity, 0]);
    expect([...penalty.etaHat([0, 1, 0])]).toEqual([0, Infinity, 0]);
    expect([...penalty.keepProbability([1, -3, 2, 0])]).toEqual([0, 1, 1, 0]);
  });

  test("k = 0 keeps nothing, a large k everything", () => {
    expect([...strategies.hardThreshold({ k: 0 }).etaHat([1, 2])]).toEqual([0, 0]);
    expect([...strategies.hardThreshold({ k: 1e9 }).etaHat([1, 2])]).toEqual([Infinity, Infinity]);
  });

  test("the dropout of figure 1: a step at k of equal weights", () => {
    const half = strategies.hardThreshold({ k: 16 });
    for (let count = 1; count <= 32; ++count) {
      const w = Float64Array.from({ length: 32 }, (_, j) => (j < count ? 1 / Math.sqrt(count) : 0));
      expect(half.omega(w)).toBe(count <= 16 ? 0 : Infinity);
    }
  });
});
