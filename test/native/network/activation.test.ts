// The hyperbolic tangent of the trainer, read off a network of one weight: with the target 0 its loss is tanh(x)^2 / 2.
import { expect, test } from "vitest";
import { native } from "../../support/native.ts";
import { forcedTargets } from "../../support/simd.ts";
import { gradientOf, stateOf, trainingOf } from "../../support/trainings.ts";

const targets = forcedTargets();

const count = 400;
/** From 1e-6 to 40, a third of them around the seam at 1/2, of both signs. */
const points = Float64Array.from({ length: count }, (_, i) => {
  const size = i % 3 === 0 ? 0.5 + (i - 200) / 4000 : 1e-6 * 4e7 ** (i / (count - 1));
  return i % 2 === 0 ? size : -size;
});

async function tangents(precision: "float32" | "float64"): Promise<Float64Array> {
  const targets = new Float64Array(count);
  const table = { rows: count, inputs: 1, outputs: 1, x: points, labels: undefined, targets };
  const training = trainingOf(table, { layers: [{ outputs: 1, activation: "tanh" }], precision });
  const state = await stateOf(training);
  const [layer] = state.layers as [(typeof state.layers)[0]];
  native.restoreTraining(training, {
    ...state,
    layers: [{ ...layer, weights: layer.weights.fill(1), biases: layer.biases.fill(0) }],
  });
  const found = new Float64Array(count);
  for (let i = 0; i < count; ++i) {
    const { loss } = await gradientOf(training, Int32Array.of(i));
    found[i] = Math.sign(points[i] as number) * Math.sqrt(2 * loss);
  }
  return found;
}

test.each([
  ["float32", 2 ** -24],
  ["float64", 2 ** -53],
] as const)("tanh in %s is right to 4 units in the last place, on all targets", async (precision, unit) => {
  const all: Float64Array[] = [];
  for (const target of targets) {
    native.simd(target);
    all.push(await tangents(precision));
  }
  points.forEach((x, i) => {
    const exact = Math.tanh(precision === "float32" ? Math.fround(x) : x);
    const error = Math.abs((all[0]?.[i] as number) - exact) / Math.abs(exact);
    expect(error / unit, `tanh(${x})`).toBeLessThanOrEqual(2 * 4 + 2);
  });
  for (const other of all.slice(1)) expect(other).toEqual(all[0]);
});
