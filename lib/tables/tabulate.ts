// A function of x >= 0 as a NativeCurve with measured errors.
//
// One cell [0, h] if the function is analytic at 0; otherwise cells towards 0, halved each time, until a head
// law holds for what is left. Then cell by cell, octave by octave, up to 2^40 or the end of the domain, or
// until a power law holds to there. A stretch on which the function is constant has slope 0 exactly.
import type { NativeCurve } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import { horner, hornerIntegral, terms } from "./chebyshev.js";
import { type Cell, cover, flatCell } from "./cover.js";
import { Curve, headRise } from "./curve.js";
import { headAt, headThrough, leastExponent, localDecay, tailAt } from "./laws.js";
import { type Source, unit } from "./source.js";

export interface Extent {
  /** The first and the last x at which the function may be asked. */
  readonly from: number;
  readonly to: number;
  /** F(0) where it is known. */
  readonly atZero: number | undefined;
}

export interface Tabulated {
  readonly curve: NativeCurve;
  /** The last x at which the function was asked, or before which its rounding did not matter. */
  readonly to: number;
  /** The relative error of the slope in each cell. */
  readonly errors: Float64Array;
  /** The largest error found between the nodes: of F relative to |F(0)| + |F - F(0)|, and where; of the slope. */
  readonly error: number;
  readonly worst: number;
  readonly slopeError: number;
}

/** How far octaves go down from 1 and up. */
const lowest = 2 ** -80;
export const highest = 2 ** 40;

type HeadLaw = NativeCurve["head"];
const noHead: HeadLaw = { limit: 0, coefficient: 0, exponent: 1 };

export function tabulate(source: Source, extent: Extent): Tabulated {
  const { from, to } = extent;
  const base = to < 1 ? to : from < 1 ? 1 : Math.min(to, 2 * from);
  const low = lowerCells(source, extent, base);
  const upper = upperCells(source, low.cells, base, to);
  trim(upper.cells);
  return { ...finish(source, extent, upper.cells, low.head, upper.tailDecay), to: upper.to };
}

function lowerCells(
  source: Source,
  { from, atZero }: Extent,
  base: number,
): { cells: Cell[]; head: HeadLaw } {
  if (from > 0) {
    const cells = from < base ? cover(source, from, base) : [];
    return { cells, head: headThrough(source, from, 1 + 0.5 * Math.min(1, base / from - 1 || 1)).law };
  }
  const parts: Cell[][] = [];
  for (let h = base; ; h /= 2) {
    const head = headAt(source, h, lowest * base, atZero);
    // A pure power is more exact towards 0 than any polynomial.
    const power = head !== undefined && head.limit === 0 && head.coefficient !== 0;
    const fit = power ? undefined : source.fit(0, h);
    if (fit !== undefined && fit.excess <= 1) {
      parts.push([{ from: 0, to: h, fit }]);
      return { cells: parts.reverse().flat(), head: noHead };
    }
    if (head !== undefined) return { cells: parts.reverse().flat(), head };
    const part = cover(source, h / 2, h);
    parts.push(part);
    const first = (part[0] as Cell).fit;
    if (h / 2 <= lowest * base || (first.peak > 0 && first.noise > 1e-3 * first.peak)) {
      const { law } = headThrough(source, h / 2, 2);
      requireContinuous(source, law, h / 2, atZero);
      return { cells: parts.reverse().flat(), head: law };
    }
  }
}

function requireContinuous(source: Source, head: HeadLaw, h: number, atZero: number | undefined): void {
  if (!(head.exponent > leastExponent) || !Number.isFinite(head.coefficient)) {
    const message = `${source.name} must be finite near 0, but its slope grows like w^${head.exponent.toPrecision(3)} there`;
    throw new FlipsideError("UNBOUNDED", message);
  }
  if (atZero === undefined || source.value === undefined) return;
  const value = source.value(h);
  const rise = headRise(head, h);
  if (Math.abs(value - atZero - rise) > 1e-6 * (Math.abs(atZero) + Math.abs(value)) + Math.abs(rise)) {
    const message = `${source.name} must be continuous at 0, but is ${atZero} there and ${value} at ${h}`;
    throw new FlipsideError("INACCURATE", message);
  }
}

interface Upper {
  readonly cells: Cell[];
  readonly tailDecay: number;
  readonly to: number;
}

function upperCells(source: Source, lower: Cell[], base: number, to: number): Upper {
  const cells = [...lower];
  let end = base;
  for (let x = base; ; x *= 2) {
    const decay = cells.length > 0 ? tailAt(source, x, slopeAtEnd(cells), to) : undefined;
    if (decay !== undefined) return { cells, tailDecay: decay, to };
    if (x >= to) break;
    const part = cover(source, x, Math.min(2 * x, to));
    if (source.value === undefined && cells.length > 0 && drowned(source, [...cells, ...part])) break;
    cells.push(...part);
    end = Math.min(2 * x, to);
    if (2 * x >= to) break;
  }
  // What the rounding leaves nothing of says nothing of the tail.
  while (cells.length > 1 && isNoise(cells.at(-1) as Cell)) cells.pop();
  const last = cells.at(-1) as Cell;
  return { cells, tailDecay: flatCell(last) ? 1 : localDecay(source, last.to), to: end };
}

