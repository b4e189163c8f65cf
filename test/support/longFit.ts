// A fit that takes seconds, for what happens in the middle of one.
import { type FitOptions, penalties } from "flipside";
import { Random } from "./random.ts";

export interface Large {
  readonly x: { readonly data: Float64Array; readonly rows: number; readonly columns: number };
  readonly y: Float64Array;
}

/** Noise: nothing is sparse about it, so that the active set stays large. */
export function largeProblem(size = 2000): Large {
  const random = new Random(11);
  const data = Float64Array.from({ length: size * size }, () => random.uniform() - 0.5);
  return { x: { data, rows: size, columns: size }, y: random.normals(size) };
}

/** A hundred slow iterations: more than a test waits for. */
export const endless: FitOptions = {
  solver: "reweighted",
  penalty: penalties.lp({ p: 1.05 }),
  lambda: 1e-4,
  convergence: { tolerance: 0, maxIterations: 1_000_000 },
};
