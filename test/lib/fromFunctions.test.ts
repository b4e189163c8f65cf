// Penalties from functions of the caller: what is refused and how it says so, JSON, names, cost.
import { Fit, type FlipsideErrorCode, fitSync, type Penalty, penalties, penaltyFromJSON } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

const { fromPenalty, fromDual, fromKeepProbability, fromMaskFamily } = penalties;
const family = (own: object) => ({
  moments: () => ({ mean: 1, variance: 1 }),
  cost: (theta: number) => theta,
  ...own,
});

describe("bad functions", () => {
  const bad: [string, () => unknown, FlipsideErrorCode, string][] = [
    ["no function", () => loose(fromPenalty)(3), "INVALID_ARGUMENT", "omega must be a function of a number"],
    ["nothing", () => loose(fromDual)(), "INVALID_ARGUMENT", "f must be a function of a number"],
    ["NaN at 0", () => fromPenalty(() => NaN), "NOT_FINITE", "omega(0) must be a finite number"],
    ["infinite at 0", () => fromPenalty((w) => -1 / w), "NOT_FINITE", "omega(0) must be a finite number"],
    ["a text", () => loose(fromPenalty)((w: number) => `${w}`), "INVALID_ARGUMENT", "omega("],
    ["a bigint", () => loose(fromPenalty)(() => 1n), "INVALID_ARGUMENT", "omega("],
    ["a fall", () => fromPenalty((w) => -w), "OUT_OF_RANGE", "omega must not decrease"],
    ["steps", () => fromPenalty((w) => Math.floor(3 * w)), "INACCURATE", "omega must be continuous"],
    [
      "noise",
      () => fromPenalty((w) => w + 1e-3 * Math.sin(1e9 * w)),
      "OUT_OF_RANGE",
      "omega must not decrease",
    ],
    ["NaN in the middle", () => fromPenalty((w) => (w > 5 && w < 1e9 ? NaN : w)), "NOT_FINITE", "omega("],
    [
      "the derivative of something else",
      () => fromPenalty((w) => w, { derivative: () => 2 }),
      "INACCURATE",
      "derivative must be that of omega",
    ],
    ["a probability of 2", () => fromKeepProbability(() => 2), "OUT_OF_RANGE", "alpha("],
    ["a probability of 0", () => fromKeepProbability((w) => (w > 1 ? 0.5 : 0)), "OUT_OF_RANGE", "alpha("],
    [
      "an odds whose penalty is infinite",
      () => fromKeepProbability((w) => w ** 3 / (1 + w ** 3)),
      "UNBOUNDED",
      "omega must be finite near 0",
    ],
    [
      "a drop that is not 1 - alpha",
      () => fromKeepProbability((w) => w / (1 + w), { drop: (w) => w }),
      "INVALID_ARGUMENT",
      "drop must be 1 - alpha",
    ],
    ["no family", () => loose(fromMaskFamily)(), "INVALID_ARGUMENT", "family must be an object"],
    ["no moments", () => loose(fromMaskFamily)({ cost: () => 1 }), "INVALID_ARGUMENT", "moments must be"],
    [
      "a negative variance",
      () => loose(fromMaskFamily)(family({ moments: () => ({ mean: 1, variance: -1 }) })),
      "OUT_OF_RANGE",
      "moments(",
    ],
    [
      "moments of nothing",
      () => loose(fromMaskFamily)(family({ moments: () => ({}) })),
      "INVALID_ARGUMENT",
      "moments(",
    ],
    [
      "a name of the catalogue",
      () => fromPenalty((w) => w, { name: "l1" }),
      "INVALID_ARGUMENT",
      "name must not be",
    ],
    [
      "an unknown option",
      () => loose(fromPenalty)((w: number) => w, { tol: 1 }),
      "UNKNOWN_OPTION",
      "options has no",
    ],
    ["a tolerance of 0", () => fromPenalty((w) => w, { tolerance: 0 }), "OUT_OF_RANGE", "tolerance must be"],
    ["a domain backwards", () => fromPenalty((w) => w, { domain: [2, 1] }), "OUT_OF_RANGE", "domain must be"],
  ];
  test.each(bad)("%s", (_, call, code, message) => {
    expectFailure(call, code, message);
  });

  test("what they throw becomes the cause", () => {
    const thrown = new Error("boo");
    const error = expectFailure(
      () =>
        fromPenalty(() => {
          throw thrown;
        }),
      "INVALID_ARGUMENT",
      "omega(",
    );
    expect(error.cause).toBe(thrown);
  });
});

