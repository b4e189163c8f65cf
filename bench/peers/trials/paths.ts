// Whole paths: l1 against glmnet and scikit-learn, mcp and scad against ncvreg. The others run as they come, or are made as
// exact as needed; ours ends with at most a tenth of the violation that the one it is compared with leaves.
import { exponent } from "../../table.ts";
import { alternate, type Side, type Times } from "../alternate.ts";
import { type Quality, qualityOf } from "../check.ts";
import type { Context } from "../context.ts";
import { type DenseProblem, makeDense, shapeName } from "../dense.ts";
import { comparedForms, type Form, lambdaMaxOf, pathOurs } from "../ours.ts";
import { type PeerPenalty, peerPenalties } from "../penalties.ts";
import type { PackageName } from "../regressionPeers.ts";

export const lambdaCount = 100;
export const smallestShare = 0.01;
/** The defaults of the packages. */
const thresh = 1e-7;
const eps = 1e-4;

export interface PathSide {
  readonly settings: string;
  /** The largest over the path. */
  readonly violation: number;
  readonly objectives: readonly number[];
  /** Of the last lambda. */
  readonly nonzero: number;
  readonly times: Times | undefined;
}

export interface PathCell {
  readonly shape: string;
  readonly penalty: string;
  readonly convex: boolean;
  readonly lambdas: Float64Array;
  readonly ours: PathSide;
  readonly prepared: PathSide | undefined;
  readonly peers: Partial<Record<PackageName, PathSide>>;
}

interface Case {
  readonly problem: DenseProblem;
  readonly penalty: PeerPenalty;
  readonly lambdas: Float64Array;
}

/** A way to compute the path, with its result. */
interface Course extends Omit<PathSide, "times"> {
  readonly name: Form | PackageName;
  run(): Promise<number>;
}

/** From the largest down. */
export function geometric(largest: number, ratio: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => largest * ratio ** (k / (count - 1)));
}

export async function pathsTrial(context: Context): Promise<PathCell[]> {
  const { shapes, peers, meter } = context;
  const names = ["l1", "mcp", "scad"] as const;
  meter.begin("paths", shapes.length * names.length);
  const cells: PathCell[] = [];
  for (const shape of shapes) {
    const problem = makeDense(shape, 0);
    await peers.load(peers.store(problem), ["glmnet", "ncvreg", "sklearn"]);
    const lambdas = geometric(await lambdaMaxOf(problem, peerPenalties.l1), smallestShare, lambdaCount);
    for (const name of names) {
      meter.next(`${shapeName(shape)}, ${name}`);
      cells.push(await measurePath(context, { problem, penalty: peerPenalties[name], lambdas }));
    }
  }
  meter.end();
  return cells;
}

async function measurePath(context: Context, about: Case): Promise<PathCell> {
  const { problem, penalty, lambdas } = about;
  const first = await standardCourse(context, about);
  // Without a peer the tolerance is what glmnet might leave.
  const target = (first?.violation ?? 1e-4 * (lambdas[0] as number)) / 10;
  const courses: Course[] = [];
  for (const form of comparedForms) courses.push(await ownCourse(about, target, form));
  if (first !== undefined) courses.push(first);
  // Of 10,000 columns it takes minutes.
  if (penalty.convex && problem.columns <= 2000 && context.peers.has("sklearn"))
    courses.push(await sklearnCourse(context, about, target));
  const times = await alternate(courses satisfies Side[], context.rounds);
  const sides = new Map<string, PathSide>(
    courses.map(({ run: _, name, ...rest }) => [name, { ...rest, times: times.get(name) }]),
  );
  const packages = ["glmnet", "sklearn", "ncvreg"] as const;
  return {
    shape: shapeName(problem),
    penalty: penalty.label,
    convex: penalty.convex,
    lambdas,
    ours: sides.get("asItIs") as PathSide,
    prepared: sides.get("prepared"),
    peers: Object.fromEntries(packages.map((name) => [name, sides.get(name)])),
  };
}

/** glmnet or ncvreg with the tolerance that it has by default. */
async function standardCourse({ peers }: Context, about: Case): Promise<Course | undefined> {
  const { penalty, lambdas } = about;
  const name = penalty.convex ? "glmnet" : "ncvreg";
  if (!peers.has(name)) return undefined;
  const request = () => ({
    do: "path",
    package: name,
    penalty: penalty.name.toUpperCase(),
    gamma: penalty.skglm.parameters[0] ?? 0,
    tolerance: penalty.convex ? thresh : eps,
    lambdas: peers.saveVector(lambdas),
  });
  const { coefficients } = await peers.run(name, request());
  return {
    name,
    settings: penalty.convex ? `thresh ${exponent(thresh)}` : `eps ${exponent(eps)}`,
    ...qualityAlong(about, (k) => slice(coefficients, k, about)),
    run: async () => 1000 * (await peers.run(name, request())).seconds,
  };
}

/** lasso_path with the loosest tolerance, a power of ten, that leaves no more than the target. */
async function sklearnCourse({ peers }: Context, about: Case, target: number): Promise<Course> {
  const file = peers.saveVector(about.lambdas);
  for (let digits = 3; ; ++digits) {
    const tolerance = 10 ** -digits;
    const request = { do: "fit", package: "lasso_path", lambdas: file, tolerance };
    const { coefficients } = await peers.run("sklearn", request);
    const quality = qualityAlong(about, (k) => slice(coefficients, k, about));
    if (quality.violation > target && digits < 12) continue;
    const run = async () => 1000 * (await peers.run("sklearn", request)).seconds;
    return { name: "sklearn", settings: `tol ${exponent(tolerance)}`, ...quality, run };
  }
}

/** Ours with the loosest of some tolerances, relative to lambda, that leave no more than the target. */
async function ownCourse(about: Case, target: number, form: Form): Promise<Course> {
  const { problem, penalty, lambdas } = about;
  const steps = 5;
  for (let step = 0; ; ++step) {
    // From what is enough where lambda is smallest to what is enough everywhere.
    const tolerance = target / ((lambdas[0] as number) * smallestShare ** (1 - step / (steps - 1)));
    const { path } = await pathOurs(problem, penalty, lambdas, tolerance, form);
    const quality = qualityAlong(about, (k) => path.fits[k]?.coefficients ?? new Float64Array());
    if (quality.violation > target && step < steps - 1) continue;
    return {
      name: form,
      settings: `tolerance ${tolerance.toExponential(1)}`,
      ...quality,
      run: async () => (await pathOurs(problem, penalty, lambdas, tolerance, form)).milliseconds,
    };
  }
}

function slice(all: Float64Array, k: number, { problem: { columns } }: Case): Float64Array {
  return all.subarray(k * columns, (k + 1) * columns);
}

function qualityAlong({ problem, penalty, lambdas }: Case, coefficients: (k: number) => Float64Array) {
  const all: Quality[] = Array.from(lambdas, (lambda, k) => {
    const w = coefficients(k);
    if (w.length !== problem.columns) throw new Error(`a path of ${lambdas.length} lambdas ended after ${k}`);
    return qualityOf(problem, penalty, lambda, w);
  });
  return {
    violation: Math.max(...all.map(({ violation }) => violation)),
    objectives: all.map(({ objective }) => objective),
    nonzero: all.at(-1)?.nonzero ?? 0,
  };
}
