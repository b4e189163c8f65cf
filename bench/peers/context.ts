// What every trial gets.
import type { DenseShape } from "./dense.ts";
import type { Meter } from "./progress.ts";
import type { RegressionPeers } from "./regressionPeers.ts";
import type { SparseShape } from "./sparse.ts";

export interface Context {
  readonly peers: RegressionPeers;
  readonly rounds: number;
  readonly shapes: readonly DenseShape[];
  readonly sparse: SparseShape;
  /** What the sizes of the trial of growth are divided by. */
  readonly shrink: number;
  readonly meter: Meter;
}
