// What follows once the iteration has told the zeros from the nonzeros (native/solvers/support.cc): vanishing
// coordinates are set to 0, the rest is solved by damped Newton steps on the support, the whole is checked, and
// coordinates that the check finds wrongly at 0 come back.
import type { Iterate } from "./iterate.ts";
import { SupportSearch } from "./search.ts";
import type { Check } from "./stationarity.ts";
import type { Workspace } from "./workspace.ts";

const maxRounds = 60;
const maxSteps = 60;
const creeping = 6;

/** What is added to Newton's matrix, tried in turn: a multiple of its diagonal, at last the reweighted curvature. */
const shifts = [0, 1e-9, 1e-6, 1e-3, 0.01, 0.05, 0.2, 1, 0, 1e-9, 1e-6, 1e-3];
const firstReweighted = 8;
/** Of the scale: a coordinate below it on the very edge of 0 vanishes too, which it would do ever more slowly. */
const edge = 1e-6;

export class Finish {
  readonly #at: Iterate;
  readonly #check: Check;
  readonly #goal: number;
  readonly #record: () => boolean;
  readonly #search: SupportSearch;
  readonly #full: Float64Array;
  readonly #before: Float64Array;
  readonly #ridge: Float64Array;
  readonly #diagonal: Float64Array;
  readonly #matrix: Float64Array;
  readonly #rhs: Float64Array;
  readonly #step: Float64Array;
  #threshold = 1e-3;
  #damping = 0;
  #crowds = true; // reweighting still thins out supports much larger than the number of rows
  #exhausted = false;

  constructor(at: Iterate, check: Check, goal: number, record: () => boolean, workspace: Workspace) {
    const p = at.design.columns;
    this.#at = at;
    this.#check = check;
    this.#goal = goal;
    this.#record = record;
    this.#search = new SupportSearch(at, workspace);
    this.#full = workspace.take(p);
    this.#before = workspace.take(p);
    this.#ridge = workspace.take(p);
    this.#diagonal = workspace.take(p);
    this.#matrix = workspace.take(p);
    this.#rhs = workspace.take(p);
    this.#step = workspace.take(p);
  }

  /** True when the result is stationary as a whole; false leaves a point no higher than before. */
  run(): boolean {
    const at = this.#at;
    at.copyTo(this.#before);
    const objectiveBefore = at.objective;
    if (this.#zeroVanishing()) at.set(this.#full);
    for (let round = 0; round < maxRounds && !this.#exhausted; ++round) {
      this.#newton();
      at.copyTo(this.#full);
      this.#check.at(this.#full);
      const violators: number[] = [];
      for (let j = 0; j < this.#full.length; ++j) {
        if (this.#full[j] === 0 && this.#check.violationOf(j, 0) > this.#goal) violators.push(j);
      }
      if (violators.length > 0 && !this.#exhausted && this.#search.enter(violators, this.#check)) {
        if (!this.#record()) this.#exhausted = true;
        continue;
      }
      const lower = at.objective <= objectiveBefore + at.slack();
      if (lower) return violators.length === 0 && this.#check.violation <= this.#goal;
      break;
    }
    if (at.objective > objectiveBefore) {
      at.set(this.#before);
      this.#threshold *= 0.1;
    }
    return false;
  }

  /** At a stationary point: false if it is a minimum on its support, else moves on downhill. */
  leaveSaddle(): boolean {
    if (this.#exhausted || !this.#search.leaveSaddle()) return false;
    if (!this.#record()) this.#exhausted = true;
    return true;
  }

  /** Into #full the current point with vanishing coordinates at 0; false if there are none. */
  #zeroVanishing(): boolean {
    const at = this.#at;
    const scale = at.scale();
    const small = this.#threshold * scale;
    const allowed = at.problem.lambda * at.slopeAtZero;
    let any = false;
    at.copyTo(this.#full);
    for (let k = 0; k < at.size; ++k) {
      const size = Math.abs(at.w[k] as number);
      if (size > small) continue;
      const gradient = Math.abs(at.gradient[k] as number);
      if (gradient >= 0.99 * allowed && !(size <= edge * scale && gradient <= allowed + 0.5 * this.#goal))
        continue;
      this.#full[at.index[k] as number] = 0;
      any = true;
    }
    return any;
  }

  #newton(): void {
    const before = this.#at.size;
    this.#newtonSteps();
    if (10 * this.#at.size > 9 * before) this.#crowds = false;
  }

  #newtonSteps(): void {
    const at = this.#at;
    this.#damping = 0;
    let slow = 0;
    for (let step = 0; step < maxSteps && at.size > 0 && !this.#exhausted; ++step) {
      const violation = at.violation();
      if (violation <= 0.01 * this.#goal) return;
      const { objective, size } = at;
      const moved = this.#newtonStep();
      this.#dropVanishing();
      if (moved && !this.#record()) this.#exhausted = true;
      if (at.size < size) {
        slow = 0;
        continue;
      }
      slow = this.#damping > 0 || !moved || at.violation() > 0.9 * violation ? slow + 1 : 0;
      if (slow >= creeping || !moved) {
        if (!this.leaveSaddle() && !moved) return;
        slow = 0;
      }
      // At the resolution of the objective only a smaller violation is progress.
      const fell = at.objective < objective - at.slack();
      if (!fell && at.size === size && at.violation() > 0.5 * violation) return;
    }
  }

  #dropVanishing(): void {
    const at = this.#at;
    if (!this.#zeroVanishing()) return;
    for (let k = 0; k < at.size; ++k) this.#step[k] = this.#full[at.index[k] as number] as number;
    if (at.tryAt(this.#step) > at.objective) return;
    at.accept();
    at.compact(this.#full);
  }

  #newtonStep(): boolean {
    const at = this.#at;
    const { penalty, lambda } = at.problem;
    at.ridgeWeights(this.#ridge);
    at.descent(this.#rhs);
    let flat = 0;
    for (let k = 0; k < at.size; ++k) {
      const own = lambda * penalty.curvature(Math.abs(at.w[k] as number), lambda);
      // Beyond H_kk = 1 the coordinate alone is concave: no minimum is here, the reweighted step leads away.
      this.#diagonal[k] = own > 1e-7 - 1 ? own : (this.#ridge[k] as number);
      if (!((this.#diagonal[k] as number) > 0)) ++flat;
    }
    // With far more coordinates than rows Newton's matrix is singular; reweighting lets a crowd vanish at once.
    const { rows } = at.design;
    if (this.#crowds && flat > rows + Math.max(16, rows >> 1))
      this.#damping = Math.max(this.#damping, firstReweighted);
    for (; this.#damping < shifts.length; ++this.#damping) {
      const shift = shifts[this.#damping] as number;
      const reweighted = this.#damping >= firstReweighted;
      for (let k = 0; k < at.size; ++k) {
        const own = (reweighted ? this.#ridge[k] : this.#diagonal[k]) as number;
        this.#matrix[k] = own + shift * (1 + (reweighted ? 0 : Math.abs(own)));
      }
      if (!at.solve(this.#matrix, this.#rhs, this.#step) || !this.#search.line(this.#step)) continue;
      if (this.#damping > 0) --this.#damping;
      return true;
    }
    this.#damping = 0;
    return false;
  }
}
