// Training in float64 against PyTorch 2.13 in float64: the same small networks from the same start on the same rows, with
// the loss and R of every step and the parameters at the end in trainingReference.json. Where a method draws random
// numbers, PyTorch had those of the seed, made from their definition (bench/caseStudy/referenceNoise.ts).
import { readFileSync } from "node:fs";
import { penalties, type TrainNetworkOptions, trainNetwork } from "flipside";
import { describe, expect, test } from "vitest";
import type { NativeTraining, NativeTrainingState, TrainingRequest } from "../../binding.js";
import { handleOf, native } from "../support/native.ts";
import { methodOf } from "../support/networkMethods.ts";
import { allOf, changedState } from "../support/noisyRuns.ts";
import { epochOf, type Options, stateOf, type Table, trainingOf } from "../support/trainings.ts";

interface Layer {
  readonly weights: number[];
  readonly biases: number[];
  readonly theta?: number[];
}

interface Case {
  readonly title: string;
  readonly method: { readonly name: string };
  readonly penalty?: { readonly name: string; readonly parameters: number[] };
  readonly loss: TrainingRequest["objective"];
  readonly activation: TrainingRequest["layers"][number]["activation"];
  readonly optimizer: Partial<TrainingRequest["optimizer"]>;
  readonly lossScale: number;
  readonly learningRates: number[];
  readonly lambdas: number[];
  readonly theta: number;
  readonly thetaDeviation: number;
  readonly zeroWeight?: number;
  /** Of each step, R after it. */
  readonly losses: number[];
  readonly penalties: number[];
  readonly final: Layer[];
}

interface Reference {
  readonly seed: number;
  readonly units: number[];
  readonly batches: number[];
  readonly epochs: number;
  readonly data: { readonly x: number[]; readonly labels: number[]; readonly targets: number[] };
  readonly rows: number[];
  readonly start: Required<Layer>[];
  readonly cases: Case[];
  readonly publicRows: number;
  readonly publicStart: Layer[];
  readonly publicCases: Case[];
}

const text = readFileSync(new URL("trainingReference.json", import.meta.url), "utf8");
const reference: Reference = JSON.parse(text);
const { seed, units, batches, epochs, data, rows } = reference;
const [inputs, outputs] = [units[0] as number, units.at(-1) as number];
const batchSize = batches[0] as number;
const perEpoch = batches.length;

function tableOf({ loss }: Case): Table {
  const labelled = loss === "softmaxCrossEntropy";
  return {
    rows: data.labels.length,
    inputs,
    outputs,
    x: Float64Array.from(data.x),
    labels: labelled ? Int32Array.from(data.labels) : undefined,
    targets: labelled ? undefined : Float64Array.from(data.targets),
  };
}

function optionsOf(one: Case, trainingRows: readonly number[]): Options {
  const { name, ...own } = one.method;
  const penalty = one.penalty && handleOf(one.penalty.name, ...one.penalty.parameters);
  return {
    layers: units.slice(1).map((width, l) => ({
      outputs: width,
      activation: l + 2 < units.length ? one.activation : "identity",
    })),
    method: methodOf(name, { ...own, penalty }),
    optimizer: one.optimizer,
    lossScale: one.lossScale,
    trainingRows: Int32Array.from(trainingRows),
    batchSize,
    shuffle: false,
    seed,
  };
}

const thetaOf = ({ theta, thetaDeviation }: Case, z: readonly number[]) =>
  Float64Array.from(z, (value) => theta + thetaDeviation * value);

/** The start of the reference, in place of one that was drawn. */
async function restoreStart(training: NativeTraining, one: Case): Promise<Layer[]> {
  const drawn = await stateOf(training);
  const state = changedState(drawn, ({ theta }, l) => {
    const start = reference.start[l] as Required<Layer>;
    const weights = Float64Array.from(start.weights);
    if (l === 0 && one.zeroWeight !== undefined) weights[one.zeroWeight] = 0;
    const biases = Float64Array.from(start.biases);
    return theta === undefined ? { weights, biases } : { weights, biases, theta: thetaOf(one, start.theta) };
  });
  native.restoreTraining(training, state);
  return plain(state);
}

const plain = ({ layers }: NativeTrainingState): Layer[] =>
  layers.map(({ weights, biases, theta }) => ({
    weights: Array.from(weights),
    biases: Array.from(biases),
    ...(theta === undefined ? {} : { theta: Array.from(theta) }),
  }));

/** |a - b| relative to b, or to 1 for an R near 0. */
function expectNear(actual: number, expected: number, tolerance: number, least = 0): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(expected), least));
}

/** Every parameter, relative to the largest movement of its kind. */
function expectSameEnd(found: readonly Layer[], final: readonly Layer[], start: readonly Layer[]): void {
  for (const part of ["weights", "biases", "theta"] as const) {
    if (part === "theta" && final[0]?.theta === undefined) continue;
    const expected = allOf({ layers: final }, part);
    const moved = distance(allOf({ layers: start }, part), expected);
    expect(moved).toBeGreaterThan(1e-3);
    expect(distance(allOf({ layers: found }, part), expected)).toBeLessThanOrEqual(1e-9 * moved);
  }
}

/** The largest; NaN where the lengths differ. */
function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
}

