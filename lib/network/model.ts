import type { NativePredictor } from "../../binding.js";
import { native } from "../binding.js";
import { property, requireOptions } from "../checks.js";
import { FlipsideError } from "../errors.js";
import { classesOf, makeScore, type NetworkEvaluation, requireLabels, requireList } from "./evaluation.js";
import { newFloats, type Precision } from "./floats.js";
import type { CompressedLayerParts, MethodName, NetworkLoss } from "./parts.js";
import {
  type NetworkInput,
  type NetworkPredictOptions,
  type Prediction,
  predictAtOnce,
  predictSlices,
  readInput,
  readOutput,
  readSliceOptions,
  readSlicing,
  requireShort,
  type SliceOptions,
} from "./predicting.js";

/** What a model is made of. @internal */
export interface ModelParts {
  readonly layers: readonly CompressedLayerParts[];
  readonly loss: NetworkLoss;
  readonly classes: readonly (string | number)[] | undefined;
  readonly method: MethodName;
  readonly precision: Precision;
}

/** Only this package makes models. @internal */
export const secret = Symbol("made by flipside");

/**
 * A multilayer perceptron that predicts: a `Network` or a `CompressedNetwork`. It does not change. A prediction does not
 * depend on the number of threads, nor on which rows are predicted together.
 */
export abstract class NetworkModel {
  /** Variables of a row of x. */
  readonly inputs: number;
  /** Classes or targets. */
  readonly outputs: number;
  readonly loss: NetworkLoss;
  /** The labels of the outputs; undefined for targets, and where none were told: then labels are the numbers from 0. */
  readonly classes: readonly (string | number)[] | undefined;
  /** What it was trained with. */
  readonly method: MethodName;
  /** Of weights and predictions. */
  readonly precision: Precision;
  /** Numbers that it has: weights, zeros too, and biases. */
  readonly parameters: number;
  readonly #layers: readonly CompressedLayerParts[];
  readonly #labels: readonly (string | number)[];
  readonly #products: number;
  #predictor: NativePredictor | undefined;

  /** @internal */
  protected constructor(parts: ModelParts) {
    const { layers, loss, classes } = parts;
    this.inputs = (layers[0] as CompressedLayerParts).inputs;
    this.outputs = (layers[layers.length - 1] as CompressedLayerParts).outputs;
    this.loss = loss;
    this.classes = classes && Object.freeze([...classes]);
    this.method = parts.method;
    this.precision = parts.precision;
    this.parameters = layers.reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs, 0);
    this.#layers = layers;
    this.#labels = this.classes ?? Array.from({ length: this.outputs }, (_, k) => k);
    this.#products = layers.reduce((sum, { weights, values }) => sum + (weights ?? values ?? []).length, 0);
  }

  /**
   * Predicts on workers of the addon, large matrices slice by slice. A matrix of one slice is copied before the call
   * returns; a larger one must not change until the promise settles.
   *
   * @param x Rows with as many columns as the network has inputs, in any form that `fit` takes, or one row as a flat array.
   *   Elements must be finite; for a network in float32 they are rounded to it.
   * @returns rows x outputs: class probabilities or outputs, or with `output: "linear"` what precedes the softmax or the
   *   activation of the last layer.
   * @throws FlipsideError, always as a rejection: LENGTH_MISMATCH, MISSING_VALUES, NOT_FINITE, OUT_OF_RANGE (beyond
   *   float32), INVALID_ARGUMENT, EMPTY, UNKNOWN_OPTION, ABORTED, OUT_OF_MEMORY.
   */
  async predict(x: NetworkInput, options: NetworkPredictOptions = {}): Promise<Prediction> {
    const given = readSliceOptions(options, ["output"]);
    const linear = readOutput(given) === "linear";
    const slicing = readSlicing(given, this.#width(), "the prediction");
    const matrix = readInput("x", x, this.inputs);
    const { rows } = matrix;
    const columns = this.outputs;
    const data = newFloats("the prediction", this.precision, rows * columns);
    await predictSlices(this.#native(), matrix, linear, slicing, (first, _, outputs) => {
      data.set(outputs, first * columns);
    });
    return { data, rows, columns };
  }

  /**
   * The same on the calling thread, for a few rows: the fastest way for one.
   *
   * @throws FlipsideError as `predict`, and TOO_LARGE for so many rows that they would hold up the event loop for long.
   */
  predictSync(x: NetworkInput, options: Pick<NetworkPredictOptions, "output"> = {}): Prediction {
    const given = requireOptions("options", options, ["output"]);
    const linear = readOutput(given) === "linear";
    const matrix = readInput("x", x, this.inputs);
    requireShort(matrix.rows, this.#products);
    const data = predictAtOnce(this.#native(), matrix, linear);
    return { data, rows: matrix.rows, columns: this.outputs };
  }

  /**
   * The label of the most probable class of each row, of equally probable ones the first.
   *
   * @throws FlipsideError, always as a rejection, as `predict`; UNSUPPORTED for a network without classes;
   *   TOO_LARGE beyond 2^26 rows, whose list of labels would fill the heap.
   */
  async classify(x: NetworkInput, options: SliceOptions = {}): Promise<(string | number)[]> {
    requireLabels(this.loss);
    const slicing = readSlicing(readSliceOptions(options), this.#width(), "the classification");
    const matrix = readInput("x", x, this.inputs);
    requireList(matrix.rows);
    const labels = new Array<string | number>(matrix.rows);
    await predictSlices(this.#native(), matrix, true, slicing, (first, _, z) => {
      classesOf(z, this.outputs).forEach((k, i) => {
        labels[first + i] = this.#labels[k] as string | number;
      });
    });
    return labels;
  }

  /**
   * How well it predicts rows with a known response. Of a network that was not pruned with all its weights: see `prune`.
   *
   * @param y Labels, one per row, that are among the classes; or targets, rows x outputs, of one output also a vector.
   * @throws FlipsideError, always as a rejection, as `predict`, and for a y that does not belong to x.
   */
  async evaluate(x: NetworkInput, y: NetworkTargets, options: SliceOptions = {}): Promise<NetworkEvaluation> {
    const slicing = readSlicing(readSliceOptions(options), this.#width(), "the evaluation");
    const matrix = readInput("x", x, this.inputs);
    const score = makeScore(this.loss, this.#labels, this.outputs, y, matrix.rows);
    const linear = this.loss === "softmaxCrossEntropy";
    await predictSlices(this.#native(), matrix, linear, slicing, (first, count, outputs) => {
      score.add(first, count, outputs);
    });
    return score.result();
  }

  #width(): number {
    return Math.max(this.inputs, this.outputs);
  }

  /** Made on first use, then kept. */
  #native(): NativePredictor {
    const last = this.#layers.length - 1;
    const softmax = this.loss === "softmaxCrossEntropy";
    this.#predictor ??= native.createPredictor(
      this.#layers.map((layer, l) => ({
        ...layer,
        activation: softmax && l === last ? "softmax" : layer.activation,
      })),
    );
    return this.#predictor;
  }
}

/** Labels (of one kind with the classes, or that read the same), or targets. */
export type NetworkTargets = NetworkInput | readonly (string | boolean)[];

/** @internal */
export function requireSecret(key: symbol, name: string, sources: string): void {
  if (key === secret) return;
  const message = `a ${name} must come from ${sources}, but was called as a constructor`;
  throw new FlipsideError("INVALID_ARGUMENT", message);
}

/** An option that is a number, or what it is by default. @internal */
export function optional<T>(options: object, key: string, usual: T, read: (value: unknown) => T): T {
  const value = property("options", options, key);
  return value === undefined ? usual : read(value);
}
