import type { Analysis } from "../../index.js";
import { brief, list, plural } from "../format.js";
import { textTable } from "../print.js";

type Interval = readonly [begin: number, end: number];

const mostPlaces = 4;

function intervals(found: readonly Interval[]): string {
  return list(
    found.map(([begin, end]) => `${brief(begin)} to ${brief(end)}`),
    mostPlaces,
  );
}

function answer(holds: boolean, failures: readonly Interval[]): string {
  return holds ? "yes" : `no, fails for |w| from ${intervals(failures)}`;
}

/** What the analysis of a penalty found, as a table for a terminal. */
export function analysisTable(analysis: Analysis): string {
  const { jumps, violations, flatFrom, domain, slopeAtZero } = analysis;
  const rows = [
    ["subquadratic", answer(analysis.subquadratic, violations.subquadratic)],
    ["etaHat monotone", answer(analysis.monotone, violations.monotone)],
    ["sparsity-inducing", analysis.sparsityInducing ? "yes" : "no"],
    ["slope of omega at 0", brief(slopeAtZero)],
    ["convex", answer(analysis.convex, violations.convex)],
    ["jumps of etaHat", jumps.length === 0 ? "none" : list(jumps.map(jumpText), mostPlaces)],
    ["omega is flat from", flatFrom === undefined ? "nowhere" : `|w| = ${brief(flatFrom)}`],
    ["known for |w|", `from ${brief(domain[0])} to ${brief(domain[1])}`],
  ];
  return textTable(["property", "value"], rows, []);
}

function jumpText({ w, from, to }: Analysis["jumps"][number]): string {
  return `at |w| = ${brief(w)} from ${brief(from)} to ${brief(to)}`;
}

/** The same in short, for the foot of the sheet. */
export function analysisFacts(analysis: Analysis): string[] {
  const { jumps, violations, flatFrom, slopeAtZero } = analysis;
  const failures = violations.monotone;
  const first = jumps[0];
  return [
    analysis.subquadratic ? "subquadratic" : "not subquadratic",
    analysis.monotone
      ? "η̂ nondecreasing"
      : `η̂ is not monotone (shaded: |w| from ${intervals(failures)}), f is the dual of its biconjugate`,
    analysis.sparsityInducing
      ? `sparsity-inducing: slope ${brief(slopeAtZero)} at 0`
      : "not sparsity-inducing: no kink at 0",
    analysis.convex ? "convex" : "not convex",
    ...(first === undefined
      ? []
      : [`${plural(jumps.length, "jump")} of η̂, ${jumps.length > 1 ? "the first " : ""}${jumpText(first)}`]),
    ...(flatFrom === undefined ? [] : [`ω constant from |w| = ${brief(flatFrom)} on, where η̂ = ∞`]),
  ];
}

/** Joins sentences into lines of at most so many characters. */
export function wrap(parts: readonly string[], longest: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    const joined = `${line} · ${part}`;
    if (line !== undefined && joined.length <= longest) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines;
}
