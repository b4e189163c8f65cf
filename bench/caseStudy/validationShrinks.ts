// npm run case-study:adaprox: why the published AdaProx row has more nonzero weights than ours at the end and fewer at the
// start. The authors' callback, which computes alpha and multiplies the weights by it, runs after every batch, those of the
// validation images too: 94 shrinkages without a step after each epoch. Here an epoch is trained natively and the 94 are
// made on its state.
import { writeFileSync } from "node:fs";
import type { NativeEvaluation, NativeTraining, NativeTrainingState } from "../../binding.js";
import { binding, packageRoot } from "../drivers/native.ts";
import { currentCommit, describeMachine } from "../machine.ts";
import { type TextTable, toMarkdown, toTerminal } from "../table.ts";
import { loadImages, splitRows } from "./data.ts";
import { batchSize, chooseSettings, epsilon, fullEpochs, layers, threshold } from "./settings.ts";

const lambda = 1e-3;
const beta2 = 0.999;
/** Epoch, fraction nonzero and validation error in percent, as the authors' notebook prints them. */
const published: readonly (readonly [number, number, number])[] = [
  [1, 0.3507, 10.78],
  [2, 0.2172, 9.71],
  [6, 0.1105, 7.63],
  [10, 0.0713, 6.4],
  [20, 0.0422, 5.07],
  [50, 0.0298, 3.78],
  [100, 0.0272, 3.44],
  [150, 0.027, 3.36],
  [180, 0.0273, 3.33],
  [200, 0.0276, 3.33],
];

interface Outcome {
  readonly nonzero: number;
  readonly error: number;
}

const [setting] = chooseSettings("adaProx");
const rate = setting?.learningRate ?? Number.NaN;
const data = loadImages();
const split = splitRows(data.train.rows, 0);
const dataset = binding.createDataset({
  rows: data.train.rows,
  inputs: data.inputs,
  outputs: data.classes,
  labels: true,
  precision: "float32",
});
const slice = 4000;
for (let first = 0; first < data.train.rows; first += slice) {
  const end = Math.min(data.train.rows, first + slice);
  const pixels = data.train.images.subarray(first * data.inputs, end * data.inputs);
  binding.fillDataset(dataset, first, pixels, data.train.labels.subarray(first, end));
}

function begin(): NativeTraining {
  return binding.createTraining({
    data: dataset,
    trainingRows: split.training,
    validationRows: split.validation,
    layers: [
      ...layers.map((outputs) => ({ outputs, activation: "relu" as const })),
      { outputs: data.classes, activation: "identity" },
    ],
    objective: "softmaxCrossEntropy",
    method: {
      name: "adaptiveProx",
      penalty: binding.createPenalty("logSum", Float64Array.of(epsilon)),
      smallestKeep: 1e-3,
      decay: 0,
      mask: "bernoulli",
      localReparametrization: false,
      additiveReparametrization: false,
      beta: 2 / 3,
      gamma: -0.1,
      zeta: 1.1,
      initialSparsity: 0,
      finalSparsity: 0,
      begin: 0,
      end: 0,
      interval: 1,
      perLayer: false,
    },
    optimizer: { name: "adam", beta1: 0.9, beta2, epsilon: 1e-8, momentum: 0, nesterov: false },
    batchSize,
    shuffle: true,
    seed: 0,
    lossScale: 1,
    start: { distribution: "uniform", scale: 0, biases: "uniform", theta: 0, thetaDeviation: 0 },
    threshold,
    pin: false,
  });
}

type Settle<Result> = (error: Error | null, result: Result | null) => void;

function promised<Result>(start: (settle: Settle<Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) =>
    start((error, result) => (result === null ? reject(error) : resolve(result))),
  );
}

const etaHat = (w: number) => Math.abs(w) * (Math.abs(w) + epsilon);

