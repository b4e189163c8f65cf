import { list, sameLetters } from "./format.js";
import { UsageError } from "./io.js";

/** What the user says about the columns of the file. */
export interface RoleOptions {
  readonly target: string;
  readonly weights?: string | undefined;
  readonly offset?: string | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** Positions in the header. */
export interface Roles {
  readonly target: number;
  readonly weights: number | undefined;
  readonly offset: number | undefined;
  readonly features: readonly number[];
}

/** Finds the columns by name or number; all others are features. */
export function assignRoles(header: readonly string[], file: string, options: RoleOptions): Roles {
  const taken = new Map<number, string>();
  const take = (option: string, word: string): number => {
    const column = findColumn(header, file, option, word);
    const other = taken.get(column);
    if (other !== undefined && other !== option) {
      throw new UsageError(`column "${header[column]}" cannot serve both ${other} and ${option}`);
    }
    taken.set(column, option);
    return column;
  };
  const target = take("--target", options.target);
  const weights = options.weights === undefined ? undefined : take("--weights", options.weights);
  const offset = options.offset === undefined ? undefined : take("--offset", options.offset);
  for (const words of options.exclude ?? []) {
    // A name may have commas of its own.
    for (const word of header.includes(words) ? [words] : words.split(",")) take("--exclude", word.trim());
  }
  const features = header.map((_, column) => column).filter((column) => !taken.has(column));
  if (features.length === 0)
    throw new UsageError(`${file} has no column left to fit "${header[target]}" with`);
  for (const column of [...taken.keys(), ...features]) {
    if (header[column] !== "" || taken.get(column) === "--exclude") continue;
    const remedy = `name it, or leave it out with --exclude ${column + 1}`;
    throw new UsageError(`column ${column + 1} of ${file} has no name: ${remedy}`);
  }
  return { target, weights, offset, features };
}

function findColumn(header: readonly string[], file: string, option: string, word: string): number {
  const named = word === "" ? -1 : header.indexOf(word);
  if (named >= 0) return named;
  const number = /^\d+$/.test(word) ? Number(word) : 0;
  if (number >= 1 && number <= header.length) return number - 1;
  const near = sameLetters(word, header);
  const hint = near ? ` (did you mean "${near}"?)` : "";
  const quoted = header.map((name) => `"${name}"`);
  throw new UsageError(
    `${option}: ${file} has no column "${word}"${hint}; its columns are ${list(quoted, 30)}`,
  );
}
