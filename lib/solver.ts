import type { NativeModel, NativePenalty } from "../binding.js";
import { native } from "./binding.js";
import { property, requireBoolean, requireChoice, requireNumber, requireOptions } from "./checks.js";
import type { ConvergenceDefaults } from "./convergence.js";
import { FlipsideError } from "./errors.js";

/** The empirical risks; see `SharedOptions.loss`. */
export type LossName = "squared" | "logistic" | "poisson" | "huber" | "cox" | "multinomial" | "multiTask";

/** @internal */
export const lossNames = [
  "squared",
  "logistic",
  "poisson",
  "huber",
  "cox",
  "multinomial",
  "multiTask",
] as const satisfies readonly LossName[];

/**
 * The algorithms, all for the objective L(w) + λ Ω(w) (arXiv 2106.07769):
 *
 * - "workingSet" (penalties that are a sum over the coefficients, not multinomial loss): a small subproblem on the columns that violate the
 *   first-order condition, until none does; takes single precision and sparse columns as they are. Tolerance 1e-8.
 * - "reweighted" (squared loss): adaptive Tikhonov regularisation, finished by Newton's method on the support.
 *   Tolerance 1e-8.
 * - "proximal": AdaProx, gradient steps shrunk by the keep probability; with hardThreshold iterative hard thresholding.
 *   After 1000 steps Newton's method on the support helps now and then. Tolerance 1e-8.
 * - "etaTrick" (penalties that are a sum over the coefficients): joint descent in the coefficients and log η on the
 *   variational form, by L-BFGS. Its history is that of the lowest L + λ Ω so far. Tolerance 1e-5.
 * - "direct" (not hardThreshold): descent along the subgradient of L + λ Ω itself with spectral step lengths.
 *   Tolerance 1e-6.
 * - "dropout" (squared loss, penalties that are a sum over the coefficients): AdaDrop, stochastic gradients under sampled masks
 *   with averaging. It has converged when `Fit.objectiveMargin` is at most `tolerance` times the loss at 0, by default
 *   1e-3. An iteration is a round of at least 128 steps that draws about every row. A penalty that is not convex may keep
 *   it from any minimum for long; then the margin is Infinity.
 * - "blocks" (penalties that are a sum over the coefficients): the one for factors, bounds and groups. Groups at work are
 *   solved by second-order models with block descent and Newton steps; takes single precision and sparse columns as they
 *   are. Tolerance 1e-8.
 */
export type SolverName =
  | "workingSet"
  | "reweighted"
  | "proximal"
  | "etaTrick"
  | "direct"
  | "dropout"
  | "blocks";

/** Options of the solver "proximal". */
export interface ProximalOptions {
  /** Nesterov's momentum, restarted where the objective would rise. By default true. */
  readonly accelerated?: boolean | undefined;
}

/** Options of the solver "dropout". */
export interface DropoutOptions {
  /**
   * "bernoulli" (the default): 1/α with probability α, else 0. "unscaledBernoulli": 1 with probability α, else 0, on weights
   * v with w = α v. "gaussian": 1 + σ z with σ² = λ/η.
   */
  readonly mask?: "bernoulli" | "unscaledBernoulli" | "gaussian" | undefined;
  /** Rows per step, an integer >= 1; by default 32. More than there are rows is all of them. */
  readonly batchSize?: number | undefined;
  /** The first steps in units of one that is surely stable, in (0, 1], by default 0.5. */
  readonly stepSize?: number | undefined;
  /** Steps fall like (1 + round / 64)^-stepDecay, in [0, 1], by default 0.6. */
  readonly stepDecay?: number | undefined;
}

/** What each solver takes where the caller says nothing. */
export const solverDefaults: Readonly<Record<SolverName, ConvergenceDefaults>> = Object.freeze({
  workingSet: { tolerance: 1e-8, maxIterations: 10_000 },
  reweighted: { tolerance: 1e-8, maxIterations: 10_000 },
  proximal: { tolerance: 1e-8, maxIterations: 100_000 },
  etaTrick: { tolerance: 1e-5, maxIterations: 100_000 },
  direct: { tolerance: 1e-6, maxIterations: 100_000 },
  dropout: { tolerance: 1e-3, maxIterations: 10_000 },
  blocks: { tolerance: 1e-8, maxIterations: 10_000 },
});

