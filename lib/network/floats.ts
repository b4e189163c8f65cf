import { totalmem } from "node:os";
import type { Floats } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import { kindOf } from "../views.js";

/** The numbers that a network is made of. */
export type Precision = "float32" | "float64";

const makers = { float32: Float32Array, float64: Float64Array };

export function precisionOf(array: Floats): Precision {
  return kindOf(array) === "Float32Array" ? "float32" : "float64";
}

export function bytesOfNumber(precision: Precision): number {
  return makers[precision].BYTES_PER_ELEMENT;
}

/** Of the machine's memory, as on the native side: a system may promise more than it has. */
const mostMemory = 0.8;

/** Zeros; OUT_OF_MEMORY where there is no room for them. */
export function newFloats(argument: string, precision: Precision, length: number): Floats {
  const Maker = makers[precision];
  try {
    if (length * Maker.BYTES_PER_ELEMENT <= mostMemory * totalmem()) return new Maker(length);
  } catch (cause) {
    throw tooMany(argument, length, cause);
  }
  throw tooMany(argument, length);
}

function tooMany(argument: string, length: number, cause?: unknown): FlipsideError {
  const message = `${argument} must fit into memory, but its ${length} numbers do not`;
  return new FlipsideError("OUT_OF_MEMORY", message, { cause });
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of the elements as a little-endian machine has them; where this is one, a view of them. */
export function toLittleEndian(array: Floats | Int32Array): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return isLittleEndian ? bytes : swapped(bytes, array.BYTES_PER_ELEMENT);
}

/** New elements of such bytes, of which there must be a whole number. */
export function fromLittleEndian(argument: string, precision: Precision, bytes: Uint8Array): Floats {
  const width = bytesOfNumber(precision);
  const array = newFloats(argument, precision, bytes.length / width);
  new Uint8Array(array.buffer).set(isLittleEndian ? bytes : swapped(bytes, width));
  return array;
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; ++i) out[i] = bytes[i - (i % width) + width - 1 - (i % width)] as number;
  return out;
}
