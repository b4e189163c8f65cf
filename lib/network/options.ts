import type { ClassLabels } from "../classes.js";
import type { MatrixLike, NumericArray, VectorLike } from "../matrix.js";
import type { Penalty } from "../penalty.js";
import type { Checkpoint } from "./checkpoint.js";
import type { ValidationOptions } from "./data.js";
import type { MethodOptions } from "./methodOptions.js";
import type { OptimizerOptions } from "./optimizer.js";
import type { Activation, EpochEntry, MethodName, NetworkLoss } from "./parts.js";
import type { LambdaSchedule, LearningRateSchedule } from "./schedule.js";

/** What a network is trained on: `rows` observations. They must not be changed before training has begun. */
export interface NetworkProblem {
  /**
   * The inputs, rows x inputs, all finite. Typed arrays of integers (pixels in a Uint8Array) are read in place. They
   * should be of the order of 1: nothing is standardised.
   */
  readonly x: MatrixLike;
  /**
   * For "softmaxCrossEntropy" one class label per row, all strings, integers or booleans, of at least 2 classes. For
   * "squaredError" one finite number per row, or a matrix, rows x outputs.
   */
  readonly y: VectorLike | MatrixLike | ClassLabels | NumericArray;
}

/** Where the parameters start from. */
export interface NetworkStartOptions {
  /** Of the weights, uniform in ± scale (the default) or normal with standard deviation scale. */
  readonly distribution?: "uniform" | "normal" | undefined;
  /** A finite number > 0, by default 1 / √inputs of the layer. */
  readonly scale?: number | undefined;
  /** "uniform" in ± 1 / √inputs of the layer (the default), or "zero". */
  readonly biases?: "uniform" | "zero" | undefined;
}

/** When `save` is called. */
export interface CheckpointOptions {
  /** Epochs from one to the next, an integer >= 1, by default 1. */
  readonly every?: number | undefined;
  /**
   * Called after those epochs, after the last one and, when the run is aborted, with where it stopped; the run waits
   * for its promise. What it throws stops the run and becomes the rejection of its promise.
   */
  readonly save: (checkpoint: Checkpoint) => void | Promise<void>;
}

/** The options of `trainNetwork`. */
export interface TrainNetworkOptions {
  /**
   * How many units each hidden layer has, integers >= 1, such as [300, 100]; [] for a linear model. At most 64
   * layers.
   */
  readonly layers: readonly number[];
  /** Of the hidden layers, by default "relu". */
  readonly activation?: Activation | undefined;
  /**
   * L, a mean over the rows: "softmaxCrossEntropy" is -log softmax(z) of the label in nats, "squaredError" half of
   * |z - y|². By default the former where y is strings, booleans or a typed array of integers, and the latter for all
   * other numbers, whether or not they are integers.
   */
  readonly loss?: NetworkLoss | undefined;
  /** By default "directPenalty" where there is a penalty and "none" where there is not. */
  readonly method?: MethodName | MethodOptions | undefined;
  /**
   * Of "directPenalty", "adaptiveTikhonov", "adaptiveProx", "etaTrick" and "adaptiveDropout", which require one; the
   * other methods have their own. It must be a sum over the weights: not ard or hardThreshold, in whose place there are
   * the methods "variationalDropout" and "magnitudePruning".
   */
  readonly penalty?: Penalty | undefined;
  /**
   * λ. Required with a penalty. By default 1 / rows for "variationalDropout" (then rows (L + λ R) is the evidence lower
   * bound with its sign changed) and 2 / rows for "hardConcrete" (1 / rows for each gate expected to be
   * open; the 0.1 / rows of Louizos et al. 2018 is per weight behind a gate that many weights share), with the rows that
   * are trained on. The other methods have none.
   */
  readonly lambda?: LambdaSchedule | undefined;
  /** By default "adam". */
  readonly optimizer?: OptimizerOptions | undefined;
  /** A finite number > 0, by default 1e-3 for "adam" and 0.1 for "sgd". */
  readonly learningRate?: number | undefined;
  /** By default "constant". */
  readonly learningRateSchedule?: LearningRateSchedule | undefined;
  /** Passes over the rows, an integer >= 1, by default 10. */
  readonly epochs?: number | undefined;
  /** Rows of a step, an integer >= 1, by default 128, at most all; the last batch of an epoch may be smaller. */
  readonly batchSize?: number | undefined;
  /** A new order of the rows in every epoch. By default true. */
  readonly shuffle?: boolean | undefined;
  /** Of all random numbers of the run, an integer in [0, 2^53), by default 0. */
  readonly seed?: number | undefined;
  /** Without it there is none. */
  readonly validation?: ValidationOptions | undefined;
  /**
   * What is predicted with on the rows held out: the network without the weights that count as zero (the default) or
   * all of it.
   */
  readonly validate?: "pruned" | "trained" | undefined;
  /** Of the parameters and all arithmetic, by default "float32". */
  readonly precision?: "float32" | "float64" | undefined;
  /**
   * A weight counts as zero when it is 0 or its keep probability is below this, a number in [0, 1], by default 0.05.
   */
  readonly threshold?: number | undefined;
  /**
   * c of the minimised c (L + λ R), a finite number > 0: what the gradients are multiplied by, of which Adam sees
   * nothing but its epsilon. By default the number of rows trained on for "variationalDropout" with Adam, else 1.
   */
  readonly lossScale?: number | undefined;
  /** By default as in PyTorch; with "variationalDropout" normal with standard deviation 0.02, and biases 0. */
  readonly start?: NetworkStartOptions | undefined;
  /** Bind threads to processors while training, by default false. */
  readonly pinThreads?: boolean | undefined;
  /**
   * Stops the run after a whole step. If there has been one, the promise resolves with the network as it is then and
   * its reason is "aborted"; if not, it rejects with a FlipsideError ABORTED.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called after each epoch; the run waits for its promise where it returns one. What it throws stops the run and
   * becomes the rejection of its promise.
   */
  readonly onProgress?: ((entry: EpochEntry) => void) | undefined;
  readonly checkpoint?: CheckpointOptions | undefined;
  /**
   * A checkpoint, or its bytes, of a run with the same data and options: the run goes on from there, with the bits of
   * one that was never interrupted. `epochs` may differ where no schedule depends on it. What schedules that are
   * functions return is not compared.
   */
  readonly resume?: Checkpoint | Uint8Array | undefined;
}
