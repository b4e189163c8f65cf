// What duality.analyse says of known penalties, and biconjugates against a hull by brute force.
import { duality, fitSync, type Penalty, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

interface Known {
  readonly penalty: Penalty;
  readonly slopeAtZero: number;
  /** Intervals on which it is not convex. */
  readonly concave: readonly (readonly [number, number])[];
  readonly flatFrom?: number;
}

const known: readonly Known[] = [
  { penalty: penalties.l1(), slopeAtZero: 1, concave: [] },
  { penalty: penalties.lp({ p: 0.5 }), slopeAtZero: Number.POSITIVE_INFINITY, concave: [[0, Infinity]] },
  { penalty: penalties.lp({ p: 1.5 }), slopeAtZero: 0, concave: [] },
  { penalty: penalties.logSum({ epsilon: 0.5 }), slopeAtZero: 2, concave: [[0, Infinity]] },
  { penalty: penalties.logSumSquares({ epsilon: 0.25 }), slopeAtZero: 0, concave: [[0.5, Infinity]] },
  { penalty: penalties.mcp({ a: 3 }), slopeAtZero: 1, concave: [[0, 3]], flatFrom: 3 },
  { penalty: penalties.scad({ a: 3.7 }), slopeAtZero: 1, concave: [[1, 3.7]], flatFrom: 3.7 },
  { penalty: strategies.standout(), slopeAtZero: 0, concave: [[1, Infinity]] },
  { penalty: strategies.variationalDropout(), slopeAtZero: 1, concave: [[0, Infinity]] },
];

/** A slope of no kink at 0 may be known to rounding only. */
const near = (value: number, wanted: number) =>
  value === wanted || Math.abs(value - wanted) <= 1e-6 * Math.max(Math.abs(wanted), 1e-3);

describe("analyse", () => {
  test.each(known.map((one) => [one.penalty.name, one] as const))("%s", (_, one) => {
    const analysis = duality.analyse(one.penalty);
    expect(analysis.subquadratic).toBe(true);
    expect(analysis.monotone).toBe(true);
    expect(near(analysis.slopeAtZero, one.slopeAtZero), String(analysis.slopeAtZero)).toBe(true);
    expect(analysis.sparsityInducing).toBe(one.slopeAtZero > 0);
    expect(analysis.convex).toBe(one.concave.length === 0);
    expect(analysis.jumps).toEqual([]);
    expect(analysis.violations.monotone).toEqual([]);
    expect(analysis.violations.subquadratic).toEqual([]);
    expect(analysis.violations.convex).toHaveLength(one.concave.length);
    one.concave.forEach(([from, to], k) => {
      const [a, b] = analysis.violations.convex[k] ?? [NaN, NaN];
      expect(near(a, from), `from ${a}`).toBe(true);
      // Far out a slope falls below what doubles tell apart.
      if (to < Infinity) expect(near(b, to), `to ${b}`).toBe(true);
      else expect(b).toBeGreaterThan(30);
    });
    if (one.flatFrom !== undefined) expect(analysis.flatFrom).toBeCloseTo(one.flatFrom, 6);
  });

  test("hard concrete jumps to infinity where it becomes flat", () => {
    const { jumps, flatFrom, monotone, convex } = duality.analyse(strategies.hardConcrete());
    expect([monotone, convex, jumps.length]).toEqual([true, false, 1]);
    expect(jumps[0]?.w).toBeCloseTo(0.534989074778, 9);
    expect(jumps[0]?.to).toBe(Infinity);
    expect(jumps[0]?.from).toBeCloseTo(2.3529, 3);
    expect(flatFrom).toBeCloseTo(0.534989074778, 9);
  });

  test("mcp at another lambda is flat elsewhere", () => {
    expect(duality.analyse(penalties.mcp({ a: 3 }), { lambda: 0.2 }).flatFrom).toBeCloseTo(0.6, 6);
  });

  test("penalties that do not separate have no curve to analyse", () => {
    expectFailure(() => duality.analyse(strategies.hardThreshold({ k: 2 })), "UNSUPPORTED", "");
    expectFailure(
      () => loose(duality.analyse)({ name: "l1" }),
      "INVALID_ARGUMENT",
      "penalty must be a Penalty",
    );
    expectFailure(
      () => loose(duality.analyse)(penalties.l1(), { lambda: -1 }),
      "OUT_OF_RANGE",
      "lambda must be",
    );
    expectFailure(
      () => loose(duality.analyse)(penalties.l1(), { lamda: 1 }),
      "UNKNOWN_OPTION",
      "options has no",
    );
  });
});

/** etaHat = w, but on (1, 1.5) it falls as 2 - w and then rises again as w - 1. */
const dented = (w: number) => (w <= 1 ? w : w <= 1.5 ? 2 - w : w - 1);
const keepDented = (w: number) => dented(w) / (dented(w) + 1);

describe("a strategy that is not monotone", () => {
  const penalty = penalties.fromKeepProbability(keepDented, { domain: [0, 50] });

  test("is certified as such, with the interval", () => {
    const { monotone, subquadratic, violations } = duality.analyse(penalty);
    expect([penalty.monotone, monotone, subquadratic]).toEqual([false, false, false]);
    for (const intervals of [penalty.falling, violations.monotone, violations.subquadratic]) {
      expect(intervals).toHaveLength(1);
      expect(intervals[0]?.[0]).toBeCloseTo(1, 5);
      expect(intervals[0]?.[1]).toBeCloseTo(1.5, 5);
    }
  });

  test.each(["reweighted", "proximal", "dropout", "etaTrick", "direct"] as const)(
    "%s refuses it",
    (solver) => {
      const fit = () => fitSync(problemOf(plainProblem(20, 3)), { penalty, lambda: 0.1, solver });
      const error = expectFailure(
        fit,
        "NOT_MONOTONE",
        "penalty must keep larger coefficients at least as often",
      );
      expect(error.message).toMatch(/fall for w from (1|0\.9999\d*|1\.0000\d*) to 1\.[45]\d*/);
    },
  );

  test("its biconjugate is the least concave function of w² above it", () => {
    const above = duality.biconjugate(penalty);
    expect(duality.analyse(above).subquadratic).toBe(true);
    expect(duality.analyse(above).monotone).toBe(true);
    // Brute force: the best chord over each point.
    const places = Array.from({ length: 1201 }, (_, i) => (i * 6) / 1200);
    const g = places.map((w) => penalty.omega(w));
    for (const w of [0.3, 0.9, 1.1, 1.3, 1.7, 2, 3, 5]) {
      let hull = penalty.omega(w);
      places.forEach((a, i) => {
        if (a >= w) return;
        places.forEach((b, j) => {
          if (b <= w) return;
          const share = (w * w - a * a) / (b * b - a * a);
          hull = Math.max(hull, (g[i] as number) * (1 - share) + (g[j] as number) * share);
        });
      });
      expect(above.omega(w)).toBeGreaterThanOrEqual(penalty.omega(w) * (1 - 1e-9));
      expect(Math.abs(above.omega(w) - hull)).toBeLessThan(1e-5 * hull);
    }
    expect(fitSync(problemOf(plainProblem(20, 3)), { penalty: above, lambda: 0.1 }).converged).toBe(true);
  });
});

describe("biconjugate", () => {
  test("of a subquadratic penalty is that penalty", () => {
    for (const { penalty } of known) expect(duality.biconjugate(penalty)).toBe(penalty);
    const own = penalties.fromPenalty((w) => Math.log1p(w));
    expect(duality.biconjugate(own)).toBe(own);
  });

  test("of one that grows faster than quadratically does not exist", () => {
    expectFailure(
      () => duality.biconjugate(penalties.fromPenalty((w) => w ** 3)),
      "UNBOUNDED",
      "fromPenalty must not grow",
    );
  });
});
