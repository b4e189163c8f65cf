import { FlipsideError } from "../errors.js";
import type { LossName } from "../solver.js";

/** phi of one row at the linear predictor z: a loss whose sum over the rows is minus a log-likelihood, up to a factor. */
export interface RowLoss {
  /** phi''(z), the observed information of a row (McCullagh and Nelder, Generalized Linear Models, 1989, section 2.5). */
  curvature(z: number): number;
  /** True where phi is minus the log-likelihood itself, false where that is phi over an unknown sigma². */
  readonly dispersionKnown: boolean;
}

const rowLosses: Partial<Record<LossName, RowLoss>> = {
  squared: { curvature: () => 1, dispersionKnown: false },
  logistic: {
    // e = exp(-|z|): neither tail overflows.
    curvature: (z) => {
      const e = Math.exp(-Math.abs(z));
      return e / (1 + e) ** 2;
    },
    dispersionKnown: true,
  },
  poisson: { curvature: (z) => Math.exp(z), dispersionKnown: true },
};

/** @throws FlipsideError UNSUPPORTED for a loss that is no likelihood of independent rows with one output. */
export function rowLossOf(what: string, loss: LossName): RowLoss {
  const found = rowLosses[loss];
  if (found !== undefined) return found;
  const known = Object.keys(rowLosses).join(", ");
  throw new FlipsideError("UNSUPPORTED", `${what} must be of a fit with loss ${known}, but it is ${loss}`);
}
