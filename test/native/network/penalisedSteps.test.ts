// The methods with a penalty: whole steps beside plain loops in doubles, masks, and sets of instructions.
import { describe, expect, test } from "vitest";
import { keptElementwise, normal } from "../../support/masks.ts";
import { handleOf, native } from "../../support/native.ts";
import { methodOf } from "../../support/networkMethods.ts";
import {
  at,
  type Case,
  cases,
  layers,
  lossScale,
  run,
  silentRun,
  table,
  variancesOf,
} from "../../support/networkPenalties.ts";
import { type PlainLayer, PlainOptimizer, plainGradients, plainLayers } from "../../support/plainNetwork.ts";
import { forcedTargets } from "../../support/simd.ts";
import {
  epochOf,
  type Floats,
  layersOf,
  numbersOf,
  type Options,
  requestOf,
  stateOf,
} from "../../support/trainings.ts";

/** Steps of training with what a method does besides Adam, in plain loops. */
async function beside({ method, penalty, title }: Case, optimizer: Options["optimizer"] = {}): Promise<void> {
  const [steps, batchSize, lambda, learningRate, seed] = [12, 9, 0.02, 0.03, 77];
  const own = { layers, method, optimizer, batchSize, seed };
  const training = run(method, own);
  const request = requestOf(table, own);
  const plain = plainLayers(table.inputs, layers, await stateOf(training));
  const adam = new PlainOptimizer(request.optimizer);
  const squares = plain.map((layer) => new Float64Array(layer.weights.length));
  for (let step = 0; step < steps; ++step) {
    await epochOf(training, { steps: 1, learningRate, lambda });
    // The masks of the step.
    const masks = plain.map((layer, l) => {
      if (method.name !== "adaptiveDropout") return layer.weights.map(() => 1);
      const stream = (4n << 56n) + (BigInt(l) << 48n) + BigInt(step);
      return variancesOf(penalty, lambda, layer.weights).map((v, i) => {
        const place = { seed: BigInt(seed), stream, element: BigInt(i) };
        const alpha = 1 / (1 + v);
        if (method.mask === "bernoulli") return keptElementwise(place, alpha) ? 1 / alpha : 0;
        return v === Infinity ? 0 : 1 + Math.sqrt(v) * normal(place);
      });
    });
    const effective = plain.map(
      (layer, l): PlainLayer => ({
        ...layer,
        weights: layer.weights.map((w, i) => w * at(masks[l], i)),
      }),
    );
    const all = Int32Array.from({ length: table.rows }, (_, i) => i);
    const gradients = plainGradients(effective, table, all);
    adam.begin();
    plain.forEach((layer, l) => {
      const g = (gradients.weights[l] as Float64Array).map((value, i) => lossScale * value * at(masks[l], i));
      adam.update(layer.weights, g, learningRate);
      adam.update(
        layer.biases,
        (gradients.biases[l] as Float64Array).map((value) => lossScale * value),
        learningRate,
      );
      if (method.name !== "adaptiveProx") return;
      const square = squares[l] as Float64Array;
      variancesOf(penalty, lambda, layer.weights).forEach((v, i) => {
        square[i] = 0.999 * at(square, i) + (1 - 0.999) * at(g, i) ** 2;
        const corrected = at(square, i) / (1 - 0.999 ** (step + 1));
        const rate = request.optimizer.name === "adam" ? learningRate / Math.sqrt(corrected) : learningRate;
        layer.weights[i] = v === 0 ? at(layer.weights, i) : at(layer.weights, i) / (1 + rate * v);
      });
    });
  }
  const trained = await layersOf(training, lambda);
  plain.forEach((layer, l) => {
    const largest = layer.weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    const alpha = new Float64Array(layer.weights.length);
    native.keepProbabilities(penalty, layer.weights, lambda, alpha, false);
    layer.weights.forEach((w, i) => {
      expect(Math.abs(at(trained[l]?.weights, i) - w) / largest, `${title}, weight ${i}`).toBeLessThan(1e-7);
      expect(Math.abs(at(trained[l]?.keepProbability, i) - at(alpha, i)), `${title}, keep ${i}`).toBeLessThan(
        1e-6,
      );
    });
  });
}

