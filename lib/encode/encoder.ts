import { isArray, isObject, requireBoolean } from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { FieldReader, parse, requireFormat } from "../json.js";
import type { DenseMatrix } from "../matrix.js";
import { notConstructible } from "../penalty.js";
import { allocate, arrayLength, element } from "../views.js";
import {
  type ColumnSpec,
  type Dummy,
  indicatorsOf,
  namesOf,
  numbersOf,
  refuseMissing,
  type UnknownPolicy,
} from "./spec.js";
import { cellName, type Level, readTable, type Table, type TableLike } from "./table.js";

/** A table as the data of a problem. */
export interface Encoded {
  /** Doubles, column-major; NaN where a number was missing. */
  readonly x: DenseMatrix & { readonly data: Float64Array; readonly order: "column-major" };
  /** Of the target column, if there is one: numbers, or the texts of its classes. */
  readonly y: Float64Array | string[] | undefined;
  /** One name per column of x: "age" of a numeric column, "colour=red" of a level. */
  readonly featureNames: readonly string[];
  /** For each column of x the number, from 0, of the column of the table that it comes from: as the option `groups` takes it. */
  readonly groups: readonly number[];
}

/** What `JSON.stringify` writes for an `Encoder`. */
export interface EncoderJSON {
  format: "flipside.encoder";
  version: 1;
  dummy: Dummy;
  unknown: UnknownPolicy;
  target?: { name: string; kind: "numeric" | "class"; parse: boolean };
  columns: ColumnSpec[];
}

/** All that an encoder is made of. @internal */
export interface EncoderPlan {
  readonly dummy: Dummy;
  readonly unknown: UnknownPolicy;
  readonly target: TargetSpec | undefined;
  readonly columns: readonly ColumnSpec[];
}

/** @internal */
export interface TargetSpec {
  readonly name: string;
  readonly kind: "numeric" | "class";
  readonly parse: boolean;
}

const secret = Symbol("made by flipside");

/** @internal */
export let makeEncoder: (plan: EncoderPlan) => Encoder;
/** @internal */
export let encodeTable: (encoder: Encoder, table: Table) => Encoded;

/** Encodes tables as `encodeColumns` has encoded the first: the same levels in the same order. Immutable. */
export class Encoder {
  /** How each column of the table is encoded. */
  readonly columns: readonly ColumnSpec[];
  readonly dummy: Dummy;
  readonly unknown: UnknownPolicy;
  /** The name of the target column. */
  readonly target: string | undefined;
  readonly featureNames: readonly string[];
  readonly groups: readonly number[];
  readonly #plan: EncoderPlan;

  static {
    makeEncoder = (plan) => new Encoder(secret, plan);
    encodeTable = (encoder, table) => encoder.#encode(table);
  }

  private constructor(key: symbol, plan: EncoderPlan) {
    if (key !== secret) throw notConstructible("Encoder", "encodeColumns or Encoder.fromJSON");
    this.#plan = plan;
    this.columns = plan.columns;
    this.dummy = plan.dummy;
    this.unknown = plan.unknown;
    this.target = plan.target?.name;
    const names = plan.columns.map((spec) => namesOf(spec, plan.dummy));
    this.featureNames = Object.freeze(names.flat());
    this.groups = Object.freeze(names.flatMap((own, group) => own.map(() => group)));
    const seen = new Set<string>();
    const twice = this.featureNames.find((name) => seen.size === seen.add(name).size);
    if (twice !== undefined) {
      const message = `the names of the encoded columns must differ, but two are ${JSON.stringify(twice)}`;
      throw new FlipsideError("INVALID_ARGUMENT", message);
    }
    Object.freeze(this);
  }

  /**
   * The same encoding of another table. It must have the columns of the first, and may have others; y is there if the
   * target is.
   *
   * @throws FlipsideError OUT_OF_RANGE for a level that is not known, unless `unknown` is "zero"; MISSING_VALUES for a
   *   missing level, unless that is one or `unknown` is "zero"; INVALID_ARGUMENT and others for what is no such table.
   */
  transform(table: TableLike): Encoded {
    return this.#encode(readTable(table));
  }

