// npm run bench:training: an epoch of each published method by flipside and by every PyTorch of FLIPSIDE_PYTHON and the
// python3 in PATH, written to bench/results/training.md and .json. With --methods or --rows a part, and nothing is written.
import { mkdirSync, writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { threads } from "flipside";
import { packageRoot } from "../drivers/native.ts";
import { currentCommit, describeMachine } from "../machine.ts";
import { watchOthers } from "../others.ts";
import { isNewer } from "../peers/interpreters.ts";
import { Meter } from "../peers/progress.ts";
import { type TextTable, toMarkdown, toTerminal } from "../table.ts";
import { type ImageData, loadImages, splitRows } from "./data.ts";
import { kernelRate } from "./kernelRate.ts";
import { batchSize, chooseSettings, layers, type Setting, settings } from "./settings.ts";
import { ourSide, type Plan, timeSides } from "./sides.ts";
import { agreementTable, gflopOf, type MethodTiming, missedTargets, speedTable } from "./speedReport.ts";
import { type Rows, Torch } from "./torchSide.ts";

interface Arguments extends Plan {
  readonly methods?: string;
  readonly rows?: number;
  readonly threads: number;
  readonly pin: boolean;
}

const published = settings.filter((setting) => setting.published !== undefined);

function readArguments(): Arguments {
  const from = (least: number) => (text: string) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be an integer >= ${least}.`);
  };
  return new Command("npm run bench:training --")
    .description("Times epochs of the published methods by flipside and by PyTorch, in turns.")
    .option("--rounds <count>", "how often each side trains", from(1), 3)
    .option("--epochs <count>", "epochs of each round", from(1), 2)
    .option("--warmup <count>", "epochs before the first round", from(0), 1)
    .option("--threads <count>", "of both sides", from(1), 2)
    .option("--methods <ids>", `comma list of ${published.map(({ id }) => id).join(", ")}`)
    .option("--rows <count>", "only so many of the images", from(100))
    .option("--pin", "bind the threads of flipside to processors", false)
    .parse()
    .opts<Arguments>();
}

/** The rows of a list, of which both sides have copies. */
function pick({ train, inputs }: ImageData, list: Int32Array): Rows {
  const x = new Float32Array(list.length * inputs);
  list.forEach((row, i) => {
    x.set(train.images.subarray(row * inputs, (row + 1) * inputs), i * inputs);
  });
  return { x, y: list.map((row) => train.labels[row] as number) };
}

async function measure(args: Arguments, torches: readonly Torch[]): Promise<MethodTiming[]> {
  const images = loadImages(undefined, args.rows);
  const split = splitRows(images.train.rows, 0);
  const [training, validation] = [pick(images, split.training), pick(images, split.validation)];
  for (const torch of torches) await torch.load(training, validation, images.inputs);
  const rows = training.y.length;
  const data = { ...images, train: { images: training.x, labels: training.y, rows } };
  const sides = [
    ourSide(data, validation, args.pin),
    ...torches.flatMap((torch) => torch.sides(images.train.rows)),
  ];
  const units = [images.inputs, ...layers, images.classes];
  const chosen = chooseSettings(args.methods).filter((setting) => published.includes(setting));
  const meter = new Meter();
  meter.begin("Training", chosen.length);
  const timings: MethodTiming[] = [];
  for (const setting of chosen) {
    meter.next(setting.title);
    timings.push(await timeMethod(setting, gflopOf(rows, units, setting)));
  }
  meter.end();
  return timings;

  async function timeMethod(setting: Setting, gflop: number): Promise<MethodTiming> {
    return { method: setting.id, title: setting.title, gflop, sides: await timeSides(sides, setting, args) };
  }
}

async function main(): Promise<void> {
  const args = readArguments();
  threads.setThreads(args.threads);
  const torches = (await Torch.find(args.threads)).sort((a, b) =>
    isNewer(a.versions.torch, b.versions.torch) ? -1 : 1,
  );
  try {
    await report(args, torches);
  } finally {
    for (const torch of torches) torch.stop();
  }
}

async function report(args: Arguments, torches: readonly Torch[]): Promise<void> {
  const machine = describeMachine();
  const commit = currentCommit();
  const { rounds, epochs, warmup } = args;
  const words = process.argv.slice(2);
  const command = ["npm run bench:training", ...(words.length > 0 ? ["--", ...words] : [])].join(" ");
  const others = watchOthers();
  const begin = performance.now();
  const rate = kernelRate([784, ...layers, 10], batchSize, args.pin);
  const timings = await measure(args, torches);
  const seconds = (performance.now() - begin) / 1000;
  const versions = torches.map(({ versions: of }) => of);
  const peers = versions.map(
    ({ torch, python, threads: count }) => `torch ${torch} on ${count} threads, Python ${python}`,
  );
  const { cpu, cores, platform, node, blas } = machine;
  const head = [
    `\`${command}\` at ${commit}, ${new Date().toISOString().slice(0, 10)}`,
    `${cpu}, ${cores} cores, ${platform}; Node ${node}; ${blas}; flipside on ${args.threads} threads`,
    ...(peers.length > 0
      ? peers
      : ["No PyTorch on this machine (FLIPSIDE_PYTHON may name a Python that has it)"]),
    `Took ${seconds.toFixed(0)} s, in which other processes, PyTorch among them, took ${others().toFixed(2)} cores`,
  ];
  const notes = [
    `LeNet-300-100 on MNIST, batches of ${batchSize}, float32, without validation: seconds per epoch, median (least–most) of ${rounds} rounds of ${epochs} epochs after ${warmup} to warm up. In a round every side trains once from the start, beginning with another one each time. A ratio above 1 says that flipside is faster.`,
    "PyTorch: plain eager code with autograd, all rows in memory and no DataLoader; Adam as it comes, and with fused=True where there is that.",
    `GFLOP/s: of the products of an epoch (${[...new Set(timings.map(({ gflop }) => gflop.toFixed(0)))].join(" or ")} GFLOP), everything else within the time; the kernel of the products alone does ${rate.toFixed(0)} on the shapes of this network.`,
    ...missedTargets(
      timings,
      versions.map(({ torch }) => torch),
    ),
  ];
  const tables: TextTable[] = [{ ...speedTable(timings, rate), notes }, agreementTable(timings)];
  console.log(head.join("\n"));
  for (const table of tables) console.log(toTerminal(table));
  if (args.methods !== undefined || args.rows !== undefined) return;
  const folder = new URL("bench/results/", packageRoot);
  mkdirSync(folder, { recursive: true });
  const list = head.map((line) => `- ${line}`).join("\n");
  writeFileSync(
    new URL("training.md", folder),
    `# Training beside PyTorch\n\n${list}\n\n${tables.map(toMarkdown).join("\n")}`,
  );
  const record = {
    command,
    commit,
    date: new Date().toISOString(),
    machine,
    versions,
    kernelRate: rate,
    timings,
  };
  writeFileSync(new URL("training.json", folder), `${JSON.stringify(record, null, 1)}\n`);
  console.log("Written to bench/results/training.md and .json");
}

await main();
