// The methods with a penalty in float32 beside float64.
import { describe, expect, test } from "vitest";
import type { NativeMethod } from "../../../binding.js";
import { handleOf, native } from "../../support/native.ts";
import { methodOf } from "../../support/networkMethods.ts";
import { at, cases, penalties, run, silentRun } from "../../support/networkPenalties.ts";
import { epochOf, type Floats, gradientOf, layersOf, stateOf } from "../../support/trainings.ts";

describe("float32", () => {
  async function added(method: NativeMethod, precision: "float32" | "float64", lambda: number) {
    const training = silentRun(method, { precision });
    const state = await stateOf(training);
    const [layer] = state.layers;
    // Sizes of many decades, the same in both precisions.
    layer?.weights.forEach((_, i) => {
      layer.weights[i] = Math.fround((i % 2 ? 1 : -1) * 10 ** (((i * 0.6180339887) % 1) * 9 - 7));
    });
    layer?.theta?.forEach((theta, i) => {
      if (layer.theta !== undefined) layer.theta[i] = Math.fround(theta);
    });
    native.restoreTraining(training, state);
    const [gradient] = (await gradientOf(training, Int32Array.of(0), lambda)).layers;
    return { weights: layer?.weights as Floats, gradient };
  }

  test.each(penalties)("$title: the gradient to 1e-6 of each", async ({ penalty }) => {
    const method = methodOf("directPenalty", { penalty });
    for (const lambda of [1e-4, 0.02, 5]) {
      const [single, double] = await Promise.all([
        added(method, "float32", lambda),
        added(method, "float64", lambda),
      ]);
      const exact = double.gradient?.weights as Floats;
      exact.forEach((value, i) => {
        const error = Math.abs(at(single.gradient?.weights, i) - value);
        expect(error, `w = ${double.weights[i]}, lambda = ${lambda}`).toBeLessThanOrEqual(
          1e-6 * Math.abs(value) + 1e-42,
        );
      });
    }
  });

  test("a theta next to the end of a table, and far beyond it", async () => {
    const method = methodOf("etaTrick", { penalty: handleOf("variationalDropout") });
    const ends = [31.999998, 32, -32, -32.000004, 60, -60, 84, 1e30, -1e30].map(Math.fround);
    const [single, double] = await Promise.all(
      (["float32", "float64"] as const).map(async (precision) => {
        const training = silentRun(method, { precision });
        const state = await stateOf(training);
        state.layers[0]?.weights.fill(0);
        state.layers[0]?.theta?.forEach((_, i, all) => {
          all[i] = at(ends, i % ends.length);
        });
        native.restoreTraining(training, state);
        return (await gradientOf(training, Int32Array.of(0), 0.1)).layers[0]?.theta as Floats;
      }),
    );
    ends.forEach((theta, i) => {
      const exact = at(double, i);
      // float32 takes theta as at most 85 in size.
      const bound = Math.abs(theta) > 85 ? Infinity : 1e-5 * exact + 1e-38;
      expect(Math.abs(at(single, i) - exact)).toBeLessThanOrEqual(bound);
      expect(at(single, i)).toBeGreaterThanOrEqual(0);
    });
  });

  test.each(penalties)("$title: that of theta too", async ({ penalty }) => {
    const method = methodOf("etaTrick", { penalty });
    for (const lambda of [1e-4, 0.02]) {
      const [single, double] = await Promise.all([
        added(method, "float32", lambda),
        added(method, "float64", lambda),
      ]);
      const exact = double.gradient?.theta as Floats;
      exact.forEach((value, i) => {
        // It is a difference of two terms, one of which is w dJ/dw / 2.
        const other = Math.abs(at(double.gradient?.weights, i) * at(double.weights, i));
        const bound = Math.max(1e-5 * Math.max(Math.abs(value), other), 1e-6 * lambda);
        expect(Math.abs(at(single.gradient?.theta, i) - value), `theta ${i}`).toBeLessThanOrEqual(bound);
      });
    }
  });
});

describe("runs in float32 stay near those in float64", () => {
  const names = ["directPenalty", "adaptiveTikhonov", "adaptiveProx", "etaTrick"];
  test.each(names.flatMap((name) => cases(name)))("$title", async ({ method }) => {
    const [single, double] = await Promise.all(
      (["float32", "float64"] as const).map(async (precision) => {
        const training = run(method, { precision, batchSize: 3 });
        for (let epoch = 0; epoch < 3; ++epoch) await epochOf(training, { steps: 3, lambda: 0.01 });
        return layersOf(training, 0.01);
      }),
    );
    double?.forEach(({ weights, keepProbability }, l) => {
      weights.forEach((w, i) => {
        expect(Math.abs(at(single?.[l]?.weights, i) - w)).toBeLessThan(1e-5);
        const keep = at(keepProbability, i);
        expect(Math.abs(at(single?.[l]?.keepProbability, i) - keep)).toBeLessThan(1e-4);
      });
    });
  });
});
