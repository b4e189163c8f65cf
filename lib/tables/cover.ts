// Cells on an interval: halved until each fits, and cut where the slope jumps or has a kink.
import { FlipsideError } from "../errors.js";
import { horner, hornerIntegral, terms } from "./chebyshev.js";
import type { CellFit, Source } from "./source.js";

export interface Cell {
  readonly from: number;
  readonly to: number;
  readonly fit: CellFit;
}

const mostBreaks = 200;
const good = (fit: CellFit) => fit.excess <= 1;

/** Cells from end to end, in order. */
export function cover(source: Source, from: number, to: number): Cell[] {
  let breaks = 0;
  const segment = (low: number, high: number): Cell[] => {
    const cells: Cell[] = [];
    const found = halve(source, { from: low, to: high, fit: source.fit(low, high) }, cells, {
      low,
      high,
      chain: [low, high],
      lone: 0,
      noisy: 0,
    });
    if (found === undefined) return cells;
    if (++breaks > mostBreaks) throw tooRough(source, found);
    return [...segment(low, found), ...segment(found, high)];
  };
  return segment(from, to);
}

function tooRough(source: Source, x: number): FlipsideError {
  const message = `${source.name} must be smooth but for a few places, but is too rough near ${x} for a table`;
  return new FlipsideError("INACCURATE", message);
}

interface State {
  /** The segment. */
  readonly low: number;
  readonly high: number;
  /** Where the present row of halvings began in which one half fitted and the other did not, and its length. */
  readonly chain: readonly [number, number];
  readonly lone: number;
  /** How many halvings in a row made nothing better. */
  readonly noisy: number;
}

