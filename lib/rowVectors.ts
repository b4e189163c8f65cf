import { expected } from "./errors.js";
import { requireEntries, toVector } from "./matrix.js";
import { lengthOf } from "./views.js";

/** One finite number >= 0 per row with a sum > 0, or nothing. @internal */
export function readWeights(value: unknown, rows: number): Float64Array | undefined {
  const weights = perRow("weights", value, rows, 0);
  if (weights !== undefined) requirePositiveSum(weights);
  return weights;
}

/** @internal */
export function perRow(
  argument: string,
  value: unknown,
  rows: number,
  min: number,
): Float64Array | undefined {
  if (value === undefined) return undefined;
  const vector = toVector(argument, value, rows, "one per row of x");
  requireEntries(argument, vector, min);
  return vector;
}

function requirePositiveSum(weights: Float64Array): void {
  let sum = 0;
  for (let i = 0; i < lengthOf(weights); ++i) sum += weights[i] as number;
  if (!(sum > 0 && sum < Infinity))
    throw expected("the sum of weights", "a finite number > 0", sum, "OUT_OF_RANGE");
}
