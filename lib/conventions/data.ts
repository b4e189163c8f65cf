import type { NativeMatrix } from "../../binding.js";
import { requireChoice, requireNumber } from "../checks.js";
import { gatherColumns, rootMeanSquare, weightedMean } from "../inference/rows.js";
import { toVector, type VectorLike } from "../matrix.js";
import { penalties } from "../penalties.js";
import type { Penalty } from "../penalty.js";
import type { Rows } from "../request.js";
import { type LossName, lossNames } from "../solver.js";
import type { Kind } from "./canonical.js";

export function readLossName(value: unknown): LossName {
  return value === undefined ? "squared" : requireChoice("loss", value, lossNames);
}

/** What glmnet divides the response of squared loss by. */
export function responseScale({ y, weights, offset }: Rows, intercept: boolean): number {
  const own = y.map((value, i) => value - (offset?.[i] ?? 0));
  return rootMeanSquare(own, weights, intercept ? weightedMean(own, weights) : 0);
}

/** The first column whose mean square after centring is not 1; undefined if there is none. */
export function standardisedDefect(x: NativeMatrix): number | undefined {
  for (let j = 0; j < x.columns; ++j) {
    const column = gatherColumns(x, Uint32Array.of(j));
    const size = rootMeanSquare(column, undefined, weightedMean(column, undefined));
    if (size > 0 && Math.abs(size - 1) > 1e-6) return j;
  }
  return undefined;
}

/** One number >= 0 per column, Infinity allowed, not all 0; undefined if there are none. */
export function readFactors(value: unknown, columns?: number): Float64Array | undefined {
  if (value === undefined) return undefined;
  const factors = toVector("penaltyFactors", value as VectorLike, columns, "one per column of x");
  factors.forEach((one, j) => {
    if (one !== Infinity) requireNumber(`penaltyFactors[${j}]`, one, { min: 0 });
  });
  return factors;
}

export function penaltyOfKind(kind: Kind, shape: number): Penalty {
  switch (kind) {
    case "l1":
      return penalties.l1();
    case "lp":
      return penalties.lp({ p: shape });
    case "logSum":
      return penalties.logSum({ epsilon: shape });
    case "mcp":
      return penalties.mcp({ a: shape });
    case "scad":
      return penalties.scad({ a: shape });
  }
}
