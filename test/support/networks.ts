// Random networks, and what they must predict, computed plainly in doubles.
import fc from "fast-check";
import type { Floats, NativePredictorLayer } from "../../binding.js";
import type { Network } from "../../dist/index.js";
import { makeNetwork } from "../../dist/network/network.js";
import type { Activation, LayerParts, NetworkParts } from "../../dist/network/parts.js";
import { Random } from "./random.ts";

export { makeNetwork };

/** Float32Array or Float64Array. */
export interface FloatMaker {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): Floats;
  of(...values: number[]): Floats;
  from(list: ArrayLike<unknown>, map?: (value: number, k: number) => number): Floats;
}
export const floatMakers = [Float64Array, Float32Array] as unknown as readonly [FloatMaker, FloatMaker];

export interface NetworkSpec {
  readonly seed: number;
  /** Units from the inputs to the outputs. */
  readonly sizes: readonly number[];
  readonly activations: readonly Activation[];
  /** Of the weights that are not 0. */
  readonly density: number;
  readonly single: boolean;
  readonly classifies: boolean;
}

export const networkSpecs: fc.Arbitrary<NetworkSpec> = fc.record({
  seed: fc.nat(2 ** 31),
  sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 5 }),
  activations: fc.array(fc.constantFrom<Activation>("identity", "relu", "tanh"), {
    minLength: 5,
    maxLength: 5,
  }),
  density: fc.constantFrom(0, 0.05, 0.2, 0.6, 1),
  single: fc.boolean(),
  classifies: fc.boolean(),
});

export function makerOf({ single }: Pick<NetworkSpec, "single">): FloatMaker {
  return floatMakers[single ? 1 : 0];
}

/** Weights of about unit gain, and keep probabilities that have nothing to do with them. */
export function layersOf(spec: NetworkSpec): LayerParts[] {
  const random = new Random(spec.seed);
  const Maker = makerOf(spec);
  const last = spec.sizes.length - 2;
  return spec.sizes.slice(1).map((outputs, l) => {
    const inputs = spec.sizes[l] as number;
    const scale = 1 / Math.sqrt(Math.max(1, inputs * spec.density));
    const draw = (count: number, make: () => number) => Maker.from({ length: count }, make);
    return {
      inputs,
      outputs,
      activation: l === last && spec.classifies ? "identity" : (spec.activations[l % 5] as Activation),
      weights: draw(inputs * outputs, () => (random.uniform() < spec.density ? scale * random.normal() : 0)),
      biases: draw(outputs, () => 0.3 * random.normal()),
      keepProbability: draw(inputs * outputs, () => random.uniform()),
    };
  });
}

export function partsOf(spec: NetworkSpec, more: Partial<NetworkParts> = {}): NetworkParts {
  return {
    layers: layersOf(spec),
    loss: spec.classifies ? "softmaxCrossEntropy" : "squaredError",
    classes: undefined,
    threshold: 0.05,
    method: "adaptiveTikhonov",
    reason: "epochs",
    history: [],
    ...more,
  };
}

export function networkOf(spec: NetworkSpec, more: Partial<NetworkParts> = {}): Network {
  return makeNetwork(partsOf(spec, more));
}

export function rowsFor(spec: NetworkSpec, rows: number): Floats {
  const random = new Random(spec.seed + 1);
  return makerOf(spec).from({ length: rows * (spec.sizes[0] as number) }, () => random.normal());
}

type PlainLayer = Pick<LayerParts, "inputs" | "outputs" | "activation" | "biases" | "weights">;

const functions: Record<Activation, (z: number) => number> = {
  identity: (z) => z,
  relu: (z) => Math.max(0, z),
  tanh: Math.tanh,
};

/** The linear outputs z of the last layer, row by row. */
export function plainLinear(layers: readonly PlainLayer[], x: ArrayLike<number>, rows: number): Float64Array {
  let a = Float64Array.from(x);
  let z = a;
  for (const { inputs, outputs, activation, biases, weights } of layers) {
    z = new Float64Array(rows * outputs);
    for (let r = 0; r < rows; ++r) {
      for (let o = 0; o < outputs; ++o) {
        let sum = biases[o] as number;
        for (let i = 0; i < inputs; ++i)
          sum += (a[r * inputs + i] as number) * (weights[i * outputs + o] as number);
        z[r * outputs + o] = sum;
      }
    }
    a = z.map(functions[activation]);
  }
  return z;
}

export function softmaxRows(z: Float64Array, outputs: number): Float64Array {
  return z.map((value, k) => {
    const row = z.subarray(k - (k % outputs), k - (k % outputs) + outputs);
    const largest = Math.max(...row);
    return Math.exp(value - largest) / row.reduce((sum, one) => sum + Math.exp(one - largest), 0);
  });
}

/** What `predict` gives. */
export function plainResponse(spec: NetworkSpec, layers: readonly PlainLayer[], x: Floats, rows: number) {
  const z = plainLinear(layers, x, rows);
  const { activation, outputs } = layers[layers.length - 1] as PlainLayer;
  return spec.classifies ? softmaxRows(z, outputs) : z.map(functions[activation]);
}

/** The compressed sparse rows by output of a dense layer. */
export function sparseLayer(layer: NativePredictorLayer): NativePredictorLayer {
  const { inputs, outputs, activation, biases } = layer;
  const weights = layer.weights as Floats;
  const values: number[] = [];
  const inputIndices: number[] = [];
  const outputPointers = [0];
  for (let o = 0; o < outputs; ++o) {
    for (let i = 0; i < inputs; ++i) {
      const weight = weights[i * outputs + o] as number;
      if (weight === 0) continue;
      values.push(weight);
      inputIndices.push(i);
    }
    outputPointers.push(values.length);
  }
  const Maker = weights.constructor as unknown as FloatMaker;
  return {
    inputs,
    outputs,
    activation,
    biases,
    values: Maker.from(values),
    inputIndices: Int32Array.from(inputIndices),
    outputPointers: Int32Array.from(outputPointers),
  };
}
