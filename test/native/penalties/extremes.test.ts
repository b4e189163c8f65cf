// Arguments at the ends of their range: 0, infinity, and numbers near the limits of a double.
import { type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";

const all: Record<string, Penalty> = {
  l1: penalties.l1(),
  "lp 1/2": penalties.lp({ p: 0.5 }),
  "lp 3/2": penalties.lp({ p: 1.5 }),
  logSum: penalties.logSum({ epsilon: 2 }),
  logSumSquares: penalties.logSumSquares({ epsilon: 0.1 }),
  mcp: penalties.mcp(),
  scad: penalties.scad(),
  standout: strategies.standout(),
  variationalDropout: strategies.variationalDropout(),
  variationalDropoutApprox: strategies.variationalDropoutApprox(),
  hardConcrete: strategies.hardConcrete(),
};

// omega(0), eta-hat(0), f(0), f(infinity).
const ends: Record<string, [number, number, number, number]> = {
  l1: [0, 0, 0, Infinity],
  "lp 1/2": [0, 0, 0, Infinity],
  "lp 3/2": [0, 0, 0, Infinity],
  logSum: [Math.log(2), 0, 2 * Math.log(2), Infinity],
  logSumSquares: [Math.log(0.1), 0.05, 2 * Math.log(0.1), Infinity],
  mcp: [0, 0, 0, 3],
  scad: [0, 0, 0, 4.7],
  standout: [0, 1, 0, 2],
  variationalDropout: [0, 0, 0, Infinity],
  variationalDropoutApprox: [0, 0, 0, Infinity],
  hardConcrete: [0, 0, 0, 1],
};

describe.each(Object.entries(all))("%s", (name, penalty) => {
  test("at 0 and infinity", () => {
    const [omega, eta, low, high] = ends[name] as [number, number, number, number];
    expect(penalty.omega(0)).toBeCloseTo(omega, 14);
    expect(penalty.omega(-0)).toBe(penalty.omega(0));
    expect(penalty.etaHat(0)).toBeCloseTo(eta, 14);
    expect(penalty.dual(0)).toBeCloseTo(low, 14);
    if (high === Infinity) expect(penalty.dual(Infinity)).toBe(Infinity);
    else expect(penalty.dual(Infinity)).toBeCloseTo(high, 12);
    expect(penalty.keepProbability(0)).toBeCloseTo(eta / (eta + 1), 14);
  });

  test("every argument gives numbers in range", () => {
    const sizes = [
      5e-324,
      1e-320,
      1e-310,
      1e-300,
      1e-160,
      1e-30,
      1e-8,
      1,
      1e8,
      1e30,
      1e160,
      1e300,
      Number.MAX_VALUE,
    ];
    for (const lambda of [0, 5e-324, 1e-200, 1e-10, 1, 1e10, 1e200, Number.MAX_VALUE]) {
      let before = -Infinity;
      for (const size of [0, ...sizes]) {
        const at = `at ${size}, lambda = ${lambda}`;
        const omega = penalty.omega(size, lambda);
        expect(omega, `omega ${at}`).toBeGreaterThanOrEqual(before);
        before = omega;
        expect(penalty.dual(size, lambda), `dual ${at}`).not.toBeNaN();
        expect(penalty.etaHat(size, lambda), `etaHat ${at}`).toBeGreaterThanOrEqual(0);
        const keep = penalty.keepProbability(size, lambda);
        expect(keep, `keepProbability ${at}`).toBeGreaterThanOrEqual(0);
        expect(keep, `keepProbability ${at}`).toBeLessThanOrEqual(1);
      }
      expect(penalty.dual(Infinity, lambda)).not.toBeNaN();
    }
  });

  test("continuous at 0: omega near 0 is omega(0) plus the slope there", () => {
    // lp with p < 1 has infinite slope, which is a power.
    const rise = penalty.omega(1e-10) - penalty.omega(0);
    expect(rise).toBeGreaterThanOrEqual(0);
    expect(rise).toBeLessThan(name === "lp 1/2" ? 3e-5 : 2e-10);
  });
});
