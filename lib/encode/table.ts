import { isArray, isObject, property } from "../checks.js";
import { expected, FlipsideError, unreadable } from "../errors.js";
import { arrayLength, asView, element, kindOf, lengthOf } from "../views.js";

/** A cell of a table; null, undefined, NaN and "" are missing values. */
export type Cell = string | number | boolean | null | undefined;

/** Rows as records, or columns by their names. A key that a record does not have is a missing value. */
export type TableLike = readonly Readonly<Record<string, Cell>>[] | Readonly<Record<string, ArrayLike<Cell>>>;

/** A level of a factor. */
export type Level = string | number | boolean;

/** A table read once: columns of levels, undefined where a value is missing. @internal */
export interface Table {
  readonly rows: number;
  /** In the order in which the names first appear. */
  readonly columns: ReadonlyMap<string, readonly (Level | undefined)[]>;
}

/** @internal */
export function readTable(value: unknown): Table {
  if (isObject(value) && kindOf(value) === undefined)
    return isArray("table", value) ? fromRecords(value) : fromColumns(value);
  throw expected("table", "an array of records or an object of columns", value);
}

function fromRecords(records: readonly unknown[]): Table {
  const rows = arrayLength("table", records);
  if (rows === 0) throw expected("table", "an array of at least one record", records, "EMPTY");
  const columns = new Map<string, (Level | undefined)[]>();
  for (let i = 0; i < rows; ++i) {
    const record = element("table", records, i);
    const name = `table[${i}]`;
    if (!isObject(record) || kindOf(record) !== undefined || isArray(name, record))
      throw expected(name, "a record such as { name: value }", record);
    for (const key of keysOf(name, record)) {
      let column = columns.get(key);
      if (column === undefined) {
        // A claimed length says nothing of the memory that there is: it grows with the rows that are there.
        column = [];
        columns.set(key, column);
      }
      while (column.length < i) column.push(undefined);
      column.push(cell(key, i, property(name, record, key)));
    }
  }
  for (const column of columns.values()) while (column.length < rows) column.push(undefined);
  return { rows, columns };
}

function fromColumns(object: object): Table {
  const arrays = new Map<string, readonly unknown[]>();
  let rows = -1;
  // All lengths before anything is read: a Proxy may claim any.
  for (const key of keysOf("table", object)) {
    const name = columnName(key);
    const given = property("table", object, key);
    const view = asView(name, given);
    if (view === undefined && !isArray(name, given)) throw expected(name, "an array of values", given);
    const array = (view ?? given) as readonly unknown[];
    const length = view === undefined ? arrayLength(name, array) : lengthOf(view);
    if (rows >= 0 && length !== rows) {
      const message = `${name} must have ${rows} entries (as the column before has), but has ${length}`;
      throw new FlipsideError("LENGTH_MISMATCH", message);
    }
    if (length > mostRows) throw expected(`${name}.length`, `<= ${mostRows}`, length, "TOO_LARGE");
    rows = length;
    arrays.set(key, array);
  }
  if (rows <= 0) throw expected("table", "a table of at least one row", object, "EMPTY");
  const columns = new Map<string, (Level | undefined)[]>();
  for (const [key, array] of arrays) {
    const name = columnName(key);
    const column: (Level | undefined)[] = [];
    for (let i = 0; i < rows; ++i) {
      const value = element(name, array, i);
      // An array of holes may claim any length too.
      if (value === undefined && !holds(name, array, i)) throw expected(`${name}[${i}]`, "there", value);
      column.push(cell(key, i, value));
    }
    columns.set(key, column);
  }
  return { rows, columns };
}

/** A column of a table is a JavaScript array, which holds fewer. */
const mostRows = 2 ** 27;

function columnName(key: string): string {
  return `table[${JSON.stringify(key.slice(0, 60))}]`;
}

function holds(argument: string, array: readonly unknown[], i: number): boolean {
  try {
    return i in array;
  } catch (cause) {
    throw unreadable(argument, cause);
  }
}

function keysOf(argument: string, object: object): string[] {
  try {
    return Object.keys(object);
  } catch (cause) {
    throw unreadable(argument, cause);
  }
}

/** Where a cell is, for errors. @internal */
export function cellName(column: string, row: number): string {
  return `row ${row} of column ${JSON.stringify(column.slice(0, 60))}`;
}

function cell(column: string, row: number, value: unknown): Level | undefined {
  if (value === undefined || value === null || value === "" || Number.isNaN(value)) return undefined;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw expected(cellName(column, row), "a string, a number, a boolean or missing", value);
}
