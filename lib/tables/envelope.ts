// omega(w) = 1/2 min over p of (x(p) w² + F(p)): from a curve (x, F) = (1/eta, f) or (variance, 2 cost) to its
// penalty. Concave in w² whatever the curve is. The lower hull of samples tells near which of them the minimum lies;
// a root of x' w² + F' next to it is the minimum.
import { root } from "./root.js";
import { type Sample, unit } from "./source.js";

export interface Point {
  readonly x: number;
  readonly f: number;
}

/** A point with its derivatives with respect to p, and what is wrong with them. */
export interface Tangent extends Point {
  readonly dx: number;
  readonly df: number;
  /** The relative error of x, and that of dx and df together. */
  readonly xError: number;
  readonly precision: number;
}

export interface ParametricCurve {
  evaluate(p: number): Tangent;
  /** In order, so dense that between two of them there is at most one minimum. */
  readonly samples: Float64Array;
  /** F where x is infinite, which is the minimum at w = 0. */
  readonly start?: number | undefined;
  /** A limit beyond the samples. */
  readonly end?: Point | undefined;
}

interface Vertex extends Point {
  /** Its place among the samples; -1 for the limit. */
  readonly index: number;
}

interface Minimum {
  readonly x: number;
  readonly value: number;
  readonly relative: number;
}

export class Envelope {
  readonly #curve: ParametricCurve;
  readonly #hull: Vertex[] = [];
  /** #ties[i] is the w² at which #hull[i + 1] takes over. */
  readonly #ties: number[] = [];
  #last = { w: -1, slope: 0, noise: 0, value: 0 };

  constructor(curve: ParametricCurve) {
    this.#curve = curve;
    const vertices: Vertex[] = Array.from(curve.samples, (p, index) => {
      const { x, f } = curve.evaluate(p);
      return { x, f, index };
    });
    if (curve.end !== undefined) vertices.push({ ...curve.end, index: -1 });
    const finite = vertices.filter(({ x, f }) => Number.isFinite(x) && Number.isFinite(f));
    finite.sort((a, b) => b.x - a.x || a.f - b.f);
    for (const vertex of finite) this.#add(vertex);
  }

  #add(p: Vertex): void {
    const hull = this.#hull;
    const ties = this.#ties;
    const last = () => hull.at(-1) as Vertex;
    // At the limit a cost that differs by rounding is the same.
    const same = p.index < 0 ? 64 * unit * Math.abs(p.f) : 0;
    while (hull.length > 0 && (p.f <= last().f + same || p.x === last().x)) {
      if (p.x === last().x && p.f > last().f) return;
      hull.pop();
      ties.pop();
    }
    while (ties.length > 0 && tie(last(), p) <= (ties.at(-1) as number)) {
      hull.pop();
      ties.pop();
    }
    if (hull.length > 0) ties.push(tie(last(), p));
    hull.push(p);
  }

  /** The best sample at w = 0. */
  get first(): Point {
    return this.#hull[0] as Vertex;
  }

  /** The sample that is best for the largest w; -1 if that is the limit. */
  get lastIndex(): number {
    return (this.#hull.at(-1) as Vertex).index;
  }

  /** The w up to which the minimum lies between samples that are exact; Infinity if the curve has a limit. */
  get reach(): number {
    for (let i = this.#hull.length - 1; i >= 0; --i) {
      const { index } = this.#hull[i] as Vertex;
      if (index < 0) return Infinity;
      const { dx, df, xError } = this.#curve.evaluate(this.#curve.samples[index] as number);
      if (xError < 1e-9) return Math.sqrt(Math.abs(df / dx));
    }
    return 0;
  }

  sample(w: number): Sample {
    return this.#at(w);
  }

  value(w: number): number {
    return w === 0 ? 0.5 * (this.#curve.start ?? this.first.f) : this.#at(w).value;
  }

  #at(w: number): { slope: number; noise: number; value: number } {
    if (this.#last.w === w) return this.#last;
    const t = w * w;
    let low = 0;
    let high = this.#ties.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ties[middle] as number) <= t) low = middle + 1;
      else high = middle;
    }
    let best = this.#polish(this.#hull[low] as Vertex, t);
    // At a jump the samples tell only nearly where the other side takes over.
    for (const [other, at] of [
      [low - 1, this.#ties[low - 1]],
      [low + 1, this.#ties[low]],
    ] as const) {
      const vertex = this.#hull[other];
      const own = this.#hull[low] as Vertex;
      if (vertex === undefined || at === undefined || Math.abs(at - t) > 0.3 * t) continue;
      if (own.index >= 0 && vertex.index >= 0 && Math.abs(own.index - vertex.index) <= 1) continue;
      const second = this.#polish(vertex, t);
      if (second.value < best.value) best = second;
    }
    const slope = w * best.x;
    this.#last = { w, slope, noise: slope * best.relative, value: 0.5 * best.value };
    return this.#last;
  }

  #polish(vertex: Vertex, t: number): Minimum {
    const { samples } = this.#curve;
    if (vertex.index < 0) return { x: vertex.x, value: t * vertex.x + vertex.f, relative: unit };
    const sign = (i: number) => balance(this.#curve.evaluate(samples[i] as number), t);
    let from = Math.max(0, vertex.index - 1);
    let to = Math.min(samples.length - 1, vertex.index + 1);
    // Where F differs by rounding only, the best sample may be some way off; the derivatives know.
    for (let step = 1; from > 0 && sign(from) >= 0; step *= 2) [from, to] = [Math.max(0, from - step), from];
    for (let step = 1; to < samples.length - 1 && sign(to) <= 0; step *= 2) {
      [from, to] = [to, Math.min(samples.length - 1, to + step)];
    }
    return minimum(this.#curve, samples[from] as number, samples[to] as number, t);
  }
}

/** The w² at which two points are equally good; b has the smaller x. */
function tie(a: Point, b: Point): number {
  return (b.f - a.f) / (a.x - b.x);
}

/** x' t + F' between -1 and 1. */
function balance({ dx, df }: Tangent, t: number): number {
  const size = t * Math.abs(dx) + Math.abs(df);
  return size > 0 ? (t * dx + df) / size : 0;
}

/** The minimum of t x + F between two parameters, where the balance is 0. */
function minimum(curve: ParametricCurve, from: number, to: number, t: number): Minimum {
  let point = curve.evaluate(from);
  const g = (p: number) => {
    point = curve.evaluate(p);
    return balance(point, t);
  };
  const { rate } = root(g, from, to, () => 2 * unit + 0.05 * point.precision);
  const move = rate > 0 ? Math.abs(point.dx / point.x) * (point.precision / rate) : 0;
  const relative = Math.min(1, point.xError + 2 * move);
  return { x: point.x, value: t * point.x + point.f, relative };
}
