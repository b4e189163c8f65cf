// Hard concrete gates of weights: the objective and its gradient against the definition with the same draws, the moments
// of what a step computes, R against the penalty of the same name.
import { describe, expect, test } from "vitest";
import { moments } from "../../support/hardConcrete.ts";
import { handleOf, native } from "../../support/native.ts";
import { gateOf, objective, openProbability, sigmoid } from "../../support/noisyNetworks.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";

const targets = forcedTargets();
const data = tableOf({ rows: 6, inputs: 4, outputs: 3 }, "labels");
const rows = Int32Array.of(0, 1, 2, 3, 4, 5);
const lambda = 0.7;
const shapes = [
  { beta: 2 / 3, gamma: -0.1, zeta: 1.1 },
  { beta: 0.4, gamma: -0.3, zeta: 1.05 },
];

import { methodOf } from "../../support/networkMethods.ts";
import { allOf, differences, oneRow, setLayers, startRun } from "../../support/noisyRuns.ts";
import { epochOf, gradientOf, layersOf, stateOf, tableOf } from "../../support/trainings.ts";

const parameters = (seed: number) => (inputs: number, outputs: number) => {
  const random = new Random(seed + inputs);
  const count = inputs * outputs;
  const weights = random.normals(count);
  weights[0] = 0;
  return {
    weights: weights.map(Math.fround),
    theta: random.normals(count).map((x) => Math.fround(1.5 * x)),
    biases: random.normals(outputs).map(Math.fround),
  };
};