describe("a penalty from functions", () => {
  const makers: readonly (readonly [string, () => Penalty])[] = [
    ["fromPenalty", () => fromPenalty((w) => Math.log1p(w))],
    ["fromDual", () => fromDual((eta) => 2 * Math.sqrt(eta))],
    ["fromKeepProbability", () => fromKeepProbability((w) => -Math.expm1(-w))],
    [
      "fromMaskFamily",
      () =>
        fromMaskFamily({
          moments: (t) => ({ mean: 1, variance: Math.exp(-t) }),
          cost: (t) => Math.log1p(Math.exp(t)),
        }),
    ],
  ];

  test.each(makers)("%s: its functions are not called again, in a solver or elsewhere", (name) => {
    const make = new Map(makers).get(name) as () => Penalty;
    const penalty = make();
    expect([penalty.name, penalty.separable, penalty.monotone]).toEqual([name, true, true]);
    expect(penalty.tabulation?.error).toBeLessThanOrEqual(1e-8);
    const fit = fitSync(problemOf(plainProblem(30, 4)), { penalty, lambda: 0.1 });
    expect(fit.converged).toBe(true);

    const restored = penaltyFromJSON(JSON.stringify(penalty));
    const places = [0, 1e-7, 0.02, 0.7, 3, 1e5, 1e13];
    for (const lambda of [1, 0.3]) {
      for (const w of places) {
        expect(restored.omega(w, lambda)).toBe(penalty.omega(w, lambda));
        expect(restored.etaHat(w, lambda)).toBe(penalty.etaHat(w, lambda));
        expect(restored.dual(w, lambda)).toBe(penalty.dual(w, lambda));
      }
    }
    const copy = Fit.fromJSON(JSON.stringify(fit));
    expect(copy.toJSON()).toEqual(fit.toJSON());
    expect(copy.penalty.omega(1)).toBe(penalty.omega(1));
  });

  test("JSON that was tampered with is refused by name", () => {
    const json = JSON.parse(JSON.stringify(fromPenalty((w) => Math.log1p(w))));
    const spoil = (change: (table: Record<string, never>) => void) => {
      const spoiled = structuredClone(json);
      change(spoiled.table);
      return () => penaltyFromJSON(spoiled);
    };
    for (const key of Object.keys(json.table)) {
      let error: unknown;
      try {
        spoil((table) => {
          (table as Record<string, unknown>)[key] = "nonsense";
        })();
      } catch (thrown) {
        error = thrown;
      }
      expect((error as { code?: string })?.code, key).toMatch(/^[A-Z_]+$/);
      expect(String(error), key).toContain(key);
    }
  });

  test("is made by a few thousand calls, all of them before the maker returns", () => {
    let calls = 0;
    const penalty = fromPenalty((w) => {
      ++calls;
      return Math.log(w + 0.1);
    });
    const made = calls;
    expect(made).toBeGreaterThan(100);
    expect(made).toBeLessThan(100_000);
    fitSync(problemOf(plainProblem(30, 4)), { penalty, lambda: 0.1, solver: "etaTrick" });
    expect(penalty.omega(2) + penalty.dual(2)).toBeGreaterThan(0);
    expect(calls).toBe(made);
  });
});
