// What the addon is asked for, by the options of trainNetwork.
import { penalties, strategies, trainNetwork } from "flipside";
import { describe, expect, test } from "vitest";
import { readRun } from "../../../dist/network/plan.js";
import { expectFailure, expectRejection, loose } from "../../support/failures.ts";
import { regression } from "../../support/networkProblems.ts";

const { x, y } = regression(40, 3, 2);
const penalty = penalties.l1();
const planOf = (options: object, problem: object = { x, y }) =>
  readRun(problem, { layers: [5, 4], ...options }).plan;
const startOf = (options: object) => planOf(options).request.start;

test("the defaults", () => {
  const { request, ...plan } = planOf({});
  expect(request).toMatchObject({
    objective: "squaredError",
    layers: [
      { outputs: 5, activation: "relu" },
      { outputs: 4, activation: "relu" },
      { outputs: 1, activation: "identity" },
    ],
    method: { name: "none", penalty: undefined },
    optimizer: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    batchSize: 40,
    shuffle: true,
    seed: 0,
    lossScale: 1,
    threshold: 0.05,
    pin: false,
    start: { distribution: "uniform", scale: 0, biases: "uniform", theta: 0, thetaDeviation: 0 },
  });
  expect([...request.trainingRows]).toEqual(Array.from({ length: 40 }, (_, i) => i));
  expect(request.validationRows.length).toBe(0);
  expect(plan).toMatchObject({ learningRate: 1e-3, epochs: 10, stepsPerEpoch: 1, prune: true });
  expect(planOf({ batchSize: 16 }).stepsPerEpoch).toBe(3);
  expect(planOf({ optimizer: "sgd" }).learningRate).toBe(0.1);
});

describe("the loss", () => {
  const lossOf = (labels: unknown, options: object = {}) => {
    const { request, classes } = planOf(options, { x, y: labels });
    return [request.objective, request.layers.at(-1)?.outputs, classes];
  };
  const of = <T>(make: (i: number) => T) => Array.from({ length: 40 }, (_, i) => make(i));

  test("of labels is cross-entropy, with the classes in order", () => {
    expect(lossOf(of((i) => ["b", "a", "c"][i % 3]))).toEqual(["softmaxCrossEntropy", 3, ["a", "b", "c"]]);
    expect(lossOf(of((i) => i % 2 === 0))).toEqual(["softmaxCrossEntropy", 2, ["false", "true"]]);
    expect(lossOf(Uint8Array.from(of((i) => [10, 9, 2][i % 3] as number)))).toEqual([
      "softmaxCrossEntropy",
      3,
      [2, 9, 10],
    ]);
  });

  test("of all other numbers is the squared error, unless it is said", () => {
    const numbers = of((i) => i % 2);
    expect(lossOf(numbers)).toEqual(["squaredError", 1, undefined]);
    expect(lossOf(Float32Array.from(numbers))).toEqual(["squaredError", 1, undefined]);
    expect(lossOf(of((i) => [i, 2 * i]))).toEqual(["squaredError", 2, undefined]);
    const loss = "softmaxCrossEntropy";
    expect(lossOf(numbers, { loss })).toEqual([loss, 2, [0, 1]]);
    expect(lossOf(Uint8Array.from(numbers), { loss: "squaredError" })).toEqual([
      "squaredError",
      1,
      undefined,
    ]);
  });
});

