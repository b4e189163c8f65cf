// The gradient that the optimiser sees, against central differences of lossScale (L + lambda R).
import { describe, expect, test } from "vitest";
import type { NativeTraining } from "../../../binding.js";
import { testedMethods } from "../../support/networkMethods.ts";
import { expectGradient } from "../../support/trainingDifferences.ts";
import {
  gradientOf,
  type Layers,
  lively,
  type Options,
  stateOf,
  tableOf,
  trainingOf,
} from "../../support/trainings.ts";

const lossScale = 3;

type Activation = Layers[number]["activation"];
const activations: readonly Activation[] = ["identity", "relu", "tanh"];

const check = (training: NativeTraining, rows: Int32Array, lambda: number) =>
  expectGradient(training, rows, { lambda, lossScale });

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
