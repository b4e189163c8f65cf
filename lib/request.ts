import type { FitRequest } from "../binding.js";
import { property, requireBoolean, requireChoice, requireOptions } from "./checks.js";
import { type Convergence, type ConvergenceOptions, readConvergence } from "./convergence.js";
import { expected } from "./errors.js";
import type { Setting } from "./fitted.js";
import { type MatrixLike, requireEntries, toMatrix, toVector, type VectorLike } from "./matrix.js";
import { type Penalty, requirePenalty, solvablePenalty } from "./penalty.js";
import {
  type DropoutOptions,
  type LossName,
  lossNames,
  type ProximalOptions,
  readSolver,
  type SolverName,
  solverDefaults,
  solverKeys,
} from "./solver.js";
import { lengthOf } from "./views.js";

/** The data of a sparse regression: `rows` observations of `columns` variables. */
export interface Problem {
  /** The design, rows x columns. Every element must be finite; a constant column gets the coefficient 0. */
  readonly x: MatrixLike;
  /** The response, one finite number per row. */
  readonly y: VectorLike;
  /** One finite number >= 0 per row, not all 0; only their ratios count. By default all rows weigh the same. */
  readonly weights?: VectorLike | undefined;
  /** One finite number per row, added to the fitted values with coefficient 1. */
  readonly offset?: VectorLike | undefined;
}

/** The options that a fit and a path share. */
export interface SharedOptions {
  /** From `penalties` or `strategies`. */
  readonly penalty: Penalty;
  /**
   * The empirical risk, a mean over the rows with z = offset + intercept + x w: "squared" (the default) is (y - z)² / 2,
   * "logistic" is log(1 + exp z) - y z with y from 0 to 1.
   */
  readonly loss?: LossName | undefined;
  /** The algorithm, see `SolverName`; "auto" (the default) is "reweighted" for squared loss, else "proximal". */
  readonly solver?: "auto" | SolverName | undefined;
  /** Options of the solver "proximal"; an error with another solver. */
  readonly proximal?: ProximalOptions | undefined;
  /** Options of the solver "dropout"; an error with another solver. */
  readonly dropout?: DropoutOptions | undefined;
  /** Fit an intercept, which is never penalised. By default true. */
  readonly intercept?: boolean | undefined;
  /** Let the penalty act on columns scaled to mean square 1 (centred first if there is an intercept). By default true. */
  readonly standardize?: boolean | undefined;
  readonly convergence?: ConvergenceOptions | undefined;
  /** Coefficients to start from, one per column, on the scale of x. */
  readonly start?: VectorLike | undefined;
  /** For the solver "dropout", which draws random numbers, an integer in [0, 2^53), by default 0. */
  readonly seed?: number | undefined;
}

/** Everything about a call, validated. @internal */
export interface Setup {
  readonly request: FitRequest;
  readonly convergence: Convergence;
  readonly about: Setting;
}

const problemKeys = ["x", "y", "weights", "offset"];
const sharedKeys = ["penalty", "loss", "intercept", "standardize", "convergence", "start", ...solverKeys];

/** The keys of an options object: the shared ones and those of one function. @internal */
export function optionKeys(...own: string[]): string[] {
  return [...own, ...sharedKeys];
}

/** A problem as the addon takes it. @internal */
export type Data = Pick<FitRequest, "x" | "y" | "weights" | "offset">;

/** @internal */
export function readData(problem: unknown): Data {
  const data = requireOptions("problem", problem, problemKeys);
  const x = toMatrix("x", property("problem", data, "x"));
  const y = toVector("y", property("problem", data, "y"), x.rows, "one per row of x");
  requireEntries("y", y, -Infinity);
  const weights = perRow("weights", property("problem", data, "weights"), x.rows, 0);
  if (weights !== undefined) requirePositiveSum(weights);
  const offset = perRow("offset", property("problem", data, "offset"), x.rows, -Infinity);
  return { x, y, weights, offset };
}

/** Reads the problem and the shared options; lambdas are left to the caller. @internal */
export function readSetup(
  problem: unknown,
  options: unknown,
  keys: readonly string[],
  background: boolean,
): Setup {
  const { x, y, weights, offset } = readData(problem);
  const given = requireOptions("options", options, keys);
  const penalty = property("options", given, "penalty");
  requirePenalty("penalty", penalty);
  const lossGiven = property("options", given, "loss");
  const loss = lossGiven === undefined ? "squared" : requireChoice("loss", lossGiven, lossNames);
  const choice = readSolver(given, loss);
  const handle = solvablePenalty("penalty", penalty, choice.solver === "etaTrick");
  const intercept = property("options", given, "intercept");
  const standardize = property("options", given, "standardize");
  const convergence = readConvergence(
    property("options", given, "convergence"),
    background,
    solverDefaults[choice.solver],
  );
  const startGiven = property("options", given, "start");
  let start: Float64Array | undefined;
  if (startGiven !== undefined) {
    start = toVector("start", startGiven, x.columns, "one per column of x");
    requireEntries("start", start, -Infinity);
  }
  // One by one: data as a spread in front would take longer than a small fit.
  const request: FitRequest = {
    x,
    y,
    weights,
    offset,
    start,
    penalty: handle,
    loss,
    ...choice,
    lambdas: noLambdas,
    pathLength: 1,
    pathRatio: 1,
    intercept: intercept === undefined || requireBoolean("intercept", intercept),
    standardize: standardize === undefined || requireBoolean("standardize", standardize),
    tolerance: convergence.tolerance,
    maxIterations: convergence.maxIterations,
  };
  const about = { penalty: penalty as Penalty, loss, rows: x.rows, columns: x.columns };
  return { request, convergence, about };
}

const noLambdas = new Float64Array(0);

function perRow(argument: string, value: unknown, rows: number, min: number): Float64Array | undefined {
  if (value === undefined) return undefined;
  const vector = toVector(argument, value, rows, "one per row of x");
  requireEntries(argument, vector, min);
  return vector;
}

function requirePositiveSum(weights: Float64Array): void {
  let sum = 0;
  for (let i = 0; i < lengthOf(weights); ++i) sum += weights[i] as number;
  if (!(sum > 0 && sum < Infinity))
    throw expected("the sum of weights", "a finite number > 0", sum, "OUT_OF_RANGE");
}
