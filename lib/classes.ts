import { isArray } from "./checks.js";
import { expected, FlipsideError, lengthMismatch } from "./errors.js";
import { requireEntries, toVector } from "./matrix.js";
import { allocate, arrayLength, element, kindOf } from "./views.js";

/** Class labels of one kind: strings, integers or booleans. */
export type ClassLabels = readonly string[] | readonly boolean[];

/** Class numbers of the rows, from 0, and what they stand for. */
interface Classes {
  readonly y: Float64Array;
  readonly classes: readonly string[];
}

type Label = string | number | boolean;

const labelText = "a class label (a string, an integer or a boolean)";
const mostClasses = 65536;

/**
 * y as class labels of one kind, one per row. The classes are sorted: numbers by their value, strings by their code units,
 * false before true. @internal
 */
export function readClasses(argument: string, value: unknown, rows: number): Classes {
  const labels = readLabels(argument, value, rows);
  const sorted = [...new Set(labels)].sort(compare);
  if (sorted.length < 2) {
    const message = `${argument} must have at least 2 classes, but has only ${JSON.stringify(String(sorted[0]))}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  if (sorted.length > mostClasses) {
    const message = `${argument} must have at most ${mostClasses} classes, but has ${sorted.length}`;
    throw new FlipsideError("TOO_LARGE", message);
  }
  const numbers = new Map(sorted.map((label, k) => [label, k]));
  const y = allocate(argument, rows);
  labels.forEach((label, i) => {
    y[i] = numbers.get(label) as number;
  });
  return { y, classes: Object.freeze(sorted.map(String)) };
}

function compare(a: Label, b: Label): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readLabels(argument: string, value: unknown, rows: number): readonly Label[] {
  if (kindOf(value) !== undefined || !isArray(argument, value)) return readIntegers(argument, value, rows);
  const length = arrayLength(argument, value);
  if (length !== rows) throw lengthMismatch(argument, rows, "one per row of x", length);
  const labels: Label[] = [];
  let kind = "";
  for (let i = 0; i < rows; ++i) {
    const label = element(argument, value, i);
    const name = `${argument}[${i}]`;
    if (typeof label !== "string" && typeof label !== "number" && typeof label !== "boolean") {
      throw expected(name, labelText, label);
    }
    if (typeof label === "number") requireInteger(name, label);
    if (kind !== "" && typeof label !== kind) throw expected(name, `a ${kind} as the labels before`, label);
    kind = typeof label;
    labels.push(label === 0 ? 0 : label);
  }
  return labels;
}

function readIntegers(argument: string, value: unknown, rows: number): number[] {
  const vector = toVector(argument, value, rows, "one per row of x");
  requireEntries(argument, vector, -Infinity);
  vector.forEach((label, i) => {
    requireInteger(`${argument}[${i}]`, label);
  });
  return Array.from(vector, (label) => (label === 0 ? 0 : label));
}

function requireInteger(name: string, label: number): void {
  if (Number.isInteger(label)) return;
  throw expected(name, labelText, label, Number.isFinite(label) ? "OUT_OF_RANGE" : "NOT_FINITE");
}
