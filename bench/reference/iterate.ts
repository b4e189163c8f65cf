// The point the reference is at: active coordinates, their gradient and slope, and the objective. All work space is
// allocated once; a vector of active coordinates is the first `size` entries of an array of `columns`.
import type { ActiveDesign, Problem } from "./problem.ts";
import type { Workspace } from "./workspace.ts";

/** Below this part of H_jj (here 1) a weight of the dual form is replaced by it: a proximal step. */
const dualFloor = 1e-7;

export class Iterate {
  readonly design: ActiveDesign;
  readonly problem: Problem;
  readonly index: Int32Array;
  size = 0;
  w: Float64Array;
  gradient: Float64Array;
  slope: Float64Array;
  loss = 0;
  objective = 0;
  readonly slopeAtZero: number;
  readonly #omegaAtZero: number;
  readonly #inverse: Float64Array;
  readonly #residual: Float64Array;
  readonly #step: Float64Array;
  readonly #product: Float64Array;
  readonly #reference: Float64Array;
  readonly #referenceGradient: Float64Array;
  #referenceLoss = 0;
  #candidate: Float64Array;
  #candidateGradient: Float64Array;
  #candidateLoss = 0;
  #candidateObjective = 0;
  #peak = 0;
  readonly #rounding: number;

  constructor(design: ActiveDesign, problem: Problem, workspace: Workspace) {
    const p = design.columns;
    this.design = design;
    this.problem = problem;
    this.index = workspace.takeIntegers(p);
    this.w = workspace.take(p);
    this.gradient = workspace.take(p);
    this.slope = workspace.take(p);
    this.#inverse = workspace.take(p);
    this.#residual = workspace.take(design.rows);
    this.#step = workspace.take(p);
    this.#product = workspace.take(p);
    this.#reference = workspace.take(p);
    this.#referenceGradient = workspace.take(p);
    this.#candidate = workspace.take(p);
    this.#candidateGradient = workspace.take(p);
    this.slopeAtZero = problem.penalty.slope(0, problem.lambda);
    this.#omegaAtZero = problem.penalty.omega(0, problem.lambda);
    let energy = 0;
    for (const value of design.y) energy += value * value;
    this.#rounding = (128 * Number.EPSILON ** 2 * energy) / design.rows;
  }

  /** Makes the full vector w the current point; its nonzero coordinates become the active ones, or all of them. */
  set(full: Float64Array, all = false): void {
    let size = 0;
    for (let j = 0; j < full.length; ++j) {
      const value = full[j] as number;
      if (value === 0 && !all) continue;
      this.index[size] = j;
      this.w[size++] = value;
    }
    this.size = size;
    this.design.activate(this.index, size);
    if (size <= this.design.rows) this.design.formGram();
    this.#rebase();
  }

  /** The current point with all its coordinates. */
  copyTo(full: Float64Array): void {
    full.fill(0);
    for (let k = 0; k < this.size; ++k) full[this.index[k] as number] = this.w[k] as number;
  }

  /** The objective at another point with the same active coordinates; accept() moves there. */
  tryAt(candidate: Float64Array): number {
    const { size } = this;
    for (let k = 0; k < size; ++k) this.#candidate[k] = candidate[k] as number;
    this.#candidateLoss = this.design.hasGram ? this.#nearReference() : this.#fromResidual();
    this.#candidateObjective = this.#objectiveOf(this.#candidate, this.#candidateLoss);
    return this.#candidateObjective;
  }

  accept(): void {
    // The quadratic form has lost digits when the loss fell to a small part of the reference's.
    const renew = this.design.hasGram && this.#candidateLoss < 0.25 * Math.abs(this.loss);
    const { w, gradient } = this;
    this.w = this.#candidate;
    this.gradient = this.#candidateGradient;
    this.#candidate = w;
    this.#candidateGradient = gradient;
    this.loss = this.#candidateLoss;
    this.objective = this.#candidateObjective;
    if (renew) this.#rebase();
    else this.#afterMove();
  }

  /** Drops active coordinates that are exactly 0. */
  compact(full: Float64Array): void {
    for (let k = 0; k < this.size; ++k) {
      if (this.w[k] !== 0) continue;
      this.copyTo(full);
      this.set(full);
      return;
    }
  }

