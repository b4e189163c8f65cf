import { endianness } from "node:os";
import type { Floats, NativeLayerState, NativeTrainingState } from "../../binding.js";
import { isArray, isObject, property } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { encodeNumber, FieldReader, parse } from "../json.js";
import { asView, bufferOf, byteOffsetOf, kindOf, lengthOf } from "../views.js";
import type { CheckpointContent } from "./checkpoint.js";
import { bytesOf, crc32 } from "./crc32.js";
import type { EpochEntry } from "./parts.js";

const magic = "FLIPSCKP";
const version = 1;
const prefix = 16;
const isBig = endianness() === "BE";
const names = ["weights", "biases", "theta", "memory"] as const;
const moments = ["weightMoments", "biasMoments", "thetaMoments"] as const;

interface Header {
  readonly identity: unknown;
  readonly checksum: number;
  readonly stepsPerEpoch: number;
  readonly seconds: number;
  readonly step: number;
  readonly epochLoss: unknown;
  readonly history: unknown;
  readonly precision: "float32" | "float64";
  /** Of each layer its arrays with their lengths. */
  readonly arrays: readonly (readonly [name: string, length: number])[][];
}

export function encodeCheckpoint(content: CheckpointContent): Uint8Array {
  const { identity, checksum, stepsPerEpoch, seconds, history, state } = content;
  const layers = state.layers.map(arraysOf);
  const header: Header = {
    identity,
    checksum,
    stepsPerEpoch,
    seconds,
    step: state.step,
    epochLoss: encodeNumber(state.epochLoss),
    history: history.map(encodeEntry),
    precision: kindOf(state.layers[0]?.weights) === "Float32Array" ? "float32" : "float64",
    arrays: layers.map((arrays) => arrays.map(([name, array]) => [name, lengthOf(array)])),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const arrays = layers.flat().map(([, array]) => array);
  const total = arrays.reduce((sum, array) => sum + padded(array.byteLength), prefix + padded(json.length));
  const bytes = new Uint8Array(total + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(8, version, true);
  view.setUint32(12, json.length, true);
  bytes.set(json, prefix);
  bytes.fill(0x20, prefix + json.length, prefix + padded(json.length));
  let place = prefix + padded(json.length);
  for (const array of arrays) {
    bytes.set(bytesOf(array), place);
    toHostOrder(bytes, place, array);
    place += padded(array.byteLength);
  }
  view.setUint32(total, crc32(bytes.subarray(0, total)), true);
  return bytes;
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function arraysOf(layer: NativeLayerState): [name: string, array: Floats][] {
  const found: [string, Floats][] = [];
  for (const name of names) {
    const array = layer[name];
    if (array !== undefined) found.push([name, array]);
  }
  for (const name of moments) for (const array of layer[name]) found.push([name, array]);
  return found;
}

/** Of bytes that were copied from or to an array of the machine, to or from little-endian. */
function toHostOrder(bytes: Uint8Array, place: number, { byteLength, BYTES_PER_ELEMENT }: Floats): void {
  if (!isBig) return;
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + place, byteLength);
  if (BYTES_PER_ELEMENT === 4) part.swap32();
  else part.swap64();
}

const entryKeys = ["epoch", "loss", "penalty", "nonzero", "learningRate", "lambda", "seconds"] as const;
const optionalKeys = ["validationLoss", "validationError"] as const;

function encodeEntry(entry: EpochEntry): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const key of entryKeys) json[key] = encodeNumber(entry[key]);
  for (const key of optionalKeys) {
    const value = entry[key];
    if (value !== undefined) json[key] = encodeNumber(value);
  }
  return json;
}

function decodeEntry(name: string, json: unknown): EpochEntry {
  if (!isObject(json)) throw expected(name, "an object", json);
  const read = new FieldReader(name, json);
  const number = (key: string) => read.number(key);
  const optional = (key: string) => (read.has(key) ? read.number(key) : undefined);
  return Object.freeze({
    epoch: number("epoch"),
    loss: number("loss"),
    penalty: number("penalty"),
    nonzero: number("nonzero"),
    validationLoss: optional("validationLoss"),
    validationError: optional("validationError"),
    learningRate: number("learningRate"),
    lambda: number("lambda"),
    seconds: number("seconds"),
  });
}

