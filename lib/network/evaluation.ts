// Labels and losses of predictions.
import type { Floats } from "../../binding.js";
import { isArray } from "../checks.js";
import { expected, FlipsideError, lengthMismatch } from "../errors.js";
import { requireEntries, toVector } from "../matrix.js";
import { isMatrix, readColumns } from "../outputs.js";
import { arrayLength, element, kindOf } from "../views.js";
import type { NetworkLoss } from "./parts.js";

/** What a network did on rows with a known response. */
export interface NetworkEvaluation {
  /** The mean over the rows of −log softmax(z) of the class, in nats, or of half the squared distance to the targets. */
  readonly loss: number;
  /** The fraction of rows with the wrong label, or the mean squared error per output. */
  readonly error: number;
  readonly rows: number;
}

/** Adds up what there is to say of some rows. @internal */
export interface Score {
  add(first: number, count: number, outputs: Floats): void;
  result(): NetworkEvaluation;
}

/** y of a network: of softmax cross-entropy labels, otherwise targets. @internal */
export function makeScore(
  loss: NetworkLoss,
  classes: readonly (string | number)[],
  outputs: number,
  y: unknown,
  rows: number,
): Score {
  return loss === "softmaxCrossEntropy"
    ? new LabelScore(outputs, readLabels(y, classes, rows))
    : new TargetScore(outputs, readTargets(y, rows, outputs), rows);
}

/** Of logits: the linear outputs. */
class LabelScore implements Score {
  readonly #outputs: number;
  readonly #labels: Int32Array;
  /** Of each row, so that their sum does not depend on the order of the slices. */
  readonly #losses: Float64Array;
  #wrong = 0;

  constructor(outputs: number, labels: Int32Array) {
    this.#outputs = outputs;
    this.#labels = labels;
    this.#losses = new Float64Array(labels.length);
  }

  add(first: number, count: number, z: Floats): void {
    for (let i = 0; i < count; ++i) {
      const from = i * this.#outputs;
      const label = this.#labels[first + i] as number;
      const largest = largestOf(z, from, this.#outputs);
      if (largest !== label) ++this.#wrong;
      let others = 0;
      for (let k = 0; k < this.#outputs; ++k)
        if (k !== largest) others += Math.exp((z[from + k] as number) - (z[from + largest] as number));
      // Against the largest, whose own term is 1.
      this.#losses[first + i] =
        (z[from + largest] as number) - (z[from + label] as number) + Math.log1p(others);
    }
  }

  result(): NetworkEvaluation {
    const rows = this.#labels.length;
    return { loss: sum(this.#losses) / rows, error: this.#wrong / rows, rows };
  }
}

class TargetScore implements Score {
  readonly #outputs: number;
  /** Column after column. */
  readonly #targets: Float64Array;
  readonly #squares: Float64Array;

  constructor(outputs: number, targets: Float64Array, rows: number) {
    this.#outputs = outputs;
    this.#targets = targets;
    this.#squares = new Float64Array(rows);
  }

  add(first: number, count: number, a: Floats): void {
    const rows = this.#squares.length;
    for (let i = 0; i < count; ++i) {
      let square = 0;
      for (let k = 0; k < this.#outputs; ++k)
        square +=
          ((a[i * this.#outputs + k] as number) - (this.#targets[k * rows + first + i] as number)) ** 2;
      this.#squares[first + i] = square;
    }
  }

  result(): NetworkEvaluation {
    const rows = this.#squares.length;
    const mean = sum(this.#squares) / rows;
    return { loss: mean / 2, error: mean / this.#outputs, rows };
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The place of the largest of z[from], ..., counted from there; of equal ones the first. */
function largestOf(z: Floats, from: number, count: number): number {
  let largest = 0;
  for (let k = 1; k < count; ++k) if ((z[from + k] as number) > (z[from + largest] as number)) largest = k;
  return largest;
}

/** The number of the class of each row. @internal */
export function classesOf(z: Floats, outputs: number): Int32Array {
  return Int32Array.from({ length: z.length / outputs }, (_, i) => largestOf(z, i * outputs, outputs));
}

/** Labels as they are among the classes; those of another type that read the same count as equal. */
function readLabels(y: unknown, classes: readonly (string | number)[], rows: number): Int32Array {
  const isTyped = kindOf(y) !== undefined;
  if (!isTyped && !isArray("y", y)) throw expected("y", "an array of labels", y);
  const labels: readonly unknown[] | Float64Array = isTyped
    ? toVector("y", y, rows, "one per row of x")
    : (y as readonly unknown[]);
  const length = isTyped ? rows : arrayLength("y", labels as readonly unknown[]);
  if (length !== rows) throw lengthMismatch("y", rows, "one per row of x", length);
  const exact = new Map<unknown, number>(classes.map((label, k) => [label, k]));
  const byText = new Map(classes.map((label, k) => [String(label), k]));
  const numbers = new Int32Array(rows);
  for (let i = 0; i < rows; ++i) {
    const label = isTyped ? (labels as Float64Array)[i] : element("y", labels as readonly unknown[], i);
    const isLabel = typeof label === "string" || typeof label === "number" || typeof label === "boolean";
    const number = exact.get(label) ?? (isLabel ? byText.get(String(label)) : undefined);
    if (number === undefined)
      throw expected(`y[${i}]`, "one of the classes of the network", label, "OUT_OF_RANGE");
    numbers[i] = number;
  }
  return numbers;
}

function readTargets(y: unknown, rows: number, outputs: number): Float64Array {
  if (outputs === 1 && !isMatrix("y", y)) {
    const targets = toVector("y", y, rows, "one per row of x");
    requireEntries("y", targets, -Infinity);
    return new Float64Array(targets);
  }
  const { data, columns } = readColumns("y", y, rows);
  if (columns === outputs) return data;
  throw lengthMismatch("a row of y", outputs, "the outputs of the network", columns);
}

/** @internal */
export function requireLabels(loss: NetworkLoss): void {
  if (loss === "softmaxCrossEntropy") return;
  const message = `classify must be called of a network with the loss "softmaxCrossEntropy", but this has "${loss}"`;
  throw new FlipsideError("UNSUPPORTED", message);
}

const mostLabels = 2 ** 26;

/** @internal */
export function requireList(rows: number): void {
  if (rows <= mostLabels) return;
  const message = `x must have at most ${mostLabels} rows for a list of labels, but has ${rows}: use predict`;
  throw new FlipsideError("TOO_LARGE", message);
}
