// The first-order condition over all columns, from nothing but the design and w.
import type { ActiveDesign, Problem } from "./problem.ts";
import type { Workspace } from "./workspace.ts";

export class Check {
  readonly gradient: Float64Array;
  readonly slope: Float64Array;
  readonly roundingFloor: number;
  objective = 0;
  violation = 0;
  readonly #design: ActiveDesign;
  readonly #problem: Problem;
  readonly #active: Float64Array;
  readonly #residual: Float64Array;

  constructor(design: ActiveDesign, problem: Problem, workspace: Workspace) {
    this.#design = design;
    this.#problem = problem;
    this.gradient = workspace.take(design.columns);
    this.slope = workspace.take(design.columns);
    this.#active = workspace.take(design.columns);
    this.#residual = workspace.take(design.rows);
    let energy = 0;
    for (const value of design.y) energy += value * value;
    this.roundingFloor = 64 * Number.EPSILON * Math.sqrt(energy / design.rows);
  }

  /** At w, whose nonzero coordinates must be the design's active ones. */
  at(w: Float64Array): void {
    const { rows, y } = this.#design;
    const { penalty, lambda } = this.#problem;
    const residual = this.#residual;
    let size = 0;
    let omega = 0;
    for (let j = 0; j < w.length; ++j) {
      const value = w[j] as number;
      if (value !== 0) this.#active[size++] = value;
      omega += penalty.omega(Math.abs(value), lambda);
      this.slope[j] = penalty.slope(Math.abs(value), lambda);
    }
    if (size > 0) this.#design.fitted(this.#active, residual);
    else residual.fill(0);
    let sum = 0;
    for (let i = 0; i < rows; ++i) {
      const r = (y[i] as number) - (residual[i] as number);
      residual[i] = r;
      sum += r * r;
    }
    this.#design.correlateAll(residual, this.gradient);
    this.objective = sum / (2 * rows) + lambda * omega;
    this.violation = 0;
    for (let j = 0; j < w.length; ++j) {
      this.violation = Math.max(this.violation, this.violationOf(j, w[j] as number));
    }
  }

  violationOf(j: number, w: number): number {
    const pull = this.#problem.lambda * (this.slope[j] as number);
    const g = this.gradient[j] as number;
    if (w === 0) return Math.max(0, Math.abs(g) - pull);
    return Math.abs(w > 0 ? g - pull : g + pull);
  }
}
