import { fitPath, penalties } from "../../index.js";
import { readDataset } from "../dataset.js";
import { plural } from "../format.js";
import { exitCodes, type Io } from "../io.js";
import { packageFile } from "../package.js";
import { textTable } from "../print.js";
import { ProgressBar } from "../progress.js";
import { save } from "../save.js";
import { compare } from "./comparison.js";
import { comparisonColumns, notes } from "./table.js";

/** `flipside demo`, which is `npm start`: every penalty on the diabetes data, in one table and one page. */
export async function demoCommand(report: string, io: Io): Promise<number> {
  const dataset = await readDataset(
    packageFile("lib/cli/diabetes.csv"),
    { target: "progression", intercept: true },
    io,
  );
  io.stdout.write(
    `Diabetes data (Efron, Hastie, Johnstone and Tibshirani 2004): ${plural(dataset.rows, "patient")}, ${plural(dataset.features.length, "feature")}\n\n`,
  );
  const bar = new ProgressBar("comparing", io);
  try {
    const rows = await compare(dataset, io.signal, (done, of, name) => bar.update(done / of, name));
    const path = await fitPath(dataset.problem, {
      penalty: penalties.l1(),
      convergence: { signal: io.signal },
    });
    bar.stop();
    const columns = comparisonColumns(rows);
    const lines = rows.map((_, i) => columns.map(({ cells }) => cells[i] as string));
    const numeric = Array.from(columns.keys()).filter((k) => columns[k]?.numeric);
    io.stdout.write(
      `${textTable(
        columns.map(({ head }) => head),
        lines,
        numeric,
      )}\n`,
    );
    for (const note of notes(rows)) io.stdout.write(`${note}\n`);
    // The plotting library takes a while to load.
    const { demoPage } = await import("./page.js");
    await save(report, demoPage(dataset, rows, path), io);
    io.stdout.write(`\nThe page with charts: ${report}\n`);
    return exitCodes.success;
  } finally {
    bar.stop();
  }
}
