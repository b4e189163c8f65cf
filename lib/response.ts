import { property } from "./checks.js";
import { requireEntries, toVector } from "./matrix.js";
import type { LossName } from "./solver.js";
import { readSurvival } from "./survival.js";

/** The response as the addon takes it: rows x (numbers per row of the loss), column after column. @internal */
export interface Response {
  readonly y: Float64Array;
  /** Classes of a multinomial response, tasks of several, else 1. */
  readonly outputs: number;
  /** The labels of the classes, where the caller has given labels. */
  readonly classes?: readonly string[] | undefined;
}

/** y of a problem for a loss. @internal */
export function readResponse(problem: object, rows: number, loss: LossName): Response {
  if (loss === "cox") return { y: readSurvival(property("problem", problem, "y"), rows), outputs: 1 };
  const y = toVector("y", property("problem", problem, "y"), rows, "one per row of x");
  requireEntries("y", y, -Infinity);
  return { y, outputs: 1 };
}
