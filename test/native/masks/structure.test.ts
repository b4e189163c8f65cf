// Structured masks against their units, spread out in TypeScript.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Format,
  formats,
  type Kind,
  packed,
  type Structure,
  sample,
  unitOfElement,
  unitsOf,
  withThreads,
  worstDifference,
} from "../../support/maskRequests.ts";
import { handleOf } from "../../support/native.ts";
import { check } from "../../support/property.ts";

const structures = fc
  .record({
    rows: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 40 }),
    unitRows: fc.integer({ min: 1, max: 45 }),
    unitColumns: fc.integer({ min: 1, max: 45 }),
  })
  .map((structure): Structure => structure);

function spread(units: ArrayLike<number>, structure: Structure): number[] {
  return unitOfElement(structure).map((unit) => units[unit] as number);
}

function compare(format: Format, kind: Kind, structure: Structure): void {
  const count = unitsOf(structure);
  const locations = Float64Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 10);
  for (const parameter of [null, locations, Float32Array.from(locations)]) {
    const flat = format === "bits" ? "uint8" : format;
    const wanted = spread(sample(flat, { kind, count }, parameter), structure);
    const found = sample(format, { kind, count, structure }, parameter);
    expect(Array.from(found)).toEqual(format === "bits" ? Array.from(packed(wanted)) : wanted);
  }
}

test.each(formats)("elements are the draws of their units: %s", (format) => {
  const kinds = format.startsWith("float")
    ? (["bernoulli", "gaussian", "hardConcrete"] as const)
    : (["bernoulli", "hardConcrete"] as const);
  check(
    60,
    fc.property(structures, fc.constantFrom(...kinds), (structure, kind) => compare(format, kind, structure)),
  );
});

test.each([
  ["rows", { rows: 300, columns: 901, unitRows: 1, unitColumns: 901 }],
  ["columns", { rows: 300, columns: 901, unitRows: 300, unitColumns: 1 }],
  ["long columns", { rows: 70_001, columns: 3, unitRows: 70_001, unitColumns: 1 }],
  ["blocks", { rows: 301, columns: 901, unitRows: 4, unitColumns: 4 }],
] as const)("many elements, on one thread and two: %s", (_, structure) => {
  for (const format of ["float32", "bits"] as const) {
    const draw = () => sample(format, { count: unitsOf(structure), structure });
    const wanted = spread(sample("float32", { count: unitsOf(structure) }), structure);
    const plain = format === "bits" ? packed(wanted) : Float32Array.from(wanted);
    for (const count of [1, 2]) {
      expect(Buffer.from(withThreads(count, draw).buffer).equals(Buffer.from(plain.buffer))).toBe(true);
    }
  }
});

describe("weights of a penalty", () => {
  const penalty = handleOf("mcp", 3);
  const lambda = 0.7;

  test("one for each unit", () => {
    const structure = { rows: 9, columns: 14, unitRows: 2, unitColumns: 5 };
    const count = unitsOf(structure);
    const weights = Float64Array.from({ length: count }, (_, i) => i / 4 - 1);
    const options = { count, lambda };
    const wanted = spread(sample("float64", options, weights, penalty), structure);
    expect(Array.from(sample("float64", { ...options, structure }, weights, penalty))).toEqual(wanted);
  });

  test.each([1, 1e-200, 1e-320, 1e200])(
    "one for each element, of which units take the norm: times %d",
    (scale) => {
      check(
        20,
        fc.property(structures, fc.integer(), (structure, start) => {
          const { rows, columns } = structure;
          if (unitsOf(structure) === rows * columns) return;
          const weights = Float64Array.from(
            { length: rows * columns },
            (_, i) => scale * Math.sin(start + 3 * i),
          );
          const squares = new Float64Array(unitsOf(structure));
          unitOfElement(structure).forEach((unit, i) => {
            squares[unit] = (squares[unit] as number) + ((weights[i] as number) / scale) ** 2;
          });
          const options = { count: squares.length, lambda: lambda * scale, kind: "gaussian" as const };
          const norms = squares.map((square) => Math.sqrt(square) * scale);
          const wanted = spread(sample("float64", options, norms, penalty), structure);
          const found = sample("float64", { ...options, structure }, weights, penalty);
          // The norm of denormal weights has few digits, and where alpha is close to 1 the variance is a difference.
          const tolerance = scale === 1e-320 ? 0.05 : 1e-6;
          expect(worstDifference(found, wanted)).toBeLessThan(tolerance);
        }),
      );
    },
  );

  test("norms of many elements are the same on one thread and two", () => {
    for (const structure of [
      { rows: 400, columns: 500, unitRows: 400, unitColumns: 1 },
      { rows: 400, columns: 500, unitRows: 1, unitColumns: 500 },
      { rows: 401, columns: 503, unitRows: 16, unitColumns: 16 },
    ]) {
      const { rows, columns } = structure;
      const weights = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i) / 300);
      const options = { kind: "gaussian" as const, count: unitsOf(structure), structure, lambda };
      const draw = () => sample("float32", options, weights, penalty);
      expect(Buffer.from(withThreads(1, draw).buffer).equals(Buffer.from(withThreads(2, draw).buffer))).toBe(
        true,
      );
    }
  });
});
