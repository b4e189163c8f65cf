import { FlipsideError } from "../errors.js";
import { bytesOf, crc32 } from "./crc32.js";
import type { Split } from "./data.js";

/**
 * Plain JSON of each option and of the shape of the data, by name: what a run that goes on must have in common with the
 * one that it goes on from.
 */
export type Identity = Readonly<Record<string, unknown>>;

export function identityOfSplit({ validation }: Split): unknown {
  return validation.length === 0 ? undefined : { rows: validation.length, crc32: crc32(bytesOf(validation)) };
}

/** Throws an error that names the first difference. */
export function requireSame(argument: string, before: Identity, now: Identity): void {
  for (const name of new Set([...Object.keys(now), ...Object.keys(before)])) {
    const [there, here] = [textOf(before[name]), textOf(now[name])];
    if (there === here) continue;
    const message = `${argument} must be of a run with the same options, but ${name} is ${brief(there)} there and ${brief(here)} here`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "not given";
}

function brief(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}
