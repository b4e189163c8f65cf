// What must hold of every method that draws random numbers and has a second parameter.
import { expect } from "vitest";
import type { NativeMethod, NativeTraining } from "../../binding.js";
import { native } from "./native.ts";
import { objective } from "./noisyNetworks.ts";
import { allOf, differences, oneRow, setLayers, startRun } from "./noisyRuns.ts";
import type { SimdTarget } from "./simd.ts";
import { epochOf, gradientOf, type Layers, stateOf, type Table } from "./trainings.ts";

const parts = ["weights", "theta", "biases"] as const;

/** What one output with the target -1000 gives for the first row at many steps. */
export async function outputsOf(training: NativeTraining, count: number): Promise<number[]> {
  const state = await stateOf(training);
  const outputs: number[] = [];
  for (let step = 0; step < count; ++step) {
    native.restoreTraining(training, { ...state, step });
    const { loss } = await gradientOf(training, Int32Array.of(0), 0);
    // L = (z - y)^2 / 2 with y far below z.
    outputs.push(Math.sqrt(2 * loss) - 1000);
  }
  return outputs;
}

/** The mean and variance of draws, within 4.5 standard deviations if they vary like Gaussian numbers or less. */
export function expectMoments(draws: readonly number[], mean: number, variance: number): void {
  const count = draws.length;
  const average = draws.reduce((sum, value) => sum + value, 0) / count;
  const found = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  expect(Math.abs(average - mean)).toBeLessThan(4.5 * Math.sqrt(variance / count));
  expect(Math.abs(found / variance - 1)).toBeLessThan(4.5 * Math.sqrt(2 / count));
}

/**
 * Loss, R and gradient of a network of 4, 7 and 3 units at a step are those of the definition with the same draws, the
 * gradient within a bound.
 */
export async function expectDefinition(
  data: Table,
  method: NativeMethod,
  lambda: number,
  parameters: Parameters<typeof setLayers>[2],
  step: number,
  bound: number,
): Promise<void> {
  const training = startRun({ data, method, lossScale: 3 });
  const layers = await setLayers(training, [4, 7, 3], parameters, step);
  const rows = Int32Array.from({ length: data.rows }, (_, i) => i);
  const gradient = await gradientOf(training, rows, lambda);
  const defined = () => objective(method, layers, data, { seed: 12345, step });
  const expected = defined();
  expect(Math.abs(gradient.loss / expected.loss - 1)).toBeLessThan(1e-12);
  expect(Math.abs(gradient.penalty / expected.penalty - 1)).toBeLessThan(1e-13);
  const value = () => {
    const { loss, penalty } = defined();
    return 3 * (loss + lambda * penalty);
  };
  expect(differences(layers, gradient, value)).toBeLessThan(bound);
}

/** A network of 4, 7 and 3 units. */
export async function expectOnlyRounding(
  data: Table,
  method: NativeMethod,
  lambda: number,
  parameters: Parameters<typeof setLayers>[2],
): Promise<void> {
  const single = { ...data, x: data.x.map(Math.fround) };
  const rows = Int32Array.from({ length: data.rows }, (_, i) => i);
  const gradient = async (precision: "float32" | "float64") => {
    const training = startRun({ data: single, method, precision });
    await setLayers(training, [4, 7, 3], parameters, 3);
    return gradientOf(training, rows, lambda);
  };
  const [a, b] = [await gradient("float32"), await gradient("float64")];
  expect(Math.abs(a.loss / b.loss - 1)).toBeLessThan(1e-5);
  for (const part of parts) {
    const [found, exact] = [allOf(a, part), allOf(b, part)];
    const scale = Math.max(...exact.map(Math.abs));
    found.forEach((value, i) => {
      expect(Math.abs(value - (exact[i] as number))).toBeLessThan(2e-5 * scale);
    });
  }
}

/** Of a step and the gradient after it; `y` are the targets of 77 outputs. */
export async function expectSameBits(
  targets: readonly SimdTarget[],
  method: NativeMethod,
  precision: "float32" | "float64",
  lambda: number,
  y: number,
): Promise<void> {
  // One input that is 1 and one row, so that no product rounds.
  const data = oneRow([1], Array(77).fill(y));
  const layers: Layers = [{ outputs: 77, activation: "identity" }];
  const results: string[] = [];
  for (const target of targets) {
    native.simd(target);
    const training = startRun({ data, method, precision, layers });
    await epochOf(training, { steps: 1, lambda });
    const gradient = await gradientOf(training, Int32Array.of(0), lambda);
    results.push(JSON.stringify([allOf(gradient, "weights"), allOf(gradient, "theta")]));
  }
  expect(new Set(results).size).toBe(1);
}
