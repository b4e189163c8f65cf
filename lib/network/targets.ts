import type { Floats } from "../../binding.js";
import { isArray, isObject, requireChoice } from "../checks.js";
import { readClasses } from "../classes.js";
import { lengthMismatch } from "../errors.js";
import { toVector } from "../matrix.js";
import { isMatrix } from "../outputs.js";
import { allocate, element, kindOf } from "../views.js";
import { copyFiniteRows, readInputs } from "./inputs.js";
import type { NetworkLoss } from "./parts.js";
import { losses } from "./requireParts.js";
import type { Inputs } from "./rowSlices.js";

/** What a network is to predict. */
export interface Targets {
  readonly loss: NetworkLoss;
  /** Classes or columns of y. */
  readonly outputs: number;
  readonly classes: readonly (string | number)[] | undefined;
  /** Numbers of classes, or rows x outputs, row-major. */
  readonly y: Int32Array | Float64Array;
}

/** Without a loss strings, booleans and typed arrays of integers are labels, and all other numbers are targets. */
export function readTargets(value: unknown, rows: number, loss: unknown): Targets {
  const chosen = loss === undefined ? usualLoss(value) : requireChoice("loss", loss, losses);
  return chosen === "softmaxCrossEntropy" ? readLabels(value, rows) : readNumbers(value, rows);
}

function usualLoss(value: unknown): NetworkLoss {
  const kind = kindOf(value);
  if (kind !== undefined) return kind.startsWith("Float") ? "squaredError" : "softmaxCrossEntropy";
  if (!isObject(value) || !isArray("y", value)) return "squaredError";
  const first = typeof element("y", value, 0);
  return first === "string" || first === "boolean" ? "softmaxCrossEntropy" : "squaredError";
}

function readLabels(value: unknown, rows: number): Targets {
  const { y, classes } = readClasses("y", value, rows);
  const isNamed = isArrayOf(value, "string") || isArrayOf(value, "boolean");
  return {
    loss: "softmaxCrossEntropy",
    outputs: classes.length,
    classes: isNamed ? classes : Object.freeze(classes.map(Number)),
    y: Int32Array.from(y),
  };
}

function isArrayOf(value: unknown, type: "string" | "boolean"): boolean {
  const isList = isObject(value) && kindOf(value) === undefined && isArray("y", value);
  return isList && typeof element("y", value, 0) === type;
}

function readNumbers(value: unknown, rows: number): Targets {
  const matrix: Inputs = isMatrix("y", value)
    ? readInputs("y", value)
    : { data: toVector("y", value, rows, "one per row of x"), rows, columns: 1, layout: "columnMajor" };
  const { columns } = matrix;
  if (matrix.rows !== rows) throw lengthMismatch("y.rows", rows, "the rows of x", matrix.rows);
  const y = allocate("y", rows * columns);
  copyFiniteRows("y", matrix, 0, rows, y);
  return { loss: "squaredError", outputs: columns, classes: undefined, y };
}

/** Those of some rows as the addon takes them. */
export function partOfTargets(
  { y, outputs }: Targets,
  first: number,
  count: number,
  precision: "float32" | "float64",
): Floats | Int32Array {
  if (y instanceof Int32Array) return y.subarray(first, first + count);
  const rows = y.subarray(first * outputs, (first + count) * outputs);
  return precision === "float32" ? new Float32Array(rows) : rows;
}
