// Every case fitted here, as a table of the packages.
import { mkdirSync, writeFileSync } from "node:fs";
import { packageRoot } from "../drivers/native.ts";
import { currentCommit } from "../machine.ts";
import { exponent, toMarkdown, toTerminal } from "../table.ts";
import { type CaseData, type CaseFile, type PackageCase, readCaseData, readCaseFiles } from "./cases.ts";
import { type Comparison, compare } from "./compare.ts";

type Entry = { readonly subject: PackageCase } & (
  | { readonly outcome: Comparison; readonly error?: never }
  | { readonly outcome?: never; readonly error: string }
);

async function entryOf(data: CaseData, subject: PackageCase): Promise<Entry> {
  try {
    return { subject, outcome: await compare(data, subject) };
  } catch (error) {
    return { subject, error: String(error) };
  }
}

/**
 * Coefficients of a convex case are to agree this well, over 1 + the largest; an objective may lie this far above; and the
 * first-order condition may be missed by this, over lambda.
 */
export const nearness = 1e-6;
export const slack = 1e-8;
export const stationary = 1e-7;

export function agrees(subject: PackageCase, outcome: Comparison): boolean {
  if (!outcome.converged || outcome.excess > slack) return false;
  if (subject.lambda > 0 && outcome.ours.violation > stationary * subject.lambda) return false;
  if (!subject.convex) return true;
  return outcome.difference <= nearness && outcome.interceptDifference <= nearness;
}

function rowsOf(file: CaseFile, entries: readonly Entry[]): string[][] {
  const losses = [...new Set(entries.map(({ subject }) => subject.loss))];
  return losses.map((loss, at) => {
    const own = entries.filter(({ subject }) => subject.loss === loss);
    const ran = own.filter((entry) => entry.outcome !== undefined);
    const convex = ran.filter(({ subject }) => subject.convex);
    const other = ran.filter(({ subject }) => !subject.convex);
    const same = other.filter(({ outcome }) => (outcome?.difference ?? 1) <= nearness).length;
    const lower = other.filter(({ outcome }) => (outcome?.excess ?? 0) < -slack).length;
    const started = other.filter(({ outcome }) => outcome?.started === true).length;
    const agreeing = own.filter(({ subject, outcome }) => outcome && agrees(subject, outcome)).length;
    const largest = Math.max(...convex.map(({ outcome }) => outcome?.difference ?? Infinity));
    return [
      at === 0 ? `${file.package} ${file.version}` : "",
      loss,
      String(own.length),
      String(agreeing),
      convex.length === 0 ? "" : exponent(largest),
      other.length === 0 ? "" : `${other.length}: ${same} / ${lower} / ${started}`,
    ];
  });
}

/** False where a case does not agree. */
export async function check(): Promise<boolean> {
  const data = readCaseData();
  const rows: string[][] = [];
  const failures: string[] = [];
  let count = 0;
  for (const file of readCaseFiles()) {
    const entries: Entry[] = [];
    for (const subject of file.cases) entries.push(await entryOf(data[subject.data] as CaseData, subject));
    count += entries.length;
    rows.push(...rowsOf(file, entries));
    for (const { subject, outcome, error } of entries) {
      if (error !== undefined) failures.push(`${subject.id}: ${error}`);
      else if (!agrees(subject, outcome)) failures.push(`${subject.id}: ${describe(outcome)}`);
    }
  }
  const table = {
    title: `${count} fits by other packages`,
    head: ["package", "loss", "cases", "agree", "largest difference", "nonconvex: same / lower / started"],
    rows,
    labels: 2,
    notes: [
      `agree: coefficients and intercepts within ${exponent(nearness)} (1 + the largest coefficient), on the scale of x and on that of the scaled columns; and, of nonconvex ones only: a stationary point whose objective is at most ${exponent(slack)} above that at the coefficients of the package.`,
      "largest difference: between coefficients of convex cases, over 1 + the largest coefficient.",
      "nonconvex: how many; with the same coefficients / with a lower objective / where it took the coefficients of the package as a start to come as low.",
    ],
  };
  console.log(toTerminal(table));
  for (const line of failures) console.log(line);
  const folder = new URL("bench/results/", packageRoot);
  mkdirSync(folder, { recursive: true });
  const about = `\`npm run agreement:packages -- --check\` at ${currentCommit()}`;
  writeFileSync(
    new URL("packages.md", folder),
    `# Agreement with other packages\n\n${about}\n\n${toMarkdown(table)}`,
  );
  console.log("Written to bench/results/packages.md");
  return failures.length === 0;
}

function describe({ converged, reason, difference, interceptDifference, excess }: Comparison): string {
  const numbers = [difference, interceptDifference, excess].map((value) => value.toExponential(2));
  return `${converged ? "converged" : reason}, difference ${numbers[0]}, of intercepts ${numbers[1]}, objective ${numbers[2]}`;
}
