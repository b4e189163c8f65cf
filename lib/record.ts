import type { NativeFit } from "../binding.js";
import { requireBoolean } from "./checks.js";
import { encodeNumber, type FieldReader, type JSONNumber } from "./json.js";

/** How a fit went, beyond its history. What its solver does not know is undefined. */
export interface FitRecord {
  /**
   * Columns of x whose correlation with the residual was computed, in units of all columns: 2.5 is the work of two and
   * a half passes over x. 0 of a solver that does not count them.
   */
  readonly passes: number;
  /** Columns in the working set, one entry per subproblem; empty of a solver without one. */
  readonly workingSetSizes: readonly number[];
  /**
   * Where the penalty is convex and a dual bound is known: how far `objective` may at most lie above the minimum, up to
   * rounding.
   */
  readonly dualityGap: number | undefined;
  /**
   * True if L + λ Ω is convex in the coordinates of the support, whatever their values: the smallest eigenvalue of the
   * Hessian of L there exceeds λ times the largest concavity of ω (the condition behind `convex.min` of ncvreg: Breheny and
   * Huang, Annals of Applied Statistics 5, 2011). Then no other stationary point has the same support.
   */
  readonly locallyConvex: boolean | undefined;
  /** How many starts were tried; the best end was kept. */
  readonly starts: number;
  /** The highest objective that a start ended at, if there were several. */
  readonly worstObjective: number | undefined;
}

/** What `JSON.stringify` writes for it. */
export interface RecordJSON {
  passes: number;
  workingSetSizes: number[];
  dualityGap?: JSONNumber;
  locallyConvex?: boolean;
  starts: number;
  worstObjective?: JSONNumber;
}

/** The part of a native fit that is a record. @internal */
export type NativeRecord = Pick<
  NativeFit,
  "passes" | "workingSetSizes" | "dualityGap" | "locallyConvex" | "starts" | "worstObjective"
>;

/** @internal */
export function recordOf(native: NativeRecord): FitRecord {
  return Object.freeze({
    passes: native.passes,
    workingSetSizes: Object.freeze(Array.from(native.workingSetSizes)),
    dualityGap: known(native.dualityGap),
    locallyConvex: native.locallyConvex < 0 ? undefined : native.locallyConvex === 1,
    starts: native.starts,
    worstObjective: known(native.worstObjective),
  });
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

/** @internal */
export function encodeRecord(native: NativeRecord): RecordJSON {
  const { passes, workingSetSizes, dualityGap, locallyConvex, starts, worstObjective } = recordOf(native);
  return {
    passes,
    workingSetSizes: [...workingSetSizes],
    ...(dualityGap !== undefined && { dualityGap: encodeNumber(dualityGap) }),
    ...(locallyConvex !== undefined && { locallyConvex }),
    starts,
    ...(worstObjective !== undefined && { worstObjective: encodeNumber(worstObjective) }),
  };
}

/** Of a fit that was written before there were records, one that knows nothing. @internal */
export function decodeRecord(read: FieldReader | undefined): NativeRecord {
  const number = (key: string) => (read?.has(key) ? read.number(key) : NaN);
  const convex = read?.has("locallyConvex")
    ? Number(requireBoolean(read.name("locallyConvex"), read.value("locallyConvex")))
    : -1;
  return {
    passes: read === undefined ? 0 : read.finite("passes", 0),
    workingSetSizes: read?.numbers("workingSetSizes", undefined, 0) ?? new Float64Array(0),
    dualityGap: number("dualityGap"),
    locallyConvex: convex,
    starts: read === undefined ? 1 : read.count("starts", 1),
    worstObjective: number("worstObjective"),
  };
}