/** The keys of options that concern the solver. @internal */
export const solverKeys = ["solver", "seed", "starts", "proximal", "dropout"];

/** @internal */
export const solverNames = ["auto", ...(Object.keys(solverDefaults) as SolverName[])] as const;
const masks = ["bernoulli", "unscaledBernoulli", "gaussian"] as const;
const startsRange = { min: 1, max: 100_000, integer: true };
const seedRange = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true };
const batchRange = { min: 1, max: 2 ** 31 - 1, integer: true };
const stepRange = { above: 0, max: 1 };
const decayRange = { min: 0, max: 1 };

/** A solver with its own options. @internal */
export type Choice = Omit<NativeModel, "penalty" | "solver" | "tolerance" | "maxIterations"> & {
  readonly solver: SolverName;
};

const automatic = new WeakMap<NativePenalty, Map<string, SolverName>>();

/** The solver that "auto" stands for, which the addon knows. */
function automaticSolver(penalty: NativePenalty, loss: LossName, structured: boolean): SolverName {
  let byLoss = automatic.get(penalty);
  if (byLoss === undefined) {
    byLoss = new Map();
    automatic.set(penalty, byLoss);
  }
  const key = structured ? `${loss} structured` : loss;
  let solver = byLoss.get(key);
  if (solver === undefined) {
    solver = native.automaticSolver(penalty, loss, structured) as SolverName;
    byLoss.set(key, solver);
  }
  return solver;
}

/** The solver with its own options, from the options of a fit. @internal */
export function readSolver(
  options: object,
  penalty: NativePenalty,
  loss: LossName,
  structured = false,
): Choice {
  const given = property("options", options, "solver");
  const name = given === undefined ? "auto" : requireChoice("solver", given, solverNames);
  const solver = name === "auto" ? automaticSolver(penalty, loss, structured) : name;
  const seed = property("options", options, "seed");
  const proximal = ownOptions(options, "proximal", ["accelerated"], solver);
  const dropout = ownOptions(options, "dropout", ["mask", "batchSize", "stepSize", "stepDecay"], solver);
  const accelerated = property("proximal", proximal, "accelerated");
  const mask = property("dropout", dropout, "mask");
  const number = (key: string, range: object, standard: number) => {
    const value = property("dropout", dropout, key);
    return value === undefined ? standard : requireNumber(`dropout.${key}`, value, range);
  };
  return {
    solver,
    starts: readStarts(options, solver),
    seed: seed === undefined ? 0 : requireNumber("seed", seed, seedRange),
    accelerated: accelerated === undefined || requireBoolean("proximal.accelerated", accelerated),
    mask: mask === undefined ? "bernoulli" : requireChoice("dropout.mask", mask, masks),
    batchSize: number("batchSize", batchRange, 0),
    stepSize: number("stepSize", stepRange, 0.5),
    stepDecay: number("stepDecay", decayRange, 0.6),
  };
}

function readStarts(options: object, solver: SolverName): number {
  const given = property("options", options, "starts");
  const starts = given === undefined ? 1 : requireNumber("starts", given, startsRange);
  if (starts === 1 || solver === "workingSet") return starts;
  const message = `starts must be 1 unless the solver is workingSet, but is ${starts} and the solver ${solver}`;
  throw new FlipsideError("UNSUPPORTED", message);
}

const none = Object.freeze({});

function ownOptions(options: object, key: SolverName, known: readonly string[], solver: SolverName): object {
  const given = property("options", options, key);
  if (given === undefined) return none;
  if (solver === key) return requireOptions(key, given, known);
  const message = `${key} must be left out unless the solver is ${key}, but it is ${solver}`;
  throw new FlipsideError("INVALID_ARGUMENT", message);
}
