// The gradient that the optimiser sees, against central differences of lossScale (L + lambda R).
import { describe, expect, test } from "vitest";
import type { NativeTraining, NativeTrainingState } from "../../../binding.js";
import { native } from "../../support/native.ts";
import { testedMethods } from "../../support/networkMethods.ts";
import {
  type Floats,
  gradientOf,
  type Layers,
  lively,
  type Options,
  stateOf,
  tableOf,
  trainingOf,
} from "../../support/trainings.ts";

const spacing = 1e-5;
const lossScale = 3;

type Activation = Layers[number]["activation"];
const activations: readonly Activation[] = ["identity", "relu", "tanh"];

/** Central differences in each element of an array of the state. */
async function differences(
  array: Floats,
  objective: () => Promise<number>,
  write: () => void,
): Promise<Float64Array> {
  const slopes = new Float64Array(array.length);
  for (let i = 0; i < array.length; ++i) {
    const middle = array[i] as number;
    const values: number[] = [];
    for (const side of [1, -1]) {
      array[i] = middle + side * spacing;
      write();
      values.push(await objective());
    }
    array[i] = middle;
    slopes[i] = ((values[0] as number) - (values[1] as number)) / (2 * spacing);
  }
  write();
  return slopes;
}

/** Relative to the largest of the array. */
function expectClose(actual: ArrayLike<number>, expected: Float64Array, what: string): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  expected.forEach((value, i) => {
    expect(Math.abs((actual[i] as number) - value) / largest, `${what}[${i}]`).toBeLessThanOrEqual(1e-7);
  });
}

async function check(training: NativeTraining, rows: Int32Array, lambda: number): Promise<void> {
  const state: NativeTrainingState = await stateOf(training);
  const objective = async () => {
    const { loss, penalty } = await gradientOf(training, rows, lambda);
    return lossScale * (loss + lambda * penalty);
  };
  const write = () => native.restoreTraining(training, state);
  const gradient = await gradientOf(training, rows, lambda);
  for (const [l, layer] of state.layers.entries()) {
    const own = gradient.layers[l] as (typeof gradient.layers)[number];
    expectClose(own.weights, await differences(layer.weights, objective, write), `weights of layer ${l}`);
    expectClose(own.biases, await differences(layer.biases, objective, write), `biases of layer ${l}`);
    expect(own.theta === undefined).toBe(layer.theta === undefined);
    if (own.theta === undefined || layer.theta === undefined) continue;
    expectClose(own.theta, await differences(layer.theta, objective, write), `theta of layer ${l}`);
  }
}

const size = { rows: 9, inputs: 5, outputs: 3 };
const first = (count: number) => Int32Array.from({ length: count }, (_, i) => (4 * i) % size.rows);

describe("the gradient of a batch", () => {
  for (const hidden of activations) {
    test.each([1, 7, 9])(`behind ${hidden}, softmax cross-entropy, batch of %i`, async (count) => {
      const layers: Layers = [
        { outputs: 4, activation: hidden },
        { outputs: 6, activation: hidden },
        { outputs: 3, activation: "identity" },
      ];
      const training = trainingOf(tableOf(size, "labels"), { layers, lossScale, start: lively });
      await check(training, first(count), 0.1);
    });

    test.each([1, 5])(`of ${hidden}, squared error, batch of %i`, async (count) => {
      const layers: Layers = [
        { outputs: 4, activation: "tanh" },
        { outputs: 3, activation: hidden },
      ];
      const training = trainingOf(tableOf(size, "targets"), { layers, lossScale, start: lively });
      await check(training, first(count), 0.1);
    });
  }

  test("of one layer, a batch of several pieces, rows more than once", async () => {
    const table = tableOf({ rows: 90, inputs: 3, outputs: 2 }, "targets");
    const training = trainingOf(table, { layers: [{ outputs: 2, activation: "identity" }], lossScale });
    await check(
      training,
      Int32Array.from({ length: 101 }, (_, i) => (7 * i) % 90),
      0.1,
    );
  });

  const differentiable = testedMethods.filter((tested) => tested.differentiable);
  test.each(differentiable)("with $title", async ({ method, theta = 0 }) => {
    const layers: Layers = [
      { outputs: 4, activation: "tanh" },
      { outputs: 5, activation: "relu" },
      { outputs: 3, activation: "identity" },
    ];
    const options: Options = { layers, lossScale, method, start: { ...lively, theta, thetaDeviation: 0.5 } };
    const training = trainingOf(tableOf(size, "labels"), options);
    await check(training, first(7), 0.1);
  });

  test("is that of float64 in float32, to its precision", async () => {
    const layers: Layers = [
      { outputs: 40, activation: "relu" },
      { outputs: 3, activation: "identity" },
    ];
    const table = tableOf({ rows: 50, inputs: 20, outputs: 3 }, "labels");
    const rows = Int32Array.from({ length: 50 }, (_, i) => i);
    const [single, double] = await Promise.all(
      (["float32", "float64"] as const).map((precision) =>
        gradientOf(trainingOf(table, { layers, precision }), rows),
      ),
    );
    single?.layers.forEach((layer, l) => {
      const exact = double?.layers[l]?.weights as Float64Array;
      const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      exact.forEach((value, i) => {
        expect(Math.abs((layer.weights[i] as number) - value)).toBeLessThanOrEqual(1e-5 * largest);
      });
    });
  });

  test("changes nothing", async () => {
    const { method } = testedMethods.at(-1) as (typeof testedMethods)[number];
    const layers: Layers = [{ outputs: 3, activation: "identity" }];
    const training = trainingOf(tableOf(size, "labels"), { layers, method });
    const before = await stateOf(training);
    await gradientOf(training, first(5), 0.3);
    expect(await stateOf(training)).toEqual(before);
  });
});
