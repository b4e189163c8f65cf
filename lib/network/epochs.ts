// The epochs of a history as JSON.

import { encodeNumber, FieldReader, type JSONNumber } from "../json.js";
import { arrayLength } from "../views.js";
import type { EpochEntry } from "./parts.js";

/** What `JSON.stringify` writes for an epoch. */
export type EpochJSON = { -readonly [Key in keyof EpochEntry]?: JSONNumber };

const keys = ["epoch", "loss", "penalty", "nonzero", "learningRate", "lambda", "seconds"] as const;
const validationKeys = ["validationLoss", "validationError"] as const;

export function encodeEpoch(entry: EpochEntry): EpochJSON {
  const json: EpochJSON = {};
  for (const key of keys) json[key] = encodeNumber(entry[key]);
  for (const key of validationKeys) {
    const value = entry[key];
    if (value !== undefined) json[key] = encodeNumber(value);
  }
  return json;
}

export function decodeEpoch(read: FieldReader): EpochEntry {
  const number = (key: keyof EpochEntry) => read.number(key);
  const optional = (key: keyof EpochEntry) => (read.has(key) ? read.number(key) : undefined);
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

/** What `decode` makes of each object in an array, which may have holes and claim any length. */
export function elementsOf<T>(read: FieldReader, key: string, decode: (element: FieldReader) => T): T[] {
  const array = read.array(key);
  const count = arrayLength(read.name(key), array);
  const elements = new FieldReader(read.name(key), array);
  const decoded: T[] = [];
  for (let k = 0; k < count; ++k) decoded.push(decode(elements.fields(String(k))));
  return decoded;
}
