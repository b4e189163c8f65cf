// Valid calls of trainNetwork and Checkpoint, for the fuzzer. epochs is left alone: so many would be trained.
import { Checkpoint, penalties, trainNetwork } from "flipside";
import { makeCheckpoint } from "../../dist/network/checkpoint.js";
import { dense, loose, matrixPlaces, sparse, y } from "./facadeProblems.ts";
import type { Call } from "./mutations.ts";

const nothing = () => {};
const common = () => ({
  layers: [3, 2],
  activation: "tanh",
  optimizer: { name: "adam", beta1: 0.8, beta2: 0.9, epsilon: 1e-6 },
  learningRate: 1e-3,
  learningRateSchedule: { warmup: 1, after: { name: "step", every: 1, factor: 0.5 } },
  batchSize: 2,
  shuffle: true,
  seed: 4,
  validation: { rows: [1] },
  validate: "pruned",
  precision: "float64",
  threshold: 0.1,
  lossScale: 2,
  start: { distribution: "normal", scale: 0.1, biases: "zero" },
  pinThreads: false,
  signal: new AbortController().signal,
  onProgress: nothing,
  checkpoint: { every: 1, save: nothing },
  resume: undefined,
});

const optionPlaces = [
  [1],
  ...Object.keys(common()).map((key) => [1, key]),
  [1, "layers", 0],
  [1, "layers", "length"],
  ...["name", "beta1", "beta2", "epsilon"].map((key) => [1, "optimizer", key]),
  ...["warmup", "after"].map((key) => [1, "learningRateSchedule", key]),
  ...["name", "every", "factor"].map((key) => [1, "learningRateSchedule", "after", key]),
  ...["rows", "fraction", "seed"].map((key) => [1, "validation", key]),
  [1, "validation", "rows", 0],
  ...["distribution", "scale", "biases"].map((key) => [1, "start", key]),
  ...["every", "save"].map((key) => [1, "checkpoint", key]),
];
const words = [
  "problem",
  "x",
  "y",
  "options",
  "method",
  "penalty",
  "lambda",
  "loss",
  "training",
  "weights",
].concat(Object.keys(common()));

const variations: Record<
  string,
  { problem: () => object; own: () => object; places: (string | number)[][] }
> = {
  "a penalty": {
    problem: () => ({ x: dense(), y: y() }),
    own: () => ({
      method: "adaptiveProx",
      penalty: penalties.mcp(),
      lambda: { from: 0, to: 0.1, epochs: 1 },
    }),
    places: [[1, "penalty"], ...["from", "to", "epochs"].map((key) => [1, "lambda", key])],
  },
  labels: {
    problem: () => ({ x: sparse(), y: ["a", "b", "b", "a"] }),
    own: () => ({
      method: { name: "hardConcrete", beta: 0.5, gamma: -0.2, zeta: 1.2, keep: 0.7 },
      loss: "softmaxCrossEntropy",
    }),
    places: [
      [0, "y", 1],
      [0, "y", "length"],
      [1, "loss"],
      ...["name", "beta", "gamma", "zeta", "keep"].map((key) => [1, "method", key]),
    ],
  },
  pruning: {
    problem: () => ({
      x: { data: Uint8Array.of(1, 2, 0, 4, 1, 2, 3, 3, 1, 0, 5, 2), rows: 4, columns: 3 },
      y: [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ],
    }),
    own: () => ({
      method: {
        name: "magnitudePruning",
        finalSparsity: 0.5,
        initialSparsity: 0.1,
        begin: 0,
        end: 1,
        interval: 1,
        scope: "layer",
      },
    }),
    places: [
      [0, "y", 1],
      [0, "y", 1, 0],
      ...["finalSparsity", "initialSparsity", "begin", "end", "interval", "scope"].map((key) => [
        1,
        "method",
        key,
      ]),
    ],
  },
};

const checkpointBytes = () =>
  makeCheckpoint({
    identity: { layers: [3] },
    checksum: 1,
    stepsPerEpoch: 2,
    seconds: 0,
    history: [],
    state: {
      step: 1,
      epochLoss: 0.5,
      layers: [
        {
          weights: Float32Array.of(1, 2),
          biases: Float32Array.of(3),
          weightMoments: [],
          biasMoments: [],
          thetaMoments: [],
        },
      ],
    },
  }).toBytes();

export const trainNetworkCalls: readonly Call[] = [
  ...Object.entries(variations).map(
    ([name, { problem, own, places }]): Call => ({
      name: `trainNetwork with ${name}`,
      arguments: () => [problem(), { ...common(), ...own(), epochs: 2 }],
      places: [[0], ...matrixPlaces, [0, "y"], [1, "method"], [1, "lambda"], ...optionPlaces, ...places],
      words,
      invoke: (g) => loose(trainNetwork)(...g),
    }),
  ),
  {
    name: "Checkpoint.fromBytes",
    arguments: () => [checkpointBytes()],
    places: [[0], [0, 3], [0, 12], [0, 40]],
    words: ["bytes"],
    invoke: (g) => loose(Checkpoint.fromBytes)(...g),
  },
];
