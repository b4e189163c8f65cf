// The same bits on any number of threads, from a saved state, and after a job that was cancelled.
import { afterAll, describe, expect, test } from "vitest";
import type { TrainingRequest } from "../../../binding.js";
import { native } from "../../support/native.ts";
import { methodOf, testedMethods } from "../../support/networkMethods.ts";
import {
  epochOf,
  evaluationOf,
  type Layers,
  layersOf,
  numbersOf,
  type Options,
  stateOf,
  tableOf,
  trainingOf,
} from "../../support/trainings.ts";

const threads = native.threads();
afterAll(() => native.setThreads(threads));

const layers: Layers = [
  { outputs: 70, activation: "relu" },
  { outputs: 5, activation: "identity" },
];
const table = tableOf({ rows: 300, inputs: 130, outputs: 5 }, "labels");
const batchSize = 70;
const steps = 5;
const precisions = ["float32", "float64"] as const;
const runs = precisions.flatMap((precision) => testedMethods.map((tested) => ({ precision, ...tested })));

const optionsOf = ({ precision, method, theta = 0 }: (typeof runs)[number]): Options => ({
  layers,
  precision,
  method,
  batchSize,
  validationRows: Int32Array.of(0, 5, 9),
  start: { theta, thetaDeviation: 0.3 },
});
const lambda = Float64Array.from({ length: steps }, (_, i) => 1e-4 * (i + 1));

describe("the same bits", () => {
  test.each(runs)("on any number of threads: $title, $precision", async (run) => {
    const seen = [];
    for (const count of [1, 2, 3]) {
      native.setThreads(count);
      const training = trainingOf(table, optionsOf(run));
      const epochs = [await epochOf(training, { steps, lambda }), await epochOf(training, { steps, lambda })];
      const evaluations = [
        await evaluationOf(training),
        await evaluationOf(training, "validation", true, 0.1),
      ];
      seen.push({
        epochs,
        evaluations,
        state: await stateOf(training),
        layers: await layersOf(training, 0.1),
      });
    }
    native.setThreads(threads);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[0]?.epochs.every((epoch) => Number.isFinite(epoch.loss))).toBe(true);
  });

  test.each(runs)("from a saved state: $title, $precision", async (run) => {
    const first = trainingOf(table, optionsOf(run));
    await epochOf(first, { steps, lambda });
    const middle = structuredClone(await stateOf(first));
    const after = await epochOf(first, { steps, lambda });
    const second = trainingOf(table, { ...optionsOf(run), start: { scale: 3 } });
    native.restoreTraining(second, middle);
    expect(await stateOf(second)).toEqual(middle);
    expect(await epochOf(second, { steps, lambda })).toEqual(after);
    expect(numbersOf(await stateOf(second))).toEqual(numbersOf(await stateOf(first)));
  });

  test.each(runs)("from the middle of an epoch: $title, $precision", async (run) => {
    const options = { ...optionsOf(run), shuffle: false };
    const whole = trainingOf(table, options);
    const epoch = await epochOf(whole, { steps, lambda });
    // An epoch of the first two batches ends where the whole one has its middle.
    const rows = Int32Array.from({ length: 2 * batchSize }, (_, i) => i);
    const beginning = trainingOf(table, { ...options, trainingRows: rows });
    await epochOf(beginning, { steps: 2, lambda: lambda.subarray(0, 2) });
    const middle = await stateOf(beginning);
    expect(middle.step).toBe(2);
    const rest = trainingOf(table, options);
    native.restoreTraining(rest, middle);
    expect(await epochOf(rest, { steps, lambda })).toEqual(epoch);
    expect(numbersOf(await stateOf(rest))).toEqual(numbersOf(await stateOf(whole)));
  });

  test("after a job that was cancelled between two steps", async () => {
    const many = 4000;
    const wide: Layers = [
      { outputs: 400, activation: "relu" },
      { outputs: 5, activation: "identity" },
    ];
    const large = tableOf({ rows: many, inputs: 130, outputs: 5 }, "labels");
    const options: Options = { layers: wide, method: methodOf("hardConcrete"), batchSize: 1 };
    const lists = { learningRates: new Float64Array(many).fill(1e-3), lambdas: new Float64Array(many) };
    const whole = trainingOf(large, options);
    const training = trainingOf(large, options);
    const told: number[] = [];
    const code = await new Promise<string>((resolve) => {
      const progress = (step: number) => {
        told.push(step);
        native.cancel(job);
      };
      const settle = (error: Error | null) => resolve((error as { code?: string } | null)?.code ?? "done");
      const job = native.trainEpoch({ training, ...lists }, settle, progress);
    });
    expect(code).toBe("ABORTED");
    const { step } = await stateOf(training);
    expect(told.length).toBe(1);
    expect(step).toBeGreaterThanOrEqual(told[0] as number);
    expect(step).toBeLessThan(many);
    const own = { steps: many, learningRate: lists.learningRates, lambda: lists.lambdas };
    expect(await epochOf(training, own)).toEqual(await epochOf(whole, own));
    expect(numbersOf(await stateOf(training))).toEqual(numbersOf(await stateOf(whole)));
  });
});

