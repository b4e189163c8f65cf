import type { Floats, NativeLayerState, NativeTrainingState } from "../../binding.js";
import { isArray, isObject, property } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { encodeNumber, FieldReader } from "../json.js";
import { lengthOf } from "../views.js";
import type { CheckpointContent } from "./checkpoint.js";
import { type Kind, pack, unpack } from "./container.js";
import { decodeEpoch, elementsOf, encodeEpoch } from "./epochs.js";
import {
  bytesOfNumber,
  fromLittleEndian,
  newFloats,
  type Precision,
  precisionOf,
  toLittleEndian,
} from "./floats.js";

const kind: Kind = { word: "FLPCKP", noun: "a checkpoint" };
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
  readonly precision: Precision;
  /** Of each layer its arrays with their lengths, in the order in which they follow the header. */
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
    history: history.map(encodeEpoch),
    precision: precisionOf((state.layers[0] as NativeLayerState).weights),
    arrays: layers.map((arrays) => arrays.map(([name, array]) => [name, lengthOf(array)])),
  };
  return pack(
    kind,
    header,
    layers.flat().map(([, array]) => toLittleEndian(array)),
  );
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

export function decodeCheckpoint(argument: string, value: unknown): CheckpointContent {
  const { header, rest } = unpack(kind, argument, value);
  if (!isObject(header)) throw notOne(argument, "its header is no object");
  const read = new FieldReader(`the header of ${argument}`, header);
  const layers = decodeLayers(argument, read, rest);
  const history = elementsOf(read, "history", decodeEpoch);
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

function notOne(argument: string, why: string): FlipsideError {
  return new FlipsideError("INVALID_ARGUMENT", `${argument} must be the bytes of a checkpoint, but ${why}`);
}

function decodeLayers(argument: string, read: FieldReader, bytes: Uint8Array): NativeLayerState[] {
  const precision = read.word("precision", ["float32", "float64"]);
  let place = 0;
  const next = (length: unknown): Floats => {
    const size = typeof length === "number" && Number.isInteger(length) && length >= 0 ? length : Infinity;
    const end = place + size * bytesOfNumber(precision);
    if (!(end <= bytes.length)) throw notOne(argument, "their arrays do not fit");
    const array = fromLittleEndian(argument, precision, bytes.subarray(place, end));
    place = end;
    return array;
  };
  const none = () => newFloats(argument, precision, 0);
  const layers = read.array("arrays").map((entries, l) => {
    const name = `${read.name("arrays")}[${l}]`;
    const layer: Mutable<NativeLayerState> = {
      weights: none(),
      biases: none(),
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
  if (place !== bytes.length) throw notOne(argument, "their arrays do not fill them");
  return layers;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
