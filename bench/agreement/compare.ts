// Every algorithm on one problem with one penalty, from the same start.
import { type Fit, type FitOptions, fit as fitOnce, penalties } from "flipside";
import type { AgreementPenalty, AgreementProblem } from "./problems.ts";

export type Algorithm = "reweighted" | "proximal" | "accelerated" | "etaTrick" | "direct" | "dropout";

export const algorithms: readonly Algorithm[] = [
  "reweighted",
  "proximal",
  "accelerated",
  "etaTrick",
  "direct",
  "dropout",
];

const choices: Record<Algorithm, Partial<FitOptions>> = {
  reweighted: { solver: "reweighted" },
  proximal: { solver: "proximal", proximal: { accelerated: false } },
  accelerated: { solver: "proximal", proximal: { accelerated: true } },
  etaTrick: { solver: "etaTrick" },
  direct: { solver: "direct" },
  dropout: { solver: "dropout", seed: 1 },
};

export interface Outcome {
  readonly algorithm: Algorithm;
  readonly objective: number;
  /** (objective - that of reweighted) / |that of reweighted|. */
  readonly difference: number;
  /** Of the first-order condition, relative to lambda. */
  readonly stationarity: number;
  /** Of dropout: what it says of its own distance, relative to the objective of reweighted. */
  readonly margin: number | undefined;
  readonly nonzero: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly seconds: number;
}

/**
 * All of them at their default tolerances. Where the penalty is not convex they may end at different stationary points;
 * a common dense start makes that rarer.
 */
export async function compare(
  { x, y, rows, columns, lambda }: AgreementProblem,
  { penalty }: AgreementPenalty,
): Promise<Outcome[]> {
  const problem = { x: { data: x, rows, columns, order: "column-major" as const }, y };
  const start = (await fitOnce(problem, { penalty: penalties.lp({ p: 1.9 }), lambda })).coefficients;
  const fits = new Map<Algorithm, Fit>();
  for (const algorithm of algorithms) {
    fits.set(algorithm, await fitOnce(problem, { penalty, lambda, start, ...choices[algorithm] }));
  }
  const { objective: reference } = fits.get("reweighted") as Fit;
  return algorithms.map((algorithm) => {
    const one = fits.get(algorithm) as Fit;
    return {
      algorithm,
      objective: one.objective,
      difference: (one.objective - reference) / Math.abs(reference),
      stationarity: one.stationarity / lambda,
      margin: one.objectiveMargin === undefined ? undefined : one.objectiveMargin / Math.abs(reference),
      nonzero: one.nonzero,
      iterations: one.iterations,
      converged: one.converged,
      seconds: one.seconds.at(-1) ?? Number.NaN,
    };
  });
}
