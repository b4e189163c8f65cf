// The binary form of networks and checkpoints. All integers are little-endian and unsigned.
//
//   0   8 bytes   0x89 "FLPNET" 0x0A for a network, "FLPCKP" for a checkpoint
//   8   4 bytes   version, 1
//  12   4 bytes   CRC-32 (crc32.ts) of all bytes from 16 on
//  16   4 bytes   length h of the header
//  20   4 bytes   0
//  24   h bytes   the header: JSON in UTF-8; of a network what toJSON gives, but with the number `bytes` in place of the
//                 `data` of each array; of a checkpoint see checkpointBytes.ts
//  24 + h         the bytes of the arrays, layer after layer, and nothing after them; of a network weights, biases, and if
//                 it was not compressed keepProbability, each in its encoding (encoding.ts)
import { expected, FlipsideError } from "../errors.js";
import { parse } from "../json.js";
import { asView, kindOf } from "../views.js";
import { crc32 } from "./crc32.js";

/** What bytes are of. */
export interface Kind {
  /** Of six letters. */
  readonly word: string;
  readonly noun: string;
}

const newest = 1;
const headerStart = 24;

export function pack(kind: Kind, header: object, arrays: readonly Uint8Array[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const size = headerStart + text.length + arrays.reduce((sum, { length }) => sum + length, 0);
  const bytes = allocateBytes(size);
  const view = new DataView(bytes.buffer);
  bytes.set(magicOf(kind));
  view.setUint32(8, newest, true);
  view.setUint32(16, text.length, true);
  bytes.set(text, headerStart);
  let position = headerStart + text.length;
  for (const array of arrays) {
    bytes.set(array, position);
    position += array.length;
  }
  view.setUint32(12, crc32(bytes.subarray(16)), true);
  return bytes;
}

function magicOf({ word }: Kind): Uint8Array {
  return Uint8Array.of(0x89, ...new TextEncoder().encode(word), 0x0a);
}

function allocateBytes(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    const message = `the bytes must fit into memory, but their number is ${size}`;
    throw new FlipsideError("OUT_OF_MEMORY", message, { cause });
  }
}

/** The header, and what follows it. */
export interface Unpacked {
  readonly header: unknown;
  readonly rest: Uint8Array;
}

/** Refuses what pack did not write, or what has changed since. */
export function unpack(kind: Kind, argument: string, value: unknown): Unpacked {
  if (kindOf(value) !== "Uint8Array") throw expected(argument, "a Uint8Array", value);
  // A copy, which nobody changes; of a resizable buffer asView makes numbers.
  const bytes = new Uint8Array(asView(argument, value) as Uint8Array);
  if (!magicOf(kind).every((byte, i) => bytes[i] === byte)) {
    const message = `${argument} must begin like ${kind.noun} of flipside, but does not`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  const view = new DataView(bytes.buffer);
  if (bytes.length < headerStart) throw corrupt(argument, `has only ${bytes.length} bytes`);
  const version = view.getUint32(8, true);
  if (version > newest) {
    const message = `${argument} must be of version ${newest} at most, but is of ${version}: written by a newer flipside`;
    throw new FlipsideError("VERSION", message);
  }
  if (version < 1) throw corrupt(argument, "is of version 0");
  if (view.getUint32(12, true) !== crc32(bytes.subarray(16)))
    throw corrupt(argument, "has another checksum than it says");
  const length = view.getUint32(16, true);
  if (view.getUint32(20, true) !== 0) throw corrupt(argument, "has bytes set that must be 0");
  if (length > bytes.length - headerStart) throw corrupt(argument, `claims a header of ${length} bytes`);
  const text = new TextDecoder().decode(bytes.subarray(headerStart, headerStart + length));
  return {
    header: parse(`the header of ${argument}`, text),
    rest: bytes.subarray(headerStart + length),
  };
}

export function corrupt(argument: string, what: string): FlipsideError {
  const message = `${argument} must be whole as toBytes wrote them, but ${argument} ${what}`;
  return new FlipsideError("INVALID_ARGUMENT", message);
}
