import { FlipsideError } from "../index.js";
import { list, plural } from "./format.js";

/** What spreadsheets, R and Python write where there is no value. */
const missingWords = new Set(["", "na", "n/a", "nan", "null", "none", "?", "."]);

/** Whether a cell says that there is no value. */
export function isMissing(cell: string): boolean {
  return missingWords.has(cell.toLowerCase());
}

interface Tally {
  count: number;
  /** The first of them. */
  line: number;
  cell: string;
}

/** Cells that hold no number, for one error at the end of the file that tells of all of them. */
export class Defects {
  readonly #file: string;
  readonly #missing = new Map<number, Tally>();
  readonly #text = new Map<number, Tally>();

  constructor(file: string) {
    this.#file = file;
  }

  add(column: number, line: number, cell: string): void {
    const tallies = isMissing(cell) ? this.#missing : this.#text;
    const tally = tallies.get(column);
    if (tally === undefined) tallies.set(column, { count: 1, line, cell });
    else ++tally.count;
  }

  /** Text is in order in this column. */
  forgiveText(column: number): void {
    this.#text.delete(column);
  }

  /** Throws unless every cell was a number. */
  raise(header: readonly string[], rows: number): void {
    const sentences = [this.#textSentence(header, rows), this.#missingSentence(header)].filter(
      (sentence) => sentence !== undefined,
    );
    if (sentences.length > 0) throw new FlipsideError("INVALID_ARGUMENT", sentences.join("; "));
  }

  #textSentence(header: readonly string[], rows: number): string | undefined {
    if (this.#text.size === 0) return undefined;
    const places = [...this.#text].map(([column, { count, line, cell }]) => {
      const shown = cell.length > 40 ? `${cell.slice(0, 40)}…` : cell;
      const hint = /^[+-]?\d+,\d+$/.test(cell) ? ", a decimal comma" : "";
      return `"${header[column]}" has "${shown}" on line ${line}${hint} (${count} of ${plural(rows, "row")})`;
    });
    const columns = places.length === 1 ? "column" : "columns";
    const remedy = "recode as numbers, or leave out with --exclude";
    return `${this.#file} must hold numbers, but ${columns} ${list(places, 5)}: ${remedy}`;
  }

  #missingSentence(header: readonly string[]): string | undefined {
    if (this.#missing.size === 0) return undefined;
    const tallies = [...this.#missing];
    const total = tallies.reduce((sum, [, { count }]) => sum + count, 0);
    const places = tallies.map(([column, { count, line }]) => {
      return `"${header[column]}" (${count}, the first on line ${line})`;
    });
    const columns = `column${places.length === 1 ? "" : "s"} ${list(places, 5)}`;
    return `${this.#file} must have no missing values, but has ${total} in ${columns}: fill in or remove those rows, or impute features with --missing mean`;
  }
}
