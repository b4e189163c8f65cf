import { type NumberRange, property, requireBoolean, requireChoice, requireNumber } from "../checks.js";

/** Reads the options of an object one by one, with their defaults, and keeps what they are. */
export class OptionReader {
  readonly settings: Record<string, unknown> = {};
  readonly #argument: string;
  readonly #object: object;
  readonly #prefix: string;

  /** `prefix` is what the names of the options begin with in errors. */
  constructor(argument: string, object: object, prefix = `${argument}.`) {
    this.#argument = argument;
    this.#object = object;
    this.#prefix = prefix;
  }

  get(key: string): unknown {
    return property(this.#argument, this.#object, key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  number(key: string, fallback: number, range: NumberRange): number {
    return this.#read(key, fallback, (name, value) => requireNumber(name, value, range));
  }

  flag(key: string, fallback: boolean): boolean {
    return this.#read(key, fallback, requireBoolean);
  }

  word<T extends string>(key: string, words: readonly [T, ...T[]], fallback: T = words[0]): T {
    return this.#read(key, fallback, (name, value) => requireChoice(name, value, words));
  }

  #read<T>(key: string, fallback: T, require: (name: string, value: unknown) => T): T {
    const value = this.get(key);
    const read = value === undefined ? fallback : require(`${this.#prefix}${key}`, value);
    this.settings[key] = read;
    return read;
  }
}
