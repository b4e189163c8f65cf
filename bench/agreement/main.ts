// npm run agreement: every algorithm on every problem, written to bench/results/agreement.md and .json; and in short to
// the README, between its two comments.
import { mkdirSync, writeFileSync } from "node:fs";
import { packageRoot } from "../drivers/native.ts";
import { currentCommit, describeMachine } from "../machine.ts";
import { writeReadme } from "../readme.ts";
import { duration, exponent, type TextTable, toMarkdown, toTerminal } from "../table.ts";
import { algorithms, compare, type Outcome } from "./compare.ts";
import { agreementPenalties, agreementProblems } from "./problems.ts";

const head = [
  "penalty",
  "algorithm",
  "objective",
  "difference",
  "stationarity / λ",
  "nonzero",
  "iterations",
  "time",
];

function row(penalty: string, outcome: Outcome): string[] {
  const { algorithm, objective, difference, stationarity, margin, nonzero, iterations, converged, seconds } =
    outcome;
  const name = converged ? algorithm : `${algorithm} (not converged)`;
  const sign = difference < 0 ? "−" : "";
  const band = margin === undefined ? "" : ` (margin ${exponent(margin)})`;
  return [
    penalty,
    name,
    objective.toPrecision(10),
    algorithm === "reweighted" ? "" : `${sign}${exponent(Math.abs(difference))}${band}`,
    exponent(stationarity),
    String(nonzero),
    String(iterations),
    duration(seconds * 1000),
  ];
}

/** One line of the README: the objective, and how far from it each of the others ends. */
function shortRow(problem: string, penalty: string, outcomes: readonly Outcome[]): string[] {
  const cells = outcomes.map(({ algorithm, objective, difference, margin }) => {
    if (algorithm === "reweighted") return objective.toPrecision(7);
    const sign = difference < 0 ? "−" : "";
    const band = margin === undefined ? "" : ` ± ${exponent(margin)}`;
    return `${sign}${exponent(Math.abs(difference))}${band}`;
  });
  return [problem, penalty, ...cells];
}

const notes = [
  "Every algorithm from the same dense start at its default tolerance; λ_max is the smallest λ that makes the lasso 0.",
  "difference: objective minus that of reweighted, relative. l1 and lp with p = 1.5 are convex; with the others two algorithms may end at different stationary points.",
  "stationarity: largest violation of the first-order condition, recomputed from the data, over λ. dropout is stochastic: its margin is how far its objective may lie above the value that it approaches, at 95 %.",
  "On 100 × 300 at 0.1 λ_max, mcp has many stationary points: there the algorithms end at different ones, up to 1 % apart, and dropout does not converge in 10,000 rounds.",
  "time: one run each on a warm process; see the benchmarks for measured speed.",
];

const command = "npm run agreement";
const commit = currentCommit();
const machine = describeMachine();
const tables: TextTable[] = [];
const data: unknown[] = [];
const short: string[][] = [];
for (const problem of agreementProblems()) {
  const rows: string[][] = [];
  for (const penalty of agreementPenalties) {
    const outcomes = await compare(problem, penalty);
    data.push({ problem: problem.name, lambda: problem.lambda, penalty: penalty.name, outcomes });
    short.push(shortRow(rows.length === 0 ? problem.name : "", penalty.name, outcomes));
    rows.push(...outcomes.map((outcome, k) => row(k === 0 ? penalty.name : "", outcome)));
  }
  tables.push({
    title: `${problem.name}, λ = ${problem.lambda.toPrecision(4)} = ${problem.share} λ_max`,
    head,
    rows,
    labels: 2,
    notes: [],
  });
  console.log(toTerminal(tables.at(-1) as TextTable));
}
const about = `\`${command}\` at ${commit}, ${new Date().toISOString().slice(0, 10)}; ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`;
const folder = new URL("bench/results/", packageRoot);
mkdirSync(folder, { recursive: true });
const list = [about, ...notes].map((line) => `- ${line}`).join("\n");
writeFileSync(
  new URL("agreement.md", folder),
  `# Every algorithm reaches the same place\n\n${list}\n\n${tables.map(toMarkdown).join("\n")}`,
);
writeFileSync(
  new URL("agreement.json", folder),
  `${JSON.stringify({ command, commit, machine, results: data }, null, 1)}\n`,
);
writeReadme("agreement", { head: ["problem", "penalty", ...algorithms], rows: short, labels: 2 });
console.log("Written to bench/results/agreement.md and .json, and to README.md");
