// Where a penalty is not convex, two solvers may end at different stationary points: whose are lower, over many data sets?
import { qualityOf } from "../check.ts";
import type { Context } from "../context.ts";
import { makeDense, shapeName } from "../dense.ts";
import { fitOurs, lambdaMaxOf } from "../ours.ts";
import { peerPenalties, penaltyNames } from "../penalties.ts";
import { skglmRequest, strategiesFor, tryRequest } from "../skglm.ts";
import { absoluteViolation, shares } from "./fits.ts";

export const seedCount = 10;

export interface SeedCell {
  readonly seed: number;
  readonly shape: string;
  readonly share: number;
  readonly penalty: string;
  readonly ours: number;
  /** Of each rule by which skglm picks its working set, its default first; empty where it is missing. */
  readonly skglm: readonly number[];
}

export async function seedsTrial({ shapes, peers, meter }: Context): Promise<SeedCell[]> {
  const names = penaltyNames.filter((name) => !peerPenalties[name].convex);
  meter.begin("objectives over seeds", seedCount * shapes.length * shares.length * names.length);
  const cells: SeedCell[] = [];
  for (const shape of shapes) {
    for (let seed = 0; seed < seedCount; ++seed) {
      const problem = makeDense(shape, seed);
      await peers.load(peers.store(problem), ["skglm"]);
      for (const penalty of names.map((name) => peerPenalties[name])) {
        const largest = await lambdaMaxOf(problem, penalty);
        for (const share of shares) {
          meter.next(`${shapeName(shape)}, seed ${seed}, ${share} λ_max, ${penalty.name}`);
          const lambda = share * largest;
          const { fit } = await fitOurs(problem, penalty, lambda, absoluteViolation / lambda);
          const ours = qualityOf(problem, penalty, lambda, fit.coefficients).objective;
          const skglm: number[] = [];
          for (const strategy of peers.has("skglm") ? strategiesFor(penalty) : []) {
            const request = skglmRequest(problem, penalty, lambda, absoluteViolation, strategy);
            const tried = await tryRequest(peers, "skglm", request, strategy, [problem, penalty, lambda]);
            skglm.push(tried.quality.objective);
          }
          cells.push({ seed, shape: shapeName(shape), share, penalty: penalty.label, ours, skglm });
        }
      }
    }
  }
  meter.end();
  return cells;
}
