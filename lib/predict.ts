import type { NativeFit, NativeMatrix } from "../binding.js";
import { multiplyAdd, multiplyAddSome } from "./layouts.js";
import type { LossName } from "./solver.js";
import { allocate } from "./views.js";

/** The coefficients of one output: of its columns in `support`, or of all. */
interface OutputCoefficients {
  readonly support: Uint32Array | undefined;
  readonly values: Float64Array;
}

function coefficientsOf(native: NativeFit, columns: number, output: number): OutputCoefficients {
  const { support, coefficients } = native;
  const first = output * columns;
  if (support === undefined) {
    return { support: undefined, values: coefficients.subarray(first, first + columns) };
  }
  // Ascending, so that those of one output lie together.
  const from = placeOf(support, first);
  const to = placeOf(support, first + columns);
  return {
    support: Uint32Array.from(support.subarray(from, to), (entry) => entry - first),
    values: coefficients.subarray(from, to),
  };
}

/** How many entries of an ascending array are below a number. */
function placeOf(ascending: Float64Array, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** intercept + offset + x w, rows x outputs, row after row; offset is output after output. @internal */
export function linearOf(
  native: NativeFit,
  intercepts: Float64Array,
  x: NativeMatrix,
  offset: Float64Array | undefined,
): Float64Array {
  const { rows, columns } = x;
  const outputs = intercepts.length;
  const out = allocate("the prediction", rows * outputs);
  const one = outputs === 1 ? out : allocate("the prediction", rows);
  for (let k = 0; k < outputs; ++k) {
    const intercept = intercepts[k] as number;
    for (let i = 0; i < rows; ++i)
      one[i] = (offset === undefined ? 0 : (offset[k * rows + i] as number)) + intercept;
    const { support, values } = coefficientsOf(native, columns, k);
    if (support === undefined) multiplyAdd("x", x, values, one);
    else multiplyAddSome("x", x, support, values, one);
    if (outputs > 1) for (let i = 0; i < rows; ++i) out[i * outputs + k] = one[i] as number;
  }
  return out;
}

/** The linear predictor becomes the mean response, in place. @internal */
export function toMean(loss: LossName, z: Float64Array, outputs: number): Float64Array {
  if (loss === "logistic") {
    for (let i = 0; i < z.length; ++i) z[i] = 1 / (1 + Math.exp(-(z[i] as number)));
  } else if (loss === "poisson" || loss === "cox") {
    for (let i = 0; i < z.length; ++i) z[i] = Math.exp(z[i] as number);
  } else if (loss === "multinomial") {
    for (let i = 0; i < z.length; i += outputs) softmax(z.subarray(i, i + outputs));
  }
  return z;
}

/** Against the largest: nothing overflows. */
function softmax(z: Float64Array): void {
  const largest = z[largestOf(z)] as number;
  let sum = 0;
  for (let k = 0; k < z.length; ++k) {
    const e = Math.exp((z[k] as number) - largest);
    z[k] = e;
    sum += e;
  }
  for (let k = 0; k < z.length; ++k) z[k] = (z[k] as number) / sum;
}

/** The place of the largest, of equal ones the first. */
function largestOf(values: Float64Array): number {
  let largest = 0;
  for (let k = 1; k < values.length; ++k)
    if ((values[k] as number) > (values[largest] as number)) largest = k;
  return largest;
}

/** The label of each row. @internal */
export function labelsOf(z: Float64Array, classes: readonly string[] | undefined): string[] {
  if (classes === undefined) return Array.from(z, (value) => (value > 0 ? "1" : "0"));
  const outputs = classes.length;
  return Array.from(
    { length: z.length / outputs },
    (_, i) => classes[largestOf(z.subarray(i * outputs, (i + 1) * outputs))] as string,
  );
}
