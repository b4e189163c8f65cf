// npm run bench: the reweighted fit against its peers. Without arguments everything is measured and the results are
// written to bench/results; with --trials or --sizes only a part is, and nothing is written.
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { packageRoot } from "./drivers/native.ts";
import { currentCommit, describeMachine, type Machine } from "./machine.ts";
import { watchOthers } from "./others.ts";
import { type TextTable, toMarkdown, toTerminal } from "./table.ts";
import { abortTable, abortTrial } from "./trials/abort.ts";
import { type Comparison, comparisonTable } from "./trials/comparison.ts";
import { eventLoopTable, eventLoopTrial } from "./trials/eventLoop.ts";
import { callTable, fitTrial } from "./trials/fit.ts";
import { gramTrial } from "./trials/gram.ts";
import { ridgeTrial } from "./trials/ridge.ts";
import { allSizes } from "./trials/sizes.ts";

interface Report {
  readonly tables: TextTable[];
  readonly data: unknown;
}

type Trial = (sizes: readonly number[]) => Promise<Report>;

function compare(trial: (sizes: readonly number[]) => Promise<Comparison>): Trial {
  return async (sizes) => {
    const comparison = await trial(sizes);
    return { tables: [comparisonTable(comparison)], data: comparison };
  };
}

const trials: Record<string, Trial> = {
  gram: compare(gramTrial),
  ridge: compare(ridgeTrial),
  fit: async (sizes) => {
    const comparison = await fitTrial(sizes);
    return { tables: [comparisonTable(comparison), callTable(comparison)], data: comparison };
  },
  eventLoop: async () => {
    const delays = await eventLoopTrial();
    return { tables: [eventLoopTable(delays)], data: delays };
  },
  abort: async () => {
    const delays = await abortTrial();
    return { tables: [abortTable(delays)], data: delays };
  },
};

const notes = [
  "Times are medians of up to 15 samples per candidate, taken by turns in one process on the same data; ¹ what takes more than 1.5 s has one run; ² other processes took more than a tenth of a core meanwhile, which costs two threads what it does not cost one.",
  "Data: rows from an AR(1) process with ρ = 0.5, one in twenty coefficients nonzero, signal : noise 5, seeded.",
  "typed arrays is the same algorithm in plain JavaScript on one thread (bench/reference), in as many iterations unless the table says otherwise; ml-matrix runs it on that library's methods.",
];

function headLines(machine: Machine, command: string, commit: string): string[] {
  const { cpu, cores, memoryGiB, platform, node, v8, blas, threads } = machine;
  return [
    `\`${command}\` at ${commit}, ${new Date().toISOString().slice(0, 10)}`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}; Node ${node} (V8 ${v8}); ${blas}; flipside on ${threads} threads`,
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { trials: { type: "string" }, sizes: { type: "string" } } });
  const names = values.trials?.split(",") ?? Object.keys(trials);
  const sizes = values.sizes?.split(",").map(Number) ?? allSizes;
  const unknown = names.find((name) => !Object.hasOwn(trials, name));
  if (unknown !== undefined) {
    throw new Error(`no trial ${unknown}; there are ${Object.keys(trials).join(", ")}`);
  }
  const command = "npm run bench";
  const commit = currentCommit();
  const machine = describeMachine();
  const origin = { command, commit, date: new Date().toISOString(), machine };
  const head = headLines(machine, command, commit);
  console.log(head.join("\n"));
  const begin = performance.now();
  const others = watchOthers();
  const tables: TextTable[] = [];
  const results: Record<string, unknown> = {};
  for (const name of names) {
    const report = await (trials[name] as Trial)(sizes);
    for (const table of report.tables) console.log(toTerminal(table));
    tables.push(...report.tables);
    results[name] = report.data;
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  const otherCores = others();
  head.push(`Took ${seconds} s, in which other processes took ${otherCores.toFixed(2)} cores`);
  console.log(`\n${[...notes, ...head.slice(-1)].join("\n")}`);
  if (values.trials !== undefined || values.sizes !== undefined) return;
  const folder = new URL("bench/results/", packageRoot);
  mkdirSync(folder, { recursive: true });
  const list = [...head, ...notes].map((line) => `- ${line}`).join("\n");
  const text = `# Benchmark of the reweighted fit\n\n${list}\n\n${tables.map(toMarkdown).join("\n")}`;
  writeFileSync(new URL("reweighted.md", folder), text);
  writeFileSync(
    new URL("reweighted.json", folder),
    `${JSON.stringify({ ...origin, otherCores, ...results }, null, 1)}\n`,
  );
  console.log("Written to bench/results/reweighted.md and .json");
}

await main();