  #encode({ rows, columns }: Table): Encoded {
    const { dummy, unknown, target } = this.#plan;
    const { featureNames, groups } = this;
    const data = allocate("table", rows * featureNames.length);
    let from = 0;
    for (const spec of this.columns) {
      const column = columns.get(spec.name);
      if (column === undefined) throw noColumn(spec.name, [...columns.keys()]);
      const width = namesOf(spec, dummy).length;
      const out = data.subarray(from * rows, (from + width) * rows);
      if (spec.kind === "numeric") numbersOf(spec.name, column, spec.parse, out);
      else indicatorsOf(spec, column, dummy, unknown, out);
      from += width;
    }
    const response = target && columns.get(target.name);
    const x = { data, rows, columns: featureNames.length, order: "column-major" as const };
    const y = target && response && responseOf(target, response);
    return { x, y, featureNames, groups };
  }

  /** Plain JSON that `Encoder.fromJSON` restores. */
  toJSON(): EncoderJSON {
    const { dummy, unknown, target, columns } = this.#plan;
    return {
      format: "flipside.encoder",
      version: 1,
      dummy,
      unknown,
      ...(target !== undefined && { target: { ...target } }),
      columns: columns.map((spec) =>
        spec.kind === "numeric" ? { ...spec } : { ...spec, levels: [...spec.levels] },
      ),
    };
  }

  /**
   * Restores an encoder from `toJSON()`, an object or its JSON text.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others that name the bad field; VERSION for JSON of a newer version.
   */
  static fromJSON(json: unknown): Encoder {
    const read = new FieldReader("json", requireFormat("json", parse("json", json), "flipside.encoder", 1));
    const columns = read.array("columns");
    const count = arrayLength("json.columns", columns);
    if (count === 0) throw expected("json.columns", "an array of at least one column", columns, "EMPTY");
    const target = read.has("target") ? read.fields("target") : undefined;
    return makeEncoder({
      dummy: read.word("dummy", ["oneHot", "treatment"]),
      unknown: read.word("unknown", ["error", "zero"]),
      target: target && {
        name: text(target, "name"),
        kind: target.word("kind", ["numeric", "class"]),
        parse: requireBoolean(target.name("parse"), target.value("parse")),
      },
      columns: Object.freeze(
        Array.from({ length: count }, (_, k) => {
          const spec = element("json.columns", columns, k);
          const name = `json.columns[${k}]`;
          if (!isObject(spec) || isArray(name, spec)) throw expected(name, "an object", spec);
          return readSpec(new FieldReader(name, spec));
        }),
      ),
    });
  }
}

function readSpec(read: FieldReader): ColumnSpec {
  const name = text(read, "name");
  const flag = (key: string) => requireBoolean(read.name(key), read.value(key));
  if (read.word("kind", ["numeric", "factor"]) === "numeric") {
    return Object.freeze({ name, kind: "numeric", parse: flag("parse") });
  }
  const levels = readLevels(read.name("levels"), read.value("levels"));
  return Object.freeze({ name, kind: "factor", levels, missingLevel: flag("missingLevel") });
}

function text(read: FieldReader, key: string): string {
  const value = read.value(key);
  if (typeof value === "string") return value;
  throw expected(read.name(key), "a string", value);
}

/** Different levels, at least one. @internal */
export function readLevels(argument: string, value: unknown): readonly Level[] {
  if (!isArray(argument, value)) throw expected(argument, "an array of levels", value);
  const levels = new Set<Level>();
  const count = arrayLength(argument, value);
  for (let k = 0; k < count; ++k) {
    const level = element(argument, value, k);
    const usable =
      (typeof level === "string" && level !== "") ||
      (typeof level === "number" && !Number.isNaN(level)) ||
      typeof level === "boolean";
    if (!usable || levels.has(level))
      throw expected(`${argument}[${k}]`, "another string, number or boolean than those before", level);
    levels.add(level);
  }
  if (levels.size === 0) throw expected(argument, "an array of at least one level", value, "EMPTY");
  return Object.freeze([...levels]);
}

/** @internal */
export function noColumn(name: string, columns: readonly string[]): FlipsideError {
  const shown = columns.slice(0, 12).map((other) => JSON.stringify(other.slice(0, 40)));
  const more = columns.length > shown.length ? ` and ${columns.length - shown.length} more` : "";
  const message = `table must have a column ${JSON.stringify(name.slice(0, 60))}, but has ${shown.join(", ")}${more}`;
  return new FlipsideError("INVALID_ARGUMENT", message);
}

function responseOf(target: TargetSpec, column: readonly (Level | undefined)[]): Float64Array | string[] {
  refuseMissing(target.name, column);
  if (target.kind === "numeric") {
    const out = allocate("table", column.length);
    numbersOf(target.name, column, target.parse, out);
    return out;
  }
  return column.map((value, i) => {
    if (typeof value === "string") return value;
    throw expected(cellName(target.name, i), "a string, as the target has classes", value);
  });
}