const sumOf = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0);

/** The mean over the rows of an epoch. */
const epochLoss = ({ losses }: Case, epoch: number) =>
  sumOf(batches.map((size, k) => size * (losses[perEpoch * epoch + k] as number))) / sumOf(batches);

describe("the addon", () => {
  test("there are references of every method", () => {
    expect(reference.cases.length).toBeGreaterThanOrEqual(30);
    expect(new Set(reference.cases.map(({ method }) => method.name)).size).toBe(9);
  });

  test.each(reference.cases)("$title: epochs", async (one) => {
    const training = trainingOf(tableOf(one), optionsOf(one, rows));
    const start = await restoreStart(training, one);
    for (let epoch = 0; epoch < epochs; ++epoch) {
      const part = (list: number[]) =>
        Float64Array.from(list.slice(perEpoch * epoch, perEpoch * (epoch + 1)));
      const done = await epochOf(training, {
        steps: perEpoch,
        learningRate: part(one.learningRates),
        lambda: part(one.lambdas),
      });
      expectNear(done.loss, epochLoss(one, epoch), 1e-10);
      expectNear(done.penalty, one.penalties[perEpoch * (epoch + 1) - 1] as number, 1e-10, 1);
    }
    expectSameEnd(plain(await stateOf(training)), one.final, start);
  });

  test.each(reference.cases)("$title: steps", async (one) => {
    const table = tableOf(one);
    // A run per batch, whose epochs have one step, and a state that goes from one to the next.
    const runs = batches.map((size, k) =>
      trainingOf(table, optionsOf(one, rows.slice(batchSize * k, batchSize * k + size))),
    );
    const start = await restoreStart(runs[0] as NativeTraining, one);
    let state = await stateOf(runs[0] as NativeTraining);
    for (let step = 0; step < one.losses.length; ++step) {
      const training = runs[step % perEpoch] as NativeTraining;
      native.restoreTraining(training, state);
      const done = await epochOf(training, {
        steps: 1,
        learningRate: one.learningRates[step] as number,
        lambda: one.lambdas[step] as number,
      });
      expectNear(done.loss, one.losses[step] as number, 1e-10);
      expectNear(done.penalty, one.penalties[step] as number, 1e-10, 1);
      state = await stateOf(training);
    }
    expectSameEnd(plain(state), one.final, start);
  });
});

/** What trainNetwork is told in place of the numbers of the addon. */
const publicMethods: Record<string, TrainNetworkOptions["method"]> = {
  none: "none",
  directPenalty: "directPenalty",
  etaTrick: { name: "etaTrick", decay: 0.3, logEta: 5 },
  variationalDropout: "variationalDropout",
  hardConcrete: "hardConcrete",
};

function publicOptions(one: Case): TrainNetworkOptions {
  const [rate] = one.learningRates;
  const lambda = one.lambdas[0] as number;
  return {
    layers: units.slice(1, -1),
    activation: one.activation,
    method: publicMethods[one.method.name],
    ...(one.penalty && { penalty: penalties.logSum({ epsilon: one.penalty.parameters[0] as number }) }),
    ...(lambda > 0 && { lambda }),
    lossScale: one.lossScale,
    learningRate: rate,
    learningRateSchedule: rate === one.learningRates.at(-1) ? "constant" : "linear",
    epochs,
    batchSize,
    shuffle: false,
    seed,
    precision: "float64",
    start: { distribution: "uniform", biases: "uniform" },
  };
}

/** The weights that predictions are made with: with a gate, that of the mean. */
function predicting(layers: readonly Layer[], one: Case): Layer[] {
  if (one.method.name !== "hardConcrete") return layers.map(({ weights, biases }) => ({ weights, biases }));
  return layers.map(({ weights, biases, theta = [] }) => {
    const gate = (logA: number) => Math.min(1, Math.max(0, 1.2 / (1 + Math.exp(-logA)) - 0.1));
    return { weights: weights.map((w, i) => w * gate(theta[i] as number)), biases };
  });
}

describe("trainNetwork", () => {
  test.each(reference.publicCases)("$title", async (one) => {
    const { publicRows: count } = reference;
    const matrix = (values: readonly number[], columns: number) => ({
      data: Float64Array.from(values.slice(0, count * columns)),
      rows: count,
      columns,
    });
    const labelled = one.loss === "softmaxCrossEntropy";
    const y = labelled ? Int32Array.from(data.labels.slice(0, count)) : matrix(data.targets, outputs);
    const network = await trainNetwork({ x: matrix(data.x, inputs), y }, publicOptions(one));
    expect(network.history.length).toBe(epochs);
    network.history.forEach(({ loss, penalty }, epoch) => {
      expectNear(loss, epochLoss(one, epoch), 1e-10);
      expectNear(penalty, one.penalties[perEpoch * (epoch + 1) - 1] as number, 1e-10, 1);
    });
    const found = network.layers.map(({ weights, biases }) => ({
      weights: Array.from(weights),
      biases: Array.from(biases),
    }));
    const start = reference.publicStart.map((layer) => ({
      ...layer,
      theta: layer.theta?.map((z) => one.theta + one.thetaDeviation * z) ?? [],
    }));
    expectSameEnd(found, predicting(one.final, one), predicting(start, one));
  });
});
