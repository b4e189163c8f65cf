// What networks are made of.
import type { Floats } from "../../binding.js";

/** What a layer does to its linear part; a network with softmax cross-entropy ends with identity and softmax is in the loss. */
export type Activation = "identity" | "relu" | "tanh";
/** Of a row: −log softmax(z) of its class in nats, or half the squared distance to its targets. */
export type NetworkLoss = "softmaxCrossEntropy" | "squaredError";
export type MethodName =
  | "none"
  | "directPenalty"
  | "adaptiveTikhonov"
  | "adaptiveProx"
  | "etaTrick"
  | "adaptiveDropout"
  | "variationalDropout"
  | "hardConcrete"
  | "magnitudePruning";

/** One layer, activation(x W + b). */
export interface LayerParts {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  /** inputs x outputs, row-major, as trained. */
  readonly weights: Floats;
  readonly biases: Floats;
  /** Of each weight, in [0, 1]. */
  readonly keepProbability: Floats;
}

/** What there is to say of an epoch. */
export interface EpochEntry {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss of the batches of this epoch, with the noise of the method. */
  readonly loss: number;
  /** R(w) at its end; the objective is L + λR. */
  readonly penalty: number;
  /** Fraction of the weights (without biases) that count as nonzero at its end. */
  readonly nonzero: number;
  /** Of the rows held out, predicted as the option `validate` says; undefined without such rows. */
  readonly validationLoss: number | undefined;
  /** Fraction misclassified, or mean squared error per output. */
  readonly validationError: number | undefined;
  /** Of the first step of the epoch. */
  readonly learningRate: number;
  readonly lambda: number;
  /** Wall time of its training, without the evaluation. */
  readonly seconds: number;
}

/** Why a training run ended. */
export type TrainingReason = "epochs" | "aborted";

/** What trainNetwork hands to a Network. */
export interface NetworkParts {
  readonly layers: readonly LayerParts[];
  readonly loss: NetworkLoss;
  /** Labels of the outputs, with softmax cross-entropy: distinct strings or numbers. */
  readonly classes: readonly (string | number)[] | undefined;
  /** A weight counts as zero when its keep probability is below it. */
  readonly threshold: number;
  readonly method: MethodName;
  readonly reason: TrainingReason;
  readonly history: readonly EpochEntry[];
}

/**
 * A layer of a compressed network: either `weights`, inputs x outputs, or the three arrays of its nonzero weights by
 * output: those of output o are from outputPointers[o] to outputPointers[o + 1].
 */
export interface CompressedLayerParts {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly biases: Floats;
  readonly weights?: Floats;
  readonly values?: Floats;
  readonly inputIndices?: Int32Array;
  readonly outputPointers?: Int32Array;
}

export interface CompressedParts {
  readonly layers: readonly CompressedLayerParts[];
  readonly loss: NetworkLoss;
  readonly classes: readonly (string | number)[] | undefined;
  readonly method: MethodName;
}