describe("methods", () => {
  test("a penalty without a method is the direct one", () => {
    expect(planOf({ penalty, lambda: 0.1 }).method).toBe("directPenalty");
  });

  test("variational dropout starts as published, and its lambda is 1 / rows", () => {
    const plan = planOf({ method: "variationalDropout", validation: { fraction: 0.25 } });
    expect(plan.request.lossScale).toBe(30);
    expect(plan.lambda.identity).toBe(1 / 30);
    expect(plan.request.start).toEqual({
      distribution: "normal",
      scale: 0.02,
      biases: "zero",
      theta: -5,
      thetaDeviation: 0,
    });
    expect(plan.request.method).toMatchObject({
      localReparametrization: true,
      additiveReparametrization: true,
    });
    const multiplied = { name: "variationalDropout", additiveReparametrization: false, logAlpha: -3 };
    expect(startOf({ method: multiplied }).theta).toBe(-3);
    expect(planOf({ method: "variationalDropout", optimizer: "sgd" }).request.lossScale).toBe(1);
  });

  test("hard concrete gates start half open", () => {
    expect(startOf({ method: "hardConcrete" })).toMatchObject({ theta: 0, thetaDeviation: 0.01 });
    expect(startOf({ method: { name: "hardConcrete", keep: 0.8 } }).theta).toBeCloseTo(Math.log(4), 14);
    expect(planOf({ method: "hardConcrete" }).lambda.identity).toBe(2 / 40);
  });

  test("the eta trick starts without shrinkage", () => {
    expect(startOf({ method: "etaTrick", penalty, lambda: 1 }).theta).toBe(5);
    const method = { name: "etaTrick", logEta: 2, decay: 0.5 };
    expect(planOf({ method, penalty, lambda: 1 }).request).toMatchObject({
      method: { decay: 0.5 },
      start: { theta: 2 },
    });
  });

  test("pruning counts in epochs, the addon in steps, the last of which is its end at the latest", () => {
    const at = (method: object, epochs = 8) => {
      const { begin, end } = planOf({ method: { name: "magnitudePruning", ...method }, epochs, batchSize: 4 })
        .request.method;
      return [begin, end];
    };
    expect(at({})).toEqual([0, 60]);
    expect(at({ begin: 1.5, end: 3 })).toEqual([15, 30]);
    expect(at({ begin: 7 })).toEqual([70, 79]);
    expect(at({ end: 8 })).toEqual([0, 79]);
    expect(planOf({ method: "magnitudePruning" }).request.method).toMatchObject({
      finalSparsity: 0.9,
      initialSparsity: 0,
      interval: 1,
      perLayer: false,
    });
    const between = (method: object, epochs: number) =>
      planOf({ method: { name: "magnitudePruning", ...method }, epochs, batchSize: 4 }).request.method
        .interval;
    expect(between({}, 1)).toBe(1);
    expect(between({}, 130)).toBe(97);
    expect(between({}, 1000)).toBe(100);
    expect(between({ interval: 3 }, 1000)).toBe(3);
  });
});

