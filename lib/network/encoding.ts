// Arrays of numbers as bytes, exactly, by the shortest of three encodings:
//
// - "dense": the numbers one after the other, little-endian.
// - "constant": all have the same bits, and there are those of one.
// - "sparse": those that are not +0. Their number, then for each how many zeros precede it after the one before, all of
//   them unsigned integers in LEB128 (7 bits per byte, the lowest first, the highest bit of a byte set while more
//   follow); then the numbers themselves as in "dense".
import type { Floats } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import {
  bytesOfNumber,
  fromLittleEndian,
  newFloats,
  type Precision,
  precisionOf,
  toLittleEndian,
} from "./floats.js";

export type ArrayEncoding = "dense" | "constant" | "sparse";
export const arrayEncodings = ["dense", "constant", "sparse"] as const satisfies readonly ArrayEncoding[];

export interface EncodedArray {
  readonly encoding: ArrayEncoding;
  readonly data: Uint8Array;
}

/** The nonzero numbers of an array and where they are. */
export interface SparseArray {
  /** Increasing. */
  readonly places: ArrayLike<number>;
  readonly values: Floats;
}

export function encodeArray(array: Floats): EncodedArray {
  const width = array.BYTES_PER_ELEMENT;
  if (array.length > 1 && array.every((value) => Object.is(value, array[0])))
    return { encoding: "constant", data: toLittleEndian(array.slice(0, 1)) };
  let nonzero = 0;
  for (let i = 0; i < array.length; ++i) if (!Object.is(array[i], 0)) ++nonzero;
  // A gap takes a byte at least.
  if (nonzero * (width + 1) < array.length * width) {
    const data = encodeSparse(nonzeroOf(array, nonzero));
    if (data.length < array.length * width) return { encoding: "sparse", data };
  }
  return { encoding: "dense", data: toLittleEndian(array) };
}

function nonzeroOf(array: Floats, count: number): SparseArray {
  const places = new Float64Array(count);
  const values = newFloats("the weights", precisionOf(array), count);
  let k = 0;
  for (let i = 0; i < array.length; ++i) {
    if (Object.is(array[i], 0)) continue;
    places[k] = i;
    values[k++] = array[i] as number;
  }
  return { places, values };
}

export function encodeSparse({ places, values }: SparseArray): Uint8Array {
  const head: number[] = [];
  pushInteger(head, values.length);
  let previous = -1;
  for (let k = 0; k < places.length; ++k) {
    const place = places[k] as number;
    pushInteger(head, place - previous - 1);
    previous = place;
  }
  const data = new Uint8Array(head.length + values.byteLength);
  data.set(head);
  data.set(toLittleEndian(values), head.length);
  return data;
}

function pushInteger(out: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}

/** `length` numbers; refuses bytes of any other number of them. */
export function decodeArray(
  argument: string,
  { encoding, data }: EncodedArray,
  precision: Precision,
  length: number,
): Floats {
  const width = bytesOfNumber(precision);
  if (encoding === "sparse") {
    const { places, values } = decodeSparse(argument, data, precision, length);
    const array = newFloats(argument, precision, length);
    for (let k = 0; k < values.length; ++k) array[places[k] as number] = values[k] as number;
    return array;
  }
  requireBytes(argument, data.length, (encoding === "dense" ? length : 1) * width);
  const numbers = fromLittleEndian(argument, precision, data);
  return encoding === "dense" ? numbers : newFloats(argument, precision, length).fill(numbers[0] as number);
}

export function decodeSparse(
  argument: string,
  data: Uint8Array,
  precision: Precision,
  length: number,
): SparseArray {
  const read = new IntegerReader(argument, data);
  const count = read.next();
  // Before anything is allocated: each takes more than its width.
  if (count > length || count > data.length / bytesOfNumber(precision)) {
    const message = `${argument} must have at most ${length} nonzero numbers and their bytes, but claims ${count}`;
    throw new FlipsideError("LENGTH_MISMATCH", message);
  }
  const places = new Float64Array(count);
  let previous = -1;
  for (let k = 0; k < count; ++k) {
    previous += read.next() + 1;
    if (previous >= length) {
      const message = `${argument} must have its numbers at places below ${length}, but has one at ${previous}`;
      throw new FlipsideError("OUT_OF_RANGE", message);
    }
    places[k] = previous;
  }
  requireBytes(argument, data.length - read.position, count * bytesOfNumber(precision));
  return { places, values: fromLittleEndian(argument, precision, data.subarray(read.position)) };
}

function requireBytes(argument: string, actual: number, wanted: number): void {
  if (actual === wanted) return;
  const message = `${argument} must have ${wanted} bytes of numbers, but has ${actual}`;
  throw new FlipsideError("LENGTH_MISMATCH", message);
}

class IntegerReader {
  position = 0;
  readonly #argument: string;
  readonly #data: Uint8Array;

  constructor(argument: string, data: Uint8Array) {
    this.#argument = argument;
    this.#data = data;
  }

  /** Below 2^49. */
  next(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.#data[this.position++];
      if (byte === undefined) break;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
    const message = `${this.#argument} must be a list of numbers with their places, but ends or overflows in one of those`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
}
