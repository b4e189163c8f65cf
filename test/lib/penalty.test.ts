// A Penalty as an object: numbers and vectors, its names, its JSON, and bad arguments.
import fc from "fast-check";
import { Penalty, penalties, penaltyFromJSON, strategies } from "flipside";
import { Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { makePenalty, separablePenalties } from "../support/penaltyArbitraries.ts";
import { check } from "../support/property.ts";

// Subnormal numbers are the subject of test/native/penalties/extremes.test.ts.
const entry = fc.double({ min: -10, max: 10, noNaN: true }).map((w) => (Math.abs(w) < 1e-300 ? 0 : w));
const vector = fc.array(entry, { minLength: 1, maxLength: 12 });
const lambdas = fc.constantFrom(0.01, 1, 7);

describe("numbers and vectors", () => {
  test("omega and dual of a vector are totals, etaHat and keepProbability go entry by entry", () => {
    check(
      300,
      fc.property(separablePenalties(), vector, lambdas, (spec, w, lambda) => {
        const penalty = makePenalty(spec);
        const magnitudes = w.map(Math.abs);
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        const size = sum(w.map((value) => Math.abs(penalty.omega(value, lambda))));
        const total = sum(w.map((value) => penalty.omega(value, lambda)));
        expect(Math.abs(penalty.omega(w, lambda) - total)).toBeLessThanOrEqual(1e-14 * size);
        const duals = magnitudes.map((value) => penalty.dual(value, lambda));
        // Beyond its domain the dual of an elastic net is infinite.
        if (duals.includes(Infinity)) expect(penalty.dual(magnitudes, lambda)).toBe(Infinity);
        else {
          expect(Math.abs(penalty.dual(magnitudes, lambda) - sum(duals))).toBeLessThanOrEqual(
            1e-14 * sum(duals.map(Math.abs)),
          );
        }
        expect([...penalty.etaHat(w, lambda)]).toEqual(w.map((value) => penalty.etaHat(value, lambda)));
        expect([...penalty.keepProbability(w, lambda)]).toEqual(
          w.map((value) => penalty.keepProbability(value, lambda)),
        );
      }),
    );
  });

  test("every form of vector, which stays as it was", () => {
    const penalty = penalties.logSum({ epsilon: 1 });
    const given = Float64Array.of(-3, 0, 2);
    const forms = [
      given,
      [-3, 0, 2],
      Float32Array.from(given),
      Int8Array.from(given),
      Matrix.columnVector([-3, 0, 2]),
    ];
    for (const form of forms) {
      expect(penalty.omega(form)).toBeCloseTo(Math.log(12), 14);
      expect(penalty.etaHat(form)).toEqual(Float64Array.of(12, 0, 6));
    }
    expect([...given]).toEqual([-3, 0, 2]);
  });

  test("the sign of w does not matter", () => {
    check(
      200,
      fc.property(
        separablePenalties(),
        fc.double({ min: 0, max: 100, noNaN: true }),
        lambdas,
        (spec, w, lambda) => {
          const penalty = makePenalty(spec);
          expect(penalty.omega(-w, lambda)).toBe(penalty.omega(w, lambda));
          expect(penalty.etaHat(-w, lambda)).toBe(penalty.etaHat(w, lambda));
        },
      ),
    );
  });

  test("keepProbability = etaHat / (etaHat + lambda), 1 where etaHat is infinite and at lambda = 0", () => {
    check(
      300,
      fc.property(
        separablePenalties(),
        fc.double({ min: 0, max: 100, noNaN: true }),
        lambdas,
        (spec, w, lambda) => {
          const penalty = makePenalty(spec);
          const eta = penalty.etaHat(w, lambda);
          const keep = eta === Infinity ? 1 : eta / (eta + lambda);
          expect(penalty.keepProbability(w, lambda)).toBe(keep);
          expect(penalty.keepProbability(w, 0)).toBe(1);
        },
      ),
    );
  });

  test("lambda is 1 if not given", () => {
    check(
      200,
      fc.property(separablePenalties(), fc.double({ min: 0, max: 10, noNaN: true }), (spec, w) => {
        const penalty = makePenalty(spec);
        expect(penalty.omega(w)).toBe(penalty.omega(w, 1));
        expect(penalty.dual(w)).toBe(penalty.dual(w, 1));
        expect(penalty.etaHat(w)).toBe(penalty.etaHat(w, 1));
        expect(penalty.keepProbability(w)).toBe(penalty.keepProbability(w, 1));
      }),
    );
  });
});

describe("what it says of itself", () => {
  test("separable and convex", () => {
    expect(penalties.l1()).toMatchObject({ name: "l1", kind: "penalty", separable: true, convex: true });
    expect(penalties.lp({ p: 1.5 }).convex).toBe(true);
    expect(penalties.lp({ p: 0.5 }).convex).toBe(false);
    expect(penalties.mcp()).toMatchObject({ parameters: { a: 3 }, separable: true, convex: false });
    expect(penalties.scad()).toMatchObject({ parameters: { a: 3.7 } });
    expect(strategies.standout()).toMatchObject({ name: "standout", kind: "strategy", convex: false });
    expect(strategies.hardConcrete().parameters).toEqual({ beta: 2 / 3, gamma: -0.1, zeta: 1.1 });
    expect(strategies.ard().parameters).toEqual({});
    expect(strategies.ard().separable).toBe(false);
  });

  test("is immutable", () => {
    const penalty = penalties.lp({ p: 0.5 });
    expect(Object.isFrozen(penalty) && Object.isFrozen(penalty.parameters)).toBe(true);
    expect(Object.isFrozen(penalties) && Object.isFrozen(strategies)).toBe(true);
    expect(() => Object.assign(penalty, { name: "l1" })).toThrow(TypeError);
  });

  test("its JSON makes the same penalty", () => {
    check(
      200,
      fc.property(separablePenalties(), (spec) => {
        const penalty = makePenalty(spec);
        expect(penalty.toJSON()).toEqual({ format: "flipside.penalty", version: 1, ...spec });
        for (const json of [penalty.toJSON(), JSON.stringify(penalty)]) {
          expect(penaltyFromJSON(json).toJSON()).toEqual(penalty.toJSON());
        }
      }),
    );
  });

  test("comes from its makers only", () => {
    expectFailure(
      () => Reflect.construct(Penalty, []),
      "INVALID_ARGUMENT",
      "a Penalty must come from penalties",
    );
    expect(penalties.l1()).toBeInstanceOf(Penalty);
  });
});

describe("bad arguments", () => {
  const penalty = penalties.l1();
  test.each([
    ["omega", [NaN], "NOT_FINITE", "w must be a finite number, but is NaN"],
    ["omega", [Infinity], "NOT_FINITE", "w must be"],
    ["omega", [[1, -Infinity]], "NOT_FINITE", "w[1] must be"],
    ["omega", [[]], "EMPTY", "w must be an array of at least one number"],
    ["omega", ["1"], "INVALID_ARGUMENT", "w must be a number, a typed array or an array of numbers"],
    ["omega", [], "INVALID_ARGUMENT", "w must be a number, a typed array"],
    ["omega", [[1, "2"]], "INVALID_ARGUMENT", 'w[1] must be a number, but is "2"'],
    ["omega", [1, -1], "OUT_OF_RANGE", "lambda must be a finite number >= 0, but is -1"],
    ["omega", [1, NaN], "NOT_FINITE", "lambda must be"],
    ["omega", [1, "1"], "INVALID_ARGUMENT", "lambda must be"],
    ["dual", [-1], "OUT_OF_RANGE", "eta must be a number >= 0, but is -1"],
    ["dual", [NaN], "NOT_FINITE", "eta must be a number >= 0, but is NaN"],
    ["dual", [[1, -2]], "OUT_OF_RANGE", "eta[1] must be"],
    ["etaHat", [true], "INVALID_ARGUMENT", "w must be"],
    ["etaHat", [[1], Infinity], "NOT_FINITE", "lambda must be"],
    ["keepProbability", [{}], "INVALID_ARGUMENT", "w must be"],
  ] as const)("%s(%j)", (method, given, code, begins) => {
    expectFailure(() => loose(penalty[method].bind(penalty))(...given), code, begins);
  });

  test("methods need their own object", () => {
    expect(() => Penalty.prototype.omega.call({} as Penalty, 1)).toThrow(TypeError);
  });
});
