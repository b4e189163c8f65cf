// Results in short, in the README between two comments.
import { readFileSync, writeFileSync } from "node:fs";
import { packageRoot } from "./drivers/native.ts";
import { type TextTable, toMarkdown } from "./table.ts";

/** Puts the rows of the table between <!-- name --> and <!-- /name -->. */
export function writeReadme(name: string, table: Omit<TextTable, "title" | "notes">): void {
  const file = new URL("README.md", packageRoot);
  const text = toMarkdown({ title: "", notes: [], ...table })
    .split("\n")
    .slice(2)
    .join("\n")
    .trim();
  const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const parts = readFileSync(file, "utf8").split(new RegExp(`${before}[^]*${after}`));
  if (parts.length !== 2) throw new Error(`README.md must have ${before} and ${after} once`);
  writeFileSync(file, parts.join(`${before}\n${text}\n${after}`));
}