describe.each(shapes)("hard concrete gates with beta $beta, gamma $gamma, zeta $zeta", (shape) => {
  const method = methodOf("hardConcrete", shape);

  // At these no gate is so close to 0 or 1 that a difference would reach over.
  test.each([0, 2, 3])("the loss, R and the gradient are those of the definition (step %i)", async (step) => {
    const training = startRun({ data, method, lossScale: 3 });
    const layers = await setLayers(training, [4, 7, 3], parameters(step), step);
    const gradient = await gradientOf(training, rows, lambda);
    const noise = { seed: 12345, step };
    const expected = objective(method, layers, data, noise);
    expect(Math.abs(gradient.loss / expected.loss - 1)).toBeLessThan(1e-12);
    expect(Math.abs(gradient.penalty / expected.penalty - 1)).toBeLessThan(1e-13);
    const value = () => {
      const { loss, penalty } = objective(method, layers, data, noise);
      return 3 * (loss + lambda * penalty);
    };
    expect(differences(layers, gradient, value)).toBeLessThan(2e-8);
  });

  test("closed and fully open gates let nothing through to theta", async () => {
    const training = startRun({ data, method });
    const layers = await setLayers(training, [4, 7, 3], parameters(4), 4);
    const gradient = await gradientOf(training, rows, 0);
    const closed: number[] = [];
    layers.forEach((layer, l) => {
      layer.theta.forEach((theta, i) => {
        const s = gateOf(method, { seed: 12345, step: 4 }, l, i, theta);
        const found = gradient.layers[l]?.theta?.[i] as number;
        if (s > 0 && s < 1) {
          // What comes after a gate of the first layer may be closed as a whole.
          if (l === 1 && layer.weights[i] !== 0) expect(found).not.toBe(0);
        } else {
          expect(found).toBe(0);
          closed.push(s);
        }
      });
    });
    expect(new Set(closed)).toEqual(new Set([0, 1]));
  });

  test("what is trained: the weights, their gates' and their keep probabilities", async () => {
    const training = startRun({ data, method });
    const layers = await setLayers(training, [4, 7, 3], parameters(6), 0);
    const trained = await layersOf(training);
    layers.forEach((layer, l) => {
      layer.weights.forEach((w, i) => {
        const theta = layer.theta[i] as number;
        const gate = shape.gamma + (shape.zeta - shape.gamma) * sigmoid(theta);
        const weight = w * Math.min(1, Math.max(0, gate));
        expect(Math.abs((trained[l]?.weights[i] as number) - weight)).toBeLessThan(
          1e-14 * Math.abs(w) + 1e-300,
        );
        const keep = openProbability(method, theta);
        expect(Math.abs((trained[l]?.keepProbability[i] as number) / keep - 1)).toBeLessThan(1e-13);
      });
    });
  });

  test("R is half the dual of the penalty hardConcrete, and half P(s != 0) by quadrature", async () => {
    const training = startRun({ data, method });
    const layers = await setLayers(training, [4, 7, 3], parameters(8), 0);
    const { penalty } = await gradientOf(training, rows, lambda);
    const { beta, gamma, zeta } = shape;
    const dual = handleOf("hardConcrete", beta, gamma, zeta);
    let byDual = 0;
    let byMoments = 0;
    for (const layer of layers) {
      for (const theta of layer.theta) {
        const { kept, variance } = moments(theta, beta, gamma, zeta);
        byMoments += 0.5 * kept;
        byDual += 0.5 * native.dualAt(dual, 1 / variance, 1);
      }
    }
    expect(Math.abs(penalty / byMoments - 1)).toBeLessThan(1e-12);
    expect(Math.abs(penalty / byDual - 1)).toBeLessThan(1e-9);
  });

  test("an output has the mean and variance of the theory", async () => {
    const x = [1.5, -0.5, 2];
    const one = oneRow(x, [-1000]);
    const training = startRun({ data: one, method, layers: [{ outputs: 1, activation: "identity" }] });
    const weights = Float64Array.of(0.7, -1.2, 0.4);
    const theta = Float64Array.of(-1, 0.3, 0.8);
    await setLayers(training, [3, 1], () => ({ weights, theta, biases: Float64Array.of(0.25) }), 0);
    let mean = 0.25;
    let spread = 0;
    x.forEach((a, i) => {
      const gate = moments(theta[i] as number, shape.beta, shape.gamma, shape.zeta);
      const scale = a * (weights[i] as number);
      mean += scale * gate.mean;
      spread += scale ** 2 * (gate.second - gate.mean ** 2);
    });
    const state = await stateOf(training);
    const count = 4000;
    const z: number[] = [];
    for (let step = 0; step < count; ++step) {
      native.restoreTraining(training, { ...state, step });
      z.push(Math.sqrt(2 * (await gradientOf(training, Int32Array.of(0), 0)).loss) - 1000);
    }
    const average = z.reduce((sum, value) => sum + value, 0) / count;
    const found = z.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    expect(Math.abs(average - mean)).toBeLessThan(4.5 * Math.sqrt(spread / count));
    // A gate is in [0, 1], so that its square varies less than that of a Gaussian number.
    expect(Math.abs(found / spread - 1)).toBeLessThan(4.5 * Math.sqrt(2 / count));
  });

  test("single precision is double precision but for rounding", async () => {
    const single = { ...data, x: data.x.map(Math.fround) };
    const [a, b] = await Promise.all(
      (["float32", "float64"] as const).map(async (precision) => {
        const training = startRun({ data: single, method, precision });
        await setLayers(training, [4, 7, 3], parameters(2), 3);
        return gradientOf(training, rows, lambda);
      }),
    );
    expect(Math.abs((a?.loss as number) / (b?.loss as number) - 1)).toBeLessThan(1e-5);
    for (const part of ["weights", "theta", "biases"] as const) {
      const [found, exact] = [allOf(a as never, part), allOf(b as never, part)];
      const scale = Math.max(...exact.map(Math.abs));
      found.forEach((value, i) => {
        expect(Math.abs(value - (exact[i] as number))).toBeLessThan(2e-5 * scale);
      });
    }
  });
});

const method = methodOf("hardConcrete");

test.each(["float32", "float64"] as const)("all instructions give the same bits (%s)", async (precision) => {
  // One input that is 1 and one row, so that no product rounds.
  const one = oneRow([1], Array(77).fill(1));
  const results: string[] = [];
  for (const target of targets) {
    native.simd(target);
    const training = startRun({
      data: one,
      method,
      precision,
      layers: [{ outputs: 77, activation: "identity" }],
    });
    await epochOf(training, { steps: 1, lambda });
    const { layers } = await gradientOf(training, Int32Array.of(0), lambda);
    results.push(JSON.stringify([allOf({ layers }, "weights"), allOf({ layers }, "theta")]));
  }
  expect(new Set(results).size).toBe(1);
});

test("a run goes on from its state with the same bits", async () => {
  const run = { data, method, batchSize: 2 };
  const whole = startRun(run);
  for (let epoch = 0; epoch < 4; ++epoch) await epochOf(whole, { steps: 3, lambda });
  const first = startRun(run);
  for (let epoch = 0; epoch < 2; ++epoch) await epochOf(first, { steps: 3, lambda });
  const second = startRun(run);
  native.restoreTraining(second, await stateOf(first));
  for (let epoch = 0; epoch < 2; ++epoch) await epochOf(second, { steps: 3, lambda });
  expect(await stateOf(second)).toEqual(await stateOf(whole));
});
