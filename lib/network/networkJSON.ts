import { expected, FlipsideError, lengthMismatch } from "../errors.js";
import { FieldReader, parse, requireFormat } from "../json.js";
import { arrayLength, element } from "../views.js";
import {
  type ArrayEncoding,
  arrayEncodings,
  decodeArray,
  decodeSparse,
  type EncodedArray,
  encodeArray,
  encodeSparse,
} from "./encoding.js";
import { decodeEpoch, type EpochJSON, elementsOf, encodeEpoch } from "./epochs.js";
import { type Precision, precisionOf } from "./floats.js";
import type {
  Activation,
  CompressedLayerParts,
  CompressedParts,
  LayerParts,
  MethodName,
  NetworkLoss,
  NetworkParts,
  TrainingReason,
} from "./parts.js";
import { activations, losses, methods } from "./requireParts.js";

/** An array of numbers in base64: see `encoding.ts` for the encodings. */
export interface ArrayJSON {
  encoding: ArrayEncoding;
  data: string;
}

interface HeadJSON {
  version: 1;
  precision: Precision;
  loss: NetworkLoss;
  classes?: readonly (string | number)[];
  method: MethodName;
}

/** What `JSON.stringify` writes for a network: every number of it exactly. */
export interface NetworkJSON<Stored = ArrayJSON> extends HeadJSON {
  format: "flipside.network";
  threshold: number;
  reason: TrainingReason;
  history: EpochJSON[];
  layers: {
    inputs: number;
    outputs: number;
    activation: Activation;
    /** inputs x outputs, row-major. */
    weights: Stored;
    biases: Stored;
    keepProbability: Stored;
  }[];
}

/** What `JSON.stringify` writes for a compressed network: every number of it exactly. */
export interface CompressedNetworkJSON<Stored = ArrayJSON> extends HeadJSON {
  format: "flipside.compressedNetwork";
  layers: {
    inputs: number;
    outputs: number;
    activation: Activation;
    storage: "dense" | "sparse";
    /** Row-major, of a dense layer inputs x outputs, of a sparse one outputs x inputs in the encoding "sparse". */
    weights: Stored;
    biases: Stored;
  }[];
}

/** Where the bytes of an array go, and where they come from. @internal */
export type Store<Stored> = (encoded: EncodedArray) => Stored;
/** @internal */
export type Fetch = (read: FieldReader, encoding: ArrayEncoding) => Uint8Array;

const reasons = ["epochs", "aborted"] as const satisfies readonly TrainingReason[];
/** An array may unfold to this many numbers, and this many more for each byte of the input. */
const freeNumbers = 2 ** 26;
const numbersPerByte = 256;
const mostNumbers = 2 ** 32 - 1;

function toBase64({ encoding, data }: EncodedArray): ArrayJSON {
  return { encoding, data: Buffer.from(data.buffer, data.byteOffset, data.length).toString("base64") };
}

