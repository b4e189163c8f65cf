import Table from "cli-table3";
import type { Fit, FitWarning, Path } from "../index.js";
import type { Dataset } from "./dataset.js";
import type { Outcome } from "./fitCommand.js";
import { alignPoints, brief, describePenalty, list, plural, significant } from "./format.js";
import { shareExplained, shareName } from "./goodness.js";

/** More rows than this help nobody on a terminal; the model has all of them. */
const mostCoefficients = 60;
const mostLambdas = 16;

/** A table for a terminal: plain text, numbers with their points in one column. */
export function textTable(
  head: readonly string[],
  rows: readonly string[][],
  numeric: readonly number[],
): string {
  const aligned = head.map((_, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    return numeric.includes(column) ? alignPoints(cells) : cells;
  });
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (numeric.includes(column) ? "right" : "left")),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: {
      ...Object.fromEntries(sides.map((side) => [side, ""])),
      mid: "─",
    },
  });
  rows.forEach((_, row) => {
    table.push(aligned.map((column) => column[row] as string));
  });
  return `${table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}

const sides = [
  "top",
  "top-mid",
  "top-left",
  "top-right",
  "bottom",
  "bottom-mid",
  "bottom-left",
  "bottom-right",
  "left",
  "left-mid",
  "mid-mid",
  "right",
  "right-mid",
  "middle",
] as const;

/** The coefficients and the numbers of one fit. */
export function printFit(outcome: Outcome, fit: Fit): string {
  const { dataset, choice } = outcome;
  const kept = Array.from(fit.coefficients.keys()).filter((j) => fit.coefficients[j] !== 0);
  const shown = kept.slice(0, mostCoefficients);
  const rows = shown.map((j) => [
    dataset.features[j] as string,
    significant(fit.coefficients[j] as number),
    (fit.keepProbability[j] as number).toFixed(3),
  ]);
  const lines = [
    `${describePenalty(fit.penalty)}, lambda = ${brief(fit.lambda, 6)}${choice === "bic" ? " (smallest BIC on the path; --lambda chooses another)" : ""}`,
    describeData(dataset),
    "",
  ];
  if (rows.length > 0) lines.push(textTable(["feature", "coefficient", "keep probability"], rows, [1, 2]));
  if (kept.length > shown.length) lines.push(`… and ${kept.length - shown.length} more in the model.`);
  lines.push(zeroSentence(fit, dataset), "");
  const numbers = summary(outcome, fit);
  const width = Math.max(...numbers.map(([name]) => name.length));
  for (const [name, value] of numbers) lines.push(`${name.padEnd(width)}  ${value}`);
  return `${lines.join("\n")}\n\n`;
}

export function describeData({ file, rows, features, target, weightsColumn, offsetColumn }: Dataset): string {
  const extra = [
    weightsColumn === undefined ? "" : `, weights ${weightsColumn}`,
    offsetColumn === undefined ? "" : `, offset ${offsetColumn}`,
  ];
  return `${file}: ${plural(rows, "row")}, ${plural(features.length, "feature")}, target ${target}${extra.join("")}`;
}

/** Such as "6 of 10 coefficients are exactly 0: age, s1, …". */
export function zeroSentence(fit: Fit, { features, spreads }: Dataset): string {
  const zeros = features.filter((_, j) => fit.coefficients[j] === 0);
  if (zeros.length === 0) return "No coefficient is 0.";
  const constant = features.filter((_, j) => spreads[j] === 0);
  const verb = zeros.length === 1 ? "is" : "are";
  const note = constant.length === 0 ? "" : ` (constant: ${list(constant)})`;
  return `${zeros.length.toLocaleString("en")} of ${plural(features.length, "coefficient")} ${verb} exactly 0: ${list(zeros)}${note}.`;
}

/** The numbers of a fit by name, for the terminal and the page. */
export function summary(outcome: Outcome, fit: Fit): [name: string, value: string][] {
  const margin = fit.objectiveMargin === undefined ? "" : ` (margin ${brief(fit.objectiveMargin, 2)})`;
  return [
    ["intercept", significant(fit.intercept, 6)],
    [shareName(fit.loss), explained(fit, outcome)],
    ["objective", `${significant(fit.objective, 8)}${margin}`],
    ["stationarity", brief(fit.stationarity, 3)],
    ["iterations", `${fit.iterations}, ${ending(fit)}`],
    ["solver", work(fit)],
  ];
}

/** Such as "workingSet, 3.5 passes over x, duality gap 2e-10, locally convex". */
function work({ solver, record }: Fit): string {
  const { passes, dualityGap, locallyConvex, starts, worstObjective } = record;
  const words = [
    solver ?? "unknown",
    passes > 0 && `${brief(passes, 3)} passes over x`,
    dualityGap !== undefined && `duality gap ${brief(dualityGap, 2)}`,
    locallyConvex !== undefined && (locallyConvex ? "locally convex" : "not locally convex"),
    starts > 1 && `best of ${starts} starts`,
    starts > 1 && worstObjective !== undefined && `worst objective ${significant(worstObjective, 8)}`,
  ];
  return words.filter((word) => word !== false).join(", ");
}

function explained(fit: Fit, outcome: Outcome): string {
  const share = shareExplained(fit, outcome);
  return Number.isNaN(share) ? "-" : share.toFixed(4);
}

/** The warnings of the path, and those of the fit that the path does not say. */
export function warningsOf({ path, fit, choice }: Outcome): readonly FitWarning[] {
  if (path === undefined) return fit?.warnings ?? [];
  const own = choice === "user" ? (fit?.warnings ?? []) : [];
  const said = new Set<string>(path.warnings.map(({ code }) => code));
  return [...path.warnings, ...own.filter(({ code }) => !said.has(code))];
}

/** A line each, for the standard error; columns are named. */
export function printWarnings(outcome: Outcome): string {
  return warningsOf(outcome)
    .map((one) => `flipside: warning ${one.code}: ${warningText(one, outcome.dataset)}\n`)
    .join("");
}

/** With the names of the columns in place of their numbers. */
export function warningText({ message, details }: FitWarning, { features }: Dataset): string {
  const { columns } = details;
  if (!Array.isArray(columns)) return message;
  const names = columns.map((column: number) => features[column] as string);
  return message.replace(`: ${columns.join(", ")}`, () => `: ${names.join(", ")}`);
}

/** Why a fit ended; a stationary point of a penalty that is not convex is not called a minimum. */
export function ending(fit: Fit): string {
  switch (fit.reason) {
    case "tolerance":
      return fit.penalty.convex
        ? "converged to the minimum"
        : "converged to a stationary point (the penalty is not convex)";
    case "maxIterations":
      return "NOT converged: reached the limit of iterations; --max-iterations raises it";
    case "stalled":
      return "NOT converged: no further progress in double precision; --tolerance may ask too much";
    case "aborted":
      return "NOT converged: stopped";
  }
}

/** Some rows of the path, evenly spaced. */
export function printPath(outcome: Outcome, path: Path): string {
  const last = path.fits.length - 1;
  const count = Math.min(path.fits.length, mostLambdas);
  const chosen = Array.from({ length: count }, (_, i) => Math.round((i * last) / Math.max(1, count - 1)));
  const rows = chosen.map((k) => {
    const fit = path.fits[k] as Fit;
    return [
      significant(fit.lambda, 4),
      String(fit.nonzero),
      explained(fit, outcome),
      significant(fit.objective, 7),
      String(fit.iterations),
      fit.converged ? "yes" : fit.reason,
    ];
  });
  const table = textTable(
    ["lambda", "nonzero", shareName(outcome.loss), "objective", "iterations", "converged"],
    rows,
    [0, 1, 2, 3, 4],
  );
  const complete = path.fits.length === path.requested ? "" : ` of ${path.requested} asked for (stopped)`;
  const failed = path.fits.filter((fit) => !fit.converged).length;
  const note = failed === 0 ? "" : `; ${failed} did not converge`;
  const part = count < path.fits.length ? `, ${count} of them below` : "";
  const convex =
    path.convexMin === undefined
      ? ""
      : `; locally convex down to lambda ${significant(path.lambdas[path.convexMin] as number, 4)}`;
  const title = `Path of ${plural(path.fits.length, "lambda")}${complete}${note}${convex}${part}`;
  return `${title}\n\n${table}\n`;
}
