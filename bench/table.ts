import Table from "cli-table3";

/** Rows of text under a head; the first `labels` columns are aligned to the left. */
export interface TextTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly labels: number;
  /** Sentences below the table. */
  readonly notes: readonly string[];
}

export function toTerminal({ title, head, rows, labels, notes }: TextTable): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, k) => (k < labels ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return [`\n${title}`, table.toString(), ...notes].join("\n");
}

export function toMarkdown({ title, head, rows, labels, notes }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, k) => (k < labels ? "---" : "---:")));
  const list = notes.map((note) => `- ${note}`);
  return [`## ${title}`, "", line(head), rule, ...rows.map(line), "", ...list, ""].join("\n");
}

/** Milliseconds to three digits, in the unit that suits them. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${digits(milliseconds * 1000)} µs`;
  return milliseconds < 1000 ? `${digits(milliseconds)} ms` : `${digits(milliseconds / 1000)} s`;
}

/** How many times faster, to two or three digits; below 1 it is slower. */
export function factor(value: number): string {
  return `${value < 10 ? value.toFixed(value < 1 ? 2 : 1) : value.toFixed(0)}×`;
}

export function exponent(value: number): string {
  return value === 0 ? "0" : value.toExponential(0);
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
