// Where a table comes from: a function of x >= 0 that is known by its slope, or by its values only.
//
// Both are sampled at the Chebyshev nodes of a cell, never at its ends, so that 0/0 at 0 and the value at a
// jump do not matter. What exceeds the degree of the table says how good it is. A slope got from values has
// the rounding error of the values, some k² / width times; no cell is asked for more than that allows.
import { FlipsideError } from "../errors.js";
import {
  differentiate,
  evaluateSeries,
  horner,
  nodeCount,
  nodes,
  terms,
  toPowers,
  toSeries,
} from "./chebyshev.js";

/** A slope and what its rounding may amount to. */
export interface Sample {
  readonly slope: number;
  readonly noise: number;
}

/** A polynomial for the slope on a cell. */
export interface CellFit {
  /** In t from 0 to 1 across the cell; all 0 where the function is constant. */
  readonly powers: Float64Array;
  /** The largest error in units of what is allowed: at most 1 if the cell is good. */
  readonly excess: number;
  /** The largest error relative to the largest slope. */
  readonly relative: number;
  /** The rounding error in the slope, and the largest slope. */
  readonly noise: number;
  readonly peak: number;
}

export interface Source {
  /** What the caller calls the function and its argument, such as "omega". */
  readonly name: string;
  /** The largest relative error of a slope. */
  readonly tolerance: number;
  fit(from: number, to: number): CellFit;
  /** The slope at x, on the side of x given by the sign. */
  sample(x: number, side: number): Sample;
  /** The function itself, up to a constant if there is no other way. */
  readonly value?: ((x: number) => number) | undefined;
  /** Widths below this, relative to x, are not cut any more. */
  readonly bottom: number;
  /** The slope itself is known, so that a jump of it can be found by bisection. */
  readonly exact: boolean;
}

export const unit = 2 ** -53;
const tip = 2 ** -30;
/** The relative error of a slope below which what looks like noise is taken for it. */
const plateau = 1e-9;

export function decreasing(name: string, x: number, slope: number): FlipsideError {
  const message = `${name} must not decrease, but its slope near ${x} is ${slope}`;
  return new FlipsideError("OUT_OF_RANGE", message);
}

/** The last coefficients are as large as those before them: rounding, not a function that needs more terms. */
export function isLevel(series: Float64Array): boolean {
  const size = (from: number) => {
    const [a, b, c] = series.subarray(from, from + 3) as unknown as [number, number, number];
    return Math.max(Math.abs(a), Math.abs(b), Math.abs(c));
  };
  return size(terms + 1) <= 4 * size(nodeCount - 3);
}

/** A function known by its slope. */
export class SlopeSource implements Source {
  readonly bottom = 2 ** -50;
  readonly exact = true;
  #highest = 0;

  constructor(
    readonly name: string,
    readonly tolerance: number,
    readonly slopeAt: (x: number) => Sample,
    readonly value?: ((x: number) => number) | undefined,
  ) {}

  sample(x: number): Sample {
    const { slope, noise } = this.slopeAt(x);
    if (slope < -8 * noise) throw decreasing(this.name, x, slope);
    return { slope: Math.max(0, slope), noise: noise + 2 * unit * Math.abs(slope) };
  }

  fit(from: number, to: number): CellFit {
    const width = to - from;
    // The ends too, where the nodes would not see a jump; a narrow cell has no room for that.
    const ends = width > 2 ** -20 * to;
    const at = Float64Array.from(nodes, (t) => from + width * t);
    const places = Array.from(at, (x) => (x - from) / width);
    const samples = Array.from(at, (x) => this.sample(x));
    if (ends) {
      for (const t of [tip, 1 - tip]) {
        places.push(t);
        samples.push(this.sample(from + width * t));
      }
    }
    const slopes = samples.map(({ slope }) => slope);
    const noise = samples.reduce((most, sample) => Math.max(most, sample.noise), 0);
    const peak = Math.max(...slopes);
    if (samples.every((sample) => sample.slope <= 2 * sample.noise)) {
      return { powers: new Float64Array(terms), excess: 0, relative: 0, noise, peak: 0 };
    }
    const judge = (series: Float64Array, powers: Float64Array): CellFit => {
      const misses = samples.map((sample, i) => Math.abs(horner(powers, places[i] as number) - sample.slope));
      const excessOf = (rounding: number) =>
        samples.reduce((most, sample, i) => {
          const allowed = this.tolerance * sample.slope + 4 * (sample.noise + rounding) + 1e-300;
          return Math.max(most, (misses[i] as number) / allowed);
        }, 0);
      const relative = Math.max(...misses) / peak;
      let fit = { powers, excess: excessOf(unit * peak), relative, noise, peak };
      if (fit.excess > 1 && isLevel(series)) {
        // A difference of larger numbers has their rounding.
        const rounding = 2 * unit * this.#highest;
        fit = { ...fit, excess: excessOf(rounding), noise: Math.max(noise, rounding) };
      }
      if (fit.excess <= 1) this.#highest = Math.max(this.#highest, peak);
      return fit;
    };
    if (from === 0) {
      // No slope at 0: slope / t, so that it is as exact relatively down to 0.
      const ratios = Float64Array.from(nodes, (t, i) => (slopes[i] as number) / t);
      const series = toSeries(ratios);
      const powers = new Float64Array(terms);
      powers.set(toPowers(series, terms - 1), 1);
      const fit = judge(series, powers);
      if (fit.excess <= 1) return fit;
    }
    const series = toSeries(slopes);
    return judge(series, toPowers(series, terms));
  }
}