describe("steps beside plain loops", () => {
  test.each(cases("adaptiveProx"))("$title", (tested) => beside(tested));
  test("adaptiveProx after gradient descent", async () => {
    for (const tested of cases("adaptiveProx")) await beside(tested, { name: "sgd", momentum: 0.5 });
  });
  test.each(cases("adaptiveDropout", { mask: "bernoulli" }))("$title", (tested) => beside(tested));
  test.each(cases("adaptiveDropout", { mask: "gaussian" }))("$title", (tested) => beside(tested));
});

/** Quicker than toEqual. */
const sameBits = (a: Float64Array, b: Float64Array | undefined) =>
  b !== undefined && Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

describe("on every set of instructions", () => {
  const targets = forcedTargets();
  const names = ["directPenalty", "adaptiveTikhonov", "adaptiveProx", "etaTrick", "adaptiveDropout"];
  const methods = names.flatMap((name) => cases(name));
  methods.push(...cases("adaptiveDropout", { mask: "gaussian" }));

  test.each(["float32", "float64"] as const)("steps have the same bits, %s", async (precision) => {
    for (const { method, title } of methods) {
      const states: Float64Array[] = [];
      for (const target of targets) {
        native.simd(target);
        const training = silentRun(method, { precision });
        await epochOf(training, { steps: 1, lambda: 0.01 });
        await epochOf(training, { steps: 1, lambda: 0.02 });
        states.push(numbersOf(await stateOf(training)));
      }
      for (const state of states) expect(sameBits(state, states[0]), title).toBe(true);
    }
  });

  test("so have those of gradient descent", async () => {
    for (const precision of ["float32", "float64"] as const) {
      for (const nesterov of [false, true]) {
        for (const name of ["directPenalty", "adaptiveProx"]) {
          const states: Float64Array[] = [];
          for (const target of targets) {
            native.simd(target);
            const method = methodOf(name, { penalty: handleOf("logSum", 0.1) });
            const optimizer = { name: "sgd" as const, momentum: 0.9, nesterov };
            const training = silentRun(method, { precision, optimizer });
            for (const lambda of [0.1, 0.2]) await epochOf(training, { steps: 1, lambda });
            states.push(numbersOf(await stateOf(training)));
          }
          for (const state of states) expect(state).toEqual(states[0]);
        }
      }
    }
  });
});

describe("masks of adaptive dropout", () => {
  test.each(cases("adaptiveDropout").concat(cases("adaptiveDropout", { mask: "gaussian" })))(
    "have mean 1 and the variance of the penalty: $title",
    async ({ method, penalty }) => {
      const [w, lambda] = [0.3, 0.05];
      const training = silentRun(method, { precision: "float32" });
      const state = await stateOf(training);
      state.layers[0]?.weights.fill(w);
      native.restoreTraining(training, state);
      await epochOf(training, { steps: 1, learningRate: 0, lambda });
      const masks = Array.from((await stateOf(training)).layers[0]?.memory as Floats);
      const count = masks.length;
      const variance = at(variancesOf(penalty, lambda, Float64Array.of(w)), 0);
      const mean = masks.reduce((sum, s) => sum + s, 0) / count;
      const square = masks.reduce((sum, s) => sum + (s - 1) ** 2, 0) / count;
      // E (s - 1)^4.
      const bernoulli = variance * (variance ** 2 - variance + 1);
      const fourth = method.mask === "gaussian" ? 3 * variance ** 2 : bernoulli;
      expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(variance / count) + 1e-6);
      expect(Math.abs(square - variance)).toBeLessThan(5 * Math.sqrt(fourth / count) + 1e-6);
    },
  );

  test("of a weight that is NaN are NaN: the loss says so", async () => {
    for (const mask of ["bernoulli", "gaussian"] as const) {
      const training = run(methodOf("adaptiveDropout", { mask, penalty: handleOf("logSum", 0.1) }));
      const state = await stateOf(training);
      (state.layers[0] as { weights: Floats }).weights[3] = Number.NaN;
      native.restoreTraining(training, state);
      await expect(epochOf(training, { steps: 2, lambda: 0.1 })).rejects.toThrow("the loss must stay finite");
    }
  });
});
