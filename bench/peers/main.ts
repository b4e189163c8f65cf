// npm run bench:peers: flipside against skglm, scikit-learn, glmnet and ncvreg, written to bench/results/peers-<trial>.md and .json,
// with the picture peers-growth. With --only some of them; with another option a part, and nothing is written.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { FlipsideError } from "flipside";
import { packageRoot } from "../drivers/native.ts";
import { currentCommit, describeMachine } from "../machine.ts";
import { watchOthers } from "../others.ts";
import { type TextTable, toMarkdown, toTerminal } from "../table.ts";
import type { Context } from "./context.ts";
import { correlation, denseShapes, shapeName, signalToNoise } from "./dense.ts";
import { growthPicture } from "./growthFigure.ts";
import { crossTable, growthTable, pathTable, sparseTables } from "./moreTables.ts";
import { comparedForms } from "./ours.ts";
import { Meter } from "./progress.ts";
import { RegressionPeers } from "./regressionPeers.ts";
import { sparseShape } from "./sparse.ts";
import { fitTables, seedTable } from "./tables.ts";
import { crossTrial } from "./trials/crossValidation.ts";
import { absoluteViolation, fitsTrial } from "./trials/fits.ts";
import { type GrowthSeries, growthTrial } from "./trials/growth.ts";
import { pathsTrial } from "./trials/paths.ts";
import { seedsTrial } from "./trials/seeds.ts";
import { sparseTrial } from "./trials/sparse.ts";

interface Report {
  readonly tables: readonly TextTable[];
  readonly data: unknown;
}

const trials: Record<string, (context: Context) => Promise<Report>> = {
  fits: async (context) => {
    const cells = await fitsTrial(context);
    return { tables: fitTables(cells), data: cells };
  },
  seeds: async (context) => {
    const cells = await seedsTrial(context);
    return { tables: [seedTable(cells)], data: cells };
  },
  paths: async (context) => {
    const cells = await pathsTrial(context);
    return { tables: [pathTable(cells)], data: cells };
  },
  crossValidation: async (context) => {
    const cells = await crossTrial(context);
    return { tables: [crossTable(cells)], data: cells };
  },
  sparse: async (context) => {
    const report = await sparseTrial(context);
    return { tables: sparseTables(report), data: report };
  },
  growth: async (context) => {
    const series = await growthTrial(context);
    return { tables: [growthTable(series)], data: series };
  },
};

const standardRounds = 5;

const notes: readonly string[] = [
  `Dense data: columns from an AR(1) process with ρ = ${correlation}, centred and scaled to mean square 1; coefficients of ±1 in random places, ‖Xβ‖² / ‖noise‖² = ${signalToNoise}; y centred; seeded. Every side gets the same bits, without intercept and without standardising, where a package allows it.`,
  `Each side runs once in each of ${standardRounds} rounds, beginning with another one each time; the others in processes of their own by their own clock, warm. A ratio above 1 says that flipside is faster.`,
  `flipside, fit(): the whole call from the caller's column-major array, with its copy and its checks. flipside, prepared: fit on a fresh design that was prepared outside the clock (columns alone: no Gram matrix, no products with y), as skglm and scikit-learn have arrays ready for use.`,
  `Single fits: every side ends at a violation of the first-order condition of at most ${absoluteViolation}, recomputed here by one function for all. skglm: AndersonCD without intercept, with whichever of its two rules for the working set ("fixpoint" alone for lp, whose zeros the other never leaves) and of one or all threads for BLAS was fastest before, its classes compiled and its arguments checked outside the clock. scikit-learn: Lasso with the loosest tolerance that ends there.`,
  `λ_max is the smallest λ at which 0 is the solution, the first of fitPath's default grid. Objectives leave out the constant λ Σ ω(0).`,
];

