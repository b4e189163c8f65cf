// What must not matter, or matter in a known way: units of y, the order of columns and rows, signs.
import fc from "fast-check";
import { type Fit, fitSync, penalties, penaltyFromJSON } from "flipside";
import { describe, expect, test } from "vitest";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { type Data, makeProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";

// A unique solution, so that two runs can be compared: lasso with more rows than columns.
const specs = problemSpecs(30).map((spec) => ({
  ...spec,
  rows: spec.rows + 40,
  duplicates: false,
  correlation: Math.min(spec.correlation, 0.5),
}));
const both = { intercept: true, standardize: true };

function lasso(data: Data, lambda: number, options = {}): Fit {
  return fitSync(problemOf(data), { penalty: penalties.l1(), lambda, ...options });
}

function expectClose(actual: Iterable<number>, wanted: ArrayLike<number>, relative = 1e-6): void {
  const size = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300);
  [...actual].forEach((value, j) => {
    expect(Math.abs(value - (wanted[j] as number)), `entry ${j}`).toBeLessThanOrEqual(relative * size);
  });
}

function mapRows(data: Data, order: number[]): Data {
  const pick = (values: Float64Array) => Float64Array.from(order, (i) => values[i] as number);
  const x = order.flatMap((i) => [...data.x.subarray(i * data.columns, (i + 1) * data.columns)]);
  return {
    ...data,
    rows: order.length,
    x: Float64Array.from(x),
    y: pick(data.y),
    weights: data.weights && pick(data.weights),
    offset: data.offset && pick(data.offset),
  };
}

describe("the lasso", () => {
  test("y -> c y with lambda -> c lambda multiplies everything by c", () => {
    check(
      100,
      fc.property(specs, fc.constantFrom(-1, 0.5, 3, 1e6, 1e-6), (spec, c) => {
        const data = makeProblem(spec);
        const lambda = 0.1 * lambdaMax(data, both);
        const scaled = { ...data, y: data.y.map((y) => c * y), offset: data.offset?.map((o) => c * o) };
        const one = lasso(data, lambda);
        const other = lasso(scaled, Math.abs(c) * lambda);
        expectClose(
          other.coefficients,
          one.coefficients.map((value) => c * value),
        );
        expectClose([other.objective], [c * c * one.objective]);
        expect(other.nonzero).toBe(one.nonzero);
      }),
    );
  });

  test("permuted and flipped columns permute and flip the coefficients", () => {
    check(
      100,
      fc.property(specs, (spec) => {
        const data = makeProblem(spec);
        const { columns } = data;
        const x = data.x.map((_, k) => {
          const i = Math.floor(k / columns);
          const j = columns - 1 - (k % columns);
          return (j % 2 === 0 ? 1 : -1) * (data.x[i * columns + j] as number);
        });
        const lambda = 0.1 * lambdaMax(data, both);
        const one = lasso(data, lambda);
        const other = lasso({ ...data, x }, lambda);
        const back = other.coefficients.toReversed().map((value, j) => (j % 2 === 0 ? value : -value));
        expectClose(back, one.coefficients);
      }),
    );
  });

  test("scaled and shifted columns scale the coefficients when they are standardised", () => {
    check(
      100,
      fc.property(specs, (spec) => {
        const data = makeProblem(spec);
        const factor = (j: number) => 2 ** ((j % 7) - 3);
        const x = data.x.map((value, k) => {
          const j = k % data.columns;
          return value * factor(j) + (j % 3);
        });
        const lambda = 0.1 * lambdaMax(data, both);
        const one = lasso(data, lambda);
        const other = lasso({ ...data, x }, lambda);
        expectClose(
          other.coefficients.map((value, j) => value * factor(j)),
          one.coefficients,
        );
      }),
    );
  });

  test("the order of the rows does not matter", () => {
    check(
      100,
      fc.property(specs, (spec) => {
        const data = makeProblem(spec);
        const lambda = 0.1 * lambdaMax(data, both);
        const reversed = mapRows(data, [...Array(data.rows).keys()].reverse());
        expectClose(lasso(reversed, lambda).coefficients, lasso(data, lambda).coefficients);
      }),
    );
  });

  test("a row twice is a row of weight 2, a row of weight 0 is none", () => {
    check(
      100,
      fc.property(specs, (spec) => {
        const data = makeProblem({ ...spec, weights: "none" });
        const counts = Float64Array.from({ length: data.rows }, (_, i) => (i * 7) % 3);
        const order = [...counts].flatMap((count, i) => Array<number>(count).fill(i));
        const repeated = mapRows(data, order);
        const lambda = 0.1 * lambdaMax(repeated, both);
        const one = lasso(repeated, lambda);
        const other = lasso({ ...data, weights: counts }, lambda);
        expectClose(other.coefficients, one.coefficients);
        expectClose([other.objective, other.intercept], [one.objective, one.intercept]);
      }),
    );
  });

  test("only the ratios of weights count", () => {
    check(
      100,
      fc.property(specs, fc.constantFrom(1e-300, 0.1, 1e300), (spec, factor) => {
        const data = makeProblem({ ...spec, weights: "positive" });
        const lambda = 0.1 * lambdaMax(data, both);
        const scaled = { ...data, weights: data.weights?.map((weight) => weight * factor) };
        expectClose(lasso(scaled, lambda).coefficients, lasso(data, lambda).coefficients);
      }),
    );
  });

  test("an offset is subtracted from y", () => {
    check(
      100,
      fc.property(specs, (spec) => {
        const data = makeProblem({ ...spec, offset: true });
        const y = data.y.map((value, i) => value - (data.offset?.[i] as number));
        const lambda = 0.1 * lambdaMax(data, both);
        const one = lasso(data, lambda);
        const other = lasso({ ...data, y, offset: undefined }, lambda);
        expect(other.coefficients).toEqual(one.coefficients);
        expect(other.intercept).toBe(one.intercept);
        expect(other.objective).toBe(one.objective);
      }),
    );
  });

  test("an intercept absorbs a shift of y", () => {
    check(
      100,
      fc.property(specs, fc.constantFrom(-100, 3), (spec, shift) => {
        const data = makeProblem(spec);
        const lambda = 0.1 * lambdaMax(data, both);
        const one = lasso(data, lambda);
        const other = lasso({ ...data, y: data.y.map((y) => y + shift) }, lambda);
        expectClose(other.coefficients, one.coefficients);
        expect(other.intercept - shift).toBeCloseTo(one.intercept, 6);
      }),
    );
  });
});

test("lambda Omega of mcp and scad is homogeneous: y -> c y with lambda -> c lambda", () => {
  check(
    100,
    fc.property(specs, fc.constantFrom("mcp", "scad"), (spec, name) => {
      const data = makeProblem(spec);
      const penalty = penaltyFromJSON({ name });
      const lambda = 0.3 * lambdaMax(data, both);
      const c = 8;
      const scaled = { ...data, y: data.y.map((y) => c * y), offset: data.offset?.map((o) => c * o) };
      const one = fitSync(problemOf(data), { penalty, lambda });
      const other = fitSync(problemOf(scaled), { penalty, lambda: c * lambda });
      expectClose([other.objective], [c * c * one.objective]);
      expectClose(
        other.coefficients,
        one.coefficients.map((value) => c * value),
      );
    }),
  );
});
