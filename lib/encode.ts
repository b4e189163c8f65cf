import { isArray, isObject, property, requireChoice, requireOptions } from "./checks.js";
import {
  type Encoded,
  type Encoder,
  encodeTable,
  makeEncoder,
  noColumn,
  readLevels,
  type TargetSpec,
} from "./encode/encoder.js";
import { type ColumnSpec, type Dummy, levelsOf, refuseMissing, type UnknownPolicy } from "./encode/spec.js";
import { type Level, readTable, type Table, type TableLike } from "./encode/table.js";
import { expected, FlipsideError, unreadable } from "./errors.js";
import { arrayLength, element } from "./views.js";

export { type Encoded, Encoder, type EncoderJSON } from "./encode/encoder.js";
export type { ColumnSpec, Dummy, UnknownPolicy } from "./encode/spec.js";
export type { Cell, Level, TableLike } from "./encode/table.js";

/** The options of `encodeColumns`. */
export interface EncodeOptions {
  /** The column that is y, not part of x. Numbers and booleans (1 and 0) become numbers, texts stay as classes. */
  readonly target?: string | undefined;
  /**
   * "oneHot" (the default): one column of 0 and 1 per level, which suits a penalty; "treatment": none for the first level,
   * with which the others are compared.
   */
  readonly dummy?: Dummy | undefined;
  /**
   * Levels of columns in an order of your own, by the name of the column, which makes it a factor. By default those that
   * occur: texts sorted by code units, numbers by size.
   */
  readonly levels?: Readonly<Record<string, readonly Level[]>> | undefined;
  /** Columns of numbers that are factors: codes, years. */
  readonly factors?: readonly string[] | undefined;
  /** Columns of texts that are numbers. */
  readonly numeric?: readonly string[] | undefined;
  /** Columns to leave out. */
  readonly drop?: readonly string[] | undefined;
  /** A level that is not known is an error (the default), or "zero" in each column of its factor. */
  readonly unknown?: UnknownPolicy | undefined;
  /** A missing value of a factor is an error (the default), or a level of its own. Of a numeric column it is NaN. */
  readonly missing?: "error" | "level" | undefined;
}

const keys = ["target", "dummy", "levels", "factors", "numeric", "drop", "unknown", "missing"];

/**
 * A table of numbers, texts and booleans as the data of a problem: numbers and booleans (1 and 0) stay one column, texts
 * are factors and become one column per level. `x`, `y` and `featureNames` of the result make a problem, `groups` is for
 * penalties that act on a factor as a whole, and `encoder.transform` does the same to new rows.
 *
 * @param table Records, or an object of columns: `[{ age: 31, city: "Bonn" }]` or `{ age: [31], city: ["Bonn"] }`.
 * @throws FlipsideError INVALID_ARGUMENT for a column of texts and numbers mixed and for names that the table does not
 *   have; MISSING_VALUES for a column without any value and for missing levels; OUT_OF_RANGE, EMPTY, LENGTH_MISMATCH.
 */