/** Batches of one row of which only one weight moves tell the order of the rows. */
async function orderOf(
  seed: number,
  epochs: number,
  own: Partial<TrainingRequest> = {},
): Promise<number[][]> {
  const rows = 40;
  const x = Float64Array.from({ length: rows * rows }, (_, i) => (i % (rows + 1) === 0 ? 1 : 0));
  const targets = new Float64Array(rows);
  const identity = { rows, inputs: rows, outputs: 1, x, targets, labels: undefined };
  const training = trainingOf(identity, {
    layers: [{ outputs: 1, activation: "identity" }],
    batchSize: 1,
    seed,
    start: { scale: 1, biases: "zero" },
    optimizer: { name: "sgd" },
    ...own,
  });
  const orders = [];
  for (let epoch = 0; epoch < epochs; ++epoch) {
    // w_row <- (1 - rate) w_row at the step of its row, but for the bias: tell the rates apart.
    const state = await stateOf(training);
    const unit = { ...state.layers[0], weights: new Float64Array(rows).fill(1), biases: new Float64Array(1) };
    native.restoreTraining(training, { ...state, layers: [unit as never] });
    const learningRate = Float64Array.from({ length: rows }, (_, i) => 1e-9 * (i + 1));
    await epochOf(training, { steps: rows, learningRate });
    const [layer] = await layersOf(training);
    orders.push(Array.from(layer?.weights ?? [], (w) => Math.round((1 - w) / 1e-9) - 1));
  }
  return orders;
}

const sorted = (order: readonly number[]) => [...order].sort((a, b) => a - b);
const natural = Array.from({ length: 40 }, (_, i) => i);

describe("the order of the rows", () => {
  test("is a permutation of its own in each epoch and of each seed", async () => {
    const [first, second] = (await orderOf(1, 2)) as [number[], number[]];
    const [other] = (await orderOf(2, 1)) as [number[]];
    for (const order of [first, second, other]) {
      expect(sorted(order)).toEqual(natural);
      expect(order).not.toEqual(natural);
    }
    expect(second).not.toEqual(first);
    expect(other).not.toEqual(first);
    expect((await orderOf(1, 2))[1]).toEqual(second);
  });

  test("is that of trainingRows without shuffling", async () => {
    expect(await orderOf(1, 2, { shuffle: false })).toEqual([natural, natural]);
    const reversed = Int32Array.from(natural).reverse();
    expect(await orderOf(1, 1, { shuffle: false, trainingRows: reversed })).toEqual([[...natural].reverse()]);
  });

  test("puts every row in every place about equally often", async () => {
    const counts = new Float64Array(40);
    const orders = await orderOf(3, 200);
    for (const order of orders) counts[order[7] as number] = (counts[order[7] as number] as number) + 1;
    const statistic = counts.reduce((sum, count) => sum + (count - 5) ** 2 / 5, 0);
    expect(statistic).toBeLessThan(39 + 5 * Math.sqrt(2 * 39)); // chi-squared with 39 degrees of freedom
  });
});

describe("starting values", () => {
  const wide: Layers = [
    { outputs: 100, activation: "relu" },
    { outputs: 5, activation: "identity" },
  ];
  const start = async (own: Options["start"], method = methodOf("none")) => {
    const [layer] = (await stateOf(trainingOf(table, { layers: wide, method, ...(own && { start: own }) })))
      .layers;
    return layer as NonNullable<typeof layer>;
  };
  const moments = (values: ArrayLike<number>) => {
    const all = Array.from(values);
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
    return { mean, deviation: Math.sqrt(variance), largest: Math.max(...all.map(Math.abs)) };
  };

  test("are uniform in +-1 / sqrt(inputs) by default, biases too", async () => {
    const { weights, biases } = await start({});
    const bound = 1 / Math.sqrt(130);
    const { mean, deviation, largest } = moments(weights);
    expect(largest).toBeLessThan(bound);
    expect(largest).toBeGreaterThan(0.999 * bound);
    expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * 13000));
    expect(deviation / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
    expect(moments(biases).largest).toBeLessThan(bound);
    expect(moments(biases).largest).toBeGreaterThan(0.9 * bound);
  });

  test("are normal with a standard deviation", async () => {
    const { weights, biases } = await start({ distribution: "normal", scale: 0.2, biases: "zero" });
    const { mean, deviation, largest } = moments(weights);
    expect(deviation / 0.2).toBeCloseTo(1, 1);
    expect(Math.abs(mean)).toBeLessThan((5 * 0.2) / Math.sqrt(13000));
    expect(largest).toBeGreaterThan(0.6);
    expect(biases.every((bias) => bias === 0)).toBe(true);
  });

  test("of theta have a mean and a deviation", async () => {
    const withTheta = testedMethods.filter(({ theta }) => theta !== undefined);
    expect(withTheta.length).toBeGreaterThan(0);
    for (const { method } of withTheta) {
      const { theta = [] } = await start({ theta: -3, thetaDeviation: 0.1 }, method);
      expect(Math.abs(moments(theta).mean + 3)).toBeLessThan((5 * 0.1) / Math.sqrt(13000));
      expect(moments(theta).deviation / 0.1).toBeCloseTo(1, 1);
      const fixed = await start({ theta: -5 }, method);
      expect(fixed.theta?.every((value) => value === -5)).toBe(true);
    }
  });
});
