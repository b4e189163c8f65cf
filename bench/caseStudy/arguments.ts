// The command line of the case study.
import { Command, InvalidArgumentError } from "commander";
import { chooseSettings, fullEpochs, type Setting, settings } from "./settings.ts";

export interface Arguments {
  readonly epochs: number;
  readonly methods: readonly Setting[];
  readonly seeds: readonly number[];
  readonly rows?: number;
  readonly data?: string;
  readonly out?: string;
  readonly pin: boolean;
  readonly threads?: number;
  readonly continue: boolean;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be an integer >= 1.");
  return value;
}

/** "3" is 0, 1, 2; "5,7" and "5," are themselves. */
function seedList(text: string): number[] {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  const numbers = parts.map(Number);
  const good = numbers.length > 0 && numbers.every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!good) throw new InvalidArgumentError("It must be how many, or integers >= 0 with commas.");
  if (text.includes(",")) return [...new Set(numbers)];
  return Array.from({ length: count(text) }, (_, seed) => seed);
}

function methodList(text: string): readonly Setting[] {
  try {
    return chooseSettings(text);
  } catch (error) {
    throw new InvalidArgumentError(`There is ${(error as Error).message}.`);
  }
}

/** @throws CommanderError after it has said what is wrong. */
export function readArguments(words: readonly string[]): Arguments {
  const program = new Command("npm run case-study --")
    .exitOverride()
    .description(
      "Trains LeNet-300-100 with every method of sparse training and compares with the published results.",
    )
    .option("--epochs <count>", "epochs of each run", count, fullEpochs)
    .option(
      "--methods <ids>",
      `comma list of ${settings.map(({ id }) => id).join(", ")}`,
      methodList,
      settings,
    )
    .option("--seeds <count or list>", "such as 3 for 0,1,2", seedList, [0])
    .option("--rows <count>", "only so many of the training images, and as large a part of the others", count)
    .option("--data <folder>", "four IDX files as MNIST has them, each perhaps with .gz; by default MNIST")
    .option("--out <folder>", "where to write; by default bench/results for the whole, else build/caseStudy")
    .option("--pin", "bind threads to processors", false)
    .option("--threads <count>", "threads of flipside", count)
    .option("--continue", "keep the finished runs of the same commit and settings", false);
  return program.parse(words, { from: "user" }).opts<Arguments>();
}
