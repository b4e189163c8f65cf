// The catalogue: what penalties there are, their parameters and ranges, all of it enforced.
import {
  catalogue,
  type FlipsideErrorCode,
  type Penalty,
  penalties,
  penaltyFromJSON,
  strategies,
} from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, loose } from "../support/failures.ts";
import { separableNames } from "../support/formulas.ts";
import { native } from "../support/native.ts";

const required: Record<string, Record<string, number>> = {
  lp: { p: 0.5 },
  logSum: { epsilon: 1 },
  logSumSquares: { epsilon: 1 },
  hardThreshold: { k: 2 },
  elasticNet: { alpha: 0.5 },
};

/** These make penalties from functions, which no catalogue can list. */
const makers = ["fromPenalty", "fromDual", "fromKeepProbability", "fromMaskFamily"];

function factory(name: string): (options?: unknown) => Penalty {
  const all = { ...penalties, ...strategies } as unknown as Record<string, (options?: unknown) => Penalty>;
  return all[name] as (options?: unknown) => Penalty;
}

describe("the catalogue", () => {
  test("has every function of penalties and strategies, and nothing else", () => {
    const names = (kind: string) => catalogue.filter((entry) => entry.kind === kind).map(({ name }) => name);
    expect([...names("penalty"), ...makers]).toEqual(Object.keys(penalties));
    expect(names("strategy")).toEqual(Object.keys(strategies));
    expect(names("penalty")).toEqual(
      ["l1", "lp", "logSum", "logSumSquares", "mcp", "scad"].concat("elasticNet"),
    );
    expect(Object.keys(strategies)).toEqual(
      ["standout", "variationalDropout", "variationalDropoutApprox"].concat([
        "hardConcrete",
        "hardThreshold",
        "ard",
      ]),
    );
  });

  test("agrees with the addon's, parameter by parameter", () => {
    const ours = catalogue.map(({ name, parameters }) => ({
      name,
      parameters: parameters.map((p) => p.name),
    }));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(ours.toSorted(byName)).toEqual(native.catalogue().toSorted(byName));
  });

  test("is immutable, and says something of each", () => {
    expect(Object.isFrozen(catalogue)).toBe(true);
    for (const entry of catalogue) {
      expect(Object.isFrozen(entry)).toBe(true);
      expect(entry.description).toMatch(/^[A-Z].{20}/);
      expect(entry.formula).not.toBe("");
      for (const parameter of entry.parameters) {
        expect(parameter.description).not.toBe("");
        expect(parameter.range).toMatch(/^an? (finite number|integer) [<>]/);
      }
    }
  });

  test("the tests have a formula for every separable penalty in it", () => {
    const separable = catalogue.filter(({ name }) => factory(name)(required[name]).separable);
    expect(separable.map(({ name }) => name).sort()).toEqual([...separableNames].sort());
  });
});

describe.each(catalogue.map((entry) => [entry.name, entry] as const))("%s", (name, entry) => {
  const make = factory(name);

  test("by itself, by its defaults, and from JSON", () => {
    const penalty = make(required[name]);
    expect([penalty.name, penalty.kind]).toEqual([name, entry.kind]);
    const defaults = entry.parameters.filter((p) => p.default !== undefined).map((p) => [p.name, p.default]);
    expect(penalty.parameters).toEqual({ ...Object.fromEntries(defaults), ...required[name] });
    expect(penaltyFromJSON({ name, parameters: required[name] }).toJSON()).toEqual(penalty.toJSON());
    expect(entry.needsDesign).toBe(name === "ard");
  });

  test("refuses options it does not have", () => {
    expectFailure(() => make({ ...required[name], quux: 1 }), "UNKNOWN_OPTION", `${name} has no `);
    for (const options of [null, 1, "x", [1]]) {
      expectFailure(() => make(options), "INVALID_ARGUMENT", `${name} must be an object`);
    }
  });

  test.each(entry.parameters.map((parameter) => [parameter.name, parameter] as const))(
    "%s has its range",
    (key, { min, max, above, below, integer, required: needed }) => {
      const given = (value: unknown) => () => make({ ...required[name], [key]: value });
      const outside: number[] = [];
      if (min !== undefined) outside.push(min - 1);
      if (max !== undefined) outside.push(max + 1);
      if (above !== undefined) outside.push(above, above - 1e-9);
      if (below !== undefined) outside.push(below, below + 1e-9);
      if (integer) outside.push(1.5);
      expect(outside.length).toBeGreaterThan(0);
      for (const value of outside) expectFailure(given(value), "OUT_OF_RANGE", `${key} must be`);
      for (const value of [NaN, Infinity]) expectFailure(given(value), "NOT_FINITE", `${key} must be`);
      for (const value of ["1", null, [1], 1n])
        expectFailure(given(value), "INVALID_ARGUMENT", `${key} must be`);
      if (needed) expectFailure(given(undefined), "INVALID_ARGUMENT", `${key} must be`);
      else expect(given(undefined)().toJSON()).toEqual(make().toJSON());
      for (const value of [above, min].filter((bound) => bound !== undefined)) {
        expect(given(integer ? value : value + 0.5)().parameters[key]).toBe(integer ? value : value + 0.5);
      }
    },
  );
});

describe("penaltyFromJSON", () => {
  test.each<[unknown, FlipsideErrorCode, string]>([
    [undefined, "INVALID_ARGUMENT", "penalty must be an object { name, parameters? }"],
    [[], "INVALID_ARGUMENT", "penalty must be an object"],
    ["{", "INVALID_ARGUMENT", "penalty must be valid JSON"],
    [{}, "INVALID_ARGUMENT", "penalty.name must be the name of a penalty"],
    [{ name: "L1" }, "UNKNOWN_PENALTY", "penalty.name must be one of l1, lp"],
    [{ name: "constructor" }, "UNKNOWN_PENALTY", "penalty.name must be one of"],
    [{ name: "lp" }, "INVALID_ARGUMENT", "p must be a finite number > 0 and < 2"],
    [{ name: "lp", parameters: { p: 2 } }, "OUT_OF_RANGE", "p must be"],
    [{ name: "lp", parameters: [0.5] }, "INVALID_ARGUMENT", "lp must be an object"],
    [{ name: "l1", format: "flipside.fit" }, "INVALID_ARGUMENT", "penalty.format must be"],
    [{ name: "l1", format: "flipside.penalty", version: 2 }, "VERSION", "penalty.version must be at most 1"],
  ])("refuses %j", (json, code, begins) => {
    expectFailure(() => loose(penaltyFromJSON)(json), code, begins);
  });
});
