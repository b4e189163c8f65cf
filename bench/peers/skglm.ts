// Requests to skglm and scikit-learn for one fit, tuned outside the clock: the rule by which skglm picks its working set
// and the number of its BLAS's threads that are fastest, the loosest tolerance at which scikit-learn is as near to stationary as the others.
import { availableParallelism } from "node:os";
import { exponent } from "../table.ts";
import { type PeerProblem, type Quality, qualityOf } from "./check.ts";
import { lossOf } from "./ours.ts";
import type { PeerPenalty } from "./penalties.ts";
import type { PackageName, RegressionPeers } from "./regressionPeers.ts";

/** A request that was tried, and how good its solution is. */
export interface Tried {
  readonly name: PackageName;
  /** The settings that were chosen, in words. */
  readonly settings: string;
  readonly request: object;
  readonly quality: Quality;
  /** Of the run that tried it. */
  readonly milliseconds: number;
}

const threadCounts = new Set([1, availableParallelism()]);

export type Strategy = "subdiff" | "fixpoint";

/** The rules that work: by the subdifferential, every 0 of lp is stationary and stays where it is. */
export function strategiesFor({ name }: PeerPenalty): readonly Strategy[] {
  return name === "lp" ? ["fixpoint"] : ["subdiff", "fixpoint"];
}

export function skglmRequest(
  problem: PeerProblem,
  penalty: PeerPenalty,
  lambda: number,
  tolerance: number,
  strategy: Strategy,
): object {
  const { name, alpha, parameters } = penalty.skglm;
  const loss = lossOf(problem);
  return {
    do: "fit",
    package: "skglm",
    // Its steps of Newton's method take the curvature where they are, at which mcp is not convex in one coordinate.
    solver: loss === "logistic" && penalty.convex ? "ProxNewton" : "AndersonCD",
    loss,
    strategy,
    tolerance,
    penalty: { name, alpha: alpha(lambda), parameters },
  };
}

export async function tryRequest(
  peers: RegressionPeers,
  name: PackageName,
  request: object,
  settings: string,
  [problem, penalty, lambda]: readonly [PeerProblem, PeerPenalty, number],
): Promise<Tried> {
  const { seconds, coefficients } = await peers.run(name, request);
  const quality = qualityOf(problem, penalty, lambda, coefficients);
  return { name, settings, request, quality, milliseconds: 1000 * seconds };
}

/** skglm with the fastest of its settings among those that end within the tolerance; undefined where there is no skglm. */
export async function tuneSkglm(
  peers: RegressionPeers,
  problem: PeerProblem,
  penalty: PeerPenalty,
  lambda: number,
  tolerance: number,
): Promise<Tried | undefined> {
  if (!peers.has("skglm")) return undefined;
  const all: Tried[] = [];
  for (const strategy of strategiesFor(penalty)) {
    const request = skglmRequest(problem, penalty, lambda, tolerance, strategy);
    // Once to compile it for this kind of problem, then for its time.
    await peers.run("skglm", request);
    for (const threads of threadCounts) {
      const settings = `${strategy}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
      const about = [problem, penalty, lambda] as const;
      all.push(await tryRequest(peers, "skglm", { ...request, threads }, settings, about));
    }
  }
  const converged = all.filter(({ quality }) => quality.violation <= 2 * tolerance);
  return [...(converged.length > 0 ? converged : all)].sort((a, b) => a.milliseconds - b.milliseconds)[0];
}

/** scikit-learn's Lasso with the loosest tolerance, a power of ten, that leaves no more than this violation. */
export async function tuneLasso(
  peers: RegressionPeers,
  problem: PeerProblem,
  penalty: PeerPenalty,
  lambda: number,
  violation: number,
): Promise<Tried | undefined> {
  if (!peers.has("sklearn") || penalty.name !== "l1") return undefined;
  let tried: Tried | undefined;
  for (let digits = 5; digits <= 14; ++digits) {
    const tolerance = 10 ** -digits;
    const request = { do: "fit", package: "Lasso", lambda, tolerance };
    tried = await tryRequest(peers, "sklearn", request, `tol ${exponent(tolerance)}`, [
      problem,
      penalty,
      lambda,
    ]);
    if (tried.quality.violation <= violation) break;
  }
  return tried;
}
