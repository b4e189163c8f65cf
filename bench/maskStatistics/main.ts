// npm run statistics: every test of this folder on 10^8 draws of each kind of mask, written to
// bench/results/statistics.md and .json. --draws and --only measure a part, and nothing is written.
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { binding, packageRoot } from "../drivers/native.ts";
import { currentCommit, describeMachine } from "../machine.ts";
import { duration, type TextTable, toMarkdown, toTerminal } from "../table.ts";
import { type Case, pairCases, sequenceCases } from "./cases.ts";
import { failures, level, type Outcome } from "./outcome.ts";

interface Finding {
  readonly name: string;
  readonly milliseconds: number;
  readonly outcomes: readonly Outcome[];
}

const defaultSeed = "20211031";
const defaultDraws = "100000000";

function run({ name, run }: Case, draws: number): Finding {
  const begin = performance.now();
  let shown = begin;
  const outcomes = run(draws, (share) => {
    if (!process.stderr.isTTY || performance.now() - shown < 200) return;
    shown = performance.now();
    process.stderr.write(`\r\x1b[K${name}: ${(100 * share).toFixed(0)} %`);
  });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const finding = { name, milliseconds: performance.now() - begin, outcomes };
  const least = leastOf(finding);
  const verdict = failures(outcomes).length === 0 ? "passes" : "FAILS";
  console.log(`${name}: ${verdict}, ${outcomes.length} tests, least p ${showP(least.p)} (${least.name})`);
  return finding;
}

function leastOf({ outcomes }: Finding): Outcome {
  return outcomes.reduce((a, b) => (b.p < a.p ? b : a));
}

function showP(p: number): string {
  return p < 1e-3 ? p.toExponential(1) : p.toPrecision(2);
}

function table(title: string, findings: readonly Finding[]): TextTable {
  const head = ["draws", "tests", "failed", "least p", "of", "statistic", "time"];
  const rows = findings.map((finding) => {
    const { name, outcomes, milliseconds } = finding;
    const least = leastOf(finding);
    return [
      name,
      String(outcomes.length),
      String(failures(outcomes).length),
      showP(least.p),
      least.name,
      least.statistic.toPrecision(3),
      duration(milliseconds),
    ];
  });
  return { title, head, rows, labels: 1, notes: [] };
}

/** How many p-values there are in each decade, and how many there should be. */
function decades(outcomes: readonly Outcome[]): TextTable {
  const bounds = [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6];
  const rows = bounds.map((bound, k) => {
    const next = bounds[k + 1] ?? 0;
    const count = outcomes.filter(({ p }) => p <= bound && p > next).length;
    const expected = outcomes.length * (bound - next);
    const label = next === 0 ? `below ${bound}` : `${next} to ${bound}`;
    return [label, String(count), expected < 0.01 ? expected.toExponential(1) : expected.toFixed(2)];
  });
  return { title: "All p-values", head: ["p", "tests", "expected"], rows, labels: 1, notes: [] };
}

const { values } = parseArgs({ options: { draws: { type: "string" }, only: { type: "string" } } });
const draws = Number(values.draws ?? defaultDraws);
const { FLIPSIDE_SEED = defaultSeed } = process.env;
const seed = BigInt(FLIPSIDE_SEED);
const wanted = ({ name }: Case) => name.includes(values.only ?? "");
const begin = performance.now();
const sequences = sequenceCases(binding, seed).filter(wanted);
const pairs = pairCases(seed).filter(wanted);
if (sequences.length + pairs.length === 0) throw new Error(`no case has ${values.only} in its name`);
const alone = sequences.map((one) => run(one, draws));
const together = pairs.map((one) => run(one, draws));
const all = [...alone, ...together];
const outcomes = all.flatMap((finding) => finding.outcomes);
const machine = describeMachine();
const commit = currentCommit();
const command = "npm run statistics";
const alarm = (outcomes.length * level).toPrecision(2);
const notes = [
  `\`${command}\` at ${commit}, ${new Date().toISOString().slice(0, 10)}, seed ${seed}; ${machine.cpu}, ${machine.cores} cores, kernels for ${binding.simd().inUse}, Node ${machine.node}; took ${duration(performance.now() - begin)}`,
  `${draws.toExponential(0)} draws in each row, or in each of the two sequences of a pair. p is two-sided; a test fails below ${level}.`,
  `A perfect generator fails one test for one seed in ${1 / level}, and any of the ${outcomes.length} tests for at most a share ${alarm} of all seeds. The seed is fixed, so a run repeats; FLIPSIDE_SEED tries others.`,
];
const tables = [table("Sequences", alone), table("Pairs of sequences", together), decades(outcomes)].filter(
  ({ rows }) => rows.length > 0,
);
const failed = all.flatMap(({ name, outcomes: of }) => failures(of).map((outcome) => ({ name, outcome })));
for (const one of tables) console.log(toTerminal(one));
console.log(notes.join("\n"));
for (const { name, outcome } of failed) {
  console.log(`FAILED: ${name}: ${outcome.name}, p = ${showP(outcome.p)}, statistic ${outcome.statistic}`);
}
if (failed.length > 0) process.exitCode = 1;
if (values.draws === undefined && values.only === undefined) {
  const folder = new URL("bench/results/", packageRoot);
  mkdirSync(folder, { recursive: true });
  const list = notes.map((line) => `- ${line}`).join("\n");
  writeFileSync(
    new URL("statistics.md", folder),
    `# Statistical tests of masks\n\n${list}\n\n${tables.map(toMarkdown).join("\n")}`,
  );
  writeFileSync(
    new URL("statistics.json", folder),
    `${JSON.stringify({ command, commit, machine, seed: String(seed), draws, results: all }, null, 1)}\n`,
  );
  console.log("Written to bench/results/statistics.md and .json");
}
