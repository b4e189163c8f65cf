// Variational dropout in its four variants: its objective and gradient against the definition with the same noise, the
// distribution of what a step computes, the divergence against the penalty of the same name.
import { describe, expect, test } from "vitest";
import { handleOf, native } from "../../support/native.ts";
import { methodOf } from "../../support/networkMethods.ts";
import {
  expectDefinition,
  expectMoments,
  expectOnlyRounding,
  expectSameBits,
  outputsOf,
} from "../../support/noisyChecks.ts";
import { divergence, logAlpha, sigmoid } from "../../support/noisyNetworks.ts";
import { allOf, oneRow, setLayers, startRun } from "../../support/noisyRuns.ts";
import { Random } from "../../support/random.ts";
import { forcedTargets } from "../../support/simd.ts";
import { gradientOf, layersOf, tableOf } from "../../support/trainings.ts";

const targets = forcedTargets();
const variants = [false, true].flatMap((local) =>
  [false, true].map((additive) => ({
    label: `${additive ? "additive" : "plain"}${local ? ", local" : ""}`,
    local,
    additive,
    method: methodOf("variationalDropout", {
      localReparametrization: local,
      additiveReparametrization: additive,
    }),
  })),
);

const data = tableOf({ rows: 6, inputs: 4, outputs: 3 }, "labels");
const rows = Int32Array.of(0, 1, 2, 3, 4, 5);
const lambda = 0.7;

/** Parameters of which some of the first layer make a clamp active: tiny and large weights, and one that is 0. */
function parameters(additive: boolean, seed: number) {
  const random = new Random(seed);
  return (inputs: number, outputs: number) => {
    const count = inputs * outputs;
    const weights = random.normals(count);
    const theta = random.normals(count).map((x) => (additive ? x - 2 : 2 * x - 2));
    for (const [i, w, t] of [
      [0, 0, -3],
      [1, 1e-9, additive ? -2 : -8],
      [2, -1e-3, additive ? -5 : 10],
      [3, 200, additive ? -4 : 12],
      [4, -300, additive ? -1 : -35],
      [5, 1e-3, additive ? -6 : -14],
    ] as const) {
      if (inputs !== data.inputs) continue;
      weights[i] = w;
      theta[i] = t;
    }
    return { weights, theta, biases: random.normals(outputs) };
  };
}

describe.each(variants)("variational dropout, $label", ({ method, additive, local }) => {
  test.each([1, 2, 3])("the loss, R and the gradient are those of the definition (step %i)", async (step) => {
    await expectDefinition(data, method, lambda, parameters(additive, step), step, 1e-7);
  });

  test("nothing flows through an active clamp", async () => {
    const training = startRun({ data, method });
    const layers = await setLayers(training, [4, 7, 3], parameters(additive, 5), 5);
    const without = await gradientOf(training, rows, 0);
    const with_ = await gradientOf(training, rows, 5);
    let active = 0;
    layers.forEach((layer, l) => {
      layer.weights.forEach((w, i) => {
        const theta = layer.theta[i] as number;
        const size = Math.log(1e-16 + Math.abs(w));
        const a = without.layers[l] as { theta: Float64Array; weights: Float64Array };
        const b = with_.layers[l] as typeof a;
        if (additive && Math.abs(2 * theta - 2 * size) > 10) {
          expect(b.theta[i]).toBe(a.theta[i]);
          expect(b.weights[i]).toBe(a.weights[i]);
          ++active;
        } else if (!additive && local && Math.abs(theta / 2 + size) > 10) {
          expect(a.theta[i]).toBe(0);
          ++active;
        }
      });
    });
    expect(active).toBeGreaterThan(additive || local ? 3 : -1);
  });

  test("keep probabilities are 1 / (1 + alpha), weights as trained are the means", async () => {
    const training = startRun({ data, method });
    const layers = await setLayers(training, [4, 7, 3], parameters(additive, 7), 0);
    const trained = await layersOf(training);
    layers.forEach((layer, l) => {
      expect(trained[l]?.weights).toEqual(Float64Array.from(layer.weights));
      layer.weights.forEach((w, i) => {
        const keep = sigmoid(-logAlpha(method, w, layer.theta[i] as number));
        expect(Math.abs((trained[l]?.keepProbability[i] as number) / keep - 1)).toBeLessThan(1e-13);
      });
    });
  });

  test("R is half the dual of the penalty variationalDropoutApprox at 1 / alpha", async () => {
    const training = startRun({ data, method });
    const layers = await setLayers(training, [4, 7, 3], parameters(additive, 9), 0);
    const { penalty } = await gradientOf(training, rows, lambda);
    const dual = handleOf("variationalDropoutApprox");
    let sum = 0;
    for (const layer of layers) {
      layer.weights.forEach((w, i) => {
        const t = logAlpha(method, w, layer.theta[i] as number);
        sum += 0.5 * native.dualAt(dual, Math.exp(-t), 1);
      });
    }
    expect(Math.abs(penalty / sum - 1)).toBeLessThan(1e-12);
  });

  test("single precision is double precision but for rounding", async () => {
    const ordinary = (inputs: number, outputs: number) => {
      const random = new Random(inputs);
      const count = inputs * outputs;
      const theta = random.normals(count).map((x) => Math.fround((additive ? -2 : -3) + x));
      const weights = random.normals(count).map(Math.fround);
      return { weights, theta, biases: random.normals(outputs).map(Math.fround) };
    };
    await expectOnlyRounding(data, method, lambda, ordinary);
  });

  test.each(["float32", "float64"] as const)("all instructions give the same bits (%s)", (precision) =>
    expectSameBits(targets, method, precision, lambda, 0),
  );
});

describe.each(variants)("an output with variational dropout, $label", ({ method, additive, local }) => {
  test("has the mean and variance of the theory", async () => {
    const x = [1.5, -0.5, 2];
    const one = oneRow(x, [-1000]);
    const training = startRun({ data: one, method, layers: [{ outputs: 1, activation: "identity" }] });
    const weights = Float64Array.of(0.7, -1.2, 0.4);
    const theta = Float64Array.of(-1, 0.3, 0.8);
    const biases = Float64Array.of(0.25);
    await setLayers(training, [3, 1], () => ({ weights, theta, biases }), 0);
    const sigmas = weights.map((w, i) =>
      additive ? Math.exp(theta[i] as number) : Math.abs(w) * Math.exp((theta[i] as number) / 2),
    );
    const mean = x.reduce((sum, a, i) => sum + a * (weights[i] as number), 0.25);
    const spread = x.reduce((sum, a, i) => sum + (a * (sigmas[i] as number)) ** 2, local ? 1e-8 : 0);
    expectMoments(await outputsOf(training, 4000), mean, spread);
  });
});

test("noise may grow without overflow", async () => {
  for (const precision of ["float32", "float64"] as const) {
    for (const { method, additive } of variants) {
      const training = startRun({ data, method, precision });
      const grown = (inputs: number, outputs: number) => ({
        weights: new Float64Array(inputs * outputs).fill(1e-4),
        theta: new Float64Array(inputs * outputs).fill(additive ? 8 : 40),
        biases: new Float64Array(outputs),
      });
      await setLayers(training, [4, 7, 3], grown, 0);
      const { penalty, layers } = await gradientOf(training, rows, lambda);
      const expected = 49 * divergence(additive ? 10 : 40);
      expect(Math.abs(penalty / expected - 1)).toBeLessThan(1e-12);
      for (const part of ["weights", "theta"] as const) {
        expect(allOf({ layers }, part).every(Number.isFinite)).toBe(true);
      }
    }
  }
});
