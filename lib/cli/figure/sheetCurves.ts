import type { Analysis, Penalty } from "../../index.js";

type Point = readonly [x: number, y: number];
/** A curve in pieces: it has a gap where it jumps and where it is infinite. */
export type Pieces = readonly (readonly Point[])[];

/** What the four panels of the sheet show. */
export interface SheetCurves {
  /** The largest |w| and the largest η drawn. */
  readonly reach: number;
  readonly etaReach: number;
  /** Where the panel of η̂ ends, which may be infinite. */
  readonly etaHatTop: number;
  readonly omega: Pieces;
  readonly dual: Pieces;
  readonly etaHat: Pieces;
  readonly keepProbability: Pieces;
}

/** The sheet reaches half as far again as where the keep probability passes this. */
const mostlyKept = 0.9;
const usualReach = 5;

/** ω, f, η̂ and α̂ of a separable penalty at λ > 0, far enough to see where each goes. */
export function sheetCurves(
  penalty: Penalty,
  lambda: number,
  analysis: Analysis,
  reach = chooseReach(penalty, lambda, analysis),
): SheetCurves {
  const { jumps } = analysis;
  const etaReach = roundUp((1.5 * lambda * mostlyKept) / (1 - mostlyKept));
  const keep = (eta: number) => (eta === Infinity ? 1 : eta / (eta + lambda));
  const kept = jumps.map(({ w, from, to }) => ({ w, from: keep(from), to: keep(to) }));
  const etaHat = pieces((w) => penalty.etaHat(w, lambda), grid(reach), jumps);
  const largest = etaHat.flat().reduce((most, [, eta]) => Math.max(most, eta), 0);
  const etaHatTop = largest > 0 ? Math.min(etaReach, roundUp(1.2 * largest)) : etaReach;
  return {
    reach,
    etaReach,
    etaHatTop,
    omega: pieces((w) => penalty.omega(w, lambda), grid(reach), []),
    dual: pieces((eta) => penalty.dual(eta, lambda), grid(etaReach), []),
    etaHat: below(etaHat, etaHatTop),
    keepProbability: pieces((w) => penalty.keepProbability(w, lambda), grid(reach), kept),
  };
}

/** Far enough for the keep probability to become large, and for what the analysis found to be seen. */
function chooseReach(penalty: Penalty, lambda: number, { jumps, violations }: Analysis): number {
  const sizes = Array.from({ length: 481 }, (_, i) => 10 ** (-15 + i / 16));
  const first = sizes.findIndex((w) => penalty.keepProbability(w, lambda) >= mostlyKept);
  const kept = first > 0 ? 1.5 * (sizes[first] as number) : usualReach;
  const found = [...jumps.map(({ w }) => w), ...violations.monotone.map(([, end]) => end)];
  return roundUp(Math.max(kept, ...found.filter((w) => w < 10 * kept).map((w) => 1.2 * w)));
}

/** To a number that ends an axis well. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  const step = steps.find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(2));
}

/** Evenly spaced, and more of them near 0, where curves bend most. */
function grid(reach: number): number[] {
  const even = Array.from({ length: 241 }, (_, i) => (reach * i) / 240);
  const near = Array.from({ length: 48 }, (_, i) => reach * 10 ** (-5 + i / 16)).filter(
    (x) => x < reach / 100,
  );
  return [...even, ...near].sort((a, b) => a - b);
}

function pieces(
  value: (x: number) => number,
  xs: readonly number[],
  jumps: readonly { readonly w: number; readonly from: number; readonly to: number }[],
): Pieces {
  const reach = xs.at(-1) as number;
  const inside = jumps.filter(({ w }) => w > 0 && w < reach).sort((a, b) => a.w - b.w);
  const result: Point[][] = [];
  let begin: Point[] = [];
  let position = 0;
  for (const { w, from, to } of [...inside, { w: Infinity, from: NaN, to: NaN }]) {
    const piece = begin;
    for (; position < xs.length && (xs[position] as number) < w; ++position) {
      const x = xs[position] as number;
      piece.push([x, value(x)]);
    }
    if (w < Infinity) piece.push([w, from]);
    result.push(piece);
    // The value at the jump itself may be either.
    while (xs[position] === w) ++position;
    begin = [[w, to]];
  }
  return result.flatMap(finitePieces);
}

function finitePieces(points: readonly Point[]): Point[][] {
  const result: Point[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point[1])) (result.at(-1) as Point[]).push(point);
    else if (result.at(-1)?.length !== 0) result.push([]);
  }
  return result.filter((piece) => piece.length > 0);
}

/** Cuts a curve off where it crosses the top of its panel. */
function below(curve: Pieces, top: number): Pieces {
  return curve.flatMap((piece) => {
    const result: Point[][] = [[]];
    piece.forEach((point, i) => {
      const before = piece[i - 1];
      if (before !== undefined && before[1] <= top !== point[1] <= top) {
        const share = (top - before[1]) / (point[1] - before[1]);
        const crossing: Point = [before[0] + share * (point[0] - before[0]), top];
        if (point[1] <= top) result.push([crossing]);
        else (result.at(-1) as Point[]).push(crossing);
      }
      if (point[1] <= top) (result.at(-1) as Point[]).push(point);
    });
    return result.filter((part) => part.length > 0);
  });
}
