// Training runs with parameters of our own, and how their gradients are compared with differences.
import type {
  Floats,
  NativeGradient,
  NativeLayerState,
  NativeTraining,
  NativeTrainingState,
} from "../../binding.js";
import { native } from "./native.ts";
import { type Options, stateOf, type Table, trainingOf } from "./trainings.ts";

export interface Run extends Omit<Options, "layers"> {
  data: Table;
  layers?: Options["layers"];
}

/** Two layers, the first of 7 tanh, on all rows at a time, if nothing else is said. */
export function startRun({ data, ...changes }: Run): NativeTraining {
  return trainingOf(data, {
    layers: [
      { outputs: 7, activation: "tanh" },
      { outputs: data.outputs, activation: "identity" },
    ],
    batchSize: data.rows,
    shuffle: false,
    seed: 12345,
    start: { theta: -3, thetaDeviation: 0.5 },
    ...changes,
  });
}

/** One row with these inputs and targets. */
export const oneRow = (x: readonly number[], targets: readonly number[]): Table => ({
  rows: 1,
  inputs: x.length,
  outputs: targets.length,
  x: Float64Array.from(x),
  labels: undefined,
  targets: Float64Array.from(targets),
});

/** The state with some arrays replaced. */
export function changedState(
  state: NativeTrainingState,
  change: (layer: NativeLayerState, index: number) => Partial<NativeLayerState>,
): NativeTrainingState {
  return {
    ...state,
    layers: state.layers.map((layer, index) => ({ ...layer, ...change(layer, index) })),
  };
}

/** The numbers of one kind, layer after layer. */
export function allOf(
  { layers }: { layers: readonly object[] },
  part: "weights" | "biases" | "theta" | "memory",
): number[] {
  return layers.flatMap((layer) => Array.from((layer as Record<string, Floats | undefined>)[part] ?? []));
}

export interface Parameters {
  weights: Float64Array;
  theta: Float64Array;
  biases: Float64Array;
}

/** Puts parameters of our own into a run, layer after layer of these widths, at a step, and returns them. */
export async function setLayers(
  training: NativeTraining,
  widths: readonly number[],
  parametersOf: (inputs: number, outputs: number) => Parameters,
  step: number,
): Promise<(Parameters & { outputs: number })[]> {
  const layers = widths.slice(1).map((outputs, l) => ({
    ...parametersOf(widths[l] as number, outputs),
    outputs,
  }));
  const state = await stateOf(training);
  const like = (old: Floats | undefined, values: Float64Array) =>
    old instanceof Float32Array ? Float32Array.from(values) : values.slice();
  native.restoreTraining(training, {
    ...changedState(state, (old, l) => {
      const { weights, theta, biases } = layers[l] as Parameters;
      return {
        weights: like(old.weights, weights),
        biases: like(old.biases, biases),
        ...(old.theta ? { theta: like(old.theta, theta) } : {}),
      };
    }),
    step,
  });
  return layers;
}

/**
 * The largest distance of a gradient from the differences of a function of the parameters, by two central differences
 * and extrapolation, relative to 1 + its size.
 */
export function differences(
  layers: readonly Parameters[],
  gradient: NativeGradient,
  value: () => number,
): number {
  let worst = 0;
  layers.forEach((layer, l) => {
    for (const part of ["weights", "theta", "biases"] as const) {
      const array = layer[part];
      const found = gradient.layers[l]?.[part] as Floats;
      array.forEach((at, i) => {
        const slope = (h: number) => {
          array[i] = at + h;
          const above = value();
          array[i] = at - h;
          const below = value();
          array[i] = at;
          return (above - below) / (2 * h);
        };
        const h = 1e-3 * Math.min(1, Math.max(Math.abs(at), 1e-3));
        const expected = (4 * slope(h / 2) - slope(h)) / 3;
        const error = Math.abs((found[i] as number) - expected) / (1 + Math.abs(expected));
        worst = Math.max(worst, error);
      });
    }
  });
  return worst;
}
