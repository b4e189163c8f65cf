import { isArray, property } from "./checks.js";
import { expected, FlipsideError, lengthMismatch } from "./errors.js";
import { arrayLength, element } from "./views.js";

/** One name per column, or undefined: strings that are not empty and differ. @internal */
export function readFeatureNames(
  argument: string,
  value: unknown,
  columns: number,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!isArray(argument, value)) throw expected(argument, "an array of names", value);
  const count = arrayLength(argument, value);
  if (count !== columns) throw lengthMismatch(argument, columns, "one per column of x", count);
  const seen = new Map<string, number>();
  for (let j = 0; j < columns; ++j) {
    const name = element(argument, value, j);
    if (typeof name !== "string" || name === "")
      throw expected(`${argument}[${j}]`, "a name that is not empty", name);
    const before = seen.get(name);
    if (before !== undefined)
      throw expected(`${argument}[${j}]`, `another name than ${argument}[${before}]`, name);
    seen.set(name, j);
  }
  return Object.freeze([...seen.keys()]);
}

/** Of a problem. @internal */
export function problemNames(problem: object, columns: number): readonly string[] | undefined {
  return readFeatureNames("featureNames", property("problem", problem, "featureNames"), columns);
}

/** What an error about x begins with, of a cross-validation too. */
const aboutX = /^(fold \d+: )?x /;

/** An error about x that says "column 2" says "column 2 ('age')" too. @internal */
export function withNames(error: unknown, names: readonly string[] | undefined): unknown {
  if (names === undefined || !(error instanceof FlipsideError) || !aboutX.test(error.message)) return error;
  const message = error.message.replace(/\bcolumn (\d+)/g, (text, number: string) => {
    const name = names[Number(number)];
    return name === undefined ? text : `${text} ('${name.length > 60 ? `${name.slice(0, 60)}…` : name}')`;
  });
  return new FlipsideError(error.code, message, error.cause === undefined ? {} : { cause: error.cause });
}
