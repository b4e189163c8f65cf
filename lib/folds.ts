import { native } from "./binding.js";
import { isArray, property, requireNumber, requireOptions } from "./checks.js";
import { expected, FlipsideError, lengthMismatch } from "./errors.js";
import { requireEntries, toVector, type VectorLike } from "./matrix.js";
import { arrayLength, element } from "./views.js";

/** One label per row: finite numbers or strings. Rows with the same one belong together. */
export type Labels = VectorLike | readonly (string | number)[];

/** The options of `makeFolds`. */
export interface FoldOptions {
  /** How many, an integer from 2 to the number of rows (of groups, where there are), by default 10. */
  readonly folds?: number | undefined;
  /** Of the random order, an integer in [0, 2^53), by default 0. */
  readonly seed?: number | undefined;
  /** Rows of each of these labels are spread evenly: their numbers in two folds differ by at most 1, without groups. */
  readonly strata?: Labels | undefined;
  /** Rows with the same label come into the same fold. */
  readonly groups?: Labels | undefined;
}

const keys = ["folds", "seed", "strata", "groups"];
const rowsRange = { min: 2, max: 2 ** 31 - 1, integer: true };
const seedRange = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true };
/** Of the streams of a seed, one that no mask is drawn from by default. */
const stream = 0x666f6c6473n;

/**
 * A random partition of rows into folds of sizes that differ by at most 1; with groups as even as taking the largest group
 * first and giving it to the fold with the fewest rows of its strata makes them. The order comes from the words of
 * Philox4x32-10 (seed, stream 0x666f6c6473) alone: the same on every machine.
 *
 * @param rows How many, an integer >= 2.
 * @returns The fold of each row, from 0.
 * @throws FlipsideError INVALID_ARGUMENT, OUT_OF_RANGE, NOT_FINITE, LENGTH_MISMATCH, UNKNOWN_OPTION.
 */
export function makeFolds(rows: number, options: FoldOptions = {}): Int32Array {
  const count = requireNumber("rows", rows, rowsRange);
  const given = requireOptions("options", options, keys);
  const folds = property("options", given, "folds");
  const seed = property("options", given, "seed");
  return partition(count, {
    folds: requireFoldCount(folds ?? 10, count, "rows"),
    seed: seed === undefined ? 0 : requireNumber("seed", seed, seedRange),
    strata: readLabels("strata", property("options", given, "strata"), count),
    groups: readLabels("groups", property("options", given, "groups"), count),
  });
}

/** @internal */
export function requireFoldCount(value: unknown, most: number, noun: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value > most) {
    throw expected("folds", `at most the number of ${noun} (${most})`, value, "OUT_OF_RANGE");
  }
  return requireNumber("folds", value, { min: 2, max: most, integer: true });
}

/** Labels as numbers from 0 in the order of their first rows. @internal */
export interface Numbered {
  readonly of: Int32Array;
  readonly count: number;
}

/** @internal */
export interface Partition {
  readonly folds: number;
  readonly seed: number;
  readonly strata: Numbered | undefined;
  readonly groups: Numbered | undefined;
}

/** @internal */
export function partition(rows: number, { folds, seed, strata, groups }: Partition): Int32Array {
  if (groups === undefined) return spread(shuffled(rows, seed), strata, folds);
  requireFoldCount(folds, groups.count, groups.count === rows ? "rows" : "groups");
  return spreadGroups(rows, shuffled(groups.count, seed), groups, strata, folds);
}

/** In turn, stratum after stratum. */
function spread(order: Int32Array, strata: Numbered | undefined, folds: number): Int32Array {
  const foldOf = new Int32Array(order.length);
  const sorted = strata === undefined ? order : byStratum(order, strata);
  sorted.forEach((row, k) => {
    foldOf[row] = k % folds;
  });
  return foldOf;
}

function byStratum(order: Int32Array, { of, count }: Numbered): Int32Array {
  const next = new Int32Array(count + 1);
  for (const stratum of of) next[stratum + 1] = (next[stratum + 1] as number) + 1;
  for (let s = 0; s < count; ++s) next[s + 1] = (next[s + 1] as number) + (next[s] as number);
  const sorted = new Int32Array(order.length);
  for (const row of order) {
    const stratum = of[row] as number;
    const place = next[stratum] as number;
    sorted[place] = row;
    next[stratum] = place + 1;
  }
  return sorted;
}

