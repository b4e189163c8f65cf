// npm run bench: what the library measures of itself and its peers, one report per subject, written to bench/results.
// With --reports only some of them are measured; with --trials or --sizes a part, and nothing is written.
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { packageRoot } from "./drivers/native.ts";
import { currentCommit, describeMachine, type Machine } from "./machine.ts";
import { watchOthers } from "./others.ts";
import { writeReadme } from "./readme.ts";
import { type TextTable, toMarkdown, toTerminal } from "./table.ts";
import { abortTable, abortTrial } from "./trials/abort.ts";
import { type Comparison, comparisonTable } from "./trials/comparison.ts";
import { eventLoopTable, eventLoopTrial } from "./trials/eventLoop.ts";
import { callTable, fitTrial } from "./trials/fit.ts";
import { gramTrial } from "./trials/gram.ts";
import { callsTable, callsTrial } from "./trials/masks/calls.ts";
import { type FrameworksReport, frameworksTrial } from "./trials/masks/frameworks.ts";
import { limitsTable, memoryTrial, ratesTable } from "./trials/masks/memory.ts";
import { frameworksTable, maskNotes, maskSizes, scriptsTable } from "./trials/masks/report.ts";
import { scriptsTrial } from "./trials/masks/scripts.ts";
import { shortTable } from "./trials/masks/short.ts";
import type { MaskMeasurement } from "./trials/masks/table.ts";
import { ridgeTrial } from "./trials/ridge.ts";
import { allSizes } from "./trials/sizes.ts";
import { tablesTable, tablesTrial } from "./trials/tables.ts";

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
  tables: async (sizes) => {
    const measurements = await tablesTrial(sizes);
    return { tables: [tablesTable(measurements)], data: measurements };
  },
  eventLoop: async () => {
    const delays = await eventLoopTrial();
    return { tables: [eventLoopTable(delays)], data: delays };
  },
  abort: async () => {
    const delays = await abortTrial();
    return { tables: [abortTable(delays)], data: delays };
  },
  scripts: async (sizes) => {
    const measurements = await scriptsTrial(sizes);
    return { tables: [scriptsTable(measurements)], data: measurements };
  },
  frameworks: async (sizes) => {
    const report = await frameworksTrial(sizes);
    return { tables: [frameworksTable(report)], data: report };
  },
  memory: async (sizes) => {
    const report = await memoryTrial(sizes);
    return { tables: [ratesTable(report), limitsTable(report)], data: report };
  },
  calls: async () => {
    const measurements = await callsTrial();
    return { tables: [callsTable(measurements)], data: measurements };
  },
};

interface Subject {
  readonly title: string;
  readonly trials: readonly string[];
  readonly sizes: readonly number[];
  readonly notes: readonly string[];
  /** Of a whole run, by trial: what it puts into the README. */
  readonly readme?: (results: Record<string, unknown>) => void;
}

const timing =
  "Times are medians of up to 15 samples per candidate, taken by turns in one process on the same data; ¹ what takes more than 1.5 s has one run; ² other processes took more than a tenth of a core meanwhile, which costs two threads what it does not cost one.";
const data =
  "Data: rows from an AR(1) process with ρ = 0.5, one in twenty coefficients nonzero, signal : noise 5, seeded.";

const subjects: Record<string, Subject> = {
  reweighted: {
    title: "Benchmark of the reweighted fit",
    trials: ["gram", "ridge", "fit", "eventLoop", "abort"],
    sizes: allSizes,
    notes: [
      timing,
      data,
      "typed arrays is the same algorithm in plain JavaScript on one thread (bench/reference), in as many iterations unless the table says otherwise; ml-matrix runs it on that library's methods.",
    ],
  },
  tables: {
    title: "Benchmark of penalties from functions of the caller",
    trials: ["tables"],
    sizes: allSizes,
    notes: [timing, data],
  },
  masks: {
    title: "Benchmark of masks",
    trials: ["scripts", "frameworks", "calls", "memory"],
    sizes: maskSizes,
    notes: maskNotes,
    readme: ({ scripts, frameworks }) => {
      const report = frameworks as FrameworksReport;
      if (report.complete) writeReadme("masks", shortTable(scripts as MaskMeasurement[], report));
    },
  },
};

function headLines(machine: Machine, command: string, commit: string): string[] {
  const { cpu, cores, memoryGiB, platform, node, v8, blas, threads } = machine;
  return [
    `\`${command}\` at ${commit}, ${new Date().toISOString().slice(0, 10)}`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}; Node ${node} (V8 ${v8}); ${blas}; flipside on ${threads} threads`,
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { reports: { type: "string" }, trials: { type: "string" }, sizes: { type: "string" } },
  });
  const chosen = requireKnown(subjects, values.reports, "report");
  const sizes = values.sizes?.split(",").map(Number);
  const wanted = requireKnown(trials, values.trials, "trial");
  const whole = values.trials === undefined && values.sizes === undefined;
  for (const name of chosen) {
    const subject = subjects[name] as Subject;
    const parts = subject.trials.filter((trial) => wanted.includes(trial));
    if (parts.length > 0)
      await measure(name, { ...subject, trials: parts, sizes: sizes ?? subject.sizes }, whole);
  }
}

function requireKnown(table: object, list: string | undefined, noun: string): string[] {
  const known = Object.keys(table);
  const names = list?.split(",") ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new Error(`no ${noun} ${unknown}; there are ${known.join(", ")}`);
}

async function measure(
  name: string,
  { title, trials: parts, sizes, notes, readme }: Subject,
  write: boolean,
): Promise<void> {
  const command = `npm run bench -- --reports ${name}`;
  const commit = currentCommit();
  const machine = describeMachine();
  const origin = { command, commit, date: new Date().toISOString(), machine };
  const head = headLines(machine, command, commit);
  console.log(head.join("\n"));
  const begin = performance.now();
  const others = watchOthers();
  const tables: TextTable[] = [];
  const results: Record<string, unknown> = {};
  for (const part of parts) {
    const report = await (trials[part] as Trial)(sizes);
    for (const table of report.tables) console.log(toTerminal(table));
    tables.push(...report.tables);
    results[part] = report.data;
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  const otherCores = others();
  head.push(`Took ${seconds} s, in which other processes took ${otherCores.toFixed(2)} cores`);
  console.log(`\n${[...notes, ...head.slice(-1)].join("\n")}`);
  if (!write) return;
  const folder = new URL("bench/results/", packageRoot);
  mkdirSync(folder, { recursive: true });
  const list = [...head, ...notes].map((line) => `- ${line}`).join("\n");
  const text = `# ${title}\n\n${list}\n\n${tables.map(toMarkdown).join("\n")}`;
  writeFileSync(new URL(`${name}.md`, folder), text);
  const json = `${JSON.stringify({ ...origin, otherCores, ...results }, null, 1)}\n`;
  writeFileSync(new URL(`${name}.json`, folder), json);
  readme?.(results);
  console.log(`Written to bench/results/${name}.md and .json\n`);
}

await main();
