// One lambda: flipside, skglm and scikit-learn from the same arrays to the same violation of the first-order condition.
import { alternate, type Side, type Times } from "../alternate.ts";
import { type Quality, qualityOf } from "../check.ts";
import type { Context } from "../context.ts";
import { type DenseProblem, makeDense, shapeName } from "../dense.ts";
import { comparedForms, fitOurs, lambdaMaxOf } from "../ours.ts";
import { type PeerPenalty, peerPenalties, penaltyNames } from "../penalties.ts";
import { type Tried, tuneLasso, tuneSkglm } from "../skglm.ts";

export const shares: readonly number[] = [0.1, 0.02];
/** Of the first-order condition, where every side ends. */
export const absoluteViolation = 1e-8;

/** One side of a cell: the time is missing where it has none, as in a trial of objectives. */
export interface SideResult {
  readonly quality: Quality;
  readonly times: Times | undefined;
  /** Of a peer: what was chosen for it. */
  readonly settings?: string;
}

export interface FitCell {
  readonly shape: string;
  readonly share: number;
  readonly penalty: string;
  readonly convex: boolean;
  readonly lambda: number;
  /** The whole call from the caller's array. */
  readonly ours: SideResult;
  /** Where the library can prepare a design: a fit on one. */
  readonly prepared: SideResult | undefined;
  readonly skglm: SideResult | undefined;
  readonly sklearn: SideResult | undefined;
}

export async function fitsTrial(context: Context): Promise<FitCell[]> {
  const { shapes, peers, meter } = context;
  meter.begin("single fits", shapes.length * shares.length * penaltyNames.length);
  const cells: FitCell[] = [];
  for (const shape of shapes) {
    const problem = makeDense(shape, 0);
    await peers.load(peers.store(problem), ["skglm", "sklearn"]);
    for (const share of shares) {
      for (const name of penaltyNames) {
        meter.next(`${shapeName(shape)}, ${share} λ_max, ${name}`);
        cells.push(await measureFit(context, problem, peerPenalties[name], share));
      }
    }
  }
  meter.end();
  return cells;
}

async function measureFit(
  { peers, rounds }: Context,
  problem: DenseProblem,
  penalty: PeerPenalty,
  share: number,
): Promise<FitCell> {
  const lambda = share * (await lambdaMaxOf(problem, penalty));
  const tolerance = absoluteViolation / lambda;
  const skglm = await tuneSkglm(peers, problem, penalty, lambda, absoluteViolation);
  const sklearn = await tuneLasso(peers, problem, penalty, lambda, absoluteViolation);
  const qualities: Quality[] = [];
  for (const form of comparedForms) {
    const { fit } = await fitOurs(problem, penalty, lambda, tolerance, form);
    qualities.push(qualityOf(problem, penalty, lambda, fit.coefficients));
  }
  const sides: Side[] = comparedForms.map((form) => ({
    name: form,
    run: async () => (await fitOurs(problem, penalty, lambda, tolerance, form)).milliseconds,
  }));
  for (const tried of [skglm, sklearn]) {
    if (tried === undefined) continue;
    const { name, request } = tried;
    sides.push({ name, run: async () => 1000 * (await peers.run(name, request)).seconds });
  }
  const times = await alternate(sides, rounds);
  const result = (tried: Tried | undefined): SideResult | undefined =>
    tried && { quality: tried.quality, times: times.get(tried.name), settings: tried.settings };
  const [whole, onDesign] = qualities as [Quality, Quality | undefined];
  return {
    shape: shapeName(problem),
    share,
    penalty: penalty.label,
    convex: penalty.convex,
    lambda,
    ours: { quality: whole, times: times.get("asItIs") },
    prepared: onDesign && { quality: onDesign, times: times.get("prepared") },
    skglm: result(skglm),
    sklearn: result(sklearn),
  };
}
