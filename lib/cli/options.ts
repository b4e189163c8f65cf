import { type Command, Option } from "commander";
import { requireNumber } from "../checks.js";
import {
  type CatalogueEntry,
  type CatalogueParameter,
  catalogue,
  FlipsideError,
  type Penalty,
  penaltyFromJSON,
} from "../index.js";
import { type LossName, solverNames } from "../solver.js";
import { brief, sameLetters } from "./format.js";
import { UsageError } from "./io.js";

/** Those with one column as a response. */
const tableLosses: readonly LossName[] = ["squared", "logistic", "poisson", "huber"];

/** The parameters of all penalties by name: one option each, whoever shares it. */
const takers = new Map<string, { entry: CatalogueEntry; parameter: CatalogueParameter }[]>();
for (const entry of catalogue) {
  for (const parameter of entry.parameters) {
    takers.set(parameter.name, [...(takers.get(parameter.name) ?? []), { entry, parameter }]);
  }
}

/** Values of the options of penalties, as commander collects them. */
export type ParameterValues = Readonly<Record<string, unknown>>;

export function addFitOptions(command: Command): void {
  addDataOptions(command);
  command
    .optionsGroup("Model:")
    .option("-l, --lambda <number>", "strength of the penalty, >= 0", nonnegative("--lambda"))
    .option("--path", "fit falling strengths from the smallest that leaves no feature; see --lambdas");
  addModelOptions(command);
  command
    .option("--seed <integer>", "of the solver dropout, by default 0", seed)
    .option(
      "--starts <integer>",
      "of the solver workingSet: starts to try, of which the best is kept; by default 1",
      starts,
    );
  addParameterOptions(command);
  addConvergenceOptions(command);
  command
    .optionsGroup("Output:")
    .option("-o, --output <file>", "where to write the model as JSON (by default <data>.model.json)");
  addOutputOptions(command);
}

/** The options of `flipside cv`, which are those of `fit` where they can be. */
export function addCvOptions(command: Command): void {
  addDataOptions(command);
  command
    .optionsGroup("Cross-validation:")
    .option("--folds <count>", "parts of the rows, at least 2; by default 10", folds)
    .option("--seed <integer>", "of the random assignment of rows to folds, by default 0", seed)
    .option(
      "--measure <name>",
      "what is compared on the rows left out: deviance (by default), squaredError, absoluteError, misclassification, auc",
    );
  command.optionsGroup("Model:");
  addModelOptions(command);
  addParameterOptions(command);
  addConvergenceOptions(command);
  command
    .optionsGroup("Output:")
    .addOption(
      new Option("--choose <lambda>", "the lambda of the model and the card")
        .choices(["lambdaMin", "lambda1se"])
        .default("lambda1se"),
    )
    .option("-o, --output <file>", "write the chosen model as JSON");
  addOutputOptions(command);
}

function addDataOptions(command: Command): void {
  command
    .optionsGroup("Data:")
    .requiredOption("-t, --target <column>", "what to predict: the name of a column, or its number from 1")
    .option("--exclude <columns>", "columns to leave out, separated by commas; may be repeated", collect)
    .option("--weights <column>", "a column of weights, one per row and not negative")
    .option("--offset <column>", "a column that is added to the prediction with coefficient 1")
    .option(
      "--delimiter <character>",
      'what separates the cells, by default a comma; "tab" for tabs',
      delimiter,
    )
    .addOption(
      new Option(
        "--missing <what>",
        "missing values of features: an error, or the mean of their column (of text a level)",
      )
        .choices(["error", "mean"])
        .default("error"),
    );
}

function addModelOptions(command: Command): void {
  command
    .requiredOption("-p, --penalty <name>", "one of the penalties and strategies below")
    .option("--lambdas <count>", "how many strengths the path has (by default 100)", count("--lambdas"))
    .addOption(
      new Option(
        "--loss <name>",
        "squared, logistic for a target from 0 to 1, poisson for counts, huber against gross errors",
      )
        .choices(tableLosses)
        .default("squared"),
    )
    .option(
      "--delta <number>",
      "of the loss huber: residuals up to this are squared; by default 1",
      within("--delta", { above: 0 }),
    )
    .addOption(new Option("--solver <name>", "the algorithm").choices(solverNames).default("auto"))
    .option("--no-intercept", "fit no intercept")
    .option("--no-standardize", "let the penalty act on the columns as they are");
}

function addConvergenceOptions(command: Command): void {
  command
    .optionsGroup("Convergence:")
    .option(
      "--tolerance <number>",
      "largest violation of the first-order condition over lambda (by default the solver's: 1e-8 for reweighted)",
      nonnegative("--tolerance"),
    )
    .option(
      "--max-iterations <count>",
      "iterations per strength (by default the solver's)",
      count("--max-iterations"),
    );
}

