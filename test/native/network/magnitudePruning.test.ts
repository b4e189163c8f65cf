// Gradual magnitude pruning: how many weights are zero after each step, which, and that they stay so.
import { describe, expect, test } from "vitest";
import type { NativeMethod, NativeTraining, NativeTrainingState } from "../../../binding.js";
import { native } from "../../support/native.ts";

// An epoch is one step.
const data = tableOf({ rows: 20, inputs: 6, outputs: 3 }, "labels");
const sizes = [6 * 7, 7 * 3];
const optimizers = {
  adam: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentum: 0, nesterov: false },
  sgd: { name: "sgd", beta1: 0, beta2: 0, epsilon: 0, momentum: 0.9, nesterov: false },
  nesterov: { name: "sgd", beta1: 0, beta2: 0, epsilon: 0, momentum: 0.9, nesterov: true },
} as const;

import { methodOf } from "../../support/networkMethods.ts";
import { allOf, changedState, type Run, startRun } from "../../support/noisyRuns.ts";
import { Random } from "../../support/random.ts";
import { epochOf, gradientOf, layersOf, stateOf, tableOf } from "../../support/trainings.ts";

const pruning = (changes: Partial<NativeMethod> = {}) =>
  methodOf("magnitudePruning", {
    initialSparsity: 0.1,
    finalSparsity: 0.83,
    begin: 3,
    end: 20,
    interval: 4,
    ...changes,
  });

/** The fraction after step n (from 0), if it is one of the schedule. */
function scheduled({ initialSparsity, finalSparsity, begin, end, interval }: NativeMethod, n: number) {
  if (n === end) return finalSparsity;
  if (n > end) return undefined;
  if (n === 0 && begin > 0) return initialSparsity;
  if (n < begin || (n - begin) % interval !== 0) return undefined;
  return finalSparsity + (initialSparsity - finalSparsity) * (1 - (n - begin) / (end - begin)) ** 3;
}

const zerosOf = (values: number[]) => values.filter((value) => value === 0).length;
const nearest = (x: number) => Math.floor(x + 0.5);

/** The states after so many steps, one after the other. */
async function* statesAfter(training: NativeTraining, steps: number): AsyncGenerator<NativeTrainingState> {
  for (let step = 0; step < steps; ++step) {
    await epochOf(training, { steps: 1, learningRate: 0.05 });
    yield await stateOf(training);
  }
}

describe.each(Object.keys(optimizers) as (keyof typeof optimizers)[])("pruning with %s", (optimizer) => {
  const run = (changes: Partial<Run> = {}) =>
    startRun({ data, method: pruning(), optimizer: optimizers[optimizer], ...changes });

  test.each(["float32", "float64"] as const)(
    "counts at each step, and nothing comes back (%s)",
    async (precision) => {
      const training = run({ precision });
      let expected = 0;
      let step = 0;
      let before: number[] = [];
      for await (const state of statesAfter(training, 26)) {
        const fraction = scheduled(pruning(), step++);
        if (fraction !== undefined) expected = nearest(fraction * 63);
        const weights = allOf(state, "weights");
        expect(zerosOf(weights)).toBe(expected);
        expect(allOf(state, "memory")).toEqual(weights.map((w) => (w === 0 ? 1 : 0)));
        before.forEach((w, i) => {
          if (w === 0) expect(weights[i]).toBe(0);
        });
        before = weights;
      }
      expect(expected).toBe(52);
      const trained = await layersOf(training);
      expect(trained.flatMap(({ keepProbability }) => [...keepProbability])).toEqual(
        before.map((w) => (w === 0 ? 0 : 1)),
      );
    },
  );

  test("each layer has its fraction", async () => {
    const method = pruning({ perLayer: true, begin: 0, interval: 3 });
    const expected = [0, 0];
    let step = 0;
    for await (const state of statesAfter(run({ method }), 24)) {
      const fraction = scheduled(method, step++);
      sizes.forEach((size, l) => {
        if (fraction !== undefined) expected[l] = nearest(fraction * size);
        const { weights } = state.layers[l] as { weights: Float64Array };
        expect(zerosOf(Array.from(weights))).toBe(expected[l]);
      });
    }
    expect(expected).toEqual([35, 17]);
  });

  test("those of smallest magnitude go, and the others are as without pruning", async () => {
    const steps = 5;
    const method = pruning({ initialSparsity: 0, begin: steps - 1, end: steps - 1, finalSparsity: 0.4 });
    const [pruned, plain] = await Promise.all(
      [method, methodOf("none")].map(async (each) => {
        const training = run({ method: each });
        for (let i = 0; i < steps; ++i) await epochOf(training, { steps: 1 });
        return allOf(await stateOf(training), "weights");
      }),
    );
    const wanted = nearest(0.4 * 63);
    const order = (plain as number[]).map(Math.abs).sort((a, b) => a - b);
    const last = order[wanted - 1] as number;
    expect(pruned).toEqual((plain as number[]).map((w) => (Math.abs(w) <= last ? 0 : w)));
  });

  test("a run goes on from its state within the schedule, with the same bits", async () => {
    const whole = run({ batchSize: 6 });
    const first = run({ batchSize: 6 });
    for (let epoch = 0; epoch < 6; ++epoch) await epochOf(whole, { steps: 4 });
    for (let epoch = 0; epoch < 3; ++epoch) await epochOf(first, { steps: 4 });
    const second = run({ batchSize: 6 });
    native.restoreTraining(second, await stateOf(first));
    for (let epoch = 0; epoch < 3; ++epoch) await epochOf(second, { steps: 4 });
    expect(await stateOf(second)).toEqual(await stateOf(whole));
    expect(zerosOf(allOf(await stateOf(whole), "weights"))).toBe(52);
  });
});

