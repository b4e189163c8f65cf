// A large sparse matrix with logistic loss: times to the same violation as far as each side comes, and memory.
import { exponent } from "../../table.ts";
import { alternate, type Side } from "../alternate.ts";
import { qualityOf } from "../check.ts";
import type { Context } from "../context.ts";
import { comparedForms, type Form, fitOurs, lambdaMaxOf } from "../ours.ts";
import { type PeerPenalty, type PenaltyName, peerPenalties } from "../penalties.ts";
import { type Tried, tryRequest, tuneSkglm } from "../skglm.ts";
import { makeSparse, type SparseProblem } from "../sparse.ts";
import { absoluteViolation, type SideResult } from "./fits.ts";
import { type MemoryResult, memoryOf } from "./memory.ts";

/** lambda / lambda_max, with some hundred nonzeros and with more than a thousand of l1. */
const cases: readonly (readonly [PenaltyName, number])[] = [
  ["l1", 0.14],
  ["l1", 0.1],
  ["mcp", 0.14],
];
const saga = { name: "saga", limit: 50 };
const liblinear = { name: "liblinear", limit: 1000 };
/** Milliseconds; what takes longer does not get a tighter tolerance. */
const patience = 4000;

export interface SparseCell {
  readonly penalty: string;
  readonly convex: boolean;
  readonly share: number;
  readonly lambda: number;
  readonly ours: SideResult;
  /** Ours on a prepared design. */
  readonly prepared: SideResult | undefined;
  /** Ours with an intercept and standardised columns, which no other does without a copy; objectives do not compare. */
  readonly standardized: SideResult | undefined;
  readonly skglm: SideResult | undefined;
  readonly liblinear: SideResult | undefined;
  readonly saga: SideResult | undefined;
}

export interface SparseReport {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
  readonly cells: readonly SparseCell[];
  readonly memory: readonly MemoryResult[];
}

export async function sparseTrial(context: Context): Promise<SparseReport> {
  const { peers, meter, sparse } = context;
  meter.begin("sparse", cases.length + 1);
  const problem = makeSparse(sparse, 0);
  const stored = peers.store(problem);
  await peers.load(stored, ["skglm", "sklearn"]);
  const cells: SparseCell[] = [];
  for (const [name, share] of cases) {
    meter.next(`${name}, ${share} λ_max`);
    cells.push(await measureSparse(context, problem, peerPenalties[name], share));
  }
  meter.next("memory");
  const memory = await memoryOf(peers, problem, stored, cells[0]?.lambda as number);
  meter.end();
  const { rows, columns, values } = problem;
  return { rows, columns, entries: values.length, cells, memory };
}

async function measureSparse(
  context: Context,
  problem: SparseProblem,
  penalty: PeerPenalty,
  share: number,
): Promise<SparseCell> {
  const { peers, rounds } = context;
  const lambda = share * (await lambdaMaxOf(problem, penalty));
  const tried: Record<string, Tried | undefined> = {
    skglm: await tuneSkglm(peers, problem, penalty, lambda, absoluteViolation),
  };
  for (const solver of [liblinear, saga]) {
    tried[solver.name] = await tuneLogistic(context, problem, penalty, lambda, solver);
  }
  const own = await ownSides(problem, penalty, lambda);
  const sides: Side[] = [...own];
  for (const [name, one] of Object.entries(tried)) {
    if (one !== undefined) {
      sides.push({ name, run: async () => 1000 * (await peers.run(one.name, one.request)).seconds });
    }
  }
  const times = await alternate(sides, rounds);
  const theirs = (name: string): SideResult | undefined => {
    const one = tried[name];
    return one && { quality: one.quality, times: times.get(name), settings: one.settings };
  };
  const ours = (name: string): SideResult | undefined => {
    const one = own.find((side) => side.name === name);
    return one && { quality: one.quality, times: times.get(name) };
  };
  return {
    penalty: penalty.label,
    convex: penalty.convex,
    share,
    lambda,
    ours: ours("asItIs") as SideResult,
    prepared: ours("prepared"),
    standardized: ours("standardized"),
    skglm: theirs("skglm"),
    liblinear: theirs("liblinear"),
    saga: theirs("saga"),
  };
}

type OwnSide = Side & Pick<SideResult, "quality">;

async function ownSides(problem: SparseProblem, penalty: PeerPenalty, lambda: number): Promise<OwnSide[]> {
  const sides: OwnSide[] = [];
  for (const form of [...comparedForms, "standardized"] satisfies Form[]) {
    const run = () => fitOurs(problem, penalty, lambda, absoluteViolation / lambda, form);
    const { fit } = await run();
    const quality =
      form === "standardized"
        ? { objective: fit.objective, violation: fit.stationarity, nonzero: fit.nonzero }
        : qualityOf(problem, penalty, lambda, fit.coefficients);
    sides.push({ name: form, quality, run: async () => (await run()).milliseconds });
  }
  return sides;
}

/** liblinear or saga with the loosest tolerance, a power of 100, that ends within the violation. */
async function tuneLogistic(
  { peers }: Context,
  problem: SparseProblem,
  penalty: PeerPenalty,
  lambda: number,
  { name, limit }: typeof saga,
): Promise<Tried | undefined> {
  if (!peers.has("sklearn") || !penalty.convex) return undefined;
  let tried: Tried | undefined;
  for (let digits = 4; digits <= 12; digits += 2) {
    const tolerance = 10 ** -digits;
    const request = { do: "fit", package: "LogisticRegression", solver: name, limit, lambda, tolerance };
    tried = await tryRequest(peers, "sklearn", request, `tol ${exponent(tolerance)}`, [
      problem,
      penalty,
      lambda,
    ]);
    if (tried.quality.violation <= absoluteViolation || tried.milliseconds > patience) break;
  }
  return tried;
}
