// What every network fulfils, wherever its parts came from.
import type { Floats } from "../../binding.js";
import { isArray, isObject, requireChoice, requireNumber } from "../checks.js";
import { expected, FlipsideError, lengthMismatch } from "../errors.js";
import { arrayLength, element, kindOf, lengthOf } from "../views.js";
import { type Precision, precisionOf } from "./floats.js";
import type { Activation, CompressedParts, MethodName, NetworkLoss, NetworkParts } from "./parts.js";

export const activations = ["identity", "relu", "tanh"] as const satisfies readonly Activation[];
export const losses = ["softmaxCrossEntropy", "squaredError"] as const satisfies readonly NetworkLoss[];
export const methods = [
  "none",
  "directPenalty",
  "adaptiveTikhonov",
  "adaptiveProx",
  "etaTrick",
  "adaptiveDropout",
  "variationalDropout",
  "hardConcrete",
  "magnitudePruning",
] as const satisfies readonly MethodName[];

const unitsRange = { min: 1, max: 2 ** 31 - 1, integer: true };
const share = { min: 0, max: 1 };

/** Of each array that has one number per weight. */
interface Shape {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly biases: Floats;
}

interface Common {
  readonly layers: readonly Shape[];
  readonly loss: NetworkLoss;
  readonly classes: readonly (string | number)[] | undefined;
  readonly method: MethodName;
}

/** The weights are finite, the keep probabilities in [0, 1], and all have the same precision. */
export function requireNetwork(parts: NetworkParts): Precision {
  const precision = requireCommon(parts);
  requireNumber("threshold", parts.threshold, share);
  parts.layers.forEach(({ inputs, outputs, weights, keepProbability }, l) => {
    const count = inputs * outputs;
    requireArray(`layers[${l}].weights`, weights, precision, count);
    requireArray(`layers[${l}].keepProbability`, keepProbability, precision, count);
    requireShares(`layers[${l}].keepProbability`, keepProbability);
  });
  return precision;
}

/** The indices are for createPredictor to check. */
export function requireCompressed(parts: CompressedParts): Precision {
  const precision = requireCommon(parts);
  parts.layers.forEach(({ inputs, outputs, weights, values }, l) => {
    if (weights !== undefined) requireArray(`layers[${l}].weights`, weights, precision, inputs * outputs);
    else requireArray(`layers[${l}].values`, values as Floats, precision, lengthOf(values as Floats));
  });
  return precision;
}

function requireCommon({ layers, loss, classes, method }: Common): Precision {
  if (layers.length === 0) throw expected("layers", "at least one", layers, "EMPTY");
  const precision = precisionOf((layers[0] as Shape).biases);
  layers.forEach(({ inputs, outputs, activation, biases }, l) => {
    requireNumber(`layers[${l}].inputs`, inputs, unitsRange);
    requireNumber(`layers[${l}].outputs`, outputs, unitsRange);
    requireChoice(`layers[${l}].activation`, activation, activations);
    const before = layers[l - 1]?.outputs ?? inputs;
    if (inputs !== before)
      throw expected(
        `layers[${l}].inputs`,
        `${before} (the outputs of the layer before)`,
        inputs,
        "LENGTH_MISMATCH",
      );
    requireArray(`layers[${l}].biases`, biases, precision, outputs);
  });
  requireChoice("loss", loss, losses);
  requireChoice("method", method, methods);
  const last = layers[layers.length - 1] as Shape;
  if (loss === "softmaxCrossEntropy" && last.activation !== "identity") {
    const message = `the activation of the last layer must be "identity" with softmax cross-entropy, but is "${last.activation}"`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  if (classes !== undefined) requireClasses(classes, loss, last.outputs);
  return precision;
}

function requireArray(argument: string, array: Floats, precision: Precision, length: number): void {
  const kind = kindOf(array);
  const wanted = precision === "float32" ? "Float32Array" : "Float64Array";
  if (kind !== wanted) throw expected(argument, `a ${wanted}`, array);
  if (array.length !== length) throw lengthMismatch(argument, length, "the size of the layer", array.length);
  for (let i = 0; i < length; ++i) {
    if (!Number.isFinite(array[i]))
      throw expected(`${argument}[${i}]`, "a finite number", array[i], "NOT_FINITE");
  }
}

function requireShares(argument: string, array: Floats): void {
  for (let i = 0; i < array.length; ++i) {
    const value = array[i] as number;
    if (!(value >= 0 && value <= 1)) throw expected(`${argument}[${i}]`, "in [0, 1]", value, "OUT_OF_RANGE");
  }
}

function requireClasses(classes: readonly unknown[], loss: NetworkLoss, outputs: number): void {
  if (loss !== "softmaxCrossEntropy") {
    const message = `classes must be left out with the loss "${loss}", but are there`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  if (!isObject(classes) || !isArray("classes", classes)) throw expected("classes", "an array", classes);
  const count = arrayLength("classes", classes);
  if (count !== outputs) throw lengthMismatch("classes", outputs, "one per output", count);
  const seen = new Set<unknown>();
  for (let k = 0; k < count; ++k) {
    const label = element("classes", classes, k);
    const isLabel = typeof label === "string" || (typeof label === "number" && Number.isFinite(label));
    if (!isLabel) throw expected(`classes[${k}]`, "a string or a finite number", label);
    if (seen.has(label)) throw expected(`classes[${k}]`, "different from those before", label);
    seen.add(label);
  }
}
