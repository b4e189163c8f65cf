import { expected, FlipsideError, unreadable } from "./errors.js";

/** The range of a numeric argument. All numbers must be finite. */
export interface NumberRange {
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
  /** Every value allowed is greater. */
  readonly above?: number;
  /** Every value allowed is less. */
  readonly below?: number;
  readonly integer?: boolean;
}

const largestDimension = 2 ** 31 - 1;

/** Such as "a finite number > 0 and < 2". */
export function rangeText(range: NumberRange): string {
  const bounds: string[] = [];
  if (range.above !== undefined) bounds.push(`> ${range.above}`);
  if (range.min !== undefined) bounds.push(`>= ${range.min}`);
  if (range.below !== undefined) bounds.push(`< ${range.below}`);
  if (range.max !== undefined) bounds.push(`<= ${range.max}`);
  const noun = range.integer ? "an integer" : "a finite number";
  return bounds.length === 0 ? noun : `${noun} ${bounds.join(" and ")}`;
}

function within(value: number, range: NumberRange): boolean {
  return (
    (range.min === undefined || value >= range.min) &&
    (range.max === undefined || value <= range.max) &&
    (range.above === undefined || value > range.above) &&
    (range.below === undefined || value < range.below) &&
    (!range.integer || Number.isInteger(value))
  );
}

export function requireNumber(argument: string, value: unknown, range: NumberRange): number {
  if (typeof value === "number" && Number.isFinite(value) && within(value, range)) return value;
  if (typeof value !== "number") throw expected(argument, rangeText(range), value);
  throw expected(argument, rangeText(range), value, Number.isFinite(value) ? "OUT_OF_RANGE" : "NOT_FINITE");
}

export function requireBoolean(argument: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw expected(argument, "true or false", value);
}

/** One of a few words; `available` are those that work in this version. */
export function requireChoice<T extends string>(
  argument: string,
  value: unknown,
  available: readonly T[],
): T {
  if (available.includes(value as T)) return value as T;
  const list = available.map((name) => JSON.stringify(name)).join(" or ");
  throw expected(argument, list, value, typeof value === "string" ? "UNSUPPORTED" : "INVALID_ARGUMENT");
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A class, whatever its constructor. */
interface Class<T> {
  readonly prototype: T;
  [Symbol.hasInstance](value: unknown): boolean;
}

/** `instanceof` asks the traps of a Proxy: one that throws is no instance of anything. */
export function isInstance<T>(value: unknown, kind: Class<T>): value is T {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

/** `Array.isArray` throws for a revoked Proxy. */
export function isArray(argument: string, value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch (cause) {
    throw unreadable(argument, cause);
  }
}

/** Reads a property once; a getter or trap that throws gives an error that names it. */
export function property(argument: string, object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch (cause) {
    throw unreadable(argument === "" ? key : `${argument}.${key}`, cause);
  }
}

/** An object of options that has no other keys than `known`. */
export function requireOptions(argument: string, value: unknown, known: readonly string[]): object {
  if (!isObject(value) || isArray(argument, value)) {
    throw expected(argument, `an object with ${known.join(", ")}`, value);
  }
  refuseUnknownKeys(argument, value, known);
  return value;
}

export function refuseUnknownKeys(argument: string, object: object, known: readonly string[]): void {
  let keys: string[];
  try {
    keys = Object.keys(object);
  } catch (cause) {
    throw unreadable(argument, cause);
  }
  for (const key of keys) {
    if (!known.includes(key)) throw unknownKey(argument, key, known);
  }
}

/** The number of rows or columns of a matrix. */
export function dimension(argument: string, object: object, key: "rows" | "columns"): number {
  const size = property(argument, object, key);
  const name = `${argument}.${key}`;
  if (size === 0) throw expected(name, "an integer >= 1", size, "EMPTY");
  if (typeof size === "number" && size > largestDimension && size < Infinity) {
    throw expected(name, `<= ${largestDimension}`, size, "TOO_LARGE");
  }
  return requireNumber(name, size, { min: 1, integer: true });
}

/** A misspelt `order` must not turn a matrix round; class instances may have members of their own. */
export function refuseUnknownMembers(argument: string, object: object, known: readonly string[]): void {
  if (isPlain(argument, object)) refuseUnknownKeys(argument, object, known);
}

/** No instance of a class. */
export function isPlain(argument: string, object: object): boolean {
  try {
    const prototype: unknown = Object.getPrototypeOf(object);
    return prototype === Object.prototype || prototype === null;
  } catch (cause) {
    throw unreadable(argument, cause);
  }
}

function unknownKey(argument: string, key: string, known: readonly string[]): FlipsideError {
  const name = JSON.stringify(key.slice(0, 60));
  if (known.length === 0)
    return new FlipsideError("UNKNOWN_OPTION", `${argument} has no options, but ${name} came`);
  const near = nearest(key.slice(0, 60), known);
  const hint = near === undefined ? "" : `did you mean ${JSON.stringify(near)}? `;
  const message = `${argument} has no ${name}: ${hint}known are ${known.join(", ")}`;
  return new FlipsideError("UNKNOWN_OPTION", message);
}

/** The word at the smallest edit distance, if it is near enough to be meant. */
function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(word.length / 2)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    const current = [i];
    for (let j = 1; j <= b.length; ++j) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}
