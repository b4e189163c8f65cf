// 10-fold cross-validation over 100 lambdas: l1 against cv.glmnet, mcp and scad against cv.ncvreg, with the same folds and
// lambdas, every side with the tolerance that it has by default. What they leave is measured where the work is: at the fits
// of one fold's training rows.
import { exponent } from "../../table.ts";
import { alternate, type Side, type Times } from "../alternate.ts";
import { qualityOf } from "../check.ts";
import type { Context } from "../context.ts";
import { type DenseProblem, makeDense, shapeName } from "../dense.ts";
import { crossOurs, lambdaMaxOf, type Scaling } from "../ours.ts";
import { type PeerPenalty, peerPenalties } from "../penalties.ts";
import type { PackageName } from "../regressionPeers.ts";
import { geometric, lambdaCount, smallestShare } from "./paths.ts";

export const foldCount = 10;
const defaults = { glmnet: 1e-7, ncvreg: 1e-4 } as const;

export interface CrossSide {
  readonly settings: string;
  /** The largest over the path of one fold. */
  readonly violation: number;
  /** Of the mean squared errors of the held-out rows. */
  readonly errors: Float64Array;
  readonly lambdaMin: number;
  readonly times: Times | undefined;
}

export interface CrossCell {
  readonly shape: string;
  readonly penalty: string;
  readonly against: PackageName;
  readonly lambdas: Float64Array;
  readonly ours: CrossSide;
  /** Of our errors. */
  readonly standardError: Float64Array;
  readonly theirs: CrossSide | undefined;
}

interface Case {
  readonly problem: DenseProblem;
  readonly penalty: PeerPenalty;
  readonly lambdas: Float64Array;
  readonly folds: Float64Array;
}

export async function crossTrial(context: Context): Promise<CrossCell[]> {
  const { shapes, peers, meter } = context;
  const names = ["l1", "mcp", "scad"] as const;
  const smallest = shapes.slice(0, 1);
  meter.begin("crossValidation", smallest.length * names.length);
  const cells: CrossCell[] = [];
  for (const shape of smallest) {
    const problem = makeDense(shape, 0);
    await peers.load(peers.store(problem), ["glmnet", "ncvreg"]);
    const lambdas = geometric(await lambdaMaxOf(problem, peerPenalties.l1), smallestShare, lambdaCount);
    const folds = Float64Array.from({ length: problem.rows }, (_, i) => i % foldCount);
    for (const name of names) {
      meter.next(`${shapeName(shape)}, ${name}`);
      cells.push(await measure(context, { problem, penalty: peerPenalties[name], lambdas, folds }));
    }
  }
  meter.end();
  return cells;
}

async function measure(context: Context, about: Case): Promise<CrossCell> {
  const { peers, rounds } = context;
  const { problem, penalty, lambdas, folds } = about;
  const against = penalty.convex ? "glmnet" : "ncvreg";
  const call = () => crossOurs(problem, penalty, lambdas, folds, scalingOf(penalty));
  const { result } = await call();
  const peer = peers.has(against) ? peerOf(context, about, against) : undefined;
  const theirs = peer && (await peer.describe());
  const sides: Side[] = [{ name: "ours", run: async () => (await call()).milliseconds }];
  if (peer !== undefined) sides.push({ name: "theirs", run: async () => (await peer.run()).milliseconds });
  const times = await alternate(sides, rounds);
  return {
    shape: shapeName(problem),
    penalty: penalty.label,
    against,
    lambdas,
    ours: {
      settings: "defaults",
      violation: Math.max(...(result.candidates[0]?.stationarity.data.subarray(0, lambdas.length) ?? [])),
      errors: result.mean,
      lambdaMin: result.lambdaMin,
      times: times.get("ours"),
    },
    standardError: result.standardError,
    theirs: theirs && { ...theirs, times: times.get("theirs") },
  };
}

/** ncvreg always has an intercept and standardises in each fold; the others take the columns as they are. */
function scalingOf({ convex }: PeerPenalty): Scaling {
  return { intercept: !convex, standardize: !convex };
}

/** cv.glmnet or cv.ncvreg: the mean errors, and what the path of the training rows of the first fold leaves. */
function peerOf({ peers }: Context, about: Case, name: "glmnet" | "ncvreg") {
  const { penalty, lambdas, folds } = about;
  const request = (what: "cv" | "fold") => ({
    do: what,
    package: name,
    penalty: penalty.name.toUpperCase(),
    gamma: penalty.skglm.parameters[0] ?? 0,
    tolerance: defaults[name],
    lambdas: peers.saveVector(lambdas),
    folds: peers.saveVector(folds, "folds"),
  });
  const run = async () => {
    const { seconds, coefficients } = await peers.run(name, request("cv"));
    return { milliseconds: 1000 * seconds, errors: coefficients };
  };
  const describe = async () => {
    const { errors } = await run();
    const { coefficients } = await peers.run(name, request("fold"));
    return {
      settings: `${name === "glmnet" ? "thresh" : "eps"} ${exponent(defaults[name])}`,
      violation: violationAlong(about, coefficients),
      errors,
      lambdaMin: lambdas[errors.indexOf(Math.min(...errors))] as number,
    };
  };
  return { run, describe };
}

/** Of coefficients on the scale of x, for the training rows of the first fold as its fits see them. */
function violationAlong({ problem, penalty, lambdas, folds }: Case, coefficients: Float64Array): number {
  const { columns } = problem;
  const { part, scales } = trainingRows(problem, folds, scalingOf(penalty));
  const violations = Array.from(lambdas, (lambda, k) => {
    const w = coefficients.slice(k * columns, (k + 1) * columns);
    for (let j = 0; j < columns; ++j) w[j] = (w[j] as number) * (scales[j] as number);
    return qualityOf(part, penalty, lambda, w).violation;
  });
  return Math.max(...violations);
}

function trainingRows(
  { rows, columns, x, y }: DenseProblem,
  folds: Float64Array,
  { intercept, standardize }: Scaling,
): { part: DenseProblem; scales: Float64Array } {
  const chosen = Array.from({ length: rows }, (_, i) => i).filter((i) => folds[i] !== 0);
  const n = chosen.length;
  const of = (values: Float64Array) => Float64Array.from(chosen, (i) => values[i] as number);
  const center = (values: Float64Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    return intercept ? values.map((value) => value - mean) : values;
  };
  const part = new Float64Array(n * columns);
  const scales = new Float64Array(columns).fill(1);
  for (let j = 0; j < columns; ++j) {
    const column = center(of(x.subarray(j * rows, (j + 1) * rows)));
    const scale = standardize ? Math.sqrt(column.reduce((sum, v) => sum + v * v, 0) / n) : 1;
    scales[j] = scale;
    part.set(
      column.map((value) => value / scale),
      j * n,
    );
  }
  return { part: { kind: "dense", rows: n, columns, x: part, y: center(of(y)) }, scales };
}
