import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import { FlipsideError } from "../index.js";
import { Defects, isMissing } from "./defects.js";

/** The numbers of a CSV file. */
export interface Table {
  /** Base name of the file, for messages. */
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: number;
  /** The columns that were asked for, by their position in the header; NaN where a value is missing. */
  readonly columns: ReadonlyMap<number, Float64Array | readonly (string | undefined)[]>;
  /** How many values are missing, which only columns of features may have. */
  readonly missing: number;
}

export interface CsvOptions {
  readonly delimiter: string;
  readonly signal: AbortSignal | undefined;
  /** Which columns to read, once the header is known: the others may hold anything. */
  readonly select: (header: readonly string[], file: string) => Selection;
  /** Features may have missing values. */
  readonly missing: boolean;
}

export interface Selection {
  /** Columns of numbers without gaps. */
  readonly numbers: readonly number[];
  /** Columns of numbers or of texts. */
  readonly features: readonly number[];
}

/** A column of more different texts is no factor but names, dates or notes. */
const mostLevels = 200;

/** Longest record, in characters: an unclosed quote must not read a huge file into one cell. */
const longestRecord = 2 ** 28;

/**
 * Reads columns of numbers, and features of texts alone, from a CSV file row by row, so that a file may be larger than
 * its numbers.
 *
 * @throws FlipsideError that names the line and the column of what is not a number, and counts the others.
 */
export async function readTable(path: string, options: CsvOptions): Promise<Table> {
  const file = basename(path);
  const reader = new Reader(file, options);
  const parser = parse({
    bom: true,
    delimiter: options.delimiter,
    max_record_size: longestRecord,
    // The reader says itself which line is too short or too long.
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    // Returns nothing: the reader keeps the numbers and the parser drops the text.
    on_record: (record: string[], { lines }) => reader.read(record, lines),
  });
  // Nothing comes out, but a stream that nobody reads does not end.
  parser.resume();
  try {
    const { signal } = options;
    await pipeline(createReadStream(path), parser, signal === undefined ? {} : { signal });
  } catch (error) {
    throw readable(error, file);
  }
  return reader.finish();
}

class Reader {
  readonly #file: string;
  readonly #options: CsvOptions;
  #header: readonly string[] | undefined;
  #selected: readonly number[] = [];
  #features: ReadonlySet<number> = new Set();
  /** The different texts of each selected column with their numbers, which stand in its place. */
  #texts: Map<string, number>[] = [];
  #hasNumbers: boolean[] = [];
  #missing = 0;
  #columns: Float64Array[] = [];
  #capacity = 1024;
  #rows = 0;
  readonly #defects: Defects;

  constructor(file: string, options: CsvOptions) {
    this.#file = file;
    this.#options = options;
    this.#defects = new Defects(file);
  }

