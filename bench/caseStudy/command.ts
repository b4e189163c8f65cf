// A study from its command line to its files: every method from every seed.
import { fileURLToPath } from "node:url";
import { threads } from "flipside";
import { packageRoot } from "../drivers/native.ts";
import { currentCommit, describeMachine } from "../machine.ts";
import { toTerminal } from "../table.ts";
import { type Arguments, readArguments } from "./arguments.ts";
import { type ImageData, loadImages, splitRows } from "./data.ts";
import { EpochBar } from "./progress.ts";
import { studyTable } from "./report.ts";
import { runMethod } from "./run.ts";
import { batchSize, fullEpochs, layers, type Setting, settings, threshold } from "./settings.ts";
import { Store } from "./store.ts";
import type { Run, Study } from "./study.ts";

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

/** Runs what the arguments say and returns the files that it wrote. */
export async function runStudy(words: readonly string[]): Promise<readonly string[]> {
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
  const files = await store.saveAll(study);
  for (const file of files) console.log(`  ${file}`);
  return files;
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
