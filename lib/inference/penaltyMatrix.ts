import { native } from "../binding.js";
import type { Fit } from "../fitted.js";
import { nativePenalty } from "../penalty.js";
import { columnScales, type FittedRows, supportValues } from "./rows.js";

/**
 * "slope": the local quadratic approximation λ ω'(r) / r (Fan and Li 2001), r the size of a coefficient or the norm of a
 * group. "curvature": the Hessian λ ω''(w), of a group λ (ω''(r) u u' + ω'(r) / r (I - u u')) with the direction u. With
 * penalty factors as these act. All as they are of the sum over the rows, and on the scale of x.
 */
export type PenaltyPart = "slope" | "curvature" | "none";

/** Of the support, row after row. @internal */
export function penaltyMatrix(
  fit: Fit,
  rows: FittedRows,
  columns: Float64Array,
  part: PenaltyPart,
): Float64Array {
  const { support, lambda, structure, eta } = fit;
  const size = support.length;
  const out = new Float64Array(size * size);
  if (part === "none" || lambda === 0) return out;
  const scales = columnScales(columns, fit, rows);
  const set = (i: number, j: number, value: number) => {
    out[i * size + j] = rows.weightSum * (scales[i] as number) * (scales[j] as number) * value;
  };
  if (part === "slope") {
    // η̂ knows of factors and groups.
    support.forEach((column, i) => {
      set(i, i, lambda / (eta[column] as number));
    });
    return out;
  }
  const handle = nativePenalty("penalty", fit.penalty);
  const values = supportValues(fit).map((value, i) => value * (scales[i] as number));
  for (const members of groupsOf(fit)) {
    const factor = structure?.penaltyFactors?.[support[members[0] as number] as number] ?? 1;
    if (factor === 0) continue;
    const own = structure?.factorConvention === "skglm" ? lambda : factor * lambda;
    const r = Math.hypot(...members.map((i) => values[i] as number));
    const bend = factor * lambda * native.curvatureAt(handle, r, own);
    // Alone it has no other direction.
    const across = members.length === 1 ? 0 : (factor * lambda * native.slopeAt(handle, r, own)) / r;
    for (const i of members) {
      for (const j of members) {
        const along = ((values[i] as number) / r) * ((values[j] as number) / r);
        set(i, j, (bend - across) * along + (i === j ? across : 0));
      }
    }
  }
  return out;
}

/** Places in the support that the penalty takes together. */
function groupsOf({ support, structure }: Fit): number[][] {
  const groups = structure?.groups;
  if (groups === undefined) return Array.from(support, (_, i) => [i]);
  const members = new Map<number, number[]>();
  support.forEach((column, i) => {
    const group = groups[column] as number;
    members.set(group, [...(members.get(group) ?? []), i]);
  });
  return [...members.values()];
}