  read(record: readonly string[], line: number): undefined {
    if (this.#header === undefined) {
      this.#start(record);
      return;
    }
    const width = this.#header.length;
    if (record.length !== width) {
      throw bad(
        `line ${line} of ${this.#file} must have ${width} cells as the header has, but has ${record.length}`,
      );
    }
    if (this.#rows === this.#capacity) this.#grow();
    const row = this.#rows++;
    for (let k = 0; k < this.#selected.length; ++k) {
      const column = this.#selected[k] as number;
      const cell = record[column] as string;
      const value = toNumber(cell);
      if (!Number.isNaN(value)) this.#hasNumbers[k] = true;
      (this.#columns[k] as Float64Array)[row] = Number.isNaN(value) ? this.#other(k, line, cell) : value;
    }
  }

  /** A cell that is no number: the number of its text, or NaN. */
  #other(k: number, line: number, cell: string): number {
    const column = this.#selected[k] as number;
    const feature = this.#features.has(column);
    if (isMissing(cell) && feature && this.#options.missing) {
      ++this.#missing;
      return NaN;
    }
    this.#defects.add(column, line, cell);
    const texts = this.#texts[k] as Map<string, number>;
    if (!feature || isMissing(cell) || texts.size > mostLevels) return NaN;
    const number = texts.get(cell) ?? texts.size;
    texts.set(cell, number);
    return number;
  }

  /** The texts of a feature that has no number and few different ones; what looks like a number is none. */
  #levels(k: number): string[] | undefined {
    const texts = [...(this.#texts[k] as Map<string, number>).keys()];
    const numeric = this.#hasNumbers[k] || texts.some((text) => /^[+-]?[\d.,]+$/.test(text));
    return texts.length === 0 || texts.length > mostLevels || numeric ? undefined : texts;
  }

  finish(): Table {
    if (this.#header === undefined)
      throw bad(`${this.#file} must have a header and rows, but is empty`, "EMPTY");
    if (this.#rows === 0) throw bad(`${this.#file} must have rows below its header, but has none`, "EMPTY");
    const columns = new Map<number, Float64Array | readonly (string | undefined)[]>();
    this.#selected.forEach((column, k) => {
      const values = (this.#columns[k] as Float64Array).slice(0, this.#rows);
      const levels = this.#levels(k);
      if (levels !== undefined) this.#defects.forgiveText(column);
      columns.set(column, levels === undefined ? values : Array.from(values, (value) => levels[value]));
    });
    this.#defects.raise(this.#header, this.#rows);
    return { file: this.#file, header: this.#header, rows: this.#rows, columns, missing: this.#missing };
  }

  #start(record: readonly string[]): void {
    checkHeader(record, this.#file, this.#options.delimiter);
    this.#header = record;
    const { numbers, features } = this.#options.select(record, this.#file);
    this.#selected = [...numbers, ...features];
    this.#features = new Set(features);
    this.#texts = this.#selected.map(() => new Map());
    this.#hasNumbers = this.#selected.map(() => false);
    this.#columns = this.#selected.map(() => new Float64Array(this.#capacity));
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#columns = this.#columns.map((column) => {
      const larger = new Float64Array(this.#capacity);
      larger.set(column);
      return larger;
    });
  }
}

function checkHeader(header: readonly string[], file: string, delimiter: string): void {
  if (header.every((name) => !Number.isNaN(toNumber(name)))) {
    throw bad(`the first line of ${file} must hold the names of the columns, but holds numbers`);
  }
  const other = [";", "\t", ",", "|"].find((character) => header[0]?.includes(character));
  if (header.length === 1 && other !== undefined && other !== delimiter) {
    const name = other === "\t" ? "tab" : `'${other}'`;
    throw bad(`${file} has one column when split at '${delimiter}': did you mean --delimiter ${name}?`);
  }
  const seen = new Map<string, number>();
  header.forEach((name, column) => {
    const first = seen.get(name);
    if (first !== undefined && name !== "") {
      const places = `columns ${first + 1} and ${column + 1}`;
      throw bad(`the names in the header of ${file} must differ, but ${places} are both "${name}"`);
    }
    seen.set(name, column);
  });
}

/** NaN for what is not a finite decimal number; Number alone takes "", "0x10" and "Infinity" as well. */
function toNumber(cell: string): number {
  const value = Number(cell);
  if (!Number.isFinite(value) || cell === "" || /[xob]/i.test(cell)) return NaN;
  return value;
}

function bad(message: string, code: "INVALID_ARGUMENT" | "EMPTY" = "INVALID_ARGUMENT"): FlipsideError {
  return new FlipsideError(code, message);
}

/** A sentence for what reading and parsing throw. */
function readable(error: unknown, file: string): unknown {
  if (error instanceof CsvError) return new FlipsideError("INVALID_ARGUMENT", `${file}: ${error.message}`);
  const reasons: Record<string, string> = {
    ENOENT: "there is no such file",
    EISDIR: "it is a directory",
    EACCES: "permission denied",
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ""];
  if (reason === undefined) return error;
  return new FlipsideError("INVALID_ARGUMENT", `cannot read ${file}: ${reason}`, { cause: error });
}
