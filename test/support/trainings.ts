// Small training runs of the addon.
import type {
  NativeDataset,
  NativeEpoch,
  NativeEvaluation,
  NativeGradient,
  NativeTrained,
  NativeTraining,
  NativeTrainingState,
  TrainingRequest,
} from "../../binding.js";
import { native } from "./native.ts";
import { methodOf } from "./networkMethods.ts";
import { Random } from "./random.ts";

export type Floats = Float32Array | Float64Array;
export type Precision = "float32" | "float64";
export type Layers = TrainingRequest["layers"];

/** Rows of normal numbers with labels or targets. */
export interface Table {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly x: Float64Array;
  readonly labels: Int32Array | undefined;
  readonly targets: Float64Array | undefined;
}

export function tableOf(
  size: { rows: number; inputs: number; outputs: number },
  kind: "labels" | "targets",
  seed = 1,
): Table {
  const random = new Random(seed);
  const x = random.normals(size.rows * size.inputs);
  const labels = Int32Array.from({ length: size.rows }, () => random.integer(size.outputs));
  const targets = random.normals(size.rows * size.outputs);
  return {
    ...size,
    x,
    labels: kind === "labels" ? labels : undefined,
    targets: kind === "targets" ? targets : undefined,
  };
}

export function datasetOf(table: Table, precision: Precision): NativeDataset {
  const { rows, inputs, outputs } = table;
  const labels = table.labels !== undefined;
  const data = native.createDataset({ rows, inputs, outputs, labels, precision });
  native.fillDataset(data, 0, table.x, (table.labels ?? table.targets) as Int32Array | Float64Array);
  return data;
}

export type Options = Partial<Omit<TrainingRequest, "data" | "optimizer" | "start">> & {
  layers: Layers;
  precision?: Precision;
  optimizer?: Partial<TrainingRequest["optimizer"]>;
  start?: Partial<TrainingRequest["start"]>;
};

/** A request that is in order. */
export function requestOf(table: Table, { precision = "float64", ...own }: Options): TrainingRequest {
  return {
    trainingRows: Int32Array.from({ length: table.rows }, (_, i) => i),
    validationRows: new Int32Array(0),
    objective: table.labels === undefined ? "squaredError" : "softmaxCrossEntropy",
    method: methodOf("none"),
    batchSize: 8,
    shuffle: true,
    seed: 5,
    lossScale: 1,
    threshold: 0.05,
    pin: false,
    ...own,
    data: datasetOf(table, precision),
    optimizer: {
      name: "adam",
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      momentum: 0,
      nesterov: false,
      ...own.optimizer,
    },
    start: {
      distribution: "uniform",
      scale: 0,
      biases: "uniform",
      theta: 0,
      thetaDeviation: 0,
      ...own.start,
    },
  };
}

export function trainingOf(table: Table, options: Options): NativeTraining {
  return native.createTraining(requestOf(table, options));
}

type Settle<T> = (error: Error | null, value: T | null) => void;

function promiseOf<T>(begin: (settle: Settle<T>) => number): Promise<T> {
  return new Promise((resolve, reject) => {
    begin((error, value) => (error === null ? resolve(value as T) : reject(error)));
  });
}

/** One number per step. */
const schedule = (steps: number, value: number | Float64Array) =>
  typeof value === "number" ? new Float64Array(steps).fill(value) : value;

export interface EpochOptions {
  steps: number;
  learningRate?: number | Float64Array;
  lambda?: number | Float64Array;
}

export function epochOf(
  training: NativeTraining,
  { steps, learningRate = 0.01, lambda = 0 }: EpochOptions,
): Promise<NativeEpoch> {
  const learningRates = schedule(steps, learningRate);
  const lambdas = schedule(steps, lambda);
  return promiseOf((settle) => native.trainEpoch({ training, learningRates, lambdas }, settle, null));
}

export function evaluationOf(
  training: NativeTraining,
  rows: "training" | "validation" = "training",
  prune = false,
  lambda?: number,
): Promise<NativeEvaluation> {
  return promiseOf((settle) => native.evaluateTraining({ training, rows, prune, lambda }, settle, null));
}

export function stateOf(training: NativeTraining): Promise<NativeTrainingState> {
  return promiseOf((settle) => native.trainingState({ training }, settle, null));
}

export function layersOf(training: NativeTraining, lambda = 0): Promise<NativeTrained[]> {
  return promiseOf((settle) => native.trainedLayers({ training, lambda }, settle, null));
}

export function gradientOf(
  training: NativeTraining,
  rows: Int32Array,
  lambda = 0,
  learningRate = 0.01,
): Promise<NativeGradient> {
  return promiseOf((settle) =>
    native.trainingGradient({ training, rows, learningRate, lambda }, settle, null),
  );
}

/** All numbers of a state in one array. */
export function numbersOf(state: NativeTrainingState): Float64Array {
  const numbers = [state.step, state.epochLoss];
  for (const layer of state.layers) {
    const arrays = [layer.weights, layer.biases, layer.theta ?? [], layer.memory ?? []];
    const moments = [...layer.weightMoments, ...layer.biasMoments, ...layer.thetaMoments];
    for (const array of [...arrays, ...moments]) numbers.push(...array);
  }
  return Float64Array.from(numbers);
}

/** A starting scale at which the layers are far from linear. */
export const lively = { scale: 0.7 };