  /** How far two objectives here may differ by rounding alone. */
  slack(): number {
    const zeros = this.problem.lambda * Math.abs(this.#omegaAtZero) * this.design.columns;
    const magnitude = Math.abs(this.loss) + Math.abs(this.objective - this.loss) + zeros;
    return 16 * Number.EPSILON * magnitude + this.#rounding;
  }

  /** The size of a coefficient here. */
  scale(): number {
    let largest = 0.01 * this.#peak;
    for (let k = 0; k < this.size; ++k) largest = Math.max(largest, Math.abs(this.w[k] as number));
    return largest;
  }

  /** Largest violation of stationarity among the active coordinates. */
  violation(): number {
    let worst = 0;
    for (let k = 0; k < this.size; ++k) worst = Math.max(worst, this.violationOf(k));
    return worst;
  }

  violationOf(k: number): number {
    const w = this.w[k] as number;
    const pull = this.problem.lambda * (this.slope[k] as number);
    const g = this.gradient[k] as number;
    if (w === 0) return Math.max(0, Math.abs(g) - pull);
    return Math.abs(w > 0 ? g - pull : g + pull);
  }

  /** out = minus the gradient of the objective. */
  descent(out: Float64Array): void {
    const { lambda } = this.problem;
    for (let k = 0; k < this.size; ++k) {
      const pull = lambda * (this.slope[k] as number);
      out[k] = (this.gradient[k] as number) - ((this.w[k] as number) > 0 ? pull : -pull);
    }
  }

  /** out = the ridge weights of the reweighted step, lambda * slope / |w|. */
  ridgeWeights(out: Float64Array): void {
    const { lambda } = this.problem;
    for (let k = 0; k < this.size; ++k) {
      out[k] = (lambda * (this.slope[k] as number)) / Math.abs(this.w[k] as number);
    }
  }

  /** out = (H + diag(d))^-1 rhs, in the dual form with more coordinates than rows and d >= 0. */
  solve(d: Float64Array, rhs: Float64Array, out: Float64Array): boolean {
    let dual = this.size > this.design.rows;
    for (let k = 0; dual && k < this.size; ++k) {
      const weight = d[k] as number;
      if (!(weight >= 0)) dual = false;
      this.#inverse[k] = 1 / Math.max(weight, dualFloor);
    }
    if (dual) return this.design.solveDual(this.#inverse, rhs, out);
    this.design.formGram();
    return this.design.solve(d, rhs, out);
  }

  #rebase(): void {
    const { size } = this;
    this.#candidate.set(this.w.subarray(0, size));
    this.#referenceLoss = this.#fromResidual();
    for (let k = 0; k < size; ++k) {
      this.#reference[k] = this.w[k] as number;
      this.#referenceGradient[k] = this.#candidateGradient[k] as number;
      this.gradient[k] = this.#candidateGradient[k] as number;
    }
    this.loss = this.#referenceLoss;
    this.objective = this.#objectiveOf(this.w, this.loss);
    this.#afterMove();
  }

  #fromResidual(): number {
    const { rows, y } = this.design;
    const residual = this.#residual;
    this.design.fitted(this.#candidate, residual);
    let sum = 0;
    for (let i = 0; i < rows; ++i) {
      const r = (y[i] as number) - (residual[i] as number);
      residual[i] = r;
      sum += r * r;
    }
    this.design.correlate(residual, this.#candidateGradient);
    return sum / (2 * rows);
  }

  #nearReference(): number {
    const { size } = this;
    for (let k = 0; k < size; ++k) {
      this.#step[k] = (this.#candidate[k] as number) - (this.#reference[k] as number);
    }
    this.design.curvature(this.#step, this.#product);
    let change = 0;
    for (let k = 0; k < size; ++k) {
      const product = this.#product[k] as number;
      const g = this.#referenceGradient[k] as number;
      change += (this.#step[k] as number) * (0.5 * product - g);
      this.#candidateGradient[k] = g - product;
    }
    return this.#referenceLoss + change;
  }

  #objectiveOf(w: Float64Array, loss: number): number {
    const { penalty, lambda } = this.problem;
    let omega = (this.design.columns - this.size) * this.#omegaAtZero;
    for (let k = 0; k < this.size; ++k) omega += penalty.omega(Math.abs(w[k] as number), lambda);
    return loss + lambda * omega;
  }

  #afterMove(): void {
    const { penalty, lambda } = this.problem;
    for (let k = 0; k < this.size; ++k) {
      const size = Math.abs(this.w[k] as number);
      this.slope[k] = penalty.slope(size, lambda);
      if (size > this.#peak) this.#peak = size;
    }
  }
}