describe("bad options", () => {
  const call = loose(trainNetwork);
  const ard = strategies.ard();
  test.each([
    ["no layers", { layers: undefined }, "INVALID_ARGUMENT", "layers must be an array"],
    ["a width of 0", { layers: [3, 0] }, "OUT_OF_RANGE", "layers[1] must be an integer >= 1"],
    ["many layers", { layers: new Array(65).fill(1) }, "TOO_LARGE", "layers.length must be <= 64"],
    ["a misspelt option", { epoch: 3 }, "UNKNOWN_OPTION", 'options has no "epoch": did you mean "epochs"'],
    ["an unknown method", { method: "dropconnect" }, "UNSUPPORTED", "method must be"],
    ["an object without name", { method: {} }, "INVALID_ARGUMENT", "method.name must be"],
    [
      "an option of another method",
      { method: { name: "hardConcrete", decay: 1 } },
      "UNKNOWN_OPTION",
      'method (hardConcrete) has no "decay"',
    ],
    ["no penalty", { method: "adaptiveProx", lambda: 1 }, "INVALID_ARGUMENT", "penalty must be given"],
    ["no lambda", { penalty }, "INVALID_ARGUMENT", "lambda must be given with the method directPenalty"],
    [
      "a penalty for none",
      { method: "none", penalty, lambda: 1 },
      "INVALID_ARGUMENT",
      "penalty must be left out with the method none, which has none",
    ],
    [
      "lambda alone",
      { lambda: 1 },
      "INVALID_ARGUMENT",
      "lambda must be left out with the method none, which has no penalty: give a penalty too",
    ],
    ["neither", { method: "etaTrick" }, "INVALID_ARGUMENT", "penalty must be given with the method etaTrick"],
    [
      "a penalty beside the divergence",
      { method: "variationalDropout", penalty, lambda: 1 },
      "INVALID_ARGUMENT",
      "penalty must be left out with the method variationalDropout, which has its own",
    ],
    [
      "ard",
      { penalty: ard, lambda: 1 },
      "UNSUPPORTED",
      "penalty must be a sum over the weights to train a network with, but ard is not: use the method variationalDropout",
    ],
    [
      "hardThreshold",
      { penalty: strategies.hardThreshold({ k: 3 }), lambda: 1 },
      "UNSUPPORTED",
      "penalty must be a sum over the weights to train a network with, but hardThreshold is not: use the method magnitudePruning",
    ],
    ["a penalty by name", { penalty: "l1", lambda: 1 }, "INVALID_ARGUMENT", "penalty must be a Penalty"],
    [
      "the start of the other parametrisation",
      { method: { name: "variationalDropout", logAlpha: -3 } },
      "INVALID_ARGUMENT",
      "method.logAlpha must be left out with additiveReparametrization true, which starts from logSigma",
    ],
    [
      "pruning that ends before it begins",
      { method: { name: "magnitudePruning", begin: 2, end: 1 } },
      "OUT_OF_RANGE",
      "method.end must be a finite number > 2 and <= 10",
    ],
    ["an unknown optimizer", { optimizer: "adamw" }, "UNSUPPORTED", "optimizer must be"],
    ["momentum of Adam", { optimizer: { name: "adam", momentum: 1 } }, "UNKNOWN_OPTION", "optimizer has no"],
    ["beta1 of 1", { optimizer: { name: "adam", beta1: 1 } }, "OUT_OF_RANGE", "optimizer.beta1 must be"],
    ["a rate of 0", { learningRate: 0 }, "OUT_OF_RANGE", "learningRate must be a finite number > 0"],
    ["a null schedule", { learningRateSchedule: null }, "INVALID_ARGUMENT", "learningRateSchedule must be"],
    ["half a batch", { batchSize: 0.5 }, "OUT_OF_RANGE", "batchSize must be"],
    ["a negative seed", { seed: -1 }, "OUT_OF_RANGE", "seed must be"],
    [
      "both kinds of validation",
      { validation: { fraction: 0.5, rows: [1] } },
      "INVALID_ARGUMENT",
      "validation",
    ],
    [
      "all rows held out",
      { validation: { rows: y.map((_, i) => i) } },
      "EMPTY",
      "validation.rows must leave",
    ],
    ["a row twice", { validation: { rows: [1, 1] } }, "INVALID_ARGUMENT", "validation.rows[1] must be a row"],
    ["a row beyond", { validation: { rows: [40] } }, "OUT_OF_RANGE", "validation.rows[0] must be"],
    ["no rows", { validation: { rows: [] } }, "EMPTY", "validation.rows must be"],
    ["a fraction of 1", { validation: { fraction: 1 } }, "OUT_OF_RANGE", "validation.fraction must be"],
    ["a precision", { precision: "float16" }, "UNSUPPORTED", "precision must be"],
    ["a start", { start: { scale: 0 } }, "OUT_OF_RANGE", "start.scale must be"],
    ["no save", { checkpoint: { every: 2 } }, "INVALID_ARGUMENT", "checkpoint.save must be a function"],
    ["a signal", { signal: {} }, "INVALID_ARGUMENT", "signal must be an AbortSignal"],
    ["onProgress", { onProgress: 3 }, "INVALID_ARGUMENT", "onProgress must be a function"],
    ["resume", { resume: {} }, "INVALID_ARGUMENT", "resume must be a Checkpoint or its bytes"],
  ] as const)("%s", async (_, options, code, begins) => {
    await expectRejection(() => call({ x, y }, { layers: [3], ...options }), code, begins);
  });

  test.each([
    ["no problem", undefined, "INVALID_ARGUMENT", "problem must be an object with x, y"],
    ["weights", { x, y, weights: y }, "UNKNOWN_OPTION", 'problem has no "weights"'],
    ["no x", { y }, "INVALID_ARGUMENT", "x must be a matrix"],
    ["a short y", { x, y: [1, 2] }, "LENGTH_MISMATCH", "y must have 40 entries"],
    ["a short matrix", { x, y: [[1], [2]] }, "LENGTH_MISMATCH", "y.rows must have 40 entries"],
    ["one class", { x, y: y.map(() => 1), loss: 1 }, "UNKNOWN_OPTION", "problem has no"],
    [
      "NaN in y",
      { x, y: y.map(() => NaN) },
      "MISSING_VALUES",
      "y at row 0, column 0 must be a finite number",
    ],
    [
      "integers that are too few",
      { x: { data: new Uint8Array(7), rows: 2, columns: 4 }, y: [1, 2] },
      "LENGTH_MISMATCH",
      "x.data must have 8 entries",
    ],
    [
      "integers with a misspelt order",
      { x: { data: new Uint8Array(8), rows: 2, columns: 4, ordre: "row-major" }, y: [1, 2] },
      "UNKNOWN_OPTION",
      'x has no "ordre"',
    ],
  ] as const)("%s", async (_, problem, code, begins) => {
    await expectRejection(() => call(problem, { layers: [3] }), code, begins);
  });

  test("one class", () => {
    const problem = { x, y: y.map(() => 1) };
    expectFailure(
      () => planOf({ loss: "softmaxCrossEntropy" }, problem),
      "INVALID_ARGUMENT",
      'y must have at least 2 classes, but has only "1"',
    );
  });
});