/**
 * w <- alpha w with alpha = etaHat / (etaHat + rho lambda), rho = learningRate / sqrt(v-hat), so many times. Returns the
 * fraction of weights whose last alpha is at least the threshold; of none, of those whose keep probability is.
 */
function shrink({ step, layers: own }: NativeTrainingState, learningRate: number, times: number): number {
  let weights = 0;
  let nonzero = 0;
  for (const layer of own) {
    const second = layer.weightMoments[1] as Float32Array;
    for (let i = 0; i < layer.weights.length; ++i) {
      const rho = learningRate / Math.sqrt((second[i] as number) / (1 - beta2 ** step));
      let w = layer.weights[i] as number;
      let alpha = etaHat(w) / (etaHat(w) + lambda);
      for (let k = 0; k < times && alpha > 0; ++k) {
        alpha = w === 0 ? 0 : etaHat(w) / (etaHat(w) + rho * lambda);
        w = Math.fround(alpha * w);
      }
      layer.weights[i] = w;
      ++weights;
      if (alpha >= threshold) ++nonzero;
    }
  }
  return nonzero / weights;
}

async function train(times: number): Promise<ReadonlyMap<number, Outcome>> {
  const training = begin();
  const steps = Math.ceil(split.training.length / batchSize);
  const lambdas = new Float64Array(steps).fill(lambda);
  const outcomes = new Map<number, Outcome>();
  for (let epoch = 1; epoch <= fullEpochs; ++epoch) {
    const learningRate = rate * (1 - (epoch - 1) / fullEpochs);
    const learningRates = new Float64Array(steps).fill(learningRate);
    await promised((settle) => binding.trainEpoch({ training, learningRates, lambdas }, settle, null));
    const state = await promised<NativeTrainingState>((settle) =>
      binding.trainingState({ training }, settle, null),
    );
    const nonzero = shrink(state, learningRate, times);
    if (times > 0) binding.restoreTraining(training, state);
    const { error } = await promised<NativeEvaluation>((settle) =>
      binding.evaluateTraining({ training, rows: "validation", prune: false, lambda }, settle, null),
    );
    outcomes.set(epoch, { nonzero, error: 100 * error });
    if (epoch % 20 === 0) console.error(`${times} shrinkages, epoch ${epoch}: nonzero ${nonzero.toFixed(4)}`);
  }
  binding.closeTraining(training);
  return outcomes;
}

const batches = Math.ceil(split.validation.length / batchSize);
const theirs = await train(batches);
const plain = await train(0);
const cells = ({ nonzero, error }: Outcome) => [nonzero.toFixed(4), error.toFixed(2)];
const table: TextTable = {
  title: "AdaProx on MNIST by epoch",
  head: [
    "epoch",
    "published: nonzero",
    "validation error %",
    `${batches} shrinkages after each epoch: nonzero`,
    "validation error %",
    "none, as in the case study: nonzero",
    "validation error %",
  ],
  rows: published.map(([epoch, nonzero, error]) => [
    `${epoch}`,
    ...cells({ nonzero, error }),
    ...cells(theirs.get(epoch) as Outcome),
    ...cells(plain.get(epoch) as Outcome),
  ]),
  labels: 1,
  notes: [
    "The authors' code computes α and multiplies the weights by it after every batch, those of the validation images too, and counts the weights whose last such α is at least 0.05; so does the middle. On the right the keep probability η̂ / (η̂ + λ) counts, without shrinkages on validation images.",
    "Validation errors are of weights as trained; the split is another one than theirs.",
  ],
};
const machine = describeMachine();
const heading = `# AdaProx, and what the published run did at validation\n\n- \`npm run case-study:adaprox\` at ${currentCommit()}, ${new Date().toISOString().slice(0, 10)}\n- ${machine.cpu}, ${machine.cores} cores; Node ${process.version}\n\n`;
console.log(toTerminal(table));
writeFileSync(new URL("bench/results/case-study-adaprox.md", packageRoot), heading + toMarkdown(table));
