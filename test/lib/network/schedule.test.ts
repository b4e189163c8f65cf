// Learning rates and lambdas of every step.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLambda, readLearningRateSchedule, valuesOfEpoch } from "../../../dist/network/schedule.js";
import { expectFailure } from "../../support/failures.ts";
import { check } from "../../support/property.ts";

const factors = (value: unknown, epochs: number, stepsPerEpoch: number) => {
  const schedule = readLearningRateSchedule("learningRateSchedule", value);
  return Array.from({ length: epochs }, (_, e) => [...valuesOfEpoch(schedule, e, epochs, stepsPerEpoch)]);
};
const lambdas = (value: unknown, epochs: number, stepsPerEpoch: number) => {
  const schedule = readLambda("lambda", value);
  return Array.from({ length: epochs }, (_, e) => [...valuesOfEpoch(schedule, e, epochs, stepsPerEpoch)]);
};

describe("named schedules", () => {
  test("constant, by word or object", () => {
    expect(factors("constant", 2, 3)).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(factors({ name: "constant" }, 1, 2)).toEqual([[1, 1]]);
  });

  test("linear is 1 - e / E, constant within an epoch", () => {
    expect(factors("linear", 4, 2)).toEqual([
      [1, 1],
      [0.75, 0.75],
      [0.5, 0.5],
      [0.25, 0.25],
    ]);
  });

  test("cosine is half of 1 + cos", () => {
    const [first, second, third, fourth] = factors("cosine", 4, 1).flat();
    expect(first).toBe(1);
    expect(second).toBeCloseTo((1 + Math.SQRT1_2) / 2, 15);
    expect(third).toBeCloseTo(0.5, 15);
    expect(fourth).toBeCloseTo((1 - Math.SQRT1_2) / 2, 15);
  });

  test("step and exponential", () => {
    expect(factors({ name: "step", every: 2, factor: 0.5 }, 5, 1).flat()).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect(factors({ name: "exponential", factor: 0.5 }, 4, 1).flat()).toEqual([1, 0.5, 0.25, 0.125]);
  });

  test("a warm-up rises in equal steps to 1, and what follows begins at its end", () => {
    expect(factors({ warmup: 1, after: "linear" }, 5, 4)).toEqual([
      [0.25, 0.5, 0.75, 1],
      [1, 1, 1, 1],
      [0.75, 0.75, 0.75, 0.75],
      [0.5, 0.5, 0.5, 0.5],
      [0.25, 0.25, 0.25, 0.25],
    ]);
    expect(factors({ warmup: 0.5 }, 1, 4)).toEqual([[0.5, 1, 1, 1]]);
    expect(factors({ warmup: 10 }, 2, 2).flat()).toEqual([0.05, 0.1, 0.15, 0.2]);
  });

  test("every named one stays in [0, 1] and, but for the warm-up, never rises", () => {
    const any = fc.oneof(
      fc.constantFrom("constant", "linear", "cosine"),
      fc.record({ name: fc.constant("exponential"), factor: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    check(
      100,
      fc.property(
        any,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 7 }),
        (value, epochs, steps) => {
          const all = factors(value, epochs, steps).flat();
          expect(all.length).toBe(epochs * steps);
          all.forEach((factor, i) => {
            expect(factor).toBeGreaterThanOrEqual(0);
            expect(factor).toBeLessThanOrEqual(i === 0 ? 1 : (all[i - 1] as number));
          });
        },
      ),
    );
  });
});

describe("functions", () => {
  test("are called once for each step, with where it is", () => {
    const seen: unknown[] = [];
    const values = factors((position: { step: number }) => seen.push({ ...position }) && position.step, 2, 2);
    expect(values).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(seen[3]).toEqual({ epoch: 1, step: 3, epochs: 2, steps: 4 });
    expect(seen.length).toBe(4);
  });

  test("what they return is checked, and what they throw is passed on", () => {
    expectFailure(
      () => factors(() => NaN, 1, 1),
      "NOT_FINITE",
      "learningRateSchedule({ epoch: 0, step: 0 }) must be a finite number >= 0, but is NaN",
    );
    expectFailure(() => lambdas(() => -1, 1, 1), "OUT_OF_RANGE", "lambda({ epoch: 0, step: 0 }) must be");
    expectFailure(
      () => lambdas(() => "1", 1, 1),
      "INVALID_ARGUMENT",
      "lambda({ epoch: 0, step: 0 }) must be",
    );
    const thrown = new Error("boo");
    expect(() =>
      lambdas(
        () => {
          throw thrown;
        },
        1,
        1,
      ),
    ).toThrow(thrown);
  });
});

describe("lambda", () => {
  test("a number, and a ramp that ends where it should", () => {
    expect(lambdas(0.3, 2, 1)).toEqual([[0.3], [0.3]]);
    expect(lambdas({ to: 1, epochs: 2 }, 3, 2).flat()).toEqual([0, 0.25, 0.5, 0.75, 1, 1]);
    expect(lambdas({ from: 3, to: 0.1, epochs: 0.5 }, 1, 4).flat()).toEqual([3, 1.55, 0.1, 0.1]);
  });
});

describe("bad ones", () => {
  const read = (value: unknown) => () => readLearningRateSchedule("learningRateSchedule", value);
  test.each([
    ["a misspelt word", "cosin", "UNSUPPORTED", "learningRateSchedule must be"],
    ["a number", 3, "INVALID_ARGUMENT", "learningRateSchedule must be one of"],
    ["null", null, "INVALID_ARGUMENT", "learningRateSchedule must be one of"],
    ["an unknown name", { name: "plateau" }, "UNSUPPORTED", "learningRateSchedule.name must be"],
    ["an extra key", { name: "linear", to: 3 }, "UNKNOWN_OPTION", 'learningRateSchedule has no "to"'],
    ["no factor", { name: "exponential" }, "INVALID_ARGUMENT", "learningRateSchedule.factor must be"],
    ["half an epoch", { name: "step", every: 0.5, factor: 1 }, "OUT_OF_RANGE", "learningRateSchedule.every"],
    ["no warm-up", { warmup: 0 }, "OUT_OF_RANGE", "learningRateSchedule.warmup must be"],
    [
      "two warm-ups",
      { warmup: 1, after: { warmup: 1 } },
      "INVALID_ARGUMENT",
      "learningRateSchedule.after.name",
    ],
  ] as const)("%s", (_, value, code, begins) => {
    expectFailure(read(value), code, begins);
  });

  test.each([
    ["nothing", undefined, "INVALID_ARGUMENT", "lambda must be a number, { from, to, epochs } or a function"],
    ["a negative number", -1, "OUT_OF_RANGE", "lambda must be"],
    ["infinity", Infinity, "NOT_FINITE", "lambda must be"],
    ["no end", { from: 1, epochs: 2 }, "INVALID_ARGUMENT", "lambda.to must be"],
    ["a misspelt key", { to: 1, epoch: 2 }, "UNKNOWN_OPTION", 'lambda has no "epoch": did you mean "epochs"'],
  ] as const)("lambda: %s", (_, value, code, begins) => {
    expectFailure(() => readLambda("lambda", value), code, begins);
  });
});