const fromBase64: Fetch = (read) => {
  const text = read.value("data");
  if (typeof text !== "string" || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw expected(read.name("data"), "a string in base64", text);
  return new Uint8Array(Buffer.from(text, "base64"));
};

/** @internal */
export function encodeNetwork(parts: NetworkParts): NetworkJSON;
/** @internal */
export function encodeNetwork<Stored>(parts: NetworkParts, store: Store<Stored>): NetworkJSON<Stored>;
export function encodeNetwork(parts: NetworkParts, store: Store<unknown> = toBase64): NetworkJSON<unknown> {
  return {
    format: "flipside.network",
    ...headOf(parts, (parts.layers[0] as LayerParts).biases),
    threshold: parts.threshold,
    reason: parts.reason,
    history: parts.history.map(encodeEpoch),
    layers: parts.layers.map(({ inputs, outputs, activation, weights, biases, keepProbability }) => ({
      inputs,
      outputs,
      activation,
      weights: store(encodeArray(weights)),
      biases: store(encodeArray(biases)),
      keepProbability: store(encodeArray(keepProbability)),
    })),
  };
}

/** @internal */
export function encodeCompressed(parts: CompressedParts): CompressedNetworkJSON;
/** @internal */
export function encodeCompressed<Stored>(
  parts: CompressedParts,
  store: Store<Stored>,
): CompressedNetworkJSON<Stored>;
export function encodeCompressed(
  parts: CompressedParts,
  store: Store<unknown> = toBase64,
): CompressedNetworkJSON<unknown> {
  return {
    format: "flipside.compressedNetwork",
    ...headOf(parts, (parts.layers[0] as CompressedLayerParts).biases),
    layers: parts.layers.map((layer) => ({
      inputs: layer.inputs,
      outputs: layer.outputs,
      activation: layer.activation,
      storage: layer.weights === undefined ? "sparse" : "dense",
      weights: store(layer.weights === undefined ? encodeByOutput(layer) : encodeArray(layer.weights)),
      biases: store(encodeArray(layer.biases)),
    })),
  };
}

function headOf(
  { loss, classes, method }: Pick<CompressedParts, "loss" | "classes" | "method">,
  biases: LayerParts["biases"],
): HeadJSON {
  const precision = precisionOf(biases);
  return { version: 1, precision, loss, ...(classes !== undefined && { classes }), method };
}

function encodeByOutput({ inputs, outputs, ...layer }: CompressedLayerParts): EncodedArray {
  const { values, inputIndices, outputPointers } = layer as Required<CompressedLayerParts>;
  const places = new Float64Array(values.length);
  for (let o = 0; o < outputs; ++o) {
    const end = outputPointers[o + 1] as number;
    for (let k = outputPointers[o] as number; k < end; ++k)
      places[k] = o * inputs + (inputIndices[k] as number);
  }
  return { encoding: "sparse", data: encodeSparse({ places, values }) };
}

/** A layer with its arrays as bytes. */
interface EncodedLayer {
  readonly read: FieldReader;
  readonly shape: Pick<LayerParts, "inputs" | "outputs" | "activation">;
  readonly storage: "dense" | "sparse";
  readonly weights: EncodedArray;
  readonly biases: EncodedArray;
  readonly keepProbability: EncodedArray | undefined;
}

/** @internal */
export function decodeNetwork(argument: string, json: unknown, fetch = fromBase64): NetworkParts {
  const { read, precision, layers, about } = decodeHead(argument, json, "flipside.network", fetch);
  return {
    ...about,
    layers: layers.map(({ read, shape, weights, biases, keepProbability }) => {
      const count = shape.inputs * shape.outputs;
      return {
        ...shape,
        weights: decodeArray(read.name("weights"), weights, precision, count),
        biases: decodeArray(read.name("biases"), biases, precision, shape.outputs),
        keepProbability: decodeArray(
          read.name("keepProbability"),
          keepProbability as EncodedArray,
          precision,
          count,
        ),
      };
    }),
    threshold: read.finite("threshold"),
    reason: read.word("reason", reasons),
    history: elementsOf(read, "history", decodeEpoch),
  };
}

/** @internal */
export function decodeCompressed(argument: string, json: unknown, fetch = fromBase64): CompressedParts {
  const { precision, layers, about } = decodeHead(argument, json, "flipside.compressedNetwork", fetch);
  return {
    ...about,
    layers: layers.map(({ read, shape, storage, weights, biases }) => {
      const name = read.name("weights");
      const decoded = {
        ...shape,
        biases: decodeArray(read.name("biases"), biases, precision, shape.outputs),
      };
      return storage === "dense"
        ? { ...decoded, weights: decodeArray(name, weights, precision, shape.inputs * shape.outputs) }
        : { ...decoded, ...decodeByOutput(name, weights.data, precision, shape.inputs, shape.outputs) };
    }),
  };
}

function decodeHead(argument: string, json: unknown, format: string, fetch: Fetch) {
  const read = new FieldReader(argument, requireFormat(argument, parse(argument, json), format, 1));
  const whole = format === "flipside.network";
  const precision = read.word("precision", ["float32", "float64"] as const);
  const loss = read.word("loss", losses);
  const method = read.word("method", methods);
  const layers = elementsOf(read, "layers", (layer) => readLayer(layer, whole, fetch));
  const last = layers[layers.length - 1];
  if (last === undefined) throw expected(read.name("layers"), "at least one", layers, "EMPTY");
  requireReasonable(argument, layers);
  const classes = read.has("classes") ? readClasses(read, last.shape.outputs) : undefined;
  return { read, precision, layers, about: { loss, classes, method } };
}

/** As many as there are outputs; what they are is checked with all else. */
function readClasses(read: FieldReader, outputs: number): (string | number)[] {
  const name = read.name("classes");
  const array = read.array("classes");
  const count = arrayLength(name, array);
  if (count !== outputs) throw lengthMismatch(name, outputs, "one per output", count);
  const classes: (string | number)[] = [];
  for (let k = 0; k < count; ++k) classes.push(element(name, array, k) as string);
  return classes;
}

function readLayer(read: FieldReader, whole: boolean, fetch: Fetch): EncodedLayer {
  const shape = {
    inputs: read.count("inputs", 1),
    outputs: read.count("outputs", 1),
    activation: read.word("activation", activations),
  };
  const storage = whole ? "dense" : read.word("storage", ["dense", "sparse"] as const);
  const array = (key: string, only: readonly ArrayEncoding[] = arrayEncodings) => {
    const fields = read.fields(key);
    const encoding = fields.word("encoding", only);
    return { encoding, data: fetch(fields, encoding) };
  };
  const weights = array("weights", storage === "sparse" ? ["sparse"] : arrayEncodings);
  const biases = array("biases");
  return {
    read,
    shape,
    storage,
    weights,
    biases,
    keepProbability: whole ? array("keepProbability") : undefined,
  };
}

/** A few bytes must not claim all memory. */
function requireReasonable(argument: string, layers: readonly EncodedLayer[]): void {
  let numbers = 0;
  let bytes = 0;
  for (const { shape, storage, weights, biases, keepProbability } of layers) {
    const count = shape.inputs * shape.outputs;
    numbers += (storage === "dense" ? count : 0) + shape.outputs;
    bytes += weights.data.length + biases.data.length + (keepProbability?.data.length ?? 0);
    if (storage === "dense" && count > mostNumbers) numbers = Infinity;
  }
  if (numbers <= freeNumbers + numbersPerByte * bytes) return;
  const message = `${argument} must have layers of a reasonable size, but ${bytes} bytes stand for ${numbers} numbers`;
  throw new FlipsideError("TOO_LARGE", message);
}

function decodeByOutput(
  argument: string,
  data: Uint8Array,
  precision: Precision,
  inputs: number,
  outputs: number,
): Required<Pick<CompressedLayerParts, "values" | "inputIndices" | "outputPointers">> {
  const { places, values } = decodeSparse(argument, data, precision, inputs * outputs);
  const outputPointers = new Int32Array(outputs + 1);
  const inputIndices = new Int32Array(values.length);
  for (let k = 0; k < values.length; ++k) {
    const place = places[k] as number;
    const output = Math.floor(place / inputs);
    inputIndices[k] = place - output * inputs;
    outputPointers[output + 1] = k + 1;
  }
  for (let o = 0; o < outputs; ++o)
    outputPointers[o + 1] = Math.max(outputPointers[o + 1] as number, outputPointers[o] as number);
  return { values, inputIndices, outputPointers };
}
