// What is trained, and with which settings: LeNet-300-100 with seven methods as published and two beside them.
import { penalties, type TrainNetworkOptions } from "flipside";

/** Fraction nonzero and test error in percent after 200 epochs. */
export interface Published {
  readonly nonzero: number;
  readonly error: number;
}

type MethodOptions = Pick<TrainNetworkOptions, "method" | "penalty" | "lambda" | "lossScale" | "start">;

export interface Setting {
  /** As --methods takes it. */
  readonly id: string;
  readonly title: string;
  readonly learningRate: number;
  /** In words, for the tables. */
  readonly description: string;
  readonly published: Published | undefined;
  /** Of trainNetwork, given how many images there are with those for validation and how many epochs. */
  options(images: number, epochs: number): MethodOptions;
}

export const layers = [300, 100] as const;
export const fullEpochs = 200;
export const batchSize = 128;
/** Weights with a smaller keep probability count as zero. */
export const threshold = 0.05;

/** Of the log-sum penalty log(|w| + epsilon). */
export const epsilon = 2;
const logSum = penalties.logSum({ epsilon });
const strength = 1e-3;
/** Of the weights of variational dropout at the start. */
const deviation = 0.02;
const finalSparsity = 0.95;

/** J = images x loss + KL, as loss + KL / images times images. */
function variational(
  localReparametrization: boolean,
  additiveReparametrization: boolean,
): Setting["options"] {
  const noise = additiveReparametrization ? { logSigma: -5 } : { logAlpha: -5 };
  return (images) => ({
    method: { name: "variationalDropout", localReparametrization, additiveReparametrization, ...noise },
    lambda: 1 / images,
    lossScale: images,
    start: { distribution: "normal", scale: deviation, biases: "zero" },
  });
}

export const settings: readonly Setting[] = [
  {
    id: "varDropLRAR",
    title: "VarDrop+LR+AR",
    learningRate: 1e-4,
    description:
      "variational dropout, local and additive reparametrisation: N × loss + KL; W ~ N(0, 0.02²), log σ = −5",
    published: { nonzero: 0.0238, error: 3.21 },
    options: variational(true, true),
  },
  {
    id: "varDropLR",
    title: "VarDrop+LR",
    learningRate: 1e-3,
    description: "variational dropout, local reparametrisation: N × loss + KL; W ~ N(0, 0.02²), log α = −5",
    published: { nonzero: 0.0885, error: 1.41 },
    options: variational(true, false),
  },
  {
    id: "varDrop",
    title: "VarDrop",
    learningRate: 1e-3,
    description:
      "variational dropout, one noisy weight per batch: N × loss + KL; W ~ N(0, 0.02²), log α = −5",
    published: { nonzero: 0.5946, error: 1.54 },
    options: variational(false, false),
  },
  {
    id: "etaTrick",
    title: "eta-Trick",
    learningRate: 1e-3,
    description: "η-trick of log(|w| + 2), λ = 1e-3; log(η / λ) starts at 5, its decay 1e-3",
    published: { nonzero: 0.0513, error: 2.16 },
    options: () => ({
      method: { name: "etaTrick", decay: 1e-3, logEta: 5 },
      penalty: logSum,
      lambda: strength,
    }),
  },
  {
    id: "adaProx",
    title: "AdaProx",
    learningRate: 1e-4,
    description:
      "adaptive proximal steps for log(|w| + 2), λ = 1e-3. The published run shrank the weights after validation batches too, and counted by that α: case-study-adaprox.md repeats it",
    published: { nonzero: 0.0276, error: 2.94 },
    options: () => ({ method: "adaptiveProx", penalty: logSum, lambda: strength }),
  },
  {
    id: "adaTikhonov",
    title: "AdaTikhonov",
    learningRate: 1e-4,
    description: "adaptive Tikhonov for log(|w| + 2), λ = 1e-3, α ≥ 1e-3",
    published: { nonzero: 0.0183, error: 2.88 },
    options: () => ({
      method: { name: "adaptiveTikhonov", smallestKeep: 1e-3 },
      penalty: logSum,
      lambda: strength,
    }),
  },
  {
    id: "logSum",
    title: "LogSum",
    learningRate: 1e-4,
    description: "the gradient of λ log(|w| + 2) itself, λ = 1e-3",
    published: { nonzero: 0.019, error: 2.93 },
    options: () => ({ method: "directPenalty", penalty: logSum, lambda: strength }),
  },
  // Louizos et al. 2018 have 0.1 / N for each weight behind a gate, but one gate for all weights of an input: 10 to 300 in
  // this network, so 1 / N to 30 / N per gate. For a gate of a single weight 0.1 / N is too little to close it; 1 / N makes
  // the objective N x loss + the expected number of weights. log a starts at 0, as theirs in the hidden layers.
  {
    id: "hardConcrete",
    title: "HardConcrete",
    learningRate: 1e-3,
    description:
      "L0 by hard concrete gates of the weights (Louizos et al. 2018): N × loss + the expected number of open gates, so λ = 2 / N as R = Σ P(s ≠ 0) / 2; log a ~ N(0, 0.01²)",
    published: undefined,
    options: (images) => ({ method: { name: "hardConcrete", keep: 0.5 }, lambda: 2 / images }),
  },
  {
    id: "magnitude",
    title: "MagnitudePruning",
    learningRate: 1e-3,
    description: `magnitude pruning (Zhu and Gupta 2017): ${100 * finalSparsity} % zeros, reached like a cubic at three quarters of the steps`,
    published: undefined,
    options: (_, epochs) => ({
      method: { name: "magnitudePruning", finalSparsity, begin: 0, end: 0.75 * epochs },
    }),
  },
];

/** Those of a comma list, in the order of the table; throws a message that lists them all for an unknown one. */
export function chooseSettings(list: string | undefined): readonly Setting[] {
  if (list === undefined) return settings;
  const ids = list.split(",").map((id) => id.trim());
  const known = settings.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new RangeError(`no method ${unknown}; there are ${known.join(", ")}`);
  return settings.filter(({ id }) => ids.includes(id));
}