/** A function known by its values only. */
export class ValueSource implements Source {
  readonly bottom = 2 ** -40;
  readonly exact = false;

  constructor(
    readonly name: string,
    readonly tolerance: number,
    readonly value: (x: number) => number,
  ) {}

  sample(x: number, side: number): Sample {
    const beside = (part: number) => (side > 0 ? this.fit(x, (1 + part) * x) : this.fit((1 - part) * x, x));
    let fit = beside(2 ** -4);
    for (let part = 2 ** -6; fit.excess > 1 && part >= 2 ** -8; part /= 4) fit = beside(part);
    const slope = horner(fit.powers, side > 0 ? 0 : 1);
    return { slope: Math.max(0, slope), noise: fit.noise + fit.relative * fit.peak };
  }

  fit(from: number, to: number): CellFit {
    const width = to - from;
    const values = Float64Array.from(nodes, (t) => this.value(from + width * t));
    const [first, last] = [this.value(from), this.value(to)];
    const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Of the values, and of the nodes.
    const rounding = 2 * unit * (size + (to / width) * Math.abs(last - first));
    const noise = (40 * rounding) / width;
    this.requireRise(from, width, first, values, last, 8 * rounding + 1e-290);
    const wide = from === 0 || width > 2 ** -7 * to;
    const constant = width > 2 ** -20 * to && last === first;
    if (constant || (wide && last - first <= 2 * rounding)) {
      return { powers: new Float64Array(terms), excess: 0, relative: 0, noise, peak: 0 };
    }
    // Differences from the middle are exact, and keep the transform from adding errors of its own.
    const origin = values[nodeCount / 2] as number;
    const series = toSeries(values.map((value) => value - origin));
    const slopes = differentiate(series, terms + 1).map((value) => value / width);
    let least = Infinity;
    let peak = 0;
    for (const t of nodes) {
      const slope = evaluateSeries(slopes, t);
      least = Math.min(least, Math.abs(slope));
      peak = Math.max(peak, slope);
    }
    let rest = 0;
    for (let k = terms + 1; k < nodeCount; ++k) rest = Math.hypot(rest, k * k * (series[k] as number));
    const error = (2 * rest) / width;
    let excess = error / (this.tolerance * least + 6 * noise + 1e-300);
    // Whatever the caller's function does to have that much rounding.
    if (isLevel(series)) excess = Math.min(excess, error / (plateau * peak + 1e-300));
    // At the ends, where the nodes would not see a jump of the slope.
    for (const [t, value] of [
      [0, first],
      [1, last],
    ] as const) {
      const miss = Math.abs(origin + evaluateSeries(series, t) - value);
      excess = Math.max(excess, miss / (this.tolerance * peak * width + 16 * rounding + 1e-300));
    }
    const powers = toPowers(slopes, terms);
    if (from === 0 && Math.abs(powers[0] as number) <= 4 * noise + error) powers[0] = 0;
    const relative = peak > 0 ? error / peak : 1;
    return { powers: powers, excess, relative, noise, peak };
  }

  private requireRise(
    from: number,
    width: number,
    first: number,
    values: Float64Array,
    last: number,
    noise: number,
  ): void {
    let before = first;
    let x = from;
    for (let i = 0; i <= nodeCount; ++i) {
      const value = i < nodeCount ? (values[i] as number) : last;
      const next = i < nodeCount ? from + width * (nodes[i] as number) : from + width;
      if (value < before - noise) throw decreasing(this.name, next, (value - before) / (next - x));
      before = value;
      x = next;
    }
  }
}