export function decodeCheckpoint(argument: string, value: unknown): CheckpointContent {
  if (kindOf(value) !== "Uint8Array") throw expected(argument, "a Uint8Array", value);
  const given = asView(argument, value) as Uint8Array;
  // Its own memory: it is aligned, and nobody else writes into it.
  const bytes = new Uint8Array(lengthOf(given));
  bytes.set(new Uint8Array(bufferOf(given), byteOffsetOf(given), lengthOf(given)));
  const { json, first, end } = openFrame(argument, bytes);
  const header = parse(`the header of ${argument}`, json);
  if (!isObject(header)) throw notOne(argument, "its header is no object");
  const read = new FieldReader(`the header of ${argument}`, header);
  const layers = decodeLayers(argument, read, bytes, first, end);
  const history = read
    .array("history")
    .map((entry, k) => decodeEntry(`${read.name("history")}[${k}]`, entry));
  const identity = read.value("identity");
  if (!isObject(identity)) throw expected(read.name("identity"), "an object", identity);
  const stepsPerEpoch = read.count("stepsPerEpoch", 1);
  const state: NativeTrainingState = {
    step: read.count("step", 0, Number.MAX_SAFE_INTEGER),
    epochLoss: read.number("epochLoss"),
    layers,
  };
  if (Math.floor(state.step / stepsPerEpoch) !== history.length) {
    throw notOne(argument, `it has ${history.length} epochs in its history after ${state.step} steps`);
  }
  return {
    identity: identity as CheckpointContent["identity"],
    checksum: read.count("checksum", 0, 2 ** 32 - 1),
    stepsPerEpoch,
    seconds: read.finite("seconds", 0),
    history: Object.freeze(history),
    state,
  };
}

interface Frame {
  readonly json: string;
  /** Where the arrays begin and end. */
  readonly first: number;
  readonly end: number;
}

function openFrame(argument: string, bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 4;
  const begins = new TextDecoder("latin1").decode(bytes.subarray(0, 8));
  if (begins !== magic || end < prefix) throw notOne(argument, "they do not begin like one");
  const came = view.getUint32(8, true);
  if (came > version) {
    const message = `${argument} must be of version ${version} at most, but is of ${came}: written by a newer flipside`;
    throw new FlipsideError("VERSION", message);
  }
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) {
    throw notOne(argument, "their checksum is another: they are damaged or not complete");
  }
  const length = view.getUint32(12, true);
  if (came !== version || prefix + padded(length) > end) throw notOne(argument, "their header does not fit");
  const json = new TextDecoder().decode(bytes.subarray(prefix, prefix + length));
  return { json, first: prefix + padded(length), end };
}

function notOne(argument: string, why: string): FlipsideError {
  return new FlipsideError("INVALID_ARGUMENT", `${argument} must be the bytes of a checkpoint, but ${why}`);
}

function decodeLayers(
  argument: string,
  read: FieldReader,
  bytes: Uint8Array,
  first: number,
  end: number,
): NativeLayerState[] {
  const Kind = read.word("precision", ["float32", "float64"]) === "float32" ? Float32Array : Float64Array;
  let place = first;
  const next = (length: unknown): Floats => {
    const size = typeof length === "number" && Number.isInteger(length) && length >= 0 ? length : Infinity;
    const byteLength = size * Kind.BYTES_PER_ELEMENT;
    if (!(place + padded(byteLength) <= end)) throw notOne(argument, "their arrays do not fit");
    const array = new Kind(bytes.buffer as ArrayBuffer, place, size);
    toHostOrder(bytes, place, array);
    place += padded(byteLength);
    return array;
  };
  const layers = read.array("arrays").map((entries, l) => {
    const name = `${read.name("arrays")}[${l}]`;
    const layer: Mutable<NativeLayerState> = {
      weights: new Kind(0),
      biases: new Kind(0),
      weightMoments: [],
      biasMoments: [],
      thetaMoments: [],
    };
    if (!isObject(entries) || !isArray(name, entries)) throw expected(name, "an array", entries);
    for (const [k, entry] of entries.entries()) {
      if (!isObject(entry)) throw expected(`${name}[${k}]`, "a name and a length", entry);
      const key = property(name, entry, "0");
      const array = next(property(name, entry, "1"));
      if (names.includes(key as never)) layer[key as (typeof names)[number]] = array;
      else if (moments.includes(key as never)) layer[key as (typeof moments)[number]].push(array);
      else throw notOne(argument, "they have arrays of an unknown name");
    }
    return layer;
  });
  if (place !== end) throw notOne(argument, "their arrays do not fill them");
  return layers;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
