import { describe } from "./describe.js";
import type { Fit } from "./fitted.js";

/**
 * What went wrong, stable across versions:
 *
 * - `INVALID_ARGUMENT` an argument of the wrong type or shape
 * - `LENGTH_MISMATCH` two lengths that must agree do not
 * - `OUT_OF_RANGE` a number outside its range
 * - `EMPTY` no rows, no columns or no values
 * - `NOT_FINITE` NaN or an infinity; NaN in a matrix of data is MISSING_VALUES
 * - `MISSING_VALUES` NaN, null or undefined where data must be complete; the message counts them
 * - `UNKNOWN_OPTION` an option that does not exist
 * - `UNKNOWN_PENALTY` a penalty that is not in the catalogue
 * - `UNSUPPORTED` a valid request that this version or call does not serve
 * - `NEEDS_DESIGN` a penalty evaluated without the design it depends on
 * - `OUT_OF_MEMORY` more memory than there is
 * - `TOO_LARGE` a size beyond the limits of the library
 * - `ABORTED` cancelled before there was a result
 * - `NOT_MONOTONE` a strategy that keeps some coefficient less often than a smaller one
 * - `INACCURATE` a function of the caller of which no table is as accurate as asked for
 * - `UNBOUNDED` a quantity that is infinite
 * - `CLOSED` a design whose memory has been given back
 * - `NUMERIC` a computation that broke down
 * - `INTERNAL` a defect of the library
 * - `VERSION` JSON written by a newer version
 */
export type FlipsideErrorCode =
  | "INVALID_ARGUMENT"
  | "LENGTH_MISMATCH"
  | "OUT_OF_RANGE"
  | "EMPTY"
  | "NOT_FINITE"
  | "MISSING_VALUES"
  | "UNKNOWN_OPTION"
  | "UNKNOWN_PENALTY"
  | "UNSUPPORTED"
  | "NEEDS_DESIGN"
  | "OUT_OF_MEMORY"
  | "TOO_LARGE"
  | "ABORTED"
  | "NOT_MONOTONE"
  | "INACCURATE"
  | "UNBOUNDED"
  | "CLOSED"
  | "NUMERIC"
  | "INTERNAL"
  | "VERSION";

/**
 * Every error that this library raises by itself. `message` names the argument, what was expected and what
 * came; `code` is stable; `cause` is the underlying error where there is one.
 */
export class FlipsideError extends Error {
  static {
    // On the prototype, so that the first line of `stack` has it too.
    Object.defineProperty(FlipsideError.prototype, "name", {
      value: "FlipsideError",
      configurable: true,
      writable: true,
    });
  }

  readonly code: FlipsideErrorCode;
  /**
   * Of a call in the background that had taken over the memory of its `out`: an array over that memory, which is the
   * caller's again. What is in it means nothing.
   */
  declare readonly out?: Float32Array | Float64Array | Uint8Array;
  /** Of `fitMany` that was stopped: what there is of each fit, undefined for those that were not begun. */
  declare readonly fits?: readonly (Fit | undefined)[];

  constructor(code: FlipsideErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The sentence for every bad argument: "lambda must be a finite number >= 0, but is -1 (number)".
 * @internal
 */
export function expected(
  argument: string,
  requirement: string,
  value: unknown,
  code: FlipsideErrorCode = "INVALID_ARGUMENT",
): FlipsideError {
  return new FlipsideError(code, `${argument} must be ${requirement}, but is ${describe(value)}`);
}

/** @internal */
export function lengthMismatch(argument: string, length: number, reason: string, actual: number) {
  const noun = length === 1 ? "entry" : "entries";
  const message = `${argument} must have ${length} ${noun} (${reason}), but has ${actual}`;
  return new FlipsideError("LENGTH_MISMATCH", message);
}

/** For code of the caller (a getter, a Proxy, an accessor) that threw while an argument was read. @internal */
export function unreadable(argument: string, cause: unknown): FlipsideError {
  const message = `${argument} must be readable, but reading it threw ${describe(cause)}`;
  return new FlipsideError("INVALID_ARGUMENT", message, { cause });
}
