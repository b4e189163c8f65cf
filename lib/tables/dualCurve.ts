// A dual f as the parametric curve (1/eta, f(eta)), eta from 2^-200 to 2^200.
import { Curve } from "./curve.js";
import type { ParametricCurve, Tangent } from "./envelope.js";
import { unit } from "./source.js";
import type { Tabulated } from "./tabulate.js";

const [least, most] = [2 ** -200, 2 ** 200];
const step = Math.SQRT2;

/**
 * By the table of f, the parameter eta. With the table of V(k) = -f(1/k) where f has a limit (saturating.ts): by that for
 * eta >= 1, the parameter 2 - 1/eta.
 */
export function dualCurve(table: Tabulated, inverse: Tabulated | undefined): ParametricCurve {
  const low = new Reader(table);
  const start = table.curve.atZero;
  if (inverse === undefined) {
    const limit = low.curve.limit();
    const end = Number.isFinite(limit) ? { x: 0, f: limit } : undefined;
    return { start, end, samples: places(table, least, most), evaluate: (eta) => low.tangent(eta) };
  }
  const high = new Reader(inverse);
  const above = places(inverse, least, 1).map((k) => 2 - k);
  const below = places(table, least, 1);
  return {
    start,
    end: { x: 0, f: -inverse.curve.atZero },
    samples: Float64Array.from([...below, ...above.reverse()]),
    evaluate(p: number): Tangent {
      if (p < 1) return low.tangent(p);
      const k = 2 - p;
      const df = high.curve.slope(k);
      const precision = high.error(k) + 4 * unit;
      return { x: k, f: -high.curve.value(k), dx: -1, df, xError: (2 * unit) / (k + 1e-300), precision };
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

  tangent(eta: number): Tangent {
    const x = 1 / eta;
    const df = this.curve.slope(eta);
    const precision = this.error(eta) + 4 * unit;
    return { x, f: this.curve.value(eta), dx: -x * x, df, xError: unit, precision };
  }
}

/** Ascending: four to a cell, and no two more than a factor of 1.5 apart, from `from` to `to`. */
function places({ curve: { knots } }: Tabulated, from: number, to: number): Float64Array {
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
  return Float64Array.from(out);
}
