// The moves of the finish: the line search that lets coordinates reach 0, the entry of coordinates from 0, and the
// way out of a saddle along negative curvature.
import type { Iterate } from "./iterate.ts";
import type { ScalarPenalty } from "./problem.ts";
import type { Check } from "./stationarity.ts";
import type { Workspace } from "./workspace.ts";

const inverseSteps = 40;

export class SupportSearch {
  readonly #at: Iterate;
  readonly #candidate: Float64Array;
  readonly #saved: Float64Array;
  readonly #full: Float64Array;
  readonly #diagonal: Float64Array;
  readonly #direction: Float64Array;
  readonly #image: Float64Array;

  constructor(at: Iterate, workspace: Workspace) {
    const p = at.design.columns;
    this.#at = at;
    this.#candidate = workspace.take(p);
    this.#saved = workspace.take(p);
    this.#full = workspace.take(p);
    this.#diagonal = workspace.take(p);
    this.#direction = workspace.take(p);
    this.#image = workspace.take(p);
  }

  /** Moves along a direction of descent; a coordinate with a kink at 0 that would cross it stays there and leaves. */
  line(direction: Float64Array): boolean {
    const at = this.#at;
    const { size } = at;
    const kink = at.slopeAtZero > 0;
    let crossing = 1;
    for (let k = 0; kink && k < size; ++k) {
      const w = at.w[k] as number;
      const d = direction[k] as number;
      if ((w + d) * w <= 0) crossing = Math.min(crossing, Math.abs(w / d));
    }
    const candidate = this.#candidate;
    const { objective } = at;
    const slack = at.slack();
    let t = 1;
    for (let attempt = 0; attempt < 20; ++attempt) {
      let clipped = false;
      for (let k = 0; k < size; ++k) {
        const w = at.w[k] as number;
        let next = w + t * (direction[k] as number);
        if (kink && (next * w <= 0 || Math.abs(next) <= 1e-14 * Math.abs(w))) {
          next = 0;
          clipped = true;
        }
        candidate[k] = next;
      }
      const value = at.tryAt(candidate);
      if (value < objective - slack || (value <= objective + slack && clipped)) {
        at.accept();
        at.compact(this.#full);
        return true;
      }
      if (value <= objective + slack) return this.#lowersViolation();
      if (attempt === 6 && t > crossing) t = crossing;
      else t = t > crossing ? Math.max(0.5 * t, crossing) : 0.5 * t;
    }
    return false;
  }

  /** Lets the worst coordinates in from 0, at their own minimum if the objective takes that. */
  enter(violators: number[], check: Check): boolean {
    const at = this.#at;
    const { penalty, lambda } = at.problem;
    const { objective } = at;
    const excess = (j: number) => Math.abs(check.gradient[j] as number) - lambda * (check.slope[j] as number);
    violators.sort((a, b) => excess(b) - excess(a) || a - b);
    const first = 0.9 * excess(violators[0] as number);
    // Lower, or equal to working precision and closer to stationary.
    const improved = () =>
      at.objective < objective || (at.objective <= objective + at.slack() && at.violation() < first);
    let count = Math.min(violators.length, Math.max(16, at.size >> 1));
    at.copyTo(this.#saved);
    for (;;) {
      this.#full.set(this.#saved);
      for (let v = 0; v < count; ++v) {
        const j = violators[v] as number;
        const g = check.gradient[j] as number;
        this.#full[j] = Math.sign(g) * coordinateMinimum(penalty, Math.abs(g), lambda);
      }
      at.set(this.#full);
      for (let halving = 0; halving < 40 && !improved(); ++halving) {
        for (let k = 0; k < at.size; ++k) {
          const old = this.#saved[at.index[k] as number] === 0;
          this.#candidate[k] = (at.w[k] as number) * (old ? 0.5 : 1);
        }
        at.tryAt(this.#candidate);
        at.accept();
      }
      if (improved()) return true;
      if (count === 1) break;
      count = 1;
    }
    at.set(this.#saved);
    return false;
  }

  /** False where H + lambda omega'' is positive definite; else goes down along its lowest eigenvector. */
  leaveSaddle(): boolean {
    const at = this.#at;
    const { penalty, lambda } = at.problem;
    if (penalty.convex || at.size === 0) return false;
    at.design.formGram();
    for (let k = 0; k < at.size; ++k) {
      this.#diagonal[k] = lambda * penalty.curvature(Math.abs(at.w[k] as number), lambda);
    }
    if (at.design.solve(this.#diagonal, at.gradient, this.#direction)) return false;
    if (!(this.#lowestCurvature() < -1e-9)) return false;
    let reach = 0;
    let largest = 0;
    for (let k = 0; k < at.size; ++k) {
      reach = Math.max(reach, Math.abs(this.#direction[k] as number));
      largest = Math.max(largest, Math.abs(at.w[k] as number));
    }
    at.descent(this.#image);
    let descent = 0;
    for (let k = 0; k < at.size; ++k) descent += (this.#image[k] as number) * (this.#direction[k] as number);
    const factor = (descent < 0 ? -1 : 1) * (largest / reach);
    const { objective } = at;
    at.copyTo(this.#saved);
    for (const sign of [factor, -factor]) {
      for (let k = 0; k < at.size; ++k) this.#image[k] = sign * (this.#direction[k] as number);
      if (this.line(this.#image) && at.objective < objective - 4 * at.slack()) return true;
      at.set(this.#saved);
    }
    return false;
  }

  /** Equal to working precision: near the end only the violation tells. */
  #lowersViolation(): boolean {
    const at = this.#at;
    const violation = at.violation();
    for (let k = 0; k < at.size; ++k) this.#saved[k] = at.w[k] as number;
    at.accept();
    if (at.violation() < violation) return true;
    at.tryAt(this.#saved);
    at.accept();
    return false;
  }

  /**
   * The smallest eigenvalue of H + diag, scaled to unit diagonal up to sign, by inverse iteration from a shift that
   * makes the matrix positive definite; its vector in #direction.
   */
  #lowestCurvature(): number {
    const at = this.#at;
    const { size } = at;
    const v = this.#direction;
    const scaleOf = (k: number) => Math.max(Math.abs(1 + (this.#diagonal[k] as number)), 1e-3);
    let shift = 1e-6;
    for (let k = 0; k < size; ++k) v[k] = 1 + Math.sin(1 + ((k * k) % 1009));
    for (let step = 0; step < inverseSteps; ) {
      for (let k = 0; k < size; ++k) {
        this.#image[k] = scaleOf(k) * (v[k] as number);
        this.#candidate[k] = (this.#diagonal[k] as number) + shift * scaleOf(k);
      }
      if (!at.design.solve(this.#candidate, this.#image, v)) {
        shift *= 1.5;
        continue;
      }
      ++step;
      let norm = 0;
      for (let k = 0; k < size; ++k) norm += scaleOf(k) * (v[k] as number) ** 2;
      norm = 1 / Math.sqrt(norm);
      for (let k = 0; k < size; ++k) v[k] = (v[k] as number) * norm;
    }
    at.design.curvature(v, this.#image);
    let quotient = 0;
    for (let k = 0; k < size; ++k) {
      const value = v[k] as number;
      quotient += value * ((this.#image[k] as number) + (this.#diagonal[k] as number) * value);
    }
    return quotient;
  }
}

/** A local minimiser t > 0 of t^2/2 - g t + lambda omega(t): bisection of its derivative in log t. */
function coordinateMinimum(penalty: ScalarPenalty, g: number, lambda: number): number {
  let high = g;
  let low = 1e-18 * high;
  for (let i = 0; i < 100 && high - low > 1e-10 * high; ++i) {
    const t = Math.sqrt(low * high);
    if (t - g + lambda * penalty.slope(t, lambda) < 0) low = t;
    else high = t;
  }
  return high;
}
