// flipside as a side of the comparison: whole calls from the caller's typed array, and fits on a prepared design.
import * as flipside from "flipside";
import type { PeerProblem } from "./check.ts";
import type { PeerPenalty } from "./penalties.ts";

/** Columns and response are ready, as for the others. */
const asTheyAre: Scaling = { intercept: false, standardize: false };

export interface Scaling {
  readonly intercept: boolean;
  readonly standardize: boolean;
}

/** The whole call on the data as they are, on a prepared design of them, or with an intercept and standardised columns. */
export type Form = "asItIs" | "prepared" | "standardized";

/** A design that the library has prepared, bound to its options. */
interface Prepared {
  close?(): void;
}

interface DesignClass {
  prepare(x: flipside.MatrixLike, options: Scaling): Promise<Prepared> | Prepared;
}

/** Undefined in a version of the library that prepares designs only inside its calls. */
const design = (flipside as { readonly Design?: DesignClass }).Design;

/** What is compared with the others. */
export const comparedForms: readonly Form[] = design === undefined ? ["asItIs"] : ["asItIs", "prepared"];

export interface OwnRun {
  readonly milliseconds: number;
  readonly fit: flipside.Fit;
}

export interface OwnPathRun {
  readonly milliseconds: number;
  readonly path: flipside.Path;
}

/** The smallest lambda at which 0 is the solution: the first of the default grid. */
export async function lambdaMaxOf(problem: PeerProblem, penalty: PeerPenalty): Promise<number> {
  const one = { lambdaCount: 1, convergence: { maxIterations: 1 } };
  const path = await flipside.fitPath(
    { x: matrixOf(problem), y: problem.y },
    { penalty: penalty.ours, loss: lossOf(problem), ...asTheyAre, ...one },
  );
  return path.lambdas[0] as number;
}

/** One fit; `tolerance` is relative to lambda. A design is prepared afresh, outside the clock. */
export async function fitOurs(
  problem: PeerProblem,
  penalty: PeerPenalty,
  lambda: number,
  tolerance: number,
  form: Form = "asItIs",
): Promise<OwnRun> {
  const options = { penalty: penalty.ours, loss: lossOf(problem), lambda, convergence: { tolerance } };
  return timed(problem, form, async (x, more) => ({
    fit: await flipside.fit({ x, y: problem.y }, { ...options, ...more }),
  }));
}

export async function pathOurs(
  problem: PeerProblem,
  penalty: PeerPenalty,
  lambdas: Float64Array,
  tolerance: number,
  form: Form = "asItIs",
): Promise<OwnPathRun> {
  const options = { penalty: penalty.ours, loss: lossOf(problem), lambdas, convergence: { tolerance } };
  return timed(problem, form, async (x, more) => ({
    path: await flipside.fitPath({ x, y: problem.y }, { ...options, ...more }),
  }));
}

export interface OwnCross {
  readonly milliseconds: number;
  readonly result: flipside.CrossValidation;
}

/** With the tolerances that it has by default; the fold of each row from 0. */
export async function crossOurs(
  problem: PeerProblem,
  penalty: PeerPenalty,
  lambdas: Float64Array,
  folds: Float64Array,
  scaling: Scaling,
): Promise<OwnCross> {
  const begin = performance.now();
  const result = await flipside.crossValidate(
    { x: matrixOf(problem), y: problem.y },
    { penalty: penalty.ours, loss: lossOf(problem), lambdas, folds, ...scaling },
  );
  return { milliseconds: performance.now() - begin, result };
}

/** What is fitted: the caller's matrix with options, or a design that has its own. */
type Work<T> = (x: flipside.MatrixLike, more: Partial<Scaling>) => Promise<T>;

async function timed<T>(problem: PeerProblem, form: Form, work: Work<T>) {
  const x = matrixOf(problem);
  if (form !== "prepared") {
    const scaling = { intercept: form === "standardized", standardize: form === "standardized" };
    const begin = performance.now();
    const result = await work(x, scaling);
    return { ...result, milliseconds: performance.now() - begin };
  }
  if (design === undefined) throw new Error("this version of the library has no Design");
  const ready = await design.prepare(x, asTheyAre);
  const begin = performance.now();
  const result = await work(ready as unknown as flipside.MatrixLike, {});
  const milliseconds = performance.now() - begin;
  ready.close?.();
  return { ...result, milliseconds };
}

export function matrixOf(problem: PeerProblem): flipside.MatrixLike {
  const { rows, columns } = problem;
  if (problem.kind === "dense") return { data: problem.x, rows, columns, order: "column-major" };
  const { values, rowIndices, columnPointers } = problem;
  return { values, rowIndices, columnPointers, rows, columns };
}

export function lossOf({ kind }: PeerProblem): "squared" | "logistic" {
  return kind === "dense" ? "squared" : "logistic";
}
