import { type Penalty, penalties, strategies, type VectorLike } from "../../index.js";

/** One penalty of Figure 1 of arXiv 2106.07769, at its λ. */
export interface FigurePenalty {
  readonly title: string;
  /** Its parameters, for the reader of the figure. */
  readonly setting: string;
  readonly penalty: Penalty;
  readonly lambda: number;
}

/** The penalties of the left panel, which act on one coefficient. */
export const separable: readonly FigurePenalty[] = [
  {
    title: "variational dropout",
    setting: "exact, λ = 1",
    penalty: strategies.variationalDropout(),
    lambda: 1,
  },
  { title: "log-sum", setting: "ε = 2, λ = 2", penalty: penalties.logSum({ epsilon: 2 }), lambda: 2 },
  { title: "standout", setting: "λ = 1", penalty: strategies.standout(), lambda: 1 },
  { title: "hard concrete", setting: "λ = 1", penalty: strategies.hardConcrete(), lambda: 1 },
  { title: "MCP", setting: "a = ½, λ = √2", penalty: penalties.mcp({ a: 0.5 }), lambda: Math.SQRT2 },
];

/** The right panel has this one as well: a constraint on the number of nonzeros. */
export const hardThreshold: FigurePenalty = {
  title: "hard threshold",
  setting: "at most 16 nonzeros",
  penalty: strategies.hardThreshold({ k: 16 }),
  lambda: 1,
};

/** Length of the vectors of the right panel. */
export const dimension = 32;

export interface Curve {
  readonly of: FigurePenalty;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** λ Ω(w) - λ Ω(0): the penalties differ by constants that no solution depends on. */
function cost({ penalty, lambda }: FigurePenalty, w: number | VectorLike): number {
  const zero = typeof w === "number" ? 0 : new Float64Array(dimension);
  return lambda * (penalty.omega(w, lambda) - penalty.omega(zero, lambda));
}

/** The left panel: the cost of one coefficient of each size. */
export function coefficientCurves(sizes: readonly number[]): Curve[] {
  return separable.map((of) => ({ of, points: sizes.map((w) => [w, cost(of, w)] as const) }));
}

/** The right panel: the cost of a vector of norm 1 whose k nonzeros are all 1/√k, by k. */
export function sparsityCurves(): Curve[] {
  return [...separable, hardThreshold].map((of) => ({
    of,
    points: Array.from({ length: dimension + 1 }, (_, k) => [k, cost(of, equalNonzeros(k))] as const),
  }));
}

function equalNonzeros(count: number): Float64Array {
  return new Float64Array(dimension).fill(1 / Math.sqrt(count), 0, count);
}