function spreadGroups(
  rows: number,
  order: Int32Array,
  groups: Numbered,
  strata: Numbered | undefined,
  folds: number,
): Int32Array {
  const members: number[][] = Array.from({ length: groups.count }, () => []);
  for (let i = 0; i < rows; ++i) members[groups.of[i] as number]?.push(i);
  const totals = new Float64Array(strata?.count ?? 1);
  for (let i = 0; i < rows; ++i) {
    const stratum = strata?.of[i] ?? 0;
    totals[stratum] = (totals[stratum] as number) + 1;
  }
  const sizes = new Float64Array(folds);
  const held = new Float64Array(folds * totals.length);
  const foldOf = new Int32Array(rows);
  const largestFirst = Array.from(order).sort(
    (a, b) => (members[b] as number[]).length - (members[a] as number[]).length,
  );
  for (const group of largestFirst) {
    const own = members[group] as number[];
    const counts = new Map<number, number>();
    for (const row of own) {
      const stratum = strata?.of[row] ?? 0;
      counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
    }
    let best = 0;
    let least = Infinity;
    for (let k = 0; k < folds; ++k) {
      // What the sum of squared shares of the strata grows by, but for what all folds have in common.
      let cost = 0;
      for (const [s, n] of counts)
        cost += (n * (held[k * totals.length + s] as number)) / (totals[s] as number);
      if (cost > least || (cost === least && (sizes[k] as number) >= (sizes[best] as number))) continue;
      best = k;
      least = cost;
    }
    for (const row of own) foldOf[row] = best;
    for (const [s, n] of counts) {
      held[best * totals.length + s] = (held[best * totals.length + s] as number) + n;
    }
    sizes[best] = (sizes[best] as number) + own.length;
  }
  return foldOf;
}

/** 0, 1, ... in random order (Fisher and Yates), every order as likely. @internal */
export function shuffled(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const words = new Words(seed);
  for (let i = count - 1; i > 0; --i) {
    const j = words.below(i + 1);
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}

const block = 1024;

class Words {
  readonly #seed: bigint;
  readonly #words = new Uint32Array(block);
  #next = block;
  #blocks = 0n;

  constructor(seed: number) {
    this.#seed = BigInt(seed);
  }

  /** An integer in [0, limit): the first word below the largest multiple of the limit, modulo it. */
  below(limit: number): number {
    const end = 2 ** 32 - (2 ** 32 % limit);
    for (;;) {
      if (this.#next === block) {
        native.philox(this.#seed, stream, this.#blocks, this.#words);
        this.#blocks += BigInt(block / 4);
        this.#next = 0;
      }
      const word = this.#words[this.#next++] as number;
      if (word < end) return word % limit;
    }
  }
}

/** @internal */
export function readLabels(argument: string, value: unknown, rows: number): Numbered | undefined {
  if (value === undefined) return undefined;
  if (!(isArray(argument, value) && typeof element(argument, value, 0) === "string")) {
    const vector = toVector(argument, value, rows, "one per row");
    requireEntries(argument, vector, -Infinity);
    return numbered(vector);
  }
  const length = arrayLength(argument, value);
  if (length !== rows) throw lengthMismatch(argument, rows, "one per row", length);
  const labels = Array.from({ length }, (_, i) => {
    const label = element(argument, value, i);
    if (typeof label !== "string" && typeof label !== "number") {
      throw expected(`${argument}[${i}]`, "a string or a number", label);
    }
    return label;
  });
  return numbered(labels);
}

/** @internal */
export function numbered(labels: Iterable<string | number> & { readonly length: number }): Numbered {
  const numbers = new Map<string | number, number>();
  const of = new Int32Array(labels.length);
  let i = 0;
  for (const label of labels) {
    let number = numbers.get(label);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(label, number);
    }
    of[i++] = number;
  }
  return { of, count: numbers.size };
}

/** Fold numbers of the caller: 0 to K - 1 without gaps, K >= 2. @internal */
export function readFoldOf(argument: string, value: unknown, rows: number): Int32Array {
  const vector = toVector(argument, value, rows, "one per row of x");
  requireEntries(argument, vector, 0);
  let largest = 0;
  vector.forEach((fold, i) => {
    if (!Number.isInteger(fold) || fold >= rows) {
      throw expected(`${argument}[${i}]`, `an integer >= 0 and < ${rows}`, fold, "OUT_OF_RANGE");
    }
    largest = Math.max(largest, fold);
  });
  const present = new Uint8Array(largest + 1);
  for (const fold of vector) present[fold] = 1;
  const missing = present.indexOf(0);
  if (missing >= 0 || largest === 0) {
    const problem = missing >= 0 ? `${missing} is missing and ${largest} is there` : "all are 0";
    const message = `${argument} must be numbers from 0 to at least 1 without gaps, but ${problem}`;
    throw new FlipsideError("OUT_OF_RANGE", message);
  }
  return Int32Array.from(vector);
}
