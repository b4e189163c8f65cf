// The gradients of the methods with a penalty, for every penalty.
import { describe, expect, test } from "vitest";
import { handleOf, native } from "../../support/native.ts";
import { methodOf } from "../../support/networkMethods.ts";
import { at, lossScale, named, penalties, rows, run, silentRun } from "../../support/networkPenalties.ts";
import { expectGradient } from "../../support/trainingDifferences.ts";
import { epochOf, type Floats, gradientOf, lively, stateOf } from "../../support/trainings.ts";

test("the list of penalties is complete", () => {
  const separable = native.catalogue().filter(({ name }) => name !== "ard" && name !== "hardThreshold");
  expect(new Set(named.map(([name]) => name))).toEqual(new Set(separable.map(({ name }) => name)));
});

describe("gradients are those of the objective", () => {
  test.each(penalties)("directPenalty: $title", async ({ penalty }) => {
    const method = methodOf("directPenalty", { penalty });
    await expectGradient(run(method), rows, { lambda: 0.1, lossScale });
  });

  test.each(penalties)("etaTrick: $title", async ({ penalty }) => {
    const method = methodOf("etaTrick", { penalty, decay: 0.2 });
    const start = { ...lively, theta: -0.5, thetaDeviation: 1 };
    await expectGradient(run(method, { start }), rows, { lambda: 0.1, lossScale });
  });

  test("adaptiveTikhonov's is that of the penalty where alpha is large enough, and bounded elsewhere", async () => {
    const penalty = handleOf("logSum", 0.1);
    const [lambda, smallestKeep] = [0.1, 0.4];
    const direct = run(methodOf("directPenalty", { penalty }));
    const { layers: state } = await stateOf(direct);
    const [none, bounded, whole] = await Promise.all(
      [
        methodOf("none"),
        methodOf("adaptiveTikhonov", { penalty, smallestKeep }),
        methodOf("directPenalty", { penalty }),
      ].map((method) => gradientOf(run(method), rows, lambda)),
    );
    expect(bounded?.penalty).toBe(whole?.penalty);
    const seen = { bounded: 0, free: 0 };
    state.forEach(({ weights }, l) => {
      const [plain, own, full] = [none, bounded, whole].map((gradient) => gradient?.layers[l]?.weights);
      weights.forEach((w, i) => {
        const eta = Math.abs(w) * (Math.abs(w) + 0.1);
        const keep = eta / (eta + lambda);
        const added = (at(own, i) - at(plain, i)) / lossScale;
        if (keep > smallestKeep) {
          seen.free += 1;
          expect(at(own, i)).toBe(at(full, i));
          expect(added / ((w * lambda) / eta)).toBeCloseTo(1, 9);
        } else {
          seen.bounded += 1;
          expect(added / ((w * (1 - smallestKeep)) / smallestKeep)).toBeCloseTo(1, 9);
        }
      });
    });
    expect(Math.min(seen.bounded, seen.free)).toBeGreaterThan(3);
  });

  test("a weight of 0 has no penalty, for lambda = 0 none has", async () => {
    for (const { penalty } of penalties) {
      for (const method of ["directPenalty", "adaptiveTikhonov", "etaTrick"]) {
        for (const precision of ["float32", "float64"] as const) {
          const [none, own] = [methodOf("none"), methodOf(method, { penalty })].map((options) =>
            run(options, { precision }),
          ) as [ReturnType<typeof run>, ReturnType<typeof run>];
          const of = async (training: typeof none, lambda: number) =>
            (await gradientOf(training, rows, lambda)).layers.map((layer) => [...layer.weights]);
          expect(await of(own, 0)).toEqual(await of(none, 0));
          for (const training of [none, own]) {
            const state = await stateOf(training);
            for (const layer of state.layers) layer.weights.fill(0);
            native.restoreTraining(training, state);
          }
          expect(await of(own, 0.1)).toEqual(await of(none, 0.1));
        }
      }
    }
  });
});

test("Adam's steps stay bounded where the penalty's gradient has no bound", async () => {
  for (const precision of ["float32", "float64"] as const) {
    const training = silentRun(methodOf("directPenalty", { penalty: handleOf("lp", 0.05) }), { precision });
    const state = await stateOf(training);
    state.layers[0]?.weights.fill(1e-37);
    native.restoreTraining(training, state);
    for (let step = 0; step < 30; ++step) {
      await epochOf(training, { steps: 1, learningRate: 0.01, lambda: 10 });
    }
    const weights = (await stateOf(training)).layers[0]?.weights as Floats;
    expect(Math.abs(at(weights, 0))).toBeLessThan(0.4);
    expect(Math.abs(at(weights, 0))).toBeGreaterThan(1e-3);
  }
});
