// Valid calls of networks, for the fuzzer of the public functions.
import { CompressedNetwork, Network } from "flipside";
import { dense, loose, sparse } from "./facadeProblems.ts";
import type { Call } from "./mutations.ts";
import { type NetworkSpec, networkOf } from "./networks.ts";

const columns = (dense() as { columns: number }).columns;
const spec: NetworkSpec = {
  seed: 2,
  sizes: [columns, 4, 2],
  activations: ["tanh", "identity", "relu", "relu", "relu"],
  density: 0.2,
  single: false,
  classifies: true,
};
const network = networkOf(spec, { classes: ["no", "yes"] });
const compressed = network.compress();
const rows = (dense() as { rows: number }).rows;
const labels = () => Array.from({ length: rows }, (_, i) => (i % 2 ? "yes" : "no"));
const options = () => ({ batchSize: 2, signal: undefined, onProgress: undefined });
const matrixWords = ["x", "data", "rows", "columns", "order", "values", "rowIndices", "columnPointers"];
const words = [...matrixWords, ...Object.keys(options()), "y", "output", "options", "threshold"];
const keysOf = (value: object) => Object.keys(value);
/** A sparse matrix may have any number of rows, and then they are all predicted. */
const matrixPlaces = (x: object) => [
  [0],
  ...keysOf(x).flatMap((key) => (key === "rows" && "columnPointers" in x ? [] : [[0, key]])),
];
const optionPlaces = (place: number) => [[place], ...keysOf(options()).map((key) => [place, key])];

function predicting(name: string, model: Network | CompressedNetwork, x: () => object): Call[] {
  return [
    {
      name: `predict ${name}`,
      arguments: () => [x(), { ...options(), output: "linear" }],
      places: [...matrixPlaces(x()), ...optionPlaces(1), [1, "output"]],
      words,
      invoke: (given) => loose(model.predict.bind(model))(...given),
    },
    {
      name: `predictSync ${name}`,
      arguments: () => [x(), { output: "response" }],
      places: [...matrixPlaces(x()), [1], [1, "output"]],
      words,
      invoke: (given) => loose(model.predictSync.bind(model))(...given),
    },
    {
      name: `classify ${name}`,
      arguments: () => [x(), options()],
      places: [...matrixPlaces(x()), ...optionPlaces(1)],
      words,
      invoke: (given) => loose(model.classify.bind(model))(...given),
    },
    {
      name: `evaluate ${name}`,
      arguments: () => [x(), labels(), options()],
      places: [...matrixPlaces(x()), [1], [1, 0], ...optionPlaces(2)],
      words,
      invoke: (given) => loose(model.evaluate.bind(model))(...given),
    },
  ];
}

function reading(name: string, json: () => { layers: object[] }, read: (json: unknown) => unknown): Call {
  const layer = json().layers[0] as Record<string, object>;
  const inner = keysOf(layer).filter((key) => typeof layer[key] === "object");
  return {
    name: `${name}.fromJSON`,
    arguments: () => [structuredClone(json())],
    places: [
      [0],
      ...keysOf(json()).map((key) => [0, key]),
      ...keysOf(layer).map((key) => [0, "layers", 0, key]),
      ...inner.flatMap((key) => [
        [0, "layers", 0, key, "encoding"],
        [0, "layers", 0, key, "data"],
      ]),
      [0, "classes", 0],
    ],
    words: ["json", "layers", "classes", "threshold", "bytes"],
    invoke: (given) => loose(read)(...given),
  };
}

export const networkCalls: readonly Call[] = [
  ...predicting("dense", network, dense),
  ...predicting("compressed", compressed, sparse),
  reading("Network", () => network.toJSON(), Network.fromJSON),
  reading("CompressedNetwork", () => compressed.toJSON(), CompressedNetwork.fromJSON),
  {
    name: "Network.fromBytes",
    arguments: () => [network.toBytes()],
    places: [[0]],
    words: ["bytes"],
    invoke: (given) => loose(Network.fromBytes)(...given),
  },
  {
    name: "compress",
    arguments: () => [0.3],
    places: [[0]],
    words,
    invoke: (given) => loose(network.compress.bind(network))(...given),
  },
];
