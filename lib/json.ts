import { isArray, isObject, property, requireNumber } from "./checks.js";
import { expected, FlipsideError } from "./errors.js";
import { allocate, arrayLength, element } from "./views.js";

/** A number in JSON: those that JSON has no notation for are strings. */
export type JSONNumber = number | "Infinity" | "-Infinity" | "NaN" | "-0";

export function encodeNumber(value: number): JSONNumber {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : (String(value) as JSONNumber);
}

export function encodeNumbers(values: Float64Array): JSONNumber[] {
  return Array.from(values, encodeNumber);
}

const words = new Map<unknown, number>([
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["NaN", NaN],
  ["-0", -0],
]);

function decode(argument: string, value: unknown): number {
  if (typeof value === "number") return value;
  const number = words.get(value);
  if (number !== undefined) return number;
  throw expected(argument, 'a number, "Infinity", "-Infinity", "NaN" or "-0"', value);
}

/** A field that must be an object with `format` and a `version` up to `newest`. */
export function requireFormat(argument: string, json: unknown, format: string, newest: number): object {
  if (!isObject(json) || isArray(argument, json)) throw expected(argument, `${format} JSON`, json);
  const came = property(argument, json, "format");
  if (came !== format) throw expected(`${argument}.format`, JSON.stringify(format), came);
  const version = property(argument, json, "version");
  if (typeof version === "number" && Number.isInteger(version) && version > newest) {
    const message = `${argument}.version must be at most ${newest}, but is ${version}: written by a newer flipside`;
    throw new FlipsideError("VERSION", message);
  }
  requireNumber(`${argument}.version`, version, { min: 1, max: newest, integer: true });
  return json;
}

/** Parses a string; anything else is taken as parsed already. */
export function parse(argument: string, json: unknown): unknown {
  if (typeof json !== "string") return json;
  try {
    return JSON.parse(json);
  } catch (cause) {
    const message = `${argument} must be valid JSON, but is not: ${(cause as Error).message}`;
    throw new FlipsideError("INVALID_ARGUMENT", message, { cause });
  }
}

/** Reads the fields of one JSON object, each by its kind; errors name the field. */
export class FieldReader {
  readonly #argument: string;
  readonly #json: object;

  constructor(argument: string, json: object) {
    this.#argument = argument;
    this.#json = json;
  }

  value(key: string): unknown {
    return property(this.#argument, this.#json, key);
  }

  has(key: string): boolean {
    return this.value(key) !== undefined;
  }

  name(key: string): string {
    return `${this.#argument}.${key}`;
  }

  number(key: string): number {
    return decode(this.name(key), this.value(key));
  }

  finite(key: string, min = -Infinity): number {
    return requireNumber(this.name(key), this.number(key), min === -Infinity ? {} : { min });
  }

  count(key: string, min: number, max = 2 ** 31 - 1): number {
    return requireNumber(this.name(key), this.value(key), { min, max, integer: true });
  }

  word<T extends string>(key: string, words: readonly T[]): T {
    const value = this.value(key);
    if (words.includes(value as T)) return value as T;
    throw expected(this.name(key), `one of ${words.join(", ")}`, value);
  }

  /** The fields of an object inside this one. */
  fields(key: string): FieldReader {
    const value = this.value(key);
    if (isObject(value) && !isArray(this.name(key), value)) return new FieldReader(this.name(key), value);
    throw expected(this.name(key), "an object", value);
  }

  array(key: string): readonly unknown[] {
    const value = this.value(key);
    if (isArray(this.name(key), value)) return value;
    throw expected(this.name(key), "an array", value);
  }

  /** An array of numbers in [min, max], of a given length unless that is undefined. */
  numbers(key: string, length: number | undefined, min = -Infinity, max = Infinity): Float64Array {
    const name = this.name(key);
    const array = this.array(key);
    const count = arrayLength(name, array);
    if (length !== undefined && count !== length)
      throw expected(name, `an array of length ${length}`, array, "LENGTH_MISMATCH");
    const bounds = `a number >= ${min}${max === Infinity ? "" : ` and <= ${max}`}`;
    const out = allocate(name, count);
    for (let i = 0; i < count; ++i) {
      const value = decode(`${name}[${i}]`, element(name, array, i));
      if (!(value >= min && value <= max)) {
        throw expected(`${name}[${i}]`, bounds, value, "OUT_OF_RANGE");
      }
      out[i] = value;
    }
    return out;
  }
}
