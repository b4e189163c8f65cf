// The dual of a table as a table of its own. The addon finds f(eta) from the curve of omega by a search, which is exact
// but slow for a solver that asks for f and f' of every coefficient at every step.
import type { NativePenalty } from "../../binding.js";
import { native } from "../binding.js";
import { FlipsideError } from "../errors.js";
import { tabulateFunction } from "./making.js";
import type { TableRecord } from "./record.js";

const made = new WeakMap<TableRecord, NativePenalty>();
/** Of f, two digits better than what a solver is asked for where it needs f. */
const tolerance = 1e-9;

/**
 * The same penalty with a curve for its dual, made at the first call. Where the dual has no table good enough, the
 * penalty as it is, whose dual is slower.
 */
export function withDualCurve(record: TableRecord, handle: NativePenalty): NativePenalty {
  if (record.dual !== undefined) return handle;
  const known = made.get(record);
  if (known !== undefined) return known;
  let quick = handle;
  try {
    const dual = tabulateFunction(
      { name: "f", tolerance, domain: undefined },
      "f",
      (eta) => native.dualAt(handle, eta, 1),
      (eta) => native.dualSlopeAt(handle, eta, 1),
      tolerance,
    );
    quick = native.createTablePenalty({ ...record, dual });
  } catch (error) {
    if (!(error instanceof FlipsideError)) throw error;
  }
  made.set(record, quick);
  return quick;
}
