// Valid calls of the predictor of networks, for the fuzzer of the addon.
import type { NativePredictorLayer } from "../../binding.js";
import { loose, settled } from "./bindingRequests.ts";
import type { Call } from "./mutations.ts";
import { native } from "./native.ts";
import { sparseLayer } from "./networks.ts";

const dense = (): NativePredictorLayer => ({
  inputs: 3,
  outputs: 2,
  activation: "relu",
  weights: Float64Array.of(1, 0, 0, 2, 3, 0),
  biases: Float64Array.of(0.5, -1),
});
const last = (): NativePredictorLayer => ({
  inputs: 2,
  outputs: 2,
  activation: "softmax",
  weights: Float64Array.of(1, 0, -1, 2),
  biases: Float64Array.of(0, 0),
});
const layers = () => [dense(), sparseLayer(last())];
const keys = [
  "inputs",
  "outputs",
  "activation",
  "biases",
  "weights",
  "values",
  "inputIndices",
  "outputPointers",
];
const words = [
  ...keys,
  "layers",
  "layer",
  "predictor",
  "rows",
  "x",
  "linear",
  "firstRow",
  "request",
  "settle",
  "progress",
];
const request = () => ({
  predictor: native.createPredictor(layers()),
  rows: 2,
  x: Float64Array.of(1, 2, 3, 4, 5, 6),
  linear: false,
  firstRow: 0,
});

export const predictorCalls: readonly Call[] = [
  {
    name: "createPredictor",
    arguments: () => [layers()],
    places: [[0], [0, 0], [0, 1], ...[0, 1].flatMap((l) => keys.map((key) => [0, l, key]))],
    words,
    invoke: (given) => loose("createPredictor")(...given),
  },
  {
    name: "predictNetworkSync",
    arguments: () => Object.values(request()),
    places: [[0], [1], [2], [3], [4]],
    words,
    invoke: (given) => loose("predictNetworkSync")(...given),
  },
  {
    name: "predictNetwork",
    arguments: () => [request(), "settle", "progress"],
    places: [[0], ...Object.keys(request()).map((key) => [0, key]), [1], [2]],
    words,
    invoke: (given) => settled("predictNetwork", given),
  },
];