export function encodeColumns(
  table: TableLike,
  options: EncodeOptions = {},
): Encoded & { readonly encoder: Encoder } {
  const given = requireOptions("options", options, keys);
  const get = (key: string) => property("options", given, key);
  const read = readTable(table);
  const names = (key: string) => readNames(key, get(key), read);
  const target = get("target");
  if (target !== undefined) requireColumn("target", target, read);
  const drop = names("drop");
  const levels = readLevelOptions(get("levels"), read);
  const factors = names("factors");
  const numeric = names("numeric");
  const both = [...numeric].find((name) => factors.has(name) || levels.has(name));
  if (both !== undefined) {
    const message = `numeric must have no column of factors or levels, but has ${JSON.stringify(both)}`;
    throw new FlipsideError("INVALID_ARGUMENT", message);
  }
  const dummy = choice("dummy", get("dummy"), ["oneHot", "treatment"] as const);
  const unknown = choice("unknown", get("unknown"), ["error", "zero"] as const);
  const asLevel = choice("missing", get("missing"), ["error", "level"] as const) === "level";
  const columns: ColumnSpec[] = [];
  for (const [name, column] of read.columns) {
    if (name === target || drop.has(name)) continue;
    if (numeric.has(name)) columns.push(Object.freeze({ name, kind: "numeric", parse: true }));
    else {
      const own = levels.get(name);
      const factor = factors.has(name) || own !== undefined || isFactor(name, column);
      columns.push(
        factor
          ? factorOf(name, column, own, asLevel)
          : Object.freeze({ name, kind: "numeric", parse: false }),
      );
    }
  }
  if (columns.length === 0) throw expected("table", "a table with a column for x", table, "EMPTY");
  const plan = { dummy, unknown, target: targetOf(target, numeric, read), columns: Object.freeze(columns) };
  const encoder = makeEncoder(plan);
  if (encoder.featureNames.length === 0)
    throw expected("table", "a table with a column for x: its factors have one level", table, "EMPTY");
  return { ...encodeTable(encoder, read), encoder };
}

type Column = readonly (Level | undefined)[];

function factorOf(
  name: string,
  column: Column,
  own: readonly Level[] | undefined,
  asLevel: boolean,
): ColumnSpec {
  const missing = column.includes(undefined);
  if (missing && !asLevel) refuseMissing(name, column);
  const levels = own ?? Object.freeze(levelsOf(column));
  return Object.freeze({ name, kind: "factor", levels, missingLevel: missing });
}

/** Whether a column has texts, and only those. */
function isFactor(name: string, column: Column): boolean {
  const texts = column.filter((value) => typeof value === "string").length;
  const present = column.filter((value) => value !== undefined).length;
  const quoted = JSON.stringify(name.slice(0, 60));
  if (present === 0) {
    const message = `column ${quoted} must have values, but all are missing: leave it out with drop`;
    throw new FlipsideError("MISSING_VALUES", message);
  }
  if (texts === 0 || texts === present) return texts > 0;
  const message = `column ${quoted} must have texts or numbers, but has ${texts} texts and ${present - texts} others: name it in numeric, factors or drop`;
  throw new FlipsideError("INVALID_ARGUMENT", message);
}

function targetOf(name: unknown, numeric: ReadonlySet<string>, table: Table): TargetSpec | undefined {
  if (name === undefined) return undefined;
  const target = name as string;
  const column = table.columns.get(target) as Column;
  refuseMissing(target, column);
  const parse = numeric.has(target);
  return { name: target, kind: !parse && isFactor(target, column) ? "class" : "numeric", parse };
}

function choice<T extends string>(name: string, value: unknown, words: readonly [T, ...T[]]): T {
  return value === undefined ? words[0] : requireChoice(name, value, words);
}

function requireColumn(argument: string, name: unknown, table: Table): string {
  if (typeof name !== "string") throw expected(argument, "the name of a column", name);
  if (!table.columns.has(name)) throw noColumn(name, [...table.columns.keys()]);
  return name;
}

function readNames(argument: string, value: unknown, table: Table): Set<string> {
  if (value === undefined) return new Set();
  if (!isArray(argument, value)) throw expected(argument, "an array of names of columns", value);
  const count = arrayLength(argument, value);
  return new Set(
    Array.from({ length: count }, (_, k) =>
      requireColumn(`${argument}[${k}]`, element(argument, value, k), table),
    ),
  );
}

function readLevelOptions(value: unknown, table: Table): Map<string, readonly Level[]> {
  const result = new Map<string, readonly Level[]>();
  if (value === undefined) return result;
  if (!isObject(value) || isArray("levels", value))
    throw expected("levels", "an object of levels by the names of columns", value);
  let names: string[];
  try {
    names = Object.keys(value);
  } catch (cause) {
    throw unreadable("levels", cause);
  }
  for (const name of names) {
    requireColumn("levels", name, table);
    result.set(name, readLevels(`levels[${JSON.stringify(name)}]`, property("levels", value, name)));
  }
  return result;
}
