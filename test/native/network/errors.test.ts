// What the functions of training refuse, and what they survive.
import { describe, expect, test } from "vitest";
import type { NativeTraining, TrainingRequest } from "../../../binding.js";
import { loose } from "../../support/bindingRequests.ts";
import { native } from "../../support/native.ts";
import { methodOf } from "../../support/networkMethods.ts";
import {
  datasetOf,
  epochOf,
  evaluationOf,
  gradientOf,
  layersOf,
  requestOf,
  stateOf,
  tableOf,
  trainingOf,
} from "../../support/trainings.ts";

const labelled = tableOf({ rows: 20, inputs: 4, outputs: 3 }, "labels");
const targeted = tableOf({ rows: 20, inputs: 4, outputs: 3 }, "targets");
const layers: TrainingRequest["layers"] = [
  { outputs: 6, activation: "relu" },
  { outputs: 3, activation: "identity" },
];

function codeOf(body: () => unknown): { code: string; message: string } {
  try {
    body();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("nothing was thrown");
}

const refused = (body: () => unknown, code: string, word: string) => {
  const error = codeOf(body);
  expect({ code: error.code, named: error.message.includes(word) }, error.message).toEqual({
    code,
    named: true,
  });
};
const rejected = async (promise: Promise<unknown>, code: string, word: string) => {
  const error = await promise.then(
    () => ({ code: "none", message: "" }),
    (reason) => reason as { code: string; message: string },
  );
  expect({ code: error.code, named: error.message.includes(word) }, error.message).toEqual({
    code,
    named: true,
  });
};

describe("createDataset and fillDataset", () => {
  const empty = (labels: boolean, precision: "float32" | "float64" = "float64") =>
    native.createDataset({ rows: 5, inputs: 2, outputs: 3, labels, precision });

  test.each([
    [{ rows: 0 }, "EMPTY", "rows"],
    [{ inputs: 0 }, "EMPTY", "inputs"],
    [{ outputs: 0 }, "EMPTY", "outputs"],
    [{ rows: 2 ** 31 }, "TOO_LARGE", "rows"],
    [{ rows: 2 ** 31 - 1, inputs: 2 ** 31 - 1 }, "OUT_OF_MEMORY", "memory"],
    [{ rows: 1.5 }, "OUT_OF_RANGE", "rows"],
    [{ rows: "5" }, "INVALID_ARGUMENT", "rows"],
    [{ labels: 1 }, "INVALID_ARGUMENT", "labels"],
    [{ precision: "float16" }, "UNSUPPORTED", "precision"],
  ])("%o", (own, code, word) => {
    const request = { rows: 5, inputs: 2, outputs: 3, labels: true, precision: "float64", ...own };
    refused(() => loose("createDataset")(request), code, word);
  });

  test("refuses rows that do not fit", () => {
    const labels = Int32Array.of(0, 1, 2);
    const fill = (first: unknown, x: unknown, y: unknown) => () =>
      loose("fillDataset")(empty(true), first, x, y);
    refused(fill(0, new Float64Array(5), labels), "LENGTH_MISMATCH", "x");
    refused(fill(0, new Float64Array(0), labels), "LENGTH_MISMATCH", "x");
    refused(fill(0, new Float64Array(4), labels), "LENGTH_MISMATCH", "y");
    refused(fill(3, new Float64Array(6), labels), "OUT_OF_RANGE", "x");
    refused(fill(5, new Float64Array(6), labels), "OUT_OF_RANGE", "x");
    refused(fill(-1, new Float64Array(6), labels), "OUT_OF_RANGE", "firstRow");
    refused(fill(6, new Float64Array(6), labels), "OUT_OF_RANGE", "firstRow");
    refused(fill(0, new Int32Array(6), labels), "INVALID_ARGUMENT", "x");
    refused(fill(0, new Float64Array(6), new Float64Array(3)), "INVALID_ARGUMENT", "y");
    refused(fill(0, new Float64Array(6), Int32Array.of(0, 3, 0)), "OUT_OF_RANGE", "y[1]");
    refused(fill(0, new Float64Array(6), Int32Array.of(0, 0, -1)), "OUT_OF_RANGE", "y[2]");
    refused(fill(0, Float64Array.of(0, 0, 0, Number.NaN, 0, 0), labels), "NOT_FINITE", "x[3]");
    refused(() => loose("fillDataset")({}, 0, new Float64Array(6), labels), "INVALID_ARGUMENT", "dataset");
    const targets = (y: unknown) => () => loose("fillDataset")(empty(false), 0, new Float64Array(2), y);
    refused(targets(Int32Array.of(0, 1, 2)), "INVALID_ARGUMENT", "y");
    refused(targets(new Float64Array(2)), "LENGTH_MISMATCH", "y");
    refused(targets(Float64Array.of(0, Number.POSITIVE_INFINITY, 0)), "NOT_FINITE", "y[1]");
    const single = empty(false, "float32");
    const large = () => native.fillDataset(single, 0, Float64Array.of(0, 1e39), new Float64Array(3));
    refused(large, "OUT_OF_RANGE", "x[1]");
  });

  test("takes slices in any order, of either kind; no training before all are there or filling after", () => {
    const { x, rows, inputs, outputs } = labelled;
    const labels = labelled.labels as Int32Array;
    const data = native.createDataset({ rows, inputs, outputs, labels: true, precision: "float64" });
    native.fillDataset(data, 12, x.subarray(12 * inputs), labels.subarray(12));
    const request = { ...requestOf(labelled, { layers }), data };
    refused(() => native.createTraining(request), "MISSING_VALUES", "row 0");
    native.fillDataset(data, 0, Float32Array.from(x.subarray(0, 11 * inputs)), labels.subarray(0, 11));
    refused(() => native.createTraining(request), "MISSING_VALUES", "row 11");
    native.fillDataset(data, 11, x.subarray(11 * inputs, 12 * inputs), labels.subarray(11, 12));
    native.createTraining(request);
    refused(() => native.fillDataset(data, 0, x, labels), "INVALID_ARGUMENT", "dataset");
  });
});

describe("createTraining", () => {
  const optimizer = (own: object) => ({
    optimizer: { ...requestOf(labelled, { layers }).optimizer, ...own },
  });
  const start = (own: object) => ({ start: { ...requestOf(labelled, { layers }).start, ...own } });
  const one = (own: object) => ({ layers: [{ outputs: 3, activation: "identity", ...own }] });
  const cases: [object, string, string][] = [
    [{ data: {} }, "INVALID_ARGUMENT", "data"],
    [{ trainingRows: new Int32Array(0) }, "EMPTY", "trainingRows"],
    [{ trainingRows: Int32Array.of(0, 20) }, "OUT_OF_RANGE", "trainingRows[1]"],
    [{ trainingRows: [0, 1] }, "INVALID_ARGUMENT", "trainingRows"],
    [{ validationRows: Int32Array.of(-1) }, "OUT_OF_RANGE", "validationRows[0]"],
    [{ layers: [] }, "EMPTY", "layers"],
    [{ layers: new Array(256).fill(layers[1]) }, "TOO_LARGE", "layers"],
    [one({ outputs: 4 }), "LENGTH_MISMATCH", "layers"],
    [one({ outputs: 0 }), "EMPTY", "outputs"],
    [one({ activation: "relu" }), "INVALID_ARGUMENT", "layers"],
    [one({ activation: "gelu" }), "UNSUPPORTED", "activation"],
    [{ objective: "squaredError" }, "INVALID_ARGUMENT", "objective"],
    [{ objective: "hinge" }, "UNSUPPORTED", "objective"],
    [{ method: methodOf("sgld") }, "UNSUPPORTED", "method"],
    [{ method: methodOf("directPenalty") }, "INVALID_ARGUMENT", "penalty"],
    [{ method: methodOf("hardConcrete", { beta: 0 }) }, "OUT_OF_RANGE", "beta"],
    [{ method: methodOf("hardConcrete", { gamma: 0.1 }) }, "OUT_OF_RANGE", "gamma"],
    [{ method: methodOf("hardConcrete", { zeta: 1 }) }, "OUT_OF_RANGE", "zeta"],
    [{ method: methodOf("magnitudePruning", { finalSparsity: 1.5 }) }, "OUT_OF_RANGE", "finalSparsity"],
    [{ method: methodOf("magnitudePruning", { interval: 0 }) }, "OUT_OF_RANGE", "interval"],
    [{ method: methodOf("magnitudePruning", { begin: 5, end: 4 }) }, "OUT_OF_RANGE", "begin"],
    [optimizer({ name: "lamb" }), "UNSUPPORTED", "name"],
    [optimizer({ beta1: 1 }), "OUT_OF_RANGE", "beta1"],
    [optimizer({ beta2: Number.NaN }), "NOT_FINITE", "beta2"],
    [optimizer({ epsilon: -1 }), "OUT_OF_RANGE", "epsilon"],
    [optimizer({ name: "sgd", momentum: 1 }), "OUT_OF_RANGE", "momentum"],
    [{ batchSize: 0 }, "OUT_OF_RANGE", "batchSize"],
    [{ seed: -1 }, "OUT_OF_RANGE", "seed"],
    [{ lossScale: 0 }, "OUT_OF_RANGE", "lossScale"],
    [{ threshold: 1.5 }, "OUT_OF_RANGE", "threshold"],
    [{ pin: "yes" }, "INVALID_ARGUMENT", "pin"],
    [start({ distribution: "cauchy" }), "UNSUPPORTED", "distribution"],
    [start({ scale: -1 }), "OUT_OF_RANGE", "scale"],
    [start({ biases: "one" }), "UNSUPPORTED", "biases"],
    [start({ theta: Number.NaN }), "NOT_FINITE", "theta"],
    [start({ thetaDeviation: -1 }), "OUT_OF_RANGE", "thetaDeviation"],
    [{ layers: [{ outputs: 2 ** 31 - 1, activation: "relu" }, ...layers] }, "OUT_OF_MEMORY", "memory"],
  ];
  test.each(cases.map((own, i) => [i, ...own] as const))("refuses request %i", (_, own, code, word) => {
    refused(() => loose("createTraining")({ ...requestOf(labelled, { layers }), ...own }), code, word);
  });

  test("refuses labels without softmax, and softmax without labels", () => {
    const request = requestOf(targeted, { layers });
    refused(
      () => native.createTraining({ ...request, objective: "softmaxCrossEntropy" }),
      "INVALID_ARGUMENT",
      "objective",
    );
  });

  test("takes a batch larger than the data as all of it", async () => {
    const training = trainingOf(labelled, { layers, batchSize: 2 ** 31 - 1 });
    expect((await epochOf(training, { steps: 1 })).steps).toBe(1);
  });
});

describe("a training run", () => {
  test("refuses lists of another length and numbers that are not steps", async () => {
    const training = trainingOf(labelled, { layers });
    await rejectedNow(() => epochOf(training, { steps: 4 }), "LENGTH_MISMATCH", "learningRates");
    await rejectedNow(
      () => epochOf(training, { steps: 3, learningRate: -1 }),
      "OUT_OF_RANGE",
      "learningRates",
    );
    await rejectedNow(() => epochOf(training, { steps: 3, lambda: Number.NaN }), "NOT_FINITE", "lambdas");
    await rejectedNow(() => gradientOf(training, new Int32Array(0)), "EMPTY", "rows");
    await rejectedNow(() => gradientOf(training, Int32Array.of(20)), "OUT_OF_RANGE", "rows[0]");
    await rejectedNow(() => layersOf(training, -1), "OUT_OF_RANGE", "lambda");
    await rejectedNow(() => evaluationOf(training, "all" as never), "INVALID_ARGUMENT", "rows");
    await rejectedNow(() => evaluationOf({} as NativeTraining), "INVALID_ARGUMENT", "training");
    await rejected(evaluationOf(training, "validation"), "EMPTY", "validationRows");
    expect((await epochOf(training, { steps: 3 })).steps).toBe(3);
  });

  test("is used by one call at a time", async () => {
    const large = tableOf({ rows: 4000, inputs: 200, outputs: 3 }, "labels");
    const wide: TrainingRequest["layers"] = [
      { outputs: 300, activation: "relu" },
      { outputs: 3, activation: "identity" },
    ];
    const training = trainingOf(large, { layers: wide });
    const state = await stateOf(training);
    const epoch = epochOf(training, { steps: 500 });
    refused(() => native.restoreTraining(training, state), "INVALID_ARGUMENT", "one call");
    await rejectedNow(() => epochOf(training, { steps: 500 }), "INVALID_ARGUMENT", "one call");
    await rejectedNow(() => evaluationOf(training), "INVALID_ARGUMENT", "one call");
    expect((await epoch).steps).toBe(500);
    native.restoreTraining(training, state);
    expect((await stateOf(training)).step).toBe(0);
  });

  test("can be closed while a job uses it, and is closed from then on", async () => {
    const training = trainingOf(labelled, { layers });
    const epoch = epochOf(training, { steps: 3 });
    native.closeTraining(training);
    native.closeTraining(training);
    expect((await epoch).steps).toBe(3);
    await rejectedNow(() => stateOf(training), "CLOSED", "training");
    refused(() => native.closeTraining({} as NativeTraining), "INVALID_ARGUMENT", "training");
  });

  test("stops before a step whose loss is not finite", async () => {
    const training = trainingOf(targeted, { layers, optimizer: { name: "sgd" }, shuffle: false });
    await rejected(epochOf(training, { steps: 3, learningRate: 1e200 }), "NUMERIC", "learning rate");
    expect((await stateOf(training)).step).toBeGreaterThan(0);
  });

  test("goes on after a job that was cancelled before it began", async () => {
    const training = trainingOf(labelled, { layers });
    const busy = native.threads();
    const others = Array.from({ length: 2 * busy }, () =>
      epochOf(trainingOf(labelled, { layers }), { steps: 3 }),
    );
    const error = await new Promise<Error | null>((resolve) => {
      const lists = { learningRates: new Float64Array(3), lambdas: new Float64Array(3) };
      native.cancel(native.trainEpoch({ training, ...lists }, resolve, null));
    });
    expect(error === null || (error as { code?: string }).code === "ABORTED").toBe(true);
    await Promise.all(others);
    expect((await epochOf(training, { steps: 3 })).steps).toBeGreaterThanOrEqual(3);
    expect(native.activity().jobs).toBe(0);
    expect(native.activity().threads).toBeLessThanOrEqual(Math.max(busy, native.threads()));
  });
});

describe("restoreTraining", () => {
  test("refuses the state of another run and changes nothing", async () => {
    const training = trainingOf(labelled, { layers });
    const state = await stateOf(training);
    const [first, second] = state.layers as [(typeof state.layers)[0], (typeof state.layers)[0]];
    const restore = (own: object) => () => loose("restoreTraining")(training, { ...state, ...own });
    const layer = (own: object) => restore({ layers: [first, { ...second, ...own }] });
    refused(restore({ step: -1 }), "OUT_OF_RANGE", "step");
    refused(restore({ step: 2 ** 48 }), "OUT_OF_RANGE", "step");
    refused(restore({ epochLoss: Number.NaN }), "NOT_FINITE", "epochLoss");
    refused(restore({ layers: [first] }), "LENGTH_MISMATCH", "layers");
    refused(restore({ layers: 7 }), "INVALID_ARGUMENT", "layers");
    refused(layer({ weights: new Float64Array(17) }), "LENGTH_MISMATCH", "weights");
    refused(layer({ weights: new Float32Array(18) }), "INVALID_ARGUMENT", "weights");
    refused(layer({ biases: undefined }), "INVALID_ARGUMENT", "biases");
    refused(layer({ theta: new Float64Array(18) }), "INVALID_ARGUMENT", "theta");
    refused(layer({ memory: new Float64Array(18) }), "INVALID_ARGUMENT", "memory");
    refused(layer({ weightMoments: [] }), "LENGTH_MISMATCH", "weightMoments");
    refused(layer({ weightMoments: new Array(3).fill(second.weights) }), "LENGTH_MISMATCH", "weightMoments");
    refused(
      layer({ biasMoments: [new Float64Array(3), new Float64Array(2)] }),
      "LENGTH_MISMATCH",
      "biasMoments",
    );
    refused(layer({ thetaMoments: [second.weights] }), "LENGTH_MISMATCH", "thetaMoments");
    const spoilt = { ...first, weights: new Float64Array(24) };
    refused(
      restore({ layers: [spoilt, { ...second, biases: new Float64Array(1) }] }),
      "LENGTH_MISMATCH",
      "biases",
    );
    refused(() => loose("restoreTraining")({}, state), "INVALID_ARGUMENT", "training");
    expect(await stateOf(training)).toEqual(state);
  });

  test("of a method with a second parameter needs that", async () => {
    const method = methodOf("hardConcrete");
    const training = trainingOf(labelled, { layers, method });
    const { layers: saved, ...rest } = await stateOf(training);
    const without = saved.map(({ theta: _, ...layer }) => layer);
    refused(
      () => native.restoreTraining(training, { ...rest, layers: without }),
      "INVALID_ARGUMENT",
      "theta",
    );
  });
});

/** The call itself throws. */
async function rejectedNow(begin: () => Promise<unknown>, code: string, word: string): Promise<void> {
  await rejected(begin(), code, word);
}

test("a data set may be used by several runs at once", async () => {
  const data = datasetOf(labelled, "float64");
  const runs = [1, 1, 2].map((seed) =>
    native.createTraining({ ...requestOf(labelled, { layers, seed }), data }),
  );
  const losses = await Promise.all(runs.map(async (run) => (await epochOf(run, { steps: 3 })).loss));
  expect(losses[0]).toBe(losses[1]);
  expect(losses[2]).not.toBe(losses[0]);
});