/** Appends cells; returns the place of a break as soon as it finds one. */
function halve(source: Source, cell: Cell, out: Cell[], state: State): number | undefined {
  const { from, to, fit } = cell;
  if (good(fit)) {
    out.push(cell);
    return undefined;
  }
  if (state.lone >= 5) {
    const place = locate(source, from, to, state.chain);
    if (place !== undefined && inside(place, state)) return place;
  }
  const middle = from + 0.5 * (to - from);
  if (to - from <= source.bottom * to) {
    if (!source.exact && rises(source, from, to)) throw jumps(source, middle);
    if (source.exact && inside(middle, state)) return middle;
    out.push(cell);
    return undefined;
  }
  const left: Cell = { from, to: middle, fit: source.fit(from, middle) };
  const right: Cell = { from: middle, to, fit: source.fit(middle, to) };
  const lone = good(left.fit) !== good(right.fit);
  const worse = (half: Cell) =>
    !good(half.fit) && half.fit.relative * half.fit.peak > 0.4 * fit.relative * fit.peak;
  // Rounding of the caller's own, which no halving makes smaller.
  const noisy = worse(left) && worse(right) ? state.noisy + 1 : 0;
  if (noisy >= 3 && fit.relative < 1e-2) {
    out.push(cell);
    return undefined;
  }
  const next = {
    ...state,
    chain: lone ? state.chain : ([from, to] as const),
    lone: lone ? state.lone + 1 : 0,
    noisy,
  };
  for (const half of [left, right]) {
    const own = lone ? next : { ...next, chain: [half.from, half.to] as const };
    const found = halve(source, half, out, own);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Not at the ends of the segment, where there is a break already. */
function inside(place: number, { low, high }: State): boolean {
  return place > low * (1 + 2 ** -49) && place < high * (1 - 2 ** -49) && place > low && place < high;
}

/** By more than a function with a finite slope would on so narrow a cell, whatever its rounding. */
function rises({ value }: Source, from: number, to: number): boolean {
  if (value === undefined) return false;
  const [low, high] = [value(from), value(to)];
  return high - low > 1e-10 * (Math.abs(high) + Math.abs(value(2 * to)));
}

function jumps(source: Source, x: number): FlipsideError {
  const message = `${source.name} must be continuous with a finite slope, but is not near ${x}`;
  return new FlipsideError("INACCURATE", message);
}

/** A fit on a window beside a bad cell, to be extrapolated into it. */
class Window {
  readonly #from: number;
  readonly #width: number;
  readonly fit: CellFit;

  constructor(source: Source, from: number, to: number) {
    this.#from = from;
    this.#width = to - from;
    this.fit = source.fit(from, to);
  }

  slope(x: number): number {
    return horner(this.fit.powers, (x - this.#from) / this.#width);
  }

  /** The integral of the slope from `start`, an end of the window, to x. */
  rise(start: number, x: number): number {
    const at = (place: number) =>
      this.#width * hornerIntegral(this.fit.powers, (place - this.#from) / this.#width);
    return at(x) - at(start);
  }
}

/** The one place in (from, to) at which the slope jumps or has a kink, by what is beside it; twice, the second time closely. */
function locate(
  source: Source,
  from: number,
  to: number,
  chain: readonly [number, number],
): number | undefined {
  const first = crossing(source, from, to, chain);
  if (first === undefined || (source.exact && first.jump))
    return confirmed(source, first?.place, from, to, chain);
  const margin = (to - from) / 64;
  const low = Math.max(from, first.place - margin);
  const high = Math.min(to, first.place + margin);
  const second = crossing(source, low, high, [
    Math.max(chain[0], low - 8 * (to - from)),
    Math.min(chain[1], high + 8 * (to - from)),
  ]);
  return confirmed(source, second?.place ?? first.place, from, to, chain);
}

/** Both sides must be good up to the place. */
function confirmed(
  source: Source,
  place: number | undefined,
  from: number,
  to: number,
  chain: readonly [number, number],
): number | undefined {
  if (place === undefined) return undefined;
  const width = 2 * (to - from);
  const left = source.fit(Math.max(chain[0], place - width), place);
  const right = source.fit(place, Math.min(chain[1], place + width));
  return good(left) && good(right) ? place : undefined;
}

function crossing(
  source: Source,
  from: number,
  to: number,
  chain: readonly [number, number],
): { place: number; jump: boolean } | undefined {
  const width = 8 * (to - from);
  const start = Math.max(chain[0], from - width);
  const end = Math.min(chain[1], to + width);
  if (from - start < to - from || end - to < to - from) return undefined;
  const left = new Window(source, start, from);
  const right = new Window(source, to, end);
  if (!good(left.fit) || !good(right.fit)) return undefined;
  const gap = (x: number) => right.slope(x) - left.slope(x);
  if (gap(from) * gap(to) <= 0) return { place: root(gap, from, to), jump: false };
  if (source.exact) {
    const place = bisect(from, to, (x) => {
      const { slope } = source.sample(x, 1);
      return Math.abs(slope - left.slope(x)) < Math.abs(slope - right.slope(x));
    });
    return { place, jump: true };
  }
  const value = source.value as (x: number) => number;
  const [atFrom, atTo] = [value(from), value(to)];
  const fall = (x: number) => atTo + right.rise(to, x) - (atFrom + left.rise(from, x));
  if (fall(from) * fall(to) > 0) return undefined;
  return { place: root(fall, from, to), jump: true };
}

function root(f: (x: number) => number, low: number, high: number): number {
  const sign = Math.sign(f(high)) || -Math.sign(f(low)) || 1;
  return bisect(low, high, (x) => sign * f(x) < 0);
}

/** The first double in (low, high] of which `isLeft` no longer holds. */
export function bisect(low: number, high: number, isLeft: (x: number) => boolean): number {
  let [a, b] = [low, high];
  for (;;) {
    const middle = a + 0.5 * (b - a);
    if (!(middle > a && middle < b)) return b;
    if (isLeft(middle)) a = middle;
    else b = middle;
  }
}

export const flatCell = (cell: Cell) => cell.fit.powers.every((power) => power === 0);
export const cellTerms = terms;