test.each([false, true])("of equal magnitudes the first go (per layer: %s)", async (perLayer) => {
  const method = pruning({ perLayer, initialSparsity: 0, finalSparsity: 0.5, begin: 0, end: 0 });
  const training = startRun({ data, method, optimizer: optimizers.sgd });
  const state = await stateOf(training);
  const equal = (count: number) => Float64Array.from({ length: count }, (_, i) => (i % 3 === 1 ? -2 : 2));
  native.restoreTraining(
    training,
    changedState(state, (_, l) => ({ weights: equal(sizes[l] as number) })),
  );
  await epochOf(training, { steps: 1, learningRate: 0 });
  const after = await stateOf(training);
  const counts = perLayer ? [21, 11] : [32, 0];
  after.layers.forEach(({ weights }, l) => {
    const expected = equal(sizes[l] as number).map((w, i) => (i < (counts[l] as number) ? 0 : w));
    expect(weights).toEqual(expected);
  });
});

describe.each(["float32", "float64"] as const)("among ten thousand weights (%s)", (precision) => {
  const large = tableOf({ rows: 2, inputs: 100, outputs: 100 }, "targets");
  const kinds = {
    "of all sizes": (random: Random) => random.normal() * random.geometric(1e-30, 1e5),
    "of one size": (random: Random) => 1 + 1e-3 * random.normal(),
    "with many equal ones": (random: Random) => Math.round(8 * random.normal()) / 8 + 0,
  };

  test.each(Object.entries(kinds))("%s", async (_, draw) => {
    for (const [seed, finalSparsity] of [0.001, 0.37, 0.5, 0.999].entries()) {
      const random = new Random(seed);
      const floats = (values: number[]) =>
        precision === "float32" ? Float32Array.from(values) : Float64Array.from(values);
      const weights = Array.from({ length: 10_000 }, () => draw(random));
      const method = pruning({ initialSparsity: 0, finalSparsity, begin: 1, end: 1 });
      const training = startRun({
        data: large,
        precision,
        method,
        optimizer: optimizers.sgd,
        layers: [{ outputs: 100, activation: "identity" }],
      });
      // Some have been pruned before.
      const memory = floats(weights.map((_, i) => (i % 7 === 3 && finalSparsity > 0.3 ? 1 : 0)));
      const before = floats(weights.map((w, i) => (memory[i] === 1 ? 0 : w)));
      const state = await stateOf(training);
      native.restoreTraining(training, {
        ...changedState(state, () => ({ weights: before, memory })),
        step: 1,
      });
      await epochOf(training, { steps: 1, learningRate: 0 });
      const left = Array.from(before.keys()).filter((i) => memory[i] === 0);
      const size = (i: number) => Math.abs(before[i] as number);
      const wanted = nearest(finalSparsity * 10_000) - (10_000 - left.length);
      const gone = left.sort((i, j) => size(i) - size(j) || i - j).slice(0, wanted);
      const expected = before.slice();
      for (const i of gone) {
        expected[i] = 0;
        memory[i] = 1;
      }
      const after = (await stateOf(training)).layers[0];
      expect(after?.weights).toEqual(expected);
      expect(after?.memory).toEqual(memory);
    }
  });
});

test.each([
  [0, 0],
  [1, 63],
])("a final sparsity of %d", async (finalSparsity, zeros) => {
  const method = pruning({ initialSparsity: 0, finalSparsity, begin: 0, end: 2, interval: 1 });
  const training = startRun({ data, method });
  for (let step = 0; step < 4; ++step) await epochOf(training, { steps: 1 });
  expect(zerosOf(allOf(await stateOf(training), "weights"))).toBe(zeros);
});

test("the gradient of a pruned weight is 0, and of the others what it would be with these weights", async () => {
  const training = startRun({ data, method: pruning({ begin: 0, end: 1 }) });
  for (let step = 0; step < 3; ++step) await epochOf(training, { steps: 1 });
  const state = await stateOf(training);
  const plain = startRun({ data, method: methodOf("none") });
  native.restoreTraining(
    plain,
    changedState(state, () => ({ memory: undefined })),
  );
  const rows = Int32Array.from({ length: 20 }, (_, i) => i);
  const [found, expected] = await Promise.all([gradientOf(training, rows, 1), gradientOf(plain, rows, 1)]);
  const pruned = allOf(state, "memory");
  expect(allOf(found, "weights")).toEqual(
    allOf(expected, "weights").map((g, i) => (pruned[i] === 1 ? 0 : g)),
  );
  expect(found.penalty).toBe(0);
});
