// What counts as nonzero, the penalty of an epoch, and predictions with weights as trained and pruned.
import { describe, expect, test } from "vitest";
import { handleOf, native } from "../../support/native.ts";
import { methodOf, testedMethods } from "../../support/networkMethods.ts";
import { type PlainLayer, plainForward, plainLoss } from "../../support/plainNetwork.ts";
import {
  epochOf,
  evaluationOf,
  type Layers,
  layersOf,
  tableOf,
  trainingOf,
} from "../../support/trainings.ts";

const layers: Layers = [
  { outputs: 30, activation: "relu" },
  { outputs: 4, activation: "identity" },
];
const table = tableOf({ rows: 600, inputs: 9, outputs: 4 }, "labels");
const threshold = 0.4;
const validationRows = Int32Array.from({ length: 70 }, (_, i) => 7 * i);
const steps = 75;

type Trained = Awaited<ReturnType<typeof layersOf>>;
const counts = (trained: Trained) =>
  trained.map(({ weights, keepProbability }) =>
    Array.from(weights).reduce(
      (sum, w, i) => sum + (w !== 0 && (keepProbability[i] as number) >= threshold ? 1 : 0),
      0,
    ),
  );

/** The network of what trainedLayers gives. */
function plainOf(trained: Trained, prune: boolean): PlainLayer[] {
  return trained.map(({ weights, keepProbability, biases }, l) => ({
    ...(layers[l] as Layers[number]),
    inputs: l === 0 ? 9 : 30,
    weights: Float64Array.from(weights, (w, i) =>
      prune && (keepProbability[i] as number) < threshold ? 0 : w,
    ),
    biases: Float64Array.from(biases),
  }));
}

function plainEvaluation(network: readonly PlainLayer[], rows: Int32Array) {
  const total = { loss: 0, error: 0 };
  for (const row of rows) {
    const outputs = plainForward(network, table.x.slice(9 * row, 9 * (row + 1)));
    const { loss, error } = plainLoss(table, row, outputs.at(-1) as Float64Array);
    total.loss += loss / rows.length;
    total.error += error / rows.length;
  }
  return total;
}

describe("evaluations", () => {
  test.each(testedMethods)("$title", async ({ method, theta = 0 }) => {
    const start = { theta, thetaDeviation: 1 };
    const training = trainingOf(table, { layers, method, threshold, validationRows, start });
    const lambda = 1e-3;
    const before = counts(await layersOf(training, lambda));
    expect(before.length).toBe(2);
    const epoch = await epochOf(training, { steps, lambda });
    const trained = await layersOf(training, lambda);
    expect([...epoch.nonzero]).toEqual(counts(trained));
    for (const { keepProbability } of trained) {
      expect(keepProbability.every((keep) => keep >= 0 && keep <= 1)).toBe(true);
    }
    for (const prune of [false, true]) {
      const expected = plainEvaluation(plainOf(trained, prune), validationRows);
      for (const given of [undefined, lambda]) {
        const { loss, error } = await evaluationOf(training, "validation", prune, given);
        expect(Math.abs(loss - expected.loss)).toBeLessThanOrEqual(1e-10 * expected.loss);
        expect(Math.abs(error - expected.error)).toBeLessThanOrEqual(1e-10);
      }
    }
  });

  test("the penalty is that of the weights at the end, and lambda moves the threshold", async () => {
    const penalty = handleOf("logSum", 0.1);
    const method = methodOf("directPenalty", { penalty });
    const training = trainingOf(table, { layers, method, threshold, validationRows });
    const epoch = await epochOf(training, { steps, lambda: 1e-3 });
    const trained = await layersOf(training, 1e-3);
    const sum = trained
      .flatMap(({ weights }) => Array.from(weights))
      .reduce((total, w) => total + native.omegaAt(penalty, Math.abs(w), 1e-3), 0);
    expect(Math.abs(epoch.penalty - sum)).toBeLessThanOrEqual(1e-12 * Math.abs(sum));

    const strict = await layersOf(training, 0.03);
    expect(counts(strict)[0]).toBeLessThan(counts(trained)[0] as number);
    const expected = plainEvaluation(plainOf(strict, true), validationRows);
    const { loss } = await evaluationOf(training, "validation", true, 0.03);
    expect(Math.abs(loss - expected.loss)).toBeLessThanOrEqual(1e-10 * expected.loss);
    expect(loss).not.toBe((await evaluationOf(training, "validation", true)).loss);
  });

  test("learns what can be learnt", async () => {
    const rows = 600;
    const labels = Int32Array.from({ length: rows }, (_, i) =>
      (table.x[9 * i] as number) > 0 ? 1 + +((table.x[9 * i + 1] as number) > 0) : 0,
    );
    const training = trainingOf({ ...table, labels }, { layers, batchSize: 32 });
    for (let epoch = 0; epoch < 40; ++epoch) await epochOf(training, { steps: 19 });
    expect((await evaluationOf(training)).error).toBeLessThan(0.03);
  });
});
