// The gradient that the optimiser sees, against central differences of lossScale (L + lambda R).
import { expect } from "vitest";
import type { NativeTraining, NativeTrainingState } from "../../binding.js";
import { native } from "./native.ts";
import { type Floats, gradientOf, stateOf } from "./trainings.ts";

const spacing = 1e-5;

/** Central differences of fourth order in each element of an array of the state. */
async function differences(
  array: Floats,
  objective: () => Promise<number>,
  write: () => void,
): Promise<Float64Array> {
  const slopes = new Float64Array(array.length);
  for (let i = 0; i < array.length; ++i) {
    const middle = array[i] as number;
    const values: number[] = [];
    for (const side of [1, -1, 2, -2]) {
      array[i] = middle + side * spacing;
      write();
      values.push(await objective());
    }
    array[i] = middle;
    const [above, below, farAbove, farBelow] = values as [number, number, number, number];
    slopes[i] = (8 * (above - below) - (farAbove - farBelow)) / (12 * spacing);
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

/** Of float64, at its current step, with that many rows; `lossScale` is that of its request. */
export async function expectGradient(
  training: NativeTraining,
  rows: Int32Array,
  { lambda, lossScale }: { lambda: number; lossScale: number },
): Promise<void> {
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
