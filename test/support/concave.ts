// Random penalties omega(w) = g(w²) with g concave and nondecreasing: positive combinations of concave pieces in t = w².
import fc from "fast-check";
import type { Side } from "./roundTrip.ts";

type Kind = "capped" | "power" | "logarithm" | "exponential" | "root" | "fraction";

export interface Piece {
  readonly kind: Kind;
  readonly weight: number;
  /** A scale of t, or for "power" the exponent. */
  readonly c: number;
}

interface Formula {
  g(t: number): number;
  rate(t: number): number;
}

const formulas: Record<Kind, (c: number) => Formula> = {
  capped: (c) => ({ g: (t) => Math.min(t / c, 1), rate: (t) => (t < c ? 1 / c : 0) }),
  power: (q) => ({ g: (t) => t ** q, rate: (t) => q * t ** (q - 1) }),
  logarithm: (c) => ({ g: (t) => Math.log1p(t / c), rate: (t) => 1 / (t + c) }),
  exponential: (c) => ({ g: (t) => -Math.expm1(-t / c), rate: (t) => Math.exp(-t / c) / c }),
  root: (c) => ({ g: (t) => t / (Math.sqrt(t + c * c) + c), rate: (t) => 0.5 / Math.sqrt(t + c * c) }),
  fraction: (c) => ({ g: (t) => t / (t + c), rate: (t) => c / (t + c) ** 2 }),
};

const kinds = Object.keys(formulas) as Kind[];
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const piece: fc.Arbitrary<Piece> = fc
  .record({ kind: fc.constantFrom(...kinds), weight: between(0.1, 2), size: between(-1, 1) })
  .map(({ kind, weight, size }) => ({ kind, weight, c: kind === "power" ? exponent(size) : 10 ** size }));

/** From 0.1 to 0.9 and 1/2 itself, but not next to 1/2, where the slope at 0 is hard to tell from 0. */
function exponent(size: number): number {
  return Math.abs(size) < 0.2 ? 0.5 : 0.5 + 0.4 * size;
}

/** One to three pieces. */
export const concaves: fc.Arbitrary<Piece[]> = fc.array(piece, { minLength: 1, maxLength: 3 });

export interface Concave extends Side {
  /** The w at which the slope jumps. */
  readonly jumps: readonly number[];
}

export function concaveOf(pieces: readonly Piece[]): Concave {
  const parts = pieces.map(({ kind, weight, c }) => ({ weight, ...formulas[kind](c) }));
  const sum = (value: (part: (typeof parts)[number]) => number) =>
    parts.reduce((total, part) => total + part.weight * value(part), 0);
  return {
    omega: (w) => sum(({ g }) => g(w * w)),
    slope: (w) => 2 * w * sum(({ rate }) => rate(w * w)),
    jumps: pieces.filter(({ kind }) => kind === "capped").map(({ c }) => Math.sqrt(c)),
  };
}
