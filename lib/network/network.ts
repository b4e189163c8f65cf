import type { Floats } from "../../binding.js";
import { requireNumber } from "../checks.js";
import { type CompressedNetwork, compressLayers } from "./compressed.js";
import { NetworkModel, requireSecret, secret } from "./model.js";
import { bytesOfNetwork, networkOfBytes } from "./networkBytes.js";
import { decodeNetwork, encodeNetwork, type NetworkJSON } from "./networkJSON.js";
import { modelOfONNX } from "./onnx.js";
import type { Activation, EpochEntry, LayerParts, NetworkParts, TrainingReason } from "./parts.js";
import { requireNetwork } from "./requireParts.js";

let make: (parts: NetworkParts) => Network;

/** A layer of a network, activation(x W + b). */
export class NetworkLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly #parts: LayerParts;

  /** @internal */
  constructor(key: symbol, parts: LayerParts) {
    requireSecret(key, "NetworkLayer", "Network.layers");
    this.inputs = parts.inputs;
    this.outputs = parts.outputs;
    this.activation = parts.activation;
    this.#parts = parts;
    Object.freeze(this);
  }

  /** A copy: that of input i for output j is entry i * outputs + j. */
  get weights(): Floats {
    return this.#parts.weights.slice();
  }

  /** A copy, one per output. */
  get biases(): Floats {
    return this.#parts.biases.slice();
  }

  /** A copy, one per weight, from 0 to 1. */
  get keepProbability(): Floats {
    return this.#parts.keepProbability.slice();
  }
}

/**
 * A trained network: the result of `trainNetwork`, `Network.fromJSON` or `Network.fromBytes`. It predicts with the weights
 * as they were trained, those that count as zero too; `prune` and `compress` leave these out.
 */
export class Network extends NetworkModel {
  readonly layers: readonly NetworkLayer[];
  /** A weight counts as zero when it is 0 or its keep probability is below this. */
  readonly threshold: number;
  /** One entry per epoch of its training. */
  readonly history: readonly EpochEntry[];
  /** Why the training ended. */
  readonly reason: TrainingReason;
  /** How many weights do not count as zero. */
  readonly nonzero: number;
  readonly #parts: NetworkParts;

  private constructor(key: symbol, parts: NetworkParts) {
    requireSecret(key, "Network", "trainNetwork, Network.fromJSON or Network.fromBytes");
    const precision = requireNetwork(parts);
    super({ ...parts, precision });
    this.layers = Object.freeze(parts.layers.map((layer) => new NetworkLayer(secret, layer)));
    this.threshold = parts.threshold;
    this.history = Object.freeze(parts.history.map((entry) => Object.freeze({ ...entry })));
    this.reason = parts.reason;
    this.nonzero = parts.layers.reduce((sum, layer) => sum + nonzeroOf(layer, parts.threshold), 0);
    this.#parts = parts;
    Object.freeze(this);
  }

  /** The fraction of the weights that count as zero. Biases are no weights. */
  get sparsity(): number {
    const weights = this.layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
    return 1 - this.nonzero / weights;
  }

  /**
   * The network whose weights with a keep probability below the threshold are 0. The threshold becomes that of the result.
   *
   * @param threshold In [0, 1], by default that of this network.
   * @throws FlipsideError INVALID_ARGUMENT, NOT_FINITE, OUT_OF_RANGE.
   */
  prune(threshold: number = this.threshold): Network {
    const limit = requireNumber("threshold", threshold, { min: 0, max: 1 });
    const layers = this.#parts.layers.map((layer) => ({ ...layer, weights: pruned(layer, limit) }));
    return new Network(secret, { ...this.#parts, threshold: limit, layers });
  }

  /**
   * A network for predictions alone, made of the pruned weights. Layers of which at most a quarter of the weights are left
   * keep just these: from there on their products are faster than the dense ones, and they take less memory.
   *
   * @param threshold As of `prune`.
   * @throws FlipsideError as `prune`.
   */
  compress(threshold: number = this.threshold): CompressedNetwork {
    const { layers, loss, classes, method } = this.prune(threshold).#parts;
    return compressLayers(layers, { loss, classes, method });
  }

  /** Plain JSON that `Network.fromJSON` restores exactly. */
  toJSON(): NetworkJSON {
    return encodeNetwork(this.#parts);
  }

  /**
   * Restores a network from `toJSON()`, an object or its JSON text.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others that name the bad field; VERSION for JSON of a newer version.
   */
  static fromJSON(json: unknown): Network {
    return new Network(secret, decodeNetwork("json", json));
  }

  /** The same in a compact binary form with a checksum, that `Network.fromBytes` restores exactly. */
  toBytes(): Uint8Array {
    return bytesOfNetwork(this.#parts);
  }

  /**
   * Restores a network from `toBytes()`.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others for bytes that are not those; VERSION for those of a newer version.
   */
  static fromBytes(bytes: Uint8Array): Network {
    return new Network(secret, networkOfBytes("bytes", bytes));
  }

  /**
   * The network, as it predicts, as an ONNX model (IR version 8, operator set 13): its input "x" is N x inputs, its output
   * "y" N x outputs, what `predict` gives as the response; the labels are JSON in the metadata "classes".
   *
   * @throws FlipsideError TOO_LARGE beyond the 2 GB of such a file.
   */
  toONNX(): Uint8Array {
    return modelOfONNX(this.#parts, this.precision);
  }

  static {
    make = (parts) => new Network(secret, parts);
  }
}

/**
 * The arrays become the network's and must not change any more.
 *
 * @throws FlipsideError for parts that do not fit together and numbers that are not finite.
 */
export function makeNetwork(parts: NetworkParts): Network {
  return make(parts);
}

function nonzeroOf({ weights, keepProbability }: LayerParts, threshold: number): number {
  let count = 0;
  for (let i = 0; i < weights.length; ++i)
    if (weights[i] !== 0 && (keepProbability[i] as number) >= threshold) ++count;
  return count;
}

function pruned({ weights, keepProbability }: LayerParts, threshold: number): Floats {
  const kept = weights.slice();
  for (let i = 0; i < kept.length; ++i) if ((keepProbability[i] as number) < threshold) kept[i] = 0;
  return kept;
}
