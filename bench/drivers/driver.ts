// What every peer can do with the same data. `run` is what is timed; `result` reads what the last run gave.
import type { Dataset } from "../data.ts";

export type PenaltyName = "l1" | "logSum" | "mcp";

/** logSum with epsilon 0.1, mcp with a = 3. */
export const penaltyParameters = { epsilon: 0.1, a: 3 } as const;

/** As tight as flipside's default. */
export const tolerance = 1e-8;

export interface Work<Result> {
  run(): void;
  result(): Result;
}

export interface AsyncWork<Result> {
  run(): Promise<void>;
  result(): Result;
}

/** (gram + diag(weights)) w = correlation, gram row-major and symmetric. */
export interface RidgeSystem {
  readonly size: number;
  readonly gram: Float64Array;
  readonly weights: Float64Array;
  readonly correlation: Float64Array;
}

export interface FitSummary {
  readonly objective: number;
  readonly stationarity: number;
  readonly nonzero: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface Driver {
  readonly name: string;
  /** X'X / n, to a row-major matrix. */
  gram(data: Dataset): Work<Float64Array>;
  ridge(system: RidgeSystem): Work<Float64Array>;
  /** Standardisation, the reweighted iteration and its finish, coefficients on the scale of x. */
  fit(data: Dataset, penalty: PenaltyName, lambda: number): Work<FitSummary>;
}
