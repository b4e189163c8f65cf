// The options of verifyExpectation, and how it is watched and stopped.
import { penalties, threads } from "flipside";
import { describe, expect, test } from "vitest";
import { verifyExpectation } from "../../dist/expectation.js";
import { expectRejection, loose } from "../support/failures.ts";
import { plainProblem, problemOf } from "../support/problems.ts";

const problem = problemOf(plainProblem(20, 3));
const coefficients = [1, 0, -2];
const call = (options: unknown) => () => loose(verifyExpectation)(problem, options);
const withVariance = (own: object) => call({ coefficients, variance: 1, ...own });

describe("bad options", () => {
  test.each([
    [{ coefficients: [1, 2] }, "LENGTH_MISMATCH", "coefficients must have 3 entries"],
    [{ coefficients: [1, NaN, 2] }, "NOT_FINITE", "coefficients[1] must be a finite number"],
    [{ coefficients: undefined }, "INVALID_ARGUMENT", "coefficients must be a typed array"],
    [{ variance: undefined }, "INVALID_ARGUMENT", "exactly one of penalty, keepProbability and variance"],
    [{ keepProbability: 0.5 }, "INVALID_ARGUMENT", "exactly one of penalty, keepProbability and variance"],
    [{ lambda: 1 }, "INVALID_ARGUMENT", "lambda must be left out without a penalty"],
    [{ variance: -1 }, "OUT_OF_RANGE", "variance must be a finite number >= 0"],
    [{ variance: NaN }, "NOT_FINITE", "variance must be a finite number >= 0"],
    [{ variance: [1, 2] }, "LENGTH_MISMATCH", "variance must have 3 entries"],
    [{ variance: [1, 1, -1] }, "OUT_OF_RANGE", "variance[2] must be a finite number >= 0"],
    [{ variance: [1, 1, Infinity] }, "OUT_OF_RANGE", "variance[2] must be finite where coefficients[2]"],
    [{ variance: Infinity }, "OUT_OF_RANGE", "variance must be finite where coefficients[0]"],
    [{ variance: "1" }, "INVALID_ARGUMENT", "variance must be a typed array"],
    [{ mask: "poisson" }, "UNSUPPORTED", 'mask must be "bernoulli" or'],
    [{ mask: 1 }, "INVALID_ARGUMENT", 'mask must be "bernoulli" or'],
    [{ beta: 1 }, "INVALID_ARGUMENT", "beta must be left out unless the mask is hardConcrete"],
    [{ mask: "hardConcrete", beta: 0 }, "OUT_OF_RANGE", "beta must be a finite number > 0"],
    [{ mask: "hardConcrete", gamma: 0 }, "OUT_OF_RANGE", "gamma must be a finite number < 0"],
    [{ mask: "hardConcrete", zeta: 1 }, "OUT_OF_RANGE", "zeta must be a finite number > 1"],
    [{ mask: "hardConcrete", beta: 1e6 }, "OUT_OF_RANGE", "beta must be less than"],
    [{ samples: 1 }, "OUT_OF_RANGE", "samples must be an integer >= 2"],
    [{ samples: 2.5 }, "OUT_OF_RANGE", "samples must be an integer >= 2"],
    [{ samples: 2 ** 31 }, "OUT_OF_RANGE", "samples must be an integer >= 2"],
    [{ confidence: 0 }, "OUT_OF_RANGE", "confidence must be a finite number > 0 and < 1"],
    [{ confidence: 1 }, "OUT_OF_RANGE", "confidence must be a finite number > 0 and < 1"],
    [{ seed: -1 }, "OUT_OF_RANGE", "seed must be an integer >= 0"],
    [{ intercept: 1 }, "INVALID_ARGUMENT", "intercept must be true or false"],
    [{ convergence: { tolerance: 1 } }, "UNKNOWN_OPTION", 'convergence has no "tolerance"'],
    [{ convergence: { signal: {} } }, "INVALID_ARGUMENT", "convergence.signal must be an AbortSignal"],
    [{ sample: 10 }, "UNKNOWN_OPTION", 'options has no "sample": did you mean "samples"?'],
  ] as const)("%j", async (own, code, begins) => {
    await expectRejection(withVariance(own), code, begins);
  });

  test.each([0, -1, 1.5])("keepProbability %d", async (alpha) => {
    const begins =
      alpha === 0
        ? "keepProbability must be greater than 0 where coefficients[0] is not 0"
        : "keepProbability must be a finite number > 0";
    await expectRejection(call({ coefficients, keepProbability: alpha }), "OUT_OF_RANGE", begins);
    const vector = [1, 1, alpha];
    await expectRejection(
      call({ coefficients, keepProbability: vector }),
      "OUT_OF_RANGE",
      begins.replace("keepProbability", "keepProbability[2]").replace("coefficients[0]", "coefficients[2]"),
    );
  });

  test("penalty and lambda", async () => {
    const penalty = penalties.l1();
    await expectRejection(call({ coefficients, penalty }), "INVALID_ARGUMENT", "lambda must be a finite");
    await expectRejection(
      call({ coefficients, penalty, lambda: -1 }),
      "OUT_OF_RANGE",
      "lambda must be a finite number >= 0",
    );
    await expectRejection(
      call({ coefficients, penalty: {}, lambda: 1 }),
      "INVALID_ARGUMENT",
      "penalty must be",
    );
  });

  test("data and results that overflow", async () => {
    const x = [[1], [NaN]];
    const options = { coefficients: [1], variance: 1 };
    await expectRejection(
      () => loose(verifyExpectation)({ x, y: [1, 2] }, options),
      "MISSING_VALUES",
      "x must have no missing values",
    );
    const large = { x: [[1], [2]], y: [1, 2] };
    await expectRejection(
      () => loose(verifyExpectation)(large, { coefficients: [1e200], variance: 1 }),
      "NUMERIC",
      "coefficients are too large",
    );
  });
});

