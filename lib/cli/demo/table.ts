import { brief, list } from "../format.js";
import { foldCount, keepThreshold, type Row, target } from "./comparison.js";

interface Column {
  readonly head: string;
  readonly numeric: boolean;
  readonly cells: readonly string[];
}

/** The comparison, for the terminal and the page. */
export function comparisonColumns(rows: readonly Row[]): Column[] {
  const numbers = (head: string, cell: (row: Row) => string): Column => ({
    head,
    numeric: true,
    cells: rows.map(cell),
  });
  return [
    { head: "penalty", numeric: false, cells: rows.map(({ name }) => name) },
    numbers("lambda", ({ fit, matched }) => (matched ? brief(fit.lambda) : "any")),
    numbers("nonzero", ({ fit }) => String(fit.nonzero)),
    numbers("kept", ({ kept }) => String(kept)),
    numbers("training", ({ fit }) => (2 * fit.lossValue).toFixed(0)),
    numbers(`${foldCount} folds`, ({ error }) => error.mean.toFixed(0)),
    numbers("±", ({ error }) => error.standardError.toFixed(0)),
    numbers("objective", ({ fit }) => fit.objective.toFixed(2)),
    numbers("iterations", ({ fit }) => `${fit.iterations}${fit.converged ? "" : "!"}`),
    numbers("ms", ({ milliseconds }) => milliseconds.toFixed(2)),
  ];
}

/** What the table does not say by itself. */
export function notes(rows: readonly Row[]): string[] {
  const matched = `lambda: the smallest, to three digits, that leaves at most ${target} coefficients: nonzero, or where none is ever exactly 0, kept.`;
  const free = rows.filter((row) => !row.matched).map(({ name }) => name);
  const failed = rows.filter(({ fit }) => !fit.converged).map(({ name }) => name);
  return [
    matched,
    ...(free.length === 0 ? [] : [`${list(free)}: lambda does not change how many remain, and is 1.`]),
    `kept: coefficients with a keep probability of at least ${keepThreshold}, the paper's rule.`,
    `training and ${foldCount} folds: mean squared errors; ±: standard error over the folds, with lambda held fixed.`,
    "objective: 1/2 training error + lambda Omega; comparable between iterations of one fit, not between penalties.",
    ...(failed.length === 0 ? [] : [`!: ${list(failed)} did not converge.`]),
  ];
}
