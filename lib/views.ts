import { isArray, isObject, property } from "./checks.js";
import { expected, FlipsideError, lengthMismatch, unreadable } from "./errors.js";

/** A typed array of numbers; the two BigInt kinds are refused. */
export type NumericArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

// The accessors of the language itself: an object cannot lie to them about its kind, length or memory.
const typedArray = Object.getPrototypeOf(Float64Array.prototype) as object;
const kindGetter = accessor(typedArray, Symbol.toStringTag);
const lengthGetter = accessor(typedArray, "length");
const bufferGetter = accessor(typedArray, "buffer");
const offsetGetter = accessor(typedArray, "byteOffset");
const resizableGetter = accessor(ArrayBuffer.prototype, "resizable");

function accessor(prototype: object, key: string | symbol): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get ?? (() => undefined);
}

/** "Float64Array" and so on for a typed array, undefined for anything else. */
export function kindOf(value: unknown): string | undefined {
  return kindGetter.call(value) as string | undefined;
}

export function lengthOf(view: NumericArray): number {
  return lengthGetter.call(view) as number;
}

/** Its buffer, which asView has found not to be shared. */
export function bufferOf(view: NumericArray): ArrayBuffer {
  return bufferGetter.call(view) as ArrayBuffer;
}

/** Where it begins in its buffer, in bytes. */
export function byteOffsetOf(view: NumericArray): number {
  return offsetGetter.call(view) as number;
}

/**
 * The value as a typed array over memory that stays put, or undefined if it is no typed array. Refuses
 * shared and detached memory and BigInt kinds; copies out of a resizable buffer.
 */
export function asView(argument: string, value: unknown): NumericArray | undefined {
  const kind = kindOf(value);
  if (kind === undefined) return undefined;
  if (kind.startsWith("Big")) throw expected(argument, "an array of numbers, not of bigints", value);
  const view = value as NumericArray;
  const buffer = bufferGetter.call(view) as ArrayBuffer;
  let resizable: unknown;
  try {
    resizable = resizableGetter.call(buffer);
  } catch (cause) {
    const message = `${argument} must not be in shared memory, but is over a SharedArrayBuffer: pass a copy`;
    throw new FlipsideError("INVALID_ARGUMENT", message, { cause });
  }
  if (lengthOf(view) === 0 && isDetached(buffer)) {
    const message = `${argument} must have its memory, but its buffer is detached (was it transferred?)`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  return resizable === true ? copyOfResizable(argument, view, kind) : view;
}

export function isDetached(buffer: ArrayBuffer): boolean {
  try {
    return new Uint8Array(buffer).length < 0;
  } catch {
    return true;
  }
}

function copyOfResizable(argument: string, view: NumericArray, kind: string): NumericArray {
  try {
    if (kind === "Float32Array") return new Float32Array(view);
    return kind === "Int32Array" ? new Int32Array(view) : new Float64Array(view);
  } catch (cause) {
    const message = `${argument} must lie within its buffer, but the buffer was resized to less`;
    throw new FlipsideError("LENGTH_MISMATCH", message, { cause });
  }
}

export function allocate(argument: string, length: number): Float64Array {
  try {
    return new Float64Array(length);
  } catch (cause) {
    const message = `${argument} must fit into memory, but its ${length} numbers do not`;
    throw new FlipsideError("OUT_OF_MEMORY", message, { cause });
  }
}

/** The length of an array of the caller, which a Proxy may make up. */
export function arrayLength(argument: string, array: readonly unknown[]): number {
  const length = property(argument, array, "length");
  if (typeof length === "number" && Number.isInteger(length) && length >= 0) return length;
  throw expected(`${argument}.length`, "an integer >= 0", length);
}

/**
 * out[start + i] = source[i]; returns `count`, or the place of the first hole or value that is no number. With `missing`
 * null and undefined are NaN, but not holes: an array of holes may claim any length.
 */
export function copyNumbers(
  source: readonly unknown[],
  out: Float64Array,
  start: number,
  count: number,
  missing = false,
): number {
  for (let i = 0; i < count; ++i) {
    const value = source[i];
    if (typeof value === "number") out[start + i] = value;
    else if (missing && (value === null || (value === undefined && i in source))) out[start + i] = NaN;
    else return i;
  }
  return count;
}

/** Reads one element; what a Proxy or an accessor throws gives an error that names it. */
export function element(argument: string, array: readonly unknown[], i: number): unknown {
  try {
    return array[i];
  } catch (cause) {
    throw unreadable(`${argument}[${i}]`, cause);
  }
}

/**
 * A typed array or plain array of exactly `count` numbers as floating point; float arrays as they are.
 * `reason` says in an error where the count comes from.
 */
export function toFloats(
  argument: string,
  value: unknown,
  count: number,
  reason: string,
): Float64Array | Float32Array {
  const view = asView(argument, value);
  if (view !== undefined) {
    if (lengthOf(view) !== count) throw lengthMismatch(argument, count, reason, lengthOf(view));
    const kind = kindOf(view);
    return kind === "Float64Array" || kind === "Float32Array"
      ? (view as Float64Array)
      : convert(argument, view);
  }
  if (!isArray(argument, value)) throw expected(argument, "a typed array or an array of numbers", value);
  const length = arrayLength(argument, value);
  if (length !== count) throw lengthMismatch(argument, count, reason, length);
  const out = allocate(argument, count);
  let copied = 0;
  try {
    copied = copyNumbers(value, out, 0, count);
  } catch (cause) {
    throw unreadable(argument, cause);
  }
  if (copied < count) throw expected(`${argument}[${copied}]`, "a number", element(argument, value, copied));
  return out;
}

function convert(argument: string, view: NumericArray): Float64Array {
  const out = allocate(argument, lengthOf(view));
  out.set(view);
  return out;
}

/** As toFloats, and always doubles. */
export function toDoubles(argument: string, value: unknown, count: number, reason: string): Float64Array {
  const floats = toFloats(argument, value, count, reason);
  return kindOf(floats) === "Float64Array" ? (floats as Float64Array) : convert(argument, floats);
}

/** How many entries a typed or plain array has; undefined for anything else. */
export function countOf(argument: string, value: unknown): number | undefined {
  const view = asView(argument, value);
  if (view !== undefined) return lengthOf(view);
  return isObject(value) && isArray(argument, value) ? arrayLength(argument, value) : undefined;
}

/** As toFloats for indices: Int32Array as it is, others must hold integers in [0, limit]. */
export function toIndices(
  argument: string,
  value: unknown,
  count: number,
  reason: string,
  limit: number,
): Int32Array {
  const view = asView(argument, value);
  if (view !== undefined && kindOf(view) === "Int32Array") {
    if (lengthOf(view) !== count) throw lengthMismatch(argument, count, reason, lengthOf(view));
    return view as Int32Array;
  }
  const numbers = toDoubles(argument, value, count, reason);
  for (let i = 0; i < count; ++i) {
    const index = numbers[i] as number;
    if (!Number.isInteger(index) || index < 0 || index > limit) {
      throw expected(`${argument}[${i}]`, `an integer >= 0 and <= ${limit}`, index, "OUT_OF_RANGE");
    }
  }
  return new Int32Array(numbers);
}
