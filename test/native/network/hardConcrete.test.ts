// Hard concrete gates of weights: the objective and its gradient against the definition with the same draws, the moments
// of what a step computes, R against the penalty of the same name.
import { describe, expect, test } from "vitest";
import { moments } from "../../support/hardConcrete.ts";
import { handleOf, native } from "../../support/native.ts";
import { methodOf } from "../../support/networkMethods.ts";
import {
  expectDefinition,
  expectMoments,
  expectOnlyRounding,
  expectSameBits,
  outputsOf,
} from "../../support/noisyChecks.ts";
import { gateOf, openProbability, sigmoid } from "../../support/noisyNetworks.ts";
import { oneRow, setLayers, startRun } from "../../support/noisyRuns.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";
import { gradientOf, layersOf, tableOf } from "../../support/trainings.ts";

const targets = forcedTargets();
const data = tableOf({ rows: 6, inputs: 4, outputs: 3 }, "labels");
const rows = Int32Array.of(0, 1, 2, 3, 4, 5);
const lambda = 0.7;
const shapes = [
  { beta: 2 / 3, gamma: -0.1, zeta: 1.1 },
  { beta: 0.4, gamma: -0.3, zeta: 1.05 },
];

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
    await expectDefinition(data, method, lambda, parameters(step), step, 2e-8);
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
    // A gate is in [0, 1], so that its square varies less than that of a Gaussian number.
    expectMoments(await outputsOf(training, 4000), mean, spread);
  });

  test("single precision is double precision but for rounding", () =>
    expectOnlyRounding(data, method, lambda, parameters(2)));
});

test.each(["float32", "float64"] as const)("all instructions give the same bits (%s)", (precision) =>
  expectSameBits(targets, methodOf("hardConcrete"), precision, lambda, 1),
);