function slopeAtEnd(cells: readonly Cell[]): number {
  return horner((cells.at(-1) as Cell).fit.powers, 1);
}

/** The integral of the rounding in the slope takes up a third of the tolerance of F. */
function drowned(source: Source, cells: readonly Cell[]): boolean {
  let noise = 0;
  let rise = 0;
  for (const { from, to, fit } of cells) {
    if (fit.peak > 0) noise += (to - from) * fit.noise;
    rise += (to - from) * hornerIntegral(fit.powers, 1);
  }
  return noise > 30 * source.tolerance * rise;
}

function isNoise({ fit }: Cell): boolean {
  return fit.peak > 0 && fit.noise > 0.02 * fit.peak;
}

/** Before a flat end: cells in which the slope is not much more than its rounding are flat too. */
function trim(cells: Cell[]): void {
  let end = cells.length;
  while (end > 0 && flatCell(cells[end - 1] as Cell)) --end;
  if (end === cells.length) return;
  while (end > 0) {
    const cell = cells[end - 1] as Cell;
    if (!(cell.fit.peak <= 64 * cell.fit.noise)) break;
    cells[--end] = { ...cell, fit: { ...cell.fit, powers: new Float64Array(terms), peak: 0, relative: 0 } };
  }
}

/** Neighbours that are both flat as one. */
function joined(cells: readonly Cell[]): Cell[] {
  const out: Cell[] = [];
  for (const cell of cells) {
    const before = out.at(-1);
    if (before !== undefined && flatCell(before) && flatCell(cell))
      out[out.length - 1] = { ...before, to: cell.to };
    else out.push(cell);
  }
  return out;
}

function finish(source: Source, extent: Extent, given: Cell[], head: HeadLaw, tailDecay: number) {
  const cells = joined(given);
  const start = (cells[0] as Cell).from;
  const firstValue = source.value?.(start) ?? headRise(head, start);
  const atZero = extent.atZero ?? firstValue - headRise(head, start);
  const values = new Float64Array(cells.length);
  // Neumaier's sum.
  let sum = atZero + headRise(head, start);
  let lost = 0;
  cells.forEach(({ from, to, fit }, i) => {
    values[i] = sum + lost;
    const rise = (to - from) * hornerIntegral(fit.powers, 1);
    const next = sum + rise;
    lost += Math.abs(sum) >= Math.abs(rise) ? sum - next + rise : rise - next + sum;
    sum = next;
  });
  const curve: NativeCurve = {
    atZero,
    knots: Float64Array.from([...cells.map(({ from }) => from), (cells.at(-1) as Cell).to]),
    values,
    coefficients: Float64Array.from(cells.flatMap(({ fit }) => [...fit.powers])),
    head,
    tailDecay,
  };
  return { curve, ...measure(source, curve, cells) };
}

/** Places in a cell that are no nodes. */
const between = [0.0871, 0.3137, 0.6543, 0.9219];

function measure(source: Source, data: NativeCurve, cells: Cell[]) {
  const curve = new Curve(data);
  const errors = new Float64Array(cells.length);
  const places = cells.flatMap(({ from, to }) => between.map((t) => from + t * (to - from)));
  // Where F has just left a constant, its rounding is that of larger values.
  const first = cells[0] as Cell;
  const ordinary = Math.min(flatCell(first) ? 2 * first.to : 2, (cells.at(-1) as Cell).to);
  const scale = source.value === undefined ? 0 : Math.abs(source.value(ordinary) - data.atZero);
  let error = 0;
  let worst = 0;
  let slopeError = 0;
  let total = 0;
  cells.forEach(({ from, to, fit }, i) => {
    let miss = fit.relative * fit.peak;
    let peak = fit.peak;
    if (source.exact) {
      for (const t of between) {
        const x = from + t * (to - from);
        const { slope } = source.sample(x, 1);
        const own = horner(fit.powers, t);
        if (!flatCell(cells[i] as Cell)) miss = Math.max(miss, Math.abs(slope - own));
        peak = Math.max(peak, slope);
      }
    }
    errors[i] = peak > 0 ? Math.min(1, (miss + fit.noise) / peak) : 0;
    slopeError = Math.max(slopeError, errors[i] as number);
    total += miss * (to - from);
    const rise = (data.values[i] as number) - data.atZero + (to - from) * hornerIntegral(fit.powers, 1);
    if (source.value === undefined && total > error * (Math.abs(rise) + 1e-300)) {
      error = total / Math.abs(rise);
      worst = from;
    }
  });
  if (source.value !== undefined) {
    for (const x of places) {
      const value = source.value(x);
      const size = Math.abs(data.atZero) + Math.abs(value - data.atZero);
      const miss = Math.abs(curve.value(x) - value) - 64 * unit * (size + scale);
      if (miss > error * size) {
        error = miss / size;
        worst = x;
      }
    }
  }
  return { errors, error, worst, slopeError };
}
