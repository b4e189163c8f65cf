// Whole training runs beside plain loops in doubles.
import { describe, expect, test } from "vitest";
import {
  type PlainLayer,
  PlainOptimizer,
  plainForward,
  plainGradients,
  plainLayers,
  plainLoss,
} from "../../support/plainNetwork.ts";
import {
  epochOf,
  evaluationOf,
  type Layers,
  layersOf,
  type Options,
  requestOf,
  stateOf,
  type Table,
  tableOf,
  trainingOf,
} from "../../support/trainings.ts";

const labelled = tableOf({ rows: 41, inputs: 6, outputs: 3 }, "labels");
const targeted = tableOf({ rows: 41, inputs: 6, outputs: 3 }, "targets");
const deep = (hidden: Layers[number]["activation"], last: Layers[number]["activation"]): Layers => [
  { outputs: 7, activation: hidden },
  { outputs: 5, activation: hidden },
  { outputs: 3, activation: last },
];

interface Case {
  title: string;
  table: Table;
  options: Options;
}
const sgd = (momentum: number, nesterov: boolean) => ({ name: "sgd" as const, momentum, nesterov });
const cases: readonly Case[] = [
  { title: "relu, softmax, adam", table: labelled, options: { layers: deep("relu", "identity") } },
  {
    title: "tanh, softmax, sgd",
    table: labelled,
    options: { layers: deep("tanh", "identity"), optimizer: sgd(0, false) },
  },
  {
    title: "tanh, squared, momentum",
    table: targeted,
    options: { layers: deep("tanh", "tanh"), optimizer: sgd(0.9, false) },
  },
  {
    title: "relu, squared, nesterov",
    table: targeted,
    options: { layers: deep("relu", "relu"), optimizer: sgd(0.9, true) },
  },
  {
    title: "identity, squared, adam of large epsilon",
    table: targeted,
    options: { layers: deep("identity", "identity"), optimizer: { epsilon: 0.1 } },
  },
  {
    title: "a layer wider than a block of weights",
    table: labelled,
    options: {
      layers: [
        { outputs: 1100, activation: "relu" },
        { outputs: 3, activation: "identity" },
      ],
    },
  },
  { title: "one layer", table: labelled, options: { layers: [{ outputs: 3, activation: "identity" }] } },
];

/** The largest distance, relative to the largest expected number. */
function distance(actual: ArrayLike<number>, expected: Float64Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    expected.reduce((most, value, i) => Math.max(most, Math.abs((actual[i] as number) - value)), 0) / largest
  );
}

describe("training runs", () => {
  test.each(cases)("$title", async ({ table, options }) => {
    const lossScale = 2;
    const batchSize = 8;
    const training = trainingOf(table, { ...options, shuffle: false, batchSize, lossScale });
    const request = requestOf(table, options);
    const layers = plainLayers(table.inputs, options.layers, await stateOf(training));
    const optimizer = new PlainOptimizer(request.optimizer);
    const steps = 6; // the last of one row
    for (let epoch = 0; epoch < 5; ++epoch) {
      const learningRate = Float64Array.from({ length: steps }, (_, i) => 0.02 / (1 + epoch + i));
      const done = await epochOf(training, { steps, learningRate });
      let loss = 0;
      for (let step = 0; step < steps; ++step) {
        const rows = Int32Array.from({ length: batchSize }, (_, i) => step * batchSize + i).filter(
          (row) => row < 41,
        );
        const gradients = plainGradients(layers, table, rows);
        loss += (gradients.loss * rows.length) / table.rows;
        optimizer.begin();
        layers.forEach((layer, l) => {
          const scaled = (values: Float64Array | undefined) =>
            (values as Float64Array).map((g) => lossScale * g);
          optimizer.update(layer.weights, scaled(gradients.weights[l]), learningRate[step] as number);
          optimizer.update(layer.biases, scaled(gradients.biases[l]), learningRate[step] as number);
        });
      }
      expect(Math.abs(done.loss - loss)).toBeLessThanOrEqual(1e-10 * loss);
      expect(done.steps).toBe(6 * (epoch + 1));
      expect(done.penalty).toBe(0);
      expect([...done.nonzero]).toEqual(layers.map((layer) => layer.weights.length));
    }
    const trained = await layersOf(training);
    layers.forEach((layer: PlainLayer, l) => {
      expect(distance(trained[l]?.weights as Float64Array, layer.weights)).toBeLessThanOrEqual(1e-10);
      expect(distance(trained[l]?.biases as Float64Array, layer.biases)).toBeLessThanOrEqual(1e-10);
      expect(trained[l]?.keepProbability.every((keep) => keep === 1)).toBe(true);
    });

    const { loss, error } = await evaluationOf(training);
    const own = { loss: 0, error: 0 };
    for (let row = 0; row < table.rows; ++row) {
      const input = table.x.slice(row * table.inputs, (row + 1) * table.inputs);
      const measured = plainLoss(table, row, plainForward(layers, input).at(-1) as Float64Array);
      own.loss += measured.loss / table.rows;
      own.error += measured.error / table.rows;
    }
    expect(Math.abs(loss - own.loss)).toBeLessThanOrEqual(1e-10 * own.loss);
    expect(Math.abs(error - own.error)).toBeLessThanOrEqual(1e-10);
  });

  test("float32 stays near float64", async () => {
    const options = { layers: deep("tanh", "identity"), batchSize: 8 };
    const runs = (["float32", "float64"] as const).map((precision) =>
      trainingOf(labelled, { ...options, precision }),
    );
    const losses = await Promise.all(runs.map(async (run) => (await epochOf(run, { steps: 6 })).loss));
    expect(losses[0]).toBeCloseTo(losses[1] as number, 5);
    const [single] = await layersOf(runs[0] as never);
    expect(single?.weights).toBeInstanceOf(Float32Array);
  });
});