const missingDesign =
  "This version of the library prepares designs only inside its calls: the columns of prepared designs are empty.";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      designs: { type: "string" },
      rounds: { type: "string" },
      shrink: { type: "string" },
    },
  });
  const { only, ...shortened } = values;
  const whole = Object.keys(shortened).length === 0;
  const names = chosen("trial", Object.keys(trials), only);
  const designs = chosen("design", denseShapes.map(nameOfDesign), values.designs);
  const shrink = Number(values.shrink ?? 1);
  const peers = await RegressionPeers.find();
  try {
    const context: Context = {
      peers,
      rounds: Number(values.rounds ?? standardRounds),
      shapes: denseShapes
        .filter((shape) => designs.includes(nameOfDesign(shape)))
        .map((shape) => divide(shape, shrink)),
      sparse: { ...divide(sparseShape, shrink), density: sparseShape.density * shrink },
      shrink,
      meter: new Meter(),
    };
    for (const name of names) await measure(name, context, whole);
  } finally {
    peers.stop();
  }
}

function nameOfDesign(shape: (typeof denseShapes)[number]): string {
  return shapeName(shape).replace(" × ", "x");
}

/** A shape with everything smaller, at least 20. */
function divide<T extends { rows: number; columns: number; nonzero: number }>(shape: T, by: number): T {
  const { rows, columns, nonzero } = shape;
  const size = (value: number) => Math.max(20, Math.round(value / by));
  return {
    ...shape,
    rows: size(rows),
    columns: size(columns),
    nonzero: Math.max(2, Math.round(nonzero / by)),
  };
}

function chosen(noun: string, known: readonly string[], list: string | undefined): readonly string[] {
  const names = list?.split(",") ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new Error(`no ${noun} ${unknown}; there are ${known.join(", ")}`);
}

/** Each trial has files of its own, so that one of them can be measured anew. */
async function measure(name: string, context: Context, whole: boolean): Promise<void> {
  const machine = describeMachine();
  const commit = currentCommit();
  const command = `npm run bench:peers -- --only ${name}`;
  const versions = context.peers.describe();
  const { cpu, cores, memoryGiB, platform, node, blas, threads } = machine;
  const head = [
    `\`${command}\` at ${commit}, ${new Date().toISOString().slice(0, 10)}`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}; Node ${node}; ${blas}; flipside on ${threads} threads`,
    ...versions,
  ];
  console.log(head.join("\n"));
  const others = watchOthers();
  const begin = performance.now();
  const { tables, data } = await attempt(name, context);
  for (const table of tables) console.log(toTerminal(table));
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  head.push(
    `Took ${seconds} s, in which other processes, the peers among them, took ${others().toFixed(2)} cores`,
  );
  if (!whole) return;
  const all = [...head, ...notes, ...(comparedForms.includes("prepared") ? [] : [missingDesign])];
  const list = all.map((line) => `- ${line}`).join("\n");
  const text = `# Benchmark against other packages: ${name}\n\n${list}\n\n${tables.map(toMarkdown).join("\n")}`;
  const origin = { command, commit, date: new Date().toISOString(), machine, versions };
  const picture =
    name === "growth" && Array.isArray(data) ? await growthPicture(data as GrowthSeries[]) : undefined;
  save({
    [`peers-${name}.md`]: text,
    [`peers-${name}.json`]: `${JSON.stringify({ ...origin, [name]: data }, plainArrays, 1)}\n`,
    ...(picture && { "peers-growth.svg": picture.svg, "peers-growth.png": picture.png }),
  });
}

/** A problem that is too large for the library or the machine leaves a note, and the other trials their results. */
async function attempt(name: string, context: Context): Promise<Report> {
  try {
    return await (trials[name] as (context: Context) => Promise<Report>)(context);
  } catch (error) {
    if (!(error instanceof FlipsideError) || error.code !== "OUT_OF_MEMORY") throw error;
    context.meter.end();
    const notes = [`Left out: ${error.message}.`];
    const table = { title: `Trial ${name}`, head: ["result"], rows: [["none"]], labels: 1, notes };
    return { tables: [table], data: { leftOut: error.message } };
  }
}

function plainArrays(_: string, value: unknown): unknown {
  return value instanceof Float64Array ? Array.from(value) : value;
}

/** All or none: a run that ends in between leaves the files of the one before. */
function save(files: Readonly<Record<string, string | Buffer>>): void {
  const folder = new URL("bench/results/", packageRoot);
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(files);
  for (const [name, content] of entries) writeFileSync(new URL(`${name}.part`, folder), content);
  for (const [name] of entries) renameSync(new URL(`${name}.part`, folder), new URL(name, folder));
  console.log(`Written to bench/results: ${entries.map(([name]) => name).join(", ")}`);
}

await main();
