// The reweighted solver of native/solvers/reweighted.cc in JavaScript: with eta fixed a ridge problem, solved as a
// step from the current point; with w fixed eta = etaHat(w); then the finish on the support.
import { Finish } from "./finish.ts";
import { Iterate } from "./iterate.ts";
import type { ActiveDesign, Outcome, Problem, ScalarPenalty } from "./problem.ts";
import { Check } from "./stationarity.ts";
import type { Workspace } from "./workspace.ts";

const patience = 30;
const maxSteps = 10_000;

// A full garbage collection that finds no instance of a class also drops the code optimised for its shape.
let latest: Reweighted | undefined;

/** The result's w lies in the workspace. */
export function solveReweighted(
  design: ActiveDesign,
  problem: Problem,
  workspace: Workspace,
): Outcome & { w: Float64Array } {
  latest = new Reweighted(design, problem, workspace);
  return latest.run();
}

class Reweighted {
  readonly #at: Iterate;
  readonly #check: Check;
  readonly #finish: Finish;
  readonly #ridge: Float64Array;
  readonly #rhs: Float64Array;
  readonly #step: Float64Array;
  readonly #full: Float64Array;
  readonly #before: Float64Array;
  #iterations = 0;
  #idle = 0;
  #escapes = 0;
  #leastViolation = Infinity;

  constructor(design: ActiveDesign, problem: Problem, workspace: Workspace) {
    const p = design.columns;
    this.#at = new Iterate(design, problem, workspace);
    this.#check = new Check(design, problem, workspace);
    const goal = Math.max(problem.tolerance * problem.lambda, this.#check.roundingFloor);
    this.#finish = new Finish(this.#at, this.#check, goal, () => ++this.#iterations < maxSteps, workspace);
    this.#ridge = workspace.take(p);
    this.#rhs = workspace.take(p);
    this.#step = workspace.take(p);
    this.#full = workspace.takeZeros(p);
    this.#before = workspace.take(p);
  }

  run(): Outcome & { w: Float64Array } {
    this.#begin();
    const converged = this.#loop();
    this.#at.copyTo(this.#full);
    this.#check.at(this.#full);
    return {
      w: this.#full,
      objective: this.#check.objective,
      stationarity: this.#check.violation,
      nonzero: this.#at.size,
      iterations: this.#iterations,
      converged,
    };
  }

  /** Ridge regression whose strength is the penalty's own at a tenth of the largest marginal coefficient. */
  #begin(): void {
    const at = this.#at;
    const { penalty, lambda } = at.problem;
    this.#check.at(this.#full);
    const stays = this.#check.gradient.every((g) => staysAtZero(penalty, Math.abs(g), lambda));
    at.set(this.#full, !stays);
    if (stays) return;
    let largest = 0;
    for (let k = 0; k < at.size; ++k) largest = Math.max(largest, Math.abs(at.gradient[k] as number));
    const slope = penalty.slope(0.1 * largest, lambda);
    const strength = Math.min(1, Math.max(1e-3, (lambda * slope) / largest));
    this.#ridge.fill(strength);
    if (!at.solve(this.#ridge, at.gradient, this.#step)) throw new Error("no dense start");
    at.tryAt(this.#step);
    at.accept();
    at.compact(this.#full);
  }

  #loop(): boolean {
    const at = this.#at;
    let nextFinish = 3;
    let interval = 3;
    for (let step = 0; ; ++step) {
      if (at.size === 0 || step === nextFinish) {
        if (this.#tryFinish()) return true;
        interval = Math.min(interval + 1 + (interval >> 1), 50);
        nextFinish = step + interval;
      }
      if (this.#iterations >= maxSteps) return false;
      if (this.#reweightedStep()) continue;
      if (this.#tryFinish()) return true;
      if (this.#idle !== 0) return false;
    }
  }

  #tryFinish(): boolean {
    while (this.#finish.run()) {
      if (this.#escapes >= 50 || !this.#finish.leaveSaddle()) return true;
      ++this.#escapes;
      this.#idle = 0;
    }
    return false;
  }

  #reweightedStep(): boolean {
    this.#dropVanished();
    const at = this.#at;
    at.ridgeWeights(this.#ridge);
    at.descent(this.#rhs);
    let solved = at.solve(this.#ridge, this.#rhs, this.#step);
    for (let proximal = 1e-10; !solved && proximal < 10; proximal *= 100) {
      for (let k = 0; k < at.size; ++k) this.#ridge[k] = (this.#ridge[k] as number) + proximal;
      solved = at.solve(this.#ridge, this.#rhs, this.#step);
    }
    if (!solved) return this.#progressed(false);
    const before = at.objective;
    const candidate = this.#rhs;
    for (let halving = 0, length = 1; halving < 8; ++halving, length *= 0.5) {
      for (let k = 0; k < at.size; ++k) {
        candidate[k] = (at.w[k] as number) + length * (this.#step[k] as number);
      }
      const slack = at.slack();
      if (at.tryAt(candidate) > before + slack) continue;
      at.accept();
      ++this.#iterations;
      return this.#progressed(at.objective < before - slack);
    }
    return this.#progressed(false);
  }

  #progressed(fell: boolean): boolean {
    const violation = this.#at.violation();
    if (fell || violation < 0.999 * this.#leastViolation) {
      this.#leastViolation = Math.min(this.#leastViolation, violation);
      this.#idle = 0;
      return true;
    }
    return ++this.#idle < patience;
  }

  /** Coordinates that have shrunk to nothing where 0 is stationary leave. */
  #dropVanished(): void {
    const at = this.#at;
    const small = 1e-10 * at.scale();
    const allowed = at.problem.lambda * at.slopeAtZero;
    let any = false;
    for (let k = 0; k < at.size && !any; ++k) {
      any = Math.abs(at.w[k] as number) <= small && Math.abs(at.gradient[k] as number) < allowed;
    }
    if (!any) return;
    at.copyTo(this.#before);
    at.copyTo(this.#full);
    for (let k = 0; k < at.size; ++k) {
      if (Math.abs(at.w[k] as number) <= small && Math.abs(at.gradient[k] as number) < allowed) {
        this.#full[at.index[k] as number] = 0;
      }
    }
    const limit = at.objective + at.slack();
    at.set(this.#full);
    if (at.objective > limit) at.set(this.#before);
  }
}

/** min over t > 0 of t^2/2 - g t + lambda (omega(t) - omega(0)) >= 0, on a geometric grid. */
function staysAtZero(penalty: ScalarPenalty, g: number, lambda: number): boolean {
  if (g > lambda * penalty.slope(0, lambda) * (1 + 1e-10)) return false;
  if (penalty.convex || g === 0) return true;
  const zero = penalty.omega(0, lambda);
  for (let i = 0, t = 2 * g; i < 240; ++i, t *= 0.93) {
    const cost = 0.5 * t * t + lambda * (penalty.omega(t, lambda) - zero);
    if (cost < g * t * (1 - 1e-10)) return false;
  }
  return true;
}