function addOutputOptions(command: Command): void {
  command
    .option("-r, --report <file>", "write a page with tables and charts, one file without scripts")
    .option("--card <file>", "write a model card as JSON: the objective, the data, how it converged")
    .option("--json", "print the model as JSON instead of tables; written to a file only with --output")
    .option("-q, --quiet", "print nothing but errors");
}

/** One option for each name that a parameter of a penalty has. */
export function addParameterOptions(command: Command): void {
  command.optionsGroup("Parameters of penalties:");
  for (const [name, users] of takers) {
    const flags = `--${name} <number>`;
    command.addOption(
      new Option(flags, describeParameter(users)).argParser((text) => number(`--${name}`, text)),
    );
  }
}

function describeParameter(
  users: readonly { entry: CatalogueEntry; parameter: CatalogueParameter }[],
): string {
  return users
    .map(({ entry, parameter }) => {
      const standard = parameter.default === undefined ? "" : `; by default ${brief(parameter.default)}`;
      return `${entry.name}: ${parameter.description}, ${parameter.range}${standard}`;
    })
    .join(" | ");
}

/** The catalogue as the help of `fit` shows it. */
export function penaltyList(): string {
  const width = Math.max(...catalogue.map(({ name }) => name.length));
  const lines = (kind: CatalogueEntry["kind"]) =>
    catalogue
      .filter((entry) => entry.kind === kind)
      .map(({ name, parameters, description }) => {
        const options = parameters
          .map(({ name, required }) => (required ? `--${name}` : `[--${name}]`))
          .join(" ");
        return `  ${name.padEnd(width)}  ${description}${options && `\n  ${"".padEnd(width)}  ${options}`}`;
      });
  return [
    "Penalties:",
    ...lines("penalty"),
    "",
    "Dropout and pruning strategies:",
    ...lines("strategy"),
  ].join("\n");
}

/** The parameters of penalties that the command line has. */
export function givenParameters(values: ParameterValues): string[] {
  return [...takers.keys()].filter((key) => values[key] !== undefined);
}

/**
 * Makes the penalty that the options describe; options that it does not have are refused, not ignored.
 *
 * @param option The option that names it.
 */
export function readPenalty(name: string, values: ParameterValues, option = "--penalty"): Penalty {
  const given = givenParameters(values);
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry === undefined) throw unknownPenalty(name, option);
  for (const key of given) {
    if (entry.parameters.some((parameter) => parameter.name === key)) continue;
    const owners = (takers.get(key) ?? []).map((user) => user.entry.name).join(" and ");
    const own = entry.parameters.map((parameter) => `--${parameter.name}`).join(", ") || "no parameters";
    throw new UsageError(`--${key} belongs to ${owners}, but the penalty is ${name}, which has ${own}`);
  }
  for (const { name: key, required, range, description } of entry.parameters) {
    if (required && values[key] === undefined) {
      throw new UsageError(`${name} needs --${key}, ${range}: ${description}`);
    }
  }
  try {
    return penaltyFromJSON({ name, parameters: Object.fromEntries(given.map((key) => [key, values[key]])) });
  } catch (error) {
    if (error instanceof FlipsideError) throw new UsageError(`${option} ${name}: ${error.message}`);
    throw error;
  }
}

function unknownPenalty(name: string, option: string): UsageError {
  const names = catalogue.map((entry) => entry.name);
  const meant = sameLetters(name, names);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return new UsageError(`${option} must be one of ${names.join(", ")}, but is ${name}${hint}`);
}

function number(option: string, text: string): number {
  // Number("") is 0.
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`${option} must be a finite number, but is ${JSON.stringify(text)}`);
}

/** Reads a number of a range, for commander. */
export function within(option: string, range: Parameters<typeof requireNumber>[2]): (text: string) => number {
  return (text) => {
    try {
      return requireNumber(option, number(option, text), range);
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  };
}

/** The option `huber` that --delta stands for. */
export function readHuber({ loss, delta }: { loss: LossName; delta?: number | undefined }) {
  if (delta === undefined) return undefined;
  if (loss !== "huber") throw new UsageError("--delta needs --loss huber");
  return { delta };
}

function nonnegative(option: string): (text: string) => number {
  return within(option, { min: 0 });
}

function count(option: string): (text: string) => number {
  return within(option, { min: 1, integer: true });
}

function starts(text: string): number {
  return within("--starts", { min: 1, max: 100_000, integer: true })(text);
}

function folds(text: string): number {
  return within("--folds", { min: 2, max: 2 ** 31 - 1, integer: true })(text);
}

function seed(text: string): number {
  return within("--seed", { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true })(text);
}

function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

function delimiter(text: string): string {
  const character = text === "tab" || text === "\\t" ? "\t" : text;
  if ([...character].length === 1 && !/["\r\n]/.test(character)) return character;
  throw new UsageError(`--delimiter must be one character or "tab", but is ${JSON.stringify(text)}`);
}
