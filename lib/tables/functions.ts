// Functions of the caller, called with care: what they throw and what they return that is no number has a name.
import { describe } from "../describe.js";
import { expected, FlipsideError } from "../errors.js";

/** How often the functions of one penalty may be called. */
export const mostCalls = 300_000;

export class Budget {
  readonly #name: string;
  #left = mostCalls;

  constructor(name: string) {
    this.#name = name;
  }

  spend(x: number): void {
    if (--this.#left >= 0) return;
    const message = `${this.#name} must be smooth but for a few places, but ${mostCalls} calls were not enough: it is rough near ${x}`;
    throw new FlipsideError("INACCURATE", message);
  }
}

/** Calls a function of the caller once; what it throws becomes the cause of an error that names the call. */
export function call(name: string, f: (x: number) => unknown, x: number): unknown {
  try {
    return f(x);
  } catch (cause) {
    const message = `${name}(${x}) must be a number, but threw ${describe(cause)}`;
    throw new FlipsideError("INVALID_ARGUMENT", message, { cause });
  }
}

/** A function of the caller whose values are numbers; NaN and infinities pass. */
export function numeric(name: string, f: (x: number) => unknown, budget: Budget): (x: number) => number {
  return (x) => {
    budget.spend(x);
    const value = call(name, f, x);
    if (typeof value === "number") return value;
    throw expected(`${name}(${x})`, "a finite number", value);
  };
}

/** The same with finite values only. */
export function finite(name: string, f: (x: number) => number): (x: number) => number {
  return (x) => {
    const value = f(x);
    if (Number.isFinite(value)) return value;
    throw expected(`${name}(${x})`, "a finite number", value, "NOT_FINITE");
  };
}

/**
 * How far up from 1 a function is finite, at most `most`: by octaves, then by bisection. It must not become
 * finite again beyond; that error is left to the table, which will ask for it.
 */
export function finiteEnd(f: (x: number) => number, from: number, most: number): number {
  const start = Math.max(from, 2 ** -40);
  let last = 0;
  let end = most;
  for (let x = most; x >= start; x /= 2) {
    if (Number.isFinite(f(x))) {
      last = x;
      break;
    }
    end = x;
  }
  if (last === 0 || end === last || last >= most)
    return last === 0 ? most : Math.max(last, Math.min(end, most));
  for (let step = 0; step < 60; ++step) {
    const middle = last + 0.5 * (end - last);
    if (!(middle > last && middle < end)) break;
    if (Number.isFinite(f(middle))) last = middle;
    else end = middle;
  }
  return last;
}
