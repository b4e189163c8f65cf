import { property, requireOptions } from "./checks.js";
import { expected } from "./errors.js";
import { requireEntries, toVector, type VectorLike } from "./matrix.js";
import { allocate, kindOf } from "./views.js";

/** The response of the loss "cox": right-censored times. */
export interface SurvivalResponse {
  /** When the row was last seen, one finite number per row; only the order counts. */
  readonly time: VectorLike;
  /** 1 where the event happened then, 0 where the row is censored, one per row; at least one event. */
  readonly status: VectorLike;
}

/** Times, then statuses. @internal */
export function readSurvival(value: unknown, rows: number): Float64Array {
  if (kindOf(value) !== undefined) throw expected("y", "an object with time, status", value);
  const y = requireOptions("y", value, ["time", "status"]);
  const out = allocate("y", 2 * rows);
  const time = toVector("y.time", property("y", y, "time"), rows, "one per row of x");
  requireEntries("y.time", time, -Infinity);
  // Before the statuses are read, which may run code of the caller.
  out.set(time);
  const status = toVector("y.status", property("y", y, "status"), rows, "one per row of x");
  let events = 0;
  for (let i = 0; i < rows; ++i) {
    const value = status[i];
    if (value !== 0 && value !== 1) throw expected(`y.status[${i}]`, "0 or 1", value, "OUT_OF_RANGE");
    events += value;
    out[rows + i] = value;
  }
  if (events === 0) throw expected("y.status", "1 in at least one row", 0, "OUT_OF_RANGE");
  return out;
}
