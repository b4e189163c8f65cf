import { property } from "./checks.js";
import { readClasses } from "./classes.js";
import { requireEntries, toVector } from "./matrix.js";
import { isMatrix, readColumns } from "./outputs.js";
import type { LossName } from "./solver.js";
import { readSurvival } from "./survival.js";

/** The response as the addon takes it: rows x (numbers per row of the loss), column after column. @internal */
export interface Response {
  /** The given one, but "multiTask" for squared loss with several columns in y. */
  readonly loss: LossName;
  readonly y: Float64Array;
  /** Classes of a multinomial response, tasks of several, else 1. */
  readonly outputs: number;
  /** The labels of the classes, where the caller has given labels. */
  readonly classes?: readonly string[] | undefined;
}

/** y of a problem for a loss. @internal */
export function readResponse(problem: object, rows: number, loss: LossName): Response {
  const given = property("problem", problem, "y");
  if (loss === "cox") return { loss, y: readSurvival(given, rows), outputs: 1 };
  if (loss === "multinomial") {
    const { y, classes } = readClasses("y", given, rows);
    return { loss, y, outputs: classes.length, classes };
  }
  if ((loss === "squared" || loss === "multiTask") && isMatrix("y", given)) {
    return readTasks(given, rows, loss);
  }
  const y = toVector("y", given, rows, "one per row of x");
  requireEntries("y", y, -Infinity);
  return { loss, y, outputs: 1 };
}

function readTasks(given: unknown, rows: number, loss: LossName): Response {
  const { data, columns } = readColumns("y", given, rows);
  return { loss: columns > 1 ? "multiTask" : loss, y: data, outputs: columns };
}
