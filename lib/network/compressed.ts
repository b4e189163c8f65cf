import type { Floats } from "../../binding.js";
import { newFloats, precisionOf } from "./floats.js";
import { NetworkModel, requireSecret, secret } from "./model.js";
import { bytesOfCompressed, compressedOfBytes } from "./networkBytes.js";
import { type CompressedNetworkJSON, decodeCompressed, encodeCompressed } from "./networkJSON.js";
import type { Activation, CompressedLayerParts, CompressedParts, LayerParts } from "./parts.js";
import { requireCompressed } from "./requireParts.js";

/** A layer with more than this fraction of its weights stays dense. */
const mostDensity = 0.25;

/** What there is to say of a layer of a compressed network. */
export interface CompressedLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly storage: "dense" | "sparse";
  /** Weights that are not 0. */
  readonly nonzero: number;
  /** Of its weights with their places, and of its biases. */
  readonly bytes: number;
}

let make: (parts: CompressedParts) => CompressedNetwork;

/** A network for predictions alone, from `Network.compress`: without its history, keep probabilities and zeros. */
export class CompressedNetwork extends NetworkModel {
  readonly layers: readonly CompressedLayer[];
  /** Weights that are not 0. */
  readonly nonzero: number;
  /** What weights, their places and biases take in memory. */
  readonly bytes: number;
  readonly #parts: CompressedParts;

  private constructor(key: symbol, parts: CompressedParts) {
    requireSecret(key, "CompressedNetwork", "Network.compress, fromJSON or fromBytes");
    super({ ...parts, precision: requireCompressed(parts) });
    this.layers = Object.freeze(parts.layers.map(describe));
    this.nonzero = this.layers.reduce((sum, { nonzero }) => sum + nonzero, 0);
    this.bytes = this.layers.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#parts = parts;
    Object.freeze(this);
  }

  /** The fraction of the weights that are 0. */
  get sparsity(): number {
    return 1 - this.nonzero / this.layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  }

  /** Plain JSON that `CompressedNetwork.fromJSON` restores exactly. */
  toJSON(): CompressedNetworkJSON {
    return encodeCompressed(this.#parts);
  }

  /**
   * Restores a network from `toJSON()`, an object or its JSON text.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others that name the bad field; VERSION for JSON of a newer version.
   */
  static fromJSON(json: unknown): CompressedNetwork {
    return new CompressedNetwork(secret, decodeCompressed("json", json));
  }

  /** A compact binary form with a checksum, that `CompressedNetwork.fromBytes` restores exactly. */
  toBytes(): Uint8Array {
    return bytesOfCompressed(this.#parts);
  }

  /**
   * Restores a network from `toBytes()`.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others for bytes that are not those; VERSION for those of a newer version.
   */
  static fromBytes(bytes: Uint8Array): CompressedNetwork {
    return new CompressedNetwork(secret, compressedOfBytes("bytes", bytes));
  }

  static {
    make = (parts) => new CompressedNetwork(secret, parts);
  }
}

/** @internal */
export function compressLayers(
  layers: readonly LayerParts[],
  about: Omit<CompressedParts, "layers">,
): CompressedNetwork {
  return make({ ...about, layers: layers.map(compressed) });
}

function compressed({ inputs, outputs, activation, biases, weights }: LayerParts): CompressedLayerParts {
  const shape = { inputs, outputs, activation, biases };
  const nonzero = countNonzero(weights);
  return nonzero > mostDensity * weights.length
    ? { ...shape, weights }
    : { ...shape, ...byOutput(weights, inputs, outputs, nonzero) };
}

/** Compressed sparse rows of the transpose. */
function byOutput(weights: Floats, inputs: number, outputs: number, nonzero: number) {
  const outputPointers = new Int32Array(outputs + 1);
  for (let k = 0; k < weights.length; ++k) {
    if (weights[k] === 0) continue;
    const place = (k % outputs) + 1;
    outputPointers[place] = (outputPointers[place] as number) + 1;
  }
  for (let o = 0; o < outputs; ++o)
    outputPointers[o + 1] = (outputPointers[o + 1] as number) + (outputPointers[o] as number);
  const next = outputPointers.slice();
  const values = newFloats("the weights", precisionOf(weights), nonzero);
  const inputIndices = new Int32Array(nonzero);
  for (let i = 0, k = 0; i < inputs; ++i) {
    for (let o = 0; o < outputs; ++o, ++k) {
      if (weights[k] === 0) continue;
      const place = next[o] as number;
      next[o] = place + 1;
      values[place] = weights[k] as number;
      inputIndices[place] = i;
    }
  }
  return { values, inputIndices, outputPointers };
}

function describe(layer: CompressedLayerParts): CompressedLayer {
  const { inputs, outputs, activation, biases, weights, values, inputIndices, outputPointers } = layer;
  const arrays = [biases, weights, values, inputIndices, outputPointers];
  return Object.freeze({
    inputs,
    outputs,
    activation,
    storage: weights === undefined ? "sparse" : "dense",
    nonzero: countNonzero((weights ?? values) as Floats),
    bytes: arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0),
  });
}

function countNonzero(values: Floats): number {
  let count = 0;
  for (let k = 0; k < values.length; ++k) if (values[k] !== 0) ++count;
  return count;
}
