// npm run case-study: sparse training of LeNet-300-100 with every method, as published. The whole of it writes
// bench/results/case-study.{json,md,svg,png} (or case-study-<data>.*), a part of it build/caseStudy unless --out says where.
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { FlipsideError, threads } from "flipside";
import { packageRoot } from "../drivers/native.ts";
import { currentCommit, describeMachine } from "../machine.ts";
import { toTerminal } from "../table.ts";
import { type ImageData, loadImages, splitRows } from "./data.ts";
import { EpochBar } from "./progress.ts";
import { studyTable } from "./report.ts";
import { runMethod } from "./run.ts";
import {
  batchSize,
  chooseSettings,
  fullEpochs,
  layers,
  type Setting,
  settings,
  threshold,
} from "./settings.ts";
import { Store } from "./store.ts";
import type { Run, Study } from "./study.ts";

interface Arguments {
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

function readArguments(words: readonly string[]): Arguments {
  const program = new Command("npm run case-study --")
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

function describeStudy(data: ImageData, args: Arguments, words: readonly string[]): Study {
  const { train, test, ...about } = data;
  const split = splitRows(train.rows, 0);
  return {
    command: ["npm run case-study", ...(words.length > 0 ? ["--", ...words] : [])].join(" "),
    commit: currentCommit(),
    date: new Date().toISOString(),
    machine: describeMachine(),
    data: {
      ...about,
      training: split.training.length,
      validation: split.validation.length,
      test: test.rows,
    },
    network: {
      layers: [data.inputs, ...layers, data.classes],
      epochs: args.epochs,
      batchSize,
      optimizer: "Adam (0.9, 0.999)",
      learningRateSchedule: "linear",
      threshold,
      pinThreads: args.pin,
    },
    methods: args.methods.map(({ options: _, published = null, ...method }) => ({ ...method, published })),
    runs: [],
  };
}

async function main(words: readonly string[]): Promise<void> {
  const args = readArguments(words);
  if (args.threads !== undefined) threads.setThreads(args.threads);
  const data = loadImages(args.data, args.rows);
  const whole =
    args.epochs === fullEpochs && args.methods.length === settings.length && args.rows === undefined;
  const usual = fileURLToPath(new URL(whole ? "bench/results/" : "build/caseStudy/", packageRoot));
  const store = new Store(args.out ?? usual, data.name);
  let study = describeStudy(data, args, words);
  const kept = args.continue ? store.earlierRuns(study) : [];
  if (kept.length > 0) console.log(`${kept.length} finished runs are kept`);
  study = { ...study, runs: kept };
  const begin = performance.now();
  for (const seed of args.seeds) {
    for (const setting of args.methods) {
      if (kept.some((run) => run.method === setting.id && run.seed === seed)) continue;
      const run = await runWithBar(data, setting, seed, args);
      study = { ...study, runs: [...study.runs, run], date: new Date().toISOString() };
      store.saveRuns(study);
      console.log(line(setting, run));
    }
  }
  console.log(toTerminal(studyTable(study)));
  console.log(`Took ${((performance.now() - begin) / 1000).toFixed(1)} s. Written:`);
  for (const file of await store.saveAll(study)) console.log(`  ${file}`);
}

async function runWithBar(data: ImageData, setting: Setting, seed: number, args: Arguments): Promise<Run> {
  const bar = new EpochBar(`${setting.title}, seed ${seed}`, args.epochs);
  try {
    const options = { epochs: args.epochs, pinThreads: args.pin };
    return await runMethod(data, setting, seed, options, (news) => bar.show(news));
  } finally {
    bar.stop();
  }
}

function line({ title }: Setting, { seed, nonzero, testError, seconds }: Run): string {
  const errors = [testError.trained, testError.pruned].map((error) => (100 * error).toFixed(2));
  return `${title}, seed ${seed}: nonzero ${nonzero.toFixed(4)}, test error ${errors[0]} % as trained, ${errors[1]} % pruned, ${seconds.epoch.toFixed(3)} s per epoch, ${seconds.total.toFixed(1)} s`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof FlipsideError)) throw error;
  console.error(`case-study: ${error.message} (${error.code})`);
  process.exitCode = 1;
}