test("0 as keep probability, and Infinity as variance, where the coefficient is 0", async () => {
  const one = await verifyExpectation(problem, { coefficients, keepProbability: [0.5, 0, 0.8] });
  const two = await verifyExpectation(problem, { coefficients, variance: [1, Infinity, 1 / 0.8 - 1] });
  expect(two.estimate).toBeCloseTo(one.estimate, 12);
  expect(Array.from(one.variance)).toEqual([1, Infinity, expect.closeTo(0.25, 12)]);
});

test("what a fit says of its masks can be handed on", async () => {
  const { fitSync } = await import("flipside");
  const penalty = penalties.l1();
  const fit = fitSync(problem, { penalty, lambda: 0.2 });
  const own = { coefficients: fit.coefficients, confidence: 0.9999 };
  const one = await verifyExpectation(problem, { ...own, keepProbability: fit.keepProbability });
  const two = await verifyExpectation(problem, { ...own, penalty, lambda: 0.2 });
  expect(one.agrees && two.agrees).toBe(true);
  expect(Math.abs(one.tikhonov / two.tikhonov - 1)).toBeLessThan(1e-12);
  expect(one.loss).toBe(two.loss);
});

test("the interval, and that nobody changes the result", async () => {
  const found = await verifyExpectation(problem, { coefficients, variance: 1, confidence: 0.95 });
  const [low, high] = found.interval;
  expect((high - low) / found.standardError).toBeCloseTo(2 * 1.959963984540054, 10);
  expect((low + high) / 2).toBeCloseTo(found.estimate, 12);
  expect(Object.isFrozen(found) && Object.isFrozen(found.interval)).toBe(true);
  expect(found).toMatchObject({ confidence: 0.95, samples: 10_000, seed: 0, mask: "bernoulli" });
});

describe("under way", () => {
  const large = problemOf(plainProblem(400, 200));
  const endless = { coefficients: new Float64Array(200).fill(1), variance: 1, samples: 2 ** 31 - 1 };

  test("reports, and stops when it is told to", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ samples }: { samples: number }) => {
      if (seen.push(samples) === 3) controller.abort("enough");
    };
    const convergence = { signal: controller.signal, onProgress };
    const failure = await expectRejection(
      () => verifyExpectation(large, { ...endless, convergence }),
      "ABORTED",
      "the expectation was aborted",
    );
    expect(failure.cause).toBe("enough");
    expect(seen.length).toBe(3);
    expect(seen.every((samples, k) => samples > (seen[k - 1] ?? 0) && samples < endless.samples)).toBe(true);
    expect(threads.activity().jobs).toBe(0);
  });

  test("what onProgress throws", async () => {
    const thrown = new Error("on purpose");
    const onProgress = () => {
      throw thrown;
    };
    await expect(verifyExpectation(large, { ...endless, convergence: { onProgress } })).rejects.toBe(thrown);
  });

  test("the data are copied before the call returns", async () => {
    const data = plainProblem(30, 3);
    const options = { coefficients, variance: 1 };
    const wanted = await verifyExpectation(problemOf(data), options);
    const given = { x: { data: data.x.slice(), rows: 30, columns: 3 }, y: data.y.slice() };
    const weights = Float64Array.from(coefficients);
    const promise = verifyExpectation(given, { ...options, coefficients: weights });
    for (const array of [given.x.data, given.y, weights]) array.fill(NaN);
    expect(await promise).toEqual(wanted);
  });
});
