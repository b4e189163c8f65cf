import { property, requireNumber, requireOptions } from "./checks.js";
import type { VectorLike } from "./matrix.js";
import { requireEntries, toVector } from "./matrix.js";
import { nativePenalty, type Penalty } from "./penalty.js";

/** The options of `prune`. */
export interface PruneOptions {
  readonly penalty: Penalty;
  /** The problem's λ, a finite number >= 0, by default 1. */
  readonly lambda?: number | undefined;
  /** Keep probabilities below it count as 0; in [0, 1], by default 0.05. */
  readonly threshold?: number | undefined;
}

const keys = ["penalty", "lambda", "threshold"];

/**
 * Weights as they count at evaluation under adaptive dropout: those whose keep probability α̂(w; λ) is below the threshold
 * are 0, the others as they were (arXiv 2106.07769, section 5; there the threshold is 0.05).
 *
 * @param weights On the scale on which the penalty acts, the standardised one of a fit. Not changed.
 * @returns A new array.
 * @throws FlipsideError INVALID_ARGUMENT, NOT_FINITE, OUT_OF_RANGE, UNKNOWN_OPTION, NEEDS_DESIGN.
 */
export function prune(weights: VectorLike, options: PruneOptions): Float64Array {
  const given = requireOptions("options", options, keys);
  const penalty = property("options", given, "penalty");
  nativePenalty("penalty", penalty);
  const lambda = property("options", given, "lambda");
  const threshold = property("options", given, "threshold");
  const limit = threshold === undefined ? 0.05 : requireNumber("threshold", threshold, { min: 0, max: 1 });
  const strength = lambda === undefined ? 1 : requireNumber("lambda", lambda, { min: 0 });
  const vector = toVector("weights", weights);
  requireEntries("weights", vector, -Infinity);
  const kept = new Float64Array(vector);
  const keep = (penalty as Penalty).keepProbability(kept, strength);
  for (let j = 0; j < kept.length; ++j) if ((keep[j] as number) < limit) kept[j] = 0;
  return kept;
}
