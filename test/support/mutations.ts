// Bad calls: a valid one, changed in one to three places. All of it is data, which fast-check prints and shrinks.
import fc from "fast-check";
import { hostile, hostileNames } from "./hostile.ts";

/** A call in order: its arguments, and where they may be changed. */
export interface Call {
  readonly name: string;
  /** Own values each time: mutations change them. */
  arguments(): unknown[];
  /** Paths into the arguments; the first key is the position of the argument. */
  readonly places: readonly (readonly (string | number)[])[];
  /** The words of which an error must name one. */
  readonly words: readonly string[];
  invoke(given: unknown[]): unknown;
}

export interface Mutation {
  readonly place: number;
  readonly how: string;
  readonly n: number;
}

export interface BadCall {
  readonly call: string;
  readonly mutations: readonly Mutation[];
}

const getters = ["throwing", "sabotage", "reentrant"];
const ways = [...hostileNames, ...hostileNames, "delete", "unknown", ...getters];

export function badCalls(calls: readonly Call[]): fc.Arbitrary<BadCall> {
  const mutation = fc.record({ place: fc.nat(1000), how: fc.constantFrom(...ways), n: fc.nat(1000) });
  return fc.record({
    call: fc.constantFrom(...calls.map(({ name }) => name)),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
  });
}

/** What getters throw. */
const thrown = [new Error("boo"), "text", undefined, null, Symbol("s"), 7n, { message: "m".repeat(5000) }];

/** The arguments of a bad call. `again` is a call that a getter makes in the middle of this one. */
export function mutate(call: Call, mutations: readonly Mutation[], again: () => void): unknown[] {
  const given = call.arguments();
  for (const { place, how, n } of mutations) {
    const path = call.places[place % call.places.length] as readonly (string | number)[];
    change(given, path, how, n, again);
  }
  return given;
}

function change(
  given: unknown[],
  path: readonly (string | number)[],
  how: string,
  n: number,
  again: () => void,
): void {
  let owner = given as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) {
    const next = read(owner, key);
    // An earlier mutation may have replaced what was here.
    if (typeof next !== "object" || next === null || next === globalThis) return;
    owner = next as Record<string | number, unknown>;
  }
  const key = path.at(-1) as string | number;
  // Arguments themselves have no getters.
  if (path.length === 1 && getters.includes(how)) {
    given[key as number] = hostile("trapped", undefined, n);
    return;
  }
  const original = read(owner, key);
  const getter = (get: () => unknown) => define(owner, key, { get, configurable: true, enumerable: true });
  if (how === "delete") define(owner, key, { value: undefined, configurable: true, writable: true });
  else if (how === "unknown")
    define(owner, `un${String(key)}`, { value: 1, enumerable: true, configurable: true });
  else if (how === "throwing") {
    getter(() => {
      throw thrown[n % thrown.length];
    });
  } else if (how === "sabotage") {
    getter(() => {
      for (const array of typedArrays(given)) spoil(array, n);
      return original;
    });
  } else if (how === "reentrant") {
    getter(() => {
      again();
      return original;
    });
  } else {
    const value = hostile(how, original, n);
    define(owner, key, { value, configurable: true, enumerable: true, writable: true });
  }
}

function read(owner: Record<string | number, unknown>, key: string | number): unknown {
  try {
    return owner[key];
  } catch {
    return undefined;
  }
}

function define(owner: object, key: string | number, descriptor: PropertyDescriptor): void {
  try {
    Object.defineProperty(owner, key, descriptor);
  } catch {
    // A typed array or proxy put here by an earlier mutation.
  }
}

/** Takes the memory of an array away, or fills it with what nobody expects. */
function spoil(array: Float64Array<ArrayBuffer>, n: number): void {
  try {
    if (n % 2 === 0) structuredClone(array.buffer, { transfer: [array.buffer] });
    else array.fill(NaN);
  } catch {
    // Shared, or gone already.
  }
}

/** The arrays of a call, without running its getters. */
function typedArrays(value: unknown, depth = 0): Float64Array<ArrayBuffer>[] {
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? [] : [value as Float64Array<ArrayBuffer>];
  if (typeof value !== "object" || value === null || depth > 4 || value === globalThis) return [];
  try {
    const parts = Object.values(Object.getOwnPropertyDescriptors(value));
    return parts.flatMap(({ value: part }) => typedArrays(part, depth + 1));
  } catch {
    return [];
  }
}
