// The methods with a penalty: gradients for every penalty, and whole steps beside plain loops in doubles.
import { describe, expect, test } from "vitest";
import type { NativeMethod, NativePenalty } from "../../../binding.js";
import { curveOf, geometric, type NativeTable, tablePenalty } from "../../support/curves.ts";
import { keptElementwise, normal } from "../../support/masks.ts";
import { handleOf, native } from "../../support/native.ts";
import { methodOf } from "../../support/networkMethods.ts";
import { type PlainLayer, PlainOptimizer, plainGradients, plainLayers } from "../../support/plainNetwork.ts";
import { forcedTargets } from "../../support/simd.ts";
import { expectGradient } from "../../support/trainingDifferences.ts";
import {
  epochOf,
  type Floats,
  gradientOf,
  type Layers,
  layersOf,
  lively,
  numbersOf,
  type Options,
  requestOf,
  stateOf,
  tableOf,
  trainingOf,
} from "../../support/trainings.ts";

/** Every penalty of the catalogue that is a sum over the weights. */
const named: readonly [name: string, ...parameters: number[]][] = [
  ["l1"],
  ["lp", 0.5],
  ["lp", 0.8],
  ["lp", 1.4],
  ["lp", 1.7],
  ["logSum", 0.1],
  ["logSumSquares", 0.2],
  ["mcp", 3],
  ["mcp", 0.8],
  ["scad", 3.7],
  ["standout"],
  ["elasticNet", 0.4],
  ["elasticNet", 0],
  ["variationalDropout"],
  ["variationalDropoutApprox"],
  ["hardConcrete", 2 / 3, -0.1, 1.1],
];

/** omega = log(w + 1) as a caller's curve. */
const curve = (scaling: NativeTable["scaling"]) =>
  tablePenalty(
    curveOf({
      value: (w) => Math.log1p(w),
      slope: (w) => 1 / (w + 1),
      knots: geometric(1e-8, 1e8, 250),
      head: { limit: 1, coefficient: -1, exponent: 1 },
    }),
    { scaling },
  );

interface Listed {
  readonly title: string;
  readonly penalty: NativePenalty;
}
const penalties: readonly Listed[] = [
  ...named.map(([name, ...parameters]) => ({
    title: [name, ...parameters].join(" "),
    penalty: handleOf(name, ...parameters),
  })),
  ...[
    handleOf("logSum", 0.1),
    handleOf("scad", 3.7),
    handleOf("lp", 0.7),
    handleOf("hardConcrete", 0.5, -0.2, 1.05),
  ].map((inner, i) => ({
    title: `elastic net of another, ${i}`,
    penalty: native.createElasticNet(inner, 0.6),
  })),
  ...(["lambdaFree", "keepProbability", "maskFamily"] as const).map((scaling) => ({
    title: `a curve, ${scaling}`,
    penalty: curve(scaling),
  })),
];
const table = tableOf({ rows: 9, inputs: 5, outputs: 3 }, "labels");
const layers: Layers = [
  { outputs: 6, activation: "tanh" },
  { outputs: 3, activation: "identity" },
];
const rows = Int32Array.from([0, 4, 8, 3, 7, 2, 6]);
const lossScale = 3;

const run = (method: NativeMethod, own: Partial<Options> = {}) =>
  trainingOf(table, { layers, lossScale, method, shuffle: false, start: lively, ...own });

const at = (values: ArrayLike<number> | undefined, i: number) => values?.[i] as number;

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

/** One row of zeros: the gradient in the weights is that of the penalty alone. */
const silent = { ...tableOf({ rows: 1, inputs: 703, outputs: 4 }, "targets"), x: new Float64Array(703) };
const silentRun = (method: NativeMethod, own: Partial<Options> = {}) =>
  trainingOf(silent, {
    layers: [{ outputs: 4, activation: "identity" }],
    method,
    start: { theta: -2, thetaDeviation: 3 },
    ...own,
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

/** lambda / etaHat(|w|). */
function variancesOf(penalty: NativePenalty, lambda: number, w: Float64Array): Float64Array {
  const out = new Float64Array(w.length);
  native.maskVariances(penalty, w, lambda, out);
  return out;
}

interface Case {
  method: NativeMethod;
  penalty: NativePenalty;
  title: string;
}
const cases = (name: string, own: Partial<NativeMethod> = {}): Case[] =>
  penalties.map((listed) => ({
    method: methodOf(name, { ...own, penalty: listed.penalty }),
    penalty: listed.penalty,
    title: `${name} ${own.mask ?? ""} ${listed.title}`,
  }));

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
      for (const state of states) expect(state, title).toEqual(states[0]);
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
