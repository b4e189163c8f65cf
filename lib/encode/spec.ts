import { expected, FlipsideError } from "../errors.js";
import { cellName, type Level } from "./table.js";

/** How a column is encoded: as one column of numbers, or as indicators of its levels. */
export type ColumnSpec =
  | {
      readonly name: string;
      readonly kind: "numeric";
      /** Texts are parsed. */
      readonly parse: boolean;
    }
  | {
      readonly name: string;
      readonly kind: "factor";
      readonly levels: readonly Level[];
      /** Missing values are a level of their own, the last. */
      readonly missingLevel: boolean;
    };

/** What is left when the reference level has no column. */
export type Dummy = "oneHot" | "treatment";
/** What becomes of a level that the encoder does not know. */
export type UnknownPolicy = "error" | "zero";

/** Names of the columns that a column becomes. @internal */
export function namesOf(spec: ColumnSpec, dummy: Dummy): string[] {
  if (spec.kind === "numeric") return [spec.name];
  const names = spec.levels.map((level) => `${spec.name}=${level}`);
  if (spec.missingLevel) names.push(`${spec.name}=(missing)`);
  return dummy === "treatment" ? names.slice(1) : names;
}

type Column = readonly (Level | undefined)[];

/** Numbers of a column, NaN where one is missing. @internal */
export function numbersOf(name: string, column: Column, parse: boolean, out: Float64Array): void {
  column.forEach((value, i) => {
    const number = value === undefined ? NaN : toNumber(value, parse);
    if (number === undefined) {
      const wanted = parse ? "a number or the text of one" : "a number";
      throw expected(cellName(name, i), `${wanted}, as the column is numeric`, value);
    }
    out[i] = number;
  });
}

function toNumber(value: Level, parse: boolean): number | undefined {
  if (typeof value !== "string") return Number(value);
  // Number takes " " for 0 and "0x10" for 16.
  const text = value.trim();
  if (!parse || text === "" || /[xob]/i.test(text)) return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/** The indicators of a factor, column after column: out has rows x namesOf() zeros. @internal */
export function indicatorsOf(
  spec: ColumnSpec & { kind: "factor" },
  column: Column,
  dummy: Dummy,
  unknown: UnknownPolicy,
  out: Float64Array,
): void {
  const { name, levels, missingLevel } = spec;
  const places = new Map<Level | undefined, number>(levels.map((level, k) => [level, k]));
  if (missingLevel) places.set(undefined, levels.length);
  const first = dummy === "treatment" ? 1 : 0;
  if (!missingLevel && unknown === "error") refuseMissing(name, column);
  column.forEach((value, i) => {
    const place = places.get(value);
    if (place === undefined) {
      if (unknown === "zero") return;
      throw expected(cellName(name, i), `one of ${listed(levels)}`, value, "OUT_OF_RANGE");
    }
    if (place >= first) out[(place - first) * column.length + i] = 1;
  });
}

function listed(levels: readonly Level[]): string {
  const shown = levels.slice(0, 8).map((level) => JSON.stringify(level).slice(0, 40));
  const more = levels.length > shown.length ? ` and ${levels.length - shown.length} more` : "";
  return `the levels ${shown.join(", ")}${more}`;
}

/** Throws MISSING_VALUES, as a matrix does. @internal */
export function refuseMissing(name: string, column: Column): void {
  const places = column.flatMap((value, i) => (value === undefined ? [i] : []));
  if (places.length === 0) return;
  const first = places.slice(0, 3).map((i) => `row ${i}`);
  const begins = `column ${JSON.stringify(name.slice(0, 60))} must have no missing values, but has ${places.length}`;
  const message = `${begins}, ${places.length === 1 ? "in" : "the first in"} ${first.join("; ")}`;
  throw new FlipsideError("MISSING_VALUES", message);
}

/** The different values in their order: numbers by size, texts by code units, false before true. @internal */
export function levelsOf(column: Column): Level[] {
  const levels = new Set<Level>();
  for (const value of column) if (value !== undefined) levels.add(value);
  return [...levels].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
