// Backpropagation and the optimisers of native/network as plain loops in doubles.
import type { NativeTrainingState, TrainingRequest } from "../../binding.js";
import type { Table } from "./trainings.ts";

export interface PlainLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: TrainingRequest["layers"][number]["activation"];
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

export function plainLayers(
  inputs: number,
  layers: TrainingRequest["layers"],
  start: NativeTrainingState,
): PlainLayer[] {
  return layers.map((layer, l) => ({
    inputs: l === 0 ? inputs : (layers[l - 1] as PlainLayer).outputs,
    ...layer,
    weights: Float64Array.from(start.layers[l]?.weights ?? []),
    biases: Float64Array.from(start.layers[l]?.biases ?? []),
  }));
}

const activate = { identity: (z: number) => z, relu: (z: number) => Math.max(z, 0), tanh: Math.tanh };
const slope = {
  identity: () => 1,
  relu: (a: number) => (a > 0 ? 1 : 0),
  tanh: (a: number) => 1 - a * a,
};

/** The outputs of each layer, the input first. */
export function plainForward(layers: readonly PlainLayer[], input: Float64Array): Float64Array[] {
  const outputs = [input];
  for (const { inputs, outputs: width, weights, biases, activation } of layers) {
    const a = outputs.at(-1) as Float64Array;
    outputs.push(
      Float64Array.from({ length: width }, (_, j) => {
        let sum = biases[j] as number;
        for (let k = 0; k < inputs; ++k) sum += (a[k] as number) * (weights[k * width + j] as number);
        return activate[activation](sum);
      }),
    );
  }
  return outputs;
}

/** Of one row: L, the slope of L in the outputs, and whether the label is wrong or the mean squared error. */
export function plainLoss(table: Table, row: number, a: Float64Array) {
  if (table.labels !== undefined) {
    const label = table.labels[row] as number;
    const largest = Math.max(...a);
    const sum = a.reduce((total, z) => total + Math.exp(z - largest), 0);
    const loss = Math.log(sum) + largest - (a[label] as number);
    const slopes = a.map((z, j) => Math.exp(z - largest) / sum - (j === label ? 1 : 0));
    return { loss, slopes, error: a.indexOf(largest) === label ? 0 : 1 };
  }
  const slopes = a.map((value, j) => value - (table.targets?.[row * table.outputs + j] as number));
  const squares = slopes.reduce((sum, residual) => sum + residual * residual, 0);
  return { loss: squares / 2, slopes, error: squares / table.outputs };
}

const inputOf = ({ x, inputs }: Table, row: number) => x.slice(row * inputs, (row + 1) * inputs);

/** The gradients of the mean loss over rows: those of all weights, and of all biases, layer by layer. */
export function plainGradients(layers: readonly PlainLayer[], table: Table, rows: ArrayLike<number>) {
  const weights = layers.map((layer) => new Float64Array(layer.weights.length));
  const biases = layers.map((layer) => new Float64Array(layer.outputs));
  let loss = 0;
  for (const row of Array.from(rows)) {
    const a = plainForward(layers, inputOf(table, row));
    const own = plainLoss(table, row, a.at(-1) as Float64Array);
    loss += own.loss / rows.length;
    let above = own.slopes.map((value) => value / rows.length);
    for (let l = layers.length - 1; l >= 0; --l) {
      const layer = layers[l] as PlainLayer;
      const input = a[l] as Float64Array;
      const output = a[l + 1] as Float64Array;
      const delta = above.map((value, j) => value * slope[layer.activation](output[j] as number));
      const below = new Float64Array(layer.inputs);
      delta.forEach((value, j) => {
        (biases[l] as Float64Array)[j] = ((biases[l] as Float64Array)[j] as number) + value;
        for (let k = 0; k < layer.inputs; ++k) {
          const index = k * layer.outputs + j;
          const gradients = weights[l] as Float64Array;
          gradients[index] = (gradients[index] as number) + (input[k] as number) * value;
          below[k] = (below[k] as number) + (layer.weights[index] as number) * value;
        }
      });
      above = below;
    }
  }
  return { loss, weights, biases };
}

export type Optimizer = TrainingRequest["optimizer"];

/** Steps along gradients, with the memory of the optimiser. */
export class PlainOptimizer {
  readonly #options: Optimizer;
  readonly #moments = new Map<Float64Array, [Float64Array, Float64Array]>();
  #steps = 0;

  constructor(options: Optimizer) {
    this.#options = options;
  }

  /** To be called before the updates of a step. */
  begin(): void {
    this.#steps += 1;
  }

  update(parameters: Float64Array, gradients: Float64Array, learningRate: number): void {
    const { name, beta1, beta2, epsilon, momentum, nesterov } = this.#options;
    const zeros = () => new Float64Array(parameters.length);
    const [m, v] = this.#moments.get(parameters) ?? [zeros(), zeros()];
    this.#moments.set(parameters, [m, v]);
    gradients.forEach((g, i) => {
      const before = parameters[i] as number;
      if (name === "sgd") {
        m[i] = momentum * (m[i] as number) + g;
        const direction = nesterov ? g + momentum * m[i] : m[i];
        parameters[i] = before - learningRate * direction;
        return;
      }
      m[i] = beta1 * (m[i] as number) + (1 - beta1) * g;
      v[i] = beta2 * (v[i] as number) + (1 - beta2) * g * g;
      const mean = m[i] / (1 - beta1 ** this.#steps);
      const square = v[i] / (1 - beta2 ** this.#steps);
      parameters[i] = before - (learningRate * mean) / (Math.sqrt(square) + epsilon);
    });
  }
}
