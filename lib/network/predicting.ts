// How networks predict: rows in, a slice at a time, on the native side.
import type { Floats, NativeMatrix, NativePredictor, PredictionRequest } from "../../binding.js";
import { native } from "../binding.js";
import { isObject, property, requireNumber, requireOptions } from "../checks.js";
import { requireControls } from "../convergence.js";
import { expected, FlipsideError, lengthMismatch } from "../errors.js";
import { type Controls, runJob } from "../job.js";
import { type MatrixLike, type NumericArray, toMatrix } from "../matrix.js";
import { isRow, rowMatrix } from "../outputs.js";
import { rowsOf } from "./rowSlices.js";

/** Rows to predict of: a matrix, or a flat array as one row. */
export type NetworkInput = MatrixLike | NumericArray | readonly number[];

/** How a prediction is watched, stopped and cut. */
export interface SliceOptions {
  /** Rows in one piece of work, an integer >= 1; by default what copying takes about a millisecond. Changes no bit. */
  readonly batchSize?: number | undefined;
  /** Stops it: the promise rejects with ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Called after a piece, at most every 50 ms, with the fraction done in (0, 1]. */
  readonly onProgress?: ((progress: { readonly fraction: number }) => void) | undefined;
}

/** "response": softmax probabilities, or activation(z) of the last layer; "linear": its z = a W + b. */
export type NetworkOutput = "response" | "linear";

/** The options of `predict`. */
export interface NetworkPredictOptions extends SliceOptions {
  /** By default "response". */
  readonly output?: NetworkOutput | undefined;
}

/** Row-major, in the precision of the network; it may be passed on as a matrix. */
export interface Prediction {
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Validated, with the signal and so on. @internal */
export interface Slicing {
  readonly rowsPerSlice: number;
  readonly controls: Controls<number>;
}

/** Elements in a slice by default, of x or of what comes out. */
const sliceElements = 2 ** 20;
/** One is computed while another is copied. */
const inFlight = 2;
const progressInterval = 50;
const batchRange = { min: 1, max: 2 ** 31 - 1, integer: true };
export const sliceKeys = ["batchSize", "signal", "onProgress"];

/** @internal */
export function readInput(argument: string, value: unknown, inputs: number): NativeMatrix {
  if (isObject(value) && isRow(value)) return rowMatrix(argument, value, inputs, "the inputs of the network");
  const x = toMatrix(argument, value, true);
  if (x.columns === inputs) return x;
  throw lengthMismatch(`a row of ${argument}`, inputs, "the inputs of the network", x.columns);
}

/** @internal */
export function readOutput(options: object): NetworkOutput {
  const output = property("options", options, "output");
  if (output === undefined || output === "response" || output === "linear") return output ?? "response";
  throw expected("output", '"response" or "linear"', output);
}

/** @internal */
export function readSlicing(options: object, width: number, what: string): Slicing {
  const get = (key: string) => property("options", options, key);
  const batchSize = get("batchSize");
  const { signal, onProgress } = requireControls<{ fraction: number }>("", get("signal"), get("onProgress"));
  return {
    rowsPerSlice:
      batchSize === undefined
        ? Math.max(1, Math.floor(sliceElements / width))
        : requireNumber("batchSize", batchSize, batchRange),
    controls: {
      signal,
      signalName: "signal",
      onProgress: onProgress && ((fraction) => onProgress({ fraction })),
      aborted: `${what} was aborted before it was done`,
    },
  };
}

/** @internal */
export function readSliceOptions(options: unknown, more: readonly string[] = []): object {
  return requireOptions("options", options, [...sliceKeys, ...more]);
}

/** What comes out of all rows, in one piece. @internal */
export function predictAtOnce(predictor: NativePredictor, x: NativeMatrix, linear: boolean): Floats {
  return native.predictNetworkSync(predictor, x.rows, rowsOf(x, 0, x.rows), linear);
}

/**
 * Predicts slice by slice and hands over each, in no particular order. A matrix of one slice is copied before this
 * returns, of others the later slices as they come up. Rejects with the error of the first slice that has one, when no
 * other is under way any more.
 * @internal
 */
export async function predictSlices(
  predictor: NativePredictor,
  x: NativeMatrix,
  linear: boolean,
  { rowsPerSlice, controls }: Slicing,
  take: (first: number, count: number, outputs: Floats) => void,
): Promise<void> {
  const failures: { first: number; error: unknown }[] = [];
  const { onProgress } = controls;
  let next = 0;
  let done = 0;
  let reported = -progressInterval;
  const predict = async (first: number, count: number): Promise<void> => {
    const outputs = await runJob<Floats, never>(
      (settle) => {
        const request: PredictionRequest = { predictor, rows: count, x: rowsOf(x, first, count), linear };
        return native.predictNetwork({ ...request, firstRow: first }, settle, null);
      },
      { ...controls, onProgress: undefined },
    );
    take(first, count, outputs);
    done += count;
    if (onProgress === undefined || performance.now() - reported < progressInterval) return;
    reported = performance.now();
    await onProgress(done / x.rows);
  };
  const lane = async (): Promise<void> => {
    while (next < x.rows && failures.length === 0) {
      const first = next;
      next = Math.min(x.rows, first + rowsPerSlice);
      await predict(first, next - first).catch((error: unknown) => failures.push({ first, error }));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const [failure] = failures.sort((a, b) => a.first - b.first);
  if (failure !== undefined) throw failure.error;
}

/** Multiply-adds that a call on the calling thread may take: some tenths of a second. @internal */
export const mostSyncProducts = 2 ** 33;

/** @internal */
export function requireShort(rows: number, products: number): void {
  if (rows * products <= mostSyncProducts) return;
  const most = Math.floor(mostSyncProducts / products);
  const message = `x must have at most ${most} rows to be predicted on the calling thread, but has ${rows}: use predict`;
  throw new FlipsideError("TOO_LARGE", message);
}
