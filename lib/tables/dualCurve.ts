// A dual f as the parametric curve (1/eta, f(eta)), eta from 2^-200 to 2^200, the parameter p = log2 eta.
import { Curve } from "./curve.js";
import type { ParametricCurve, Tangent } from "./envelope.js";
import { unit } from "./source.js";
import type { Tabulated } from "./tabulate.js";

const reach = 2 ** 200;
const step = Math.SQRT2;

/**
 * By the table of f; for eta >= 1 by the table of V(k) = -f(1/k) where f has a limit (saturating.ts), because there that
 * has the digits of f'.
 */
export function dualCurve(table: Tabulated, inverse: Tabulated | undefined): ParametricCurve {
  const low = new Reader(table);
  const high = inverse === undefined ? undefined : new Reader(inverse);
  const limit = inverse === undefined ? low.curve.limit() : -inverse.curve.atZero;
  const below = places(table, 1 / reach, high === undefined ? reach : 1);
  const above = inverse === undefined ? [] : places(inverse, 1 / reach, 1);
  const samples = [...below.map(Math.log2), ...above.map((k) => -Math.log2(k)).reverse()];
  return {
    start: table.curve.atZero,
    end: Number.isFinite(limit) ? { x: 0, f: limit } : undefined,
    samples: Float64Array.from(samples.filter((p, i) => i === 0 || p > (samples[i - 1] as number))),
    evaluate(p: number): Tangent {
      const x = 2 ** -p;
      const common = { x, dx: -Math.LN2 * x, xError: unit * (1 + Math.abs(p)) };
      if (high !== undefined && p >= 0) {
        const df = Math.LN2 * x * high.curve.slope(x);
        return { ...common, f: -high.curve.value(x), df, precision: high.error(x) + 4 * unit };
      }
      const eta = 2 ** p;
      const df = Math.LN2 * eta * low.curve.slope(eta);
      return { ...common, f: low.curve.value(eta), df, precision: low.error(eta) + 4 * unit };
    },
  };
}

class Reader {
  readonly curve: Curve;
  readonly #errors: Float64Array;

  constructor({ curve, errors }: Tabulated) {
    this.curve = new Curve(curve);
    this.#errors = errors;
  }

  error(x: number): number {
    const cell = this.curve.cellOf(x);
    return this.#errors[Math.max(0, Math.min(this.#errors.length - 1, cell))] as number;
  }
}

/** Ascending: four to a cell, and no two more than a factor of 1.5 apart, from `from` to `to`. */
function places({ curve: { knots } }: Tabulated, from: number, to: number): number[] {
  const out: number[] = [];
  const upTo = (end: number) => {
    for (let x = (out.at(-1) ?? from / step) * step; x < end / 1.1; x *= step) out.push(x);
  };
  for (let i = 0; i + 1 < knots.length; ++i) {
    const [left, right] = [knots[i] as number, knots[i + 1] as number];
    for (const t of [0, 0.25, 0.5, 0.75]) {
      const x = left + t * (right - left);
      if (x <= from || x >= to) continue;
      upTo(x);
      out.push(x);
    }
  }
  upTo(to);
  out.push(to);
  return out;
}
