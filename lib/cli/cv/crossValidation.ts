import type { Fit, HuberOptions, Path, Penalty, Problem } from "../../index.js";
import type { FitArguments } from "../fitCommand.js";

/** What the command needs of a cross-validation; arrays have one entry per λ, the largest first. */
export interface CrossValidationLike {
  readonly lambdas: ArrayLike<number>;
  /** The measure on the rows left out, and its standard error over the folds. */
  readonly mean: ArrayLike<number>;
  readonly standardError: ArrayLike<number>;
  /** Nonzero coefficients of the fits of all rows. */
  readonly nonzero: ArrayLike<number>;
  readonly lambdaMin: number;
  readonly lambda1se: number;
  readonly indexMin: number;
  readonly index1se: number;
  readonly measure: string;
  /** How many of the fits of the folds did not converge. */
  readonly unconverged: number;
  /** Fits of all rows. */
  readonly path: Path;
  fitAt(which: Which): Fit | Promise<Fit>;
}

export type Which = "lambdaMin" | "lambda1se";

/** What the command asks for. */
export interface CrossValidateOptions {
  readonly penalty: Penalty;
  readonly loss: FitArguments["loss"];
  readonly huber?: HuberOptions | undefined;
  readonly solver: FitArguments["solver"];
  readonly intercept: boolean;
  readonly standardize: boolean;
  readonly missing: "error" | "mean";
  readonly lambdaCount?: number | undefined;
  readonly folds?: number | undefined;
  readonly seed?: number | undefined;
  readonly measure?: string | undefined;
  readonly convergence: {
    readonly tolerance?: number | undefined;
    readonly maxIterations?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: { done: number; count: number }) => void) | undefined;
  };
}

/** `crossValidate`, or what a test puts in its place. */
export type CrossValidate = (problem: Problem, options: CrossValidateOptions) => Promise<CrossValidationLike>;
