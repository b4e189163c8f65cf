import type { NativeCurve } from "../../binding.js";
import { horner, hornerIntegral, terms } from "./chebyshev.js";

/** NativeCurve as functions: what native/penalties/curve.h computes, for the making and analysis of tables. */
export class Curve {
  readonly data: NativeCurve;
  readonly #last: number;
  readonly #slopeAtEnd: number;
  readonly #valueAtEnd: number;

  constructor(data: NativeCurve) {
    this.data = data;
    const { knots, values, coefficients } = data;
    const cell = values.length - 1;
    this.#last = knots[cell + 1] as number;
    const width = this.#last - (knots[cell] as number);
    this.#slopeAtEnd = slopeAtEnd(coefficients, terms * cell);
    this.#valueAtEnd = (values[cell] as number) + width * hornerIntegral(coefficients, 1, terms * cell);
  }

  /** The cell that x lies in: -1 for the head, the number of cells for the tail. */
  cellOf(x: number): number {
    const { knots } = this.data;
    if (x < (knots[0] as number)) return -1;
    let low = 0;
    let high = knots.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((knots[middle] as number) <= x) low = middle;
      else high = middle;
    }
    return low;
  }

  slope(x: number): number {
    const { knots, coefficients, values, head, tailDecay } = this.data;
    const cell = this.cellOf(x);
    if (cell < 0) return headSlope(head, x);
    if (cell >= values.length) return this.#slopeAtEnd * (x / this.#last) ** -tailDecay;
    const left = knots[cell] as number;
    return Math.max(0, horner(coefficients, (x - left) / ((knots[cell + 1] as number) - left), terms * cell));
  }

  value(x: number): number {
    const { knots, coefficients, values, head, tailDecay, atZero } = this.data;
    const cell = this.cellOf(x);
    if (cell < 0) return atZero + headRise(head, x);
    if (cell >= values.length) {
      return this.#valueAtEnd + this.#slopeAtEnd * this.#last * powerIntegral(x / this.#last, -tailDecay);
    }
    const left = knots[cell] as number;
    const width = (knots[cell + 1] as number) - left;
    return (values[cell] as number) + width * hornerIntegral(coefficients, (x - left) / width, terms * cell);
  }

  /** The limit of F at infinity, Infinity if it has none. */
  limit(): number {
    const { tailDecay } = this.data;
    if (this.#slopeAtEnd === 0) return this.#valueAtEnd;
    // A decay of 1 is not to be told from one a little above it.
    return tailDecay > 1 + 1e-6
      ? this.#valueAtEnd + (this.#slopeAtEnd * this.#last) / (tailDecay - 1)
      : Infinity;
  }
}

/** What is below the rounding error of the sum is a slope of 0. */
function slopeAtEnd(coefficients: Float64Array, from: number): number {
  let size = 0;
  for (let k = from; k < from + terms; ++k) size += Math.abs(coefficients[k] as number);
  const end = horner(coefficients, 1, from);
  return end > terms * Number.EPSILON * size ? end : 0;
}

export function headSlope(head: NativeCurve["head"], x: number): number {
  return Math.max(
    0,
    head.coefficient === 0 ? head.limit : head.limit + head.coefficient * x ** head.exponent,
  );
}

/** The integral of the head law from 0 to x. */
export function headRise(head: NativeCurve["head"], x: number): number {
  const power =
    head.coefficient === 0 || x === 0
      ? 0
      : (head.coefficient * x ** (head.exponent + 1)) / (head.exponent + 1);
  return head.limit * x + power;
}

/** The integral of r^exponent from 1 to r. */
export function powerIntegral(r: number, exponent: number): number {
  const power = exponent + 1;
  return power === 0 ? Math.log(r) : Math.expm1(power * Math.log(r)) / power;
}
