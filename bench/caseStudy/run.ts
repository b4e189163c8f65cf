// One run: a network trained with one method from one seed, and what it is worth on the test images.
import { type EpochEntry, type NetworkProblem, type TrainNetworkOptions, trainNetwork } from "flipside";
import { median } from "../statistics.ts";
import { type ImageData, type Split, splitRows } from "./data.ts";
import { batchSize, layers, type Setting, threshold } from "./settings.ts";
import type { History, Run } from "./study.ts";

export interface RunOptions {
  readonly epochs: number;
  readonly pinThreads: boolean;
}

/** What is told after each epoch. */
export interface EpochNews {
  readonly nonzero: number;
  readonly validationError: number;
  readonly loss: number;
  readonly seconds: number;
}

/**
 * The seed is that of the split into training and validation images, of the starting weights, of the order of the images
 * and of the noise.
 */
export async function runMethod(
  data: ImageData,
  setting: Setting,
  seed: number,
  { epochs, pinThreads }: RunOptions,
  onEpoch?: (news: EpochNews) => void,
): Promise<Run> {
  const begin = performance.now();
  const network = await trainNetwork(
    problemOf(data),
    optionsOf(data, setting, seed, splitRows(data.train.rows, seed), {
      epochs,
      pinThreads,
      onProgress: ({ nonzero, validationError = Number.NaN, loss, seconds }) =>
        onEpoch?.({ nonzero, validationError, loss, seconds }),
    }),
  );
  const total = (performance.now() - begin) / 1000;
  const { images, labels, rows } = data.test;
  const test = { data: images, rows, columns: data.inputs };
  const trained = await network.evaluate(test, labels);
  const pruned = await network.prune(threshold).evaluate(test, labels);
  const history = historyOf(network.history);
  return {
    method: setting.id,
    seed,
    history,
    nonzero: rounded(network.history.at(-1)?.nonzero ?? Number.NaN, 7),
    testError: { trained: rounded(trained.error, 7), pruned: rounded(pruned.error, 7) },
    seconds: {
      epoch: rounded(median(network.history.map(({ seconds }) => seconds)), 4),
      total: rounded(total, 5),
    },
  };
}

export function problemOf({ train, inputs }: ImageData): NetworkProblem {
  return { x: { data: train.images, rows: train.rows, columns: inputs }, y: train.labels };
}

/** Of trainNetwork; `more` adds to them. */
export function optionsOf(
  { train }: ImageData,
  { learningRate, options }: Setting,
  seed: number,
  { validation }: Split,
  more: Partial<TrainNetworkOptions> & { readonly epochs: number },
): TrainNetworkOptions {
  return {
    layers: [...layers],
    activation: "relu",
    loss: "softmaxCrossEntropy",
    optimizer: "adam",
    learningRate,
    learningRateSchedule: "linear",
    batchSize,
    threshold,
    seed,
    ...(validation.length > 0 && { validation: { rows: validation } }),
    ...options(train.rows, more.epochs),
    ...more,
  };
}

function historyOf(entries: readonly EpochEntry[]): History {
  return {
    loss: entries.map(({ loss }) => rounded(loss)),
    penalty: entries.map(({ penalty }) => rounded(penalty)),
    nonzero: entries.map(({ nonzero }) => rounded(nonzero)),
    validationError: entries.map(({ validationError = Number.NaN }) => rounded(validationError)),
  };
}

/** To so many significant digits. */
function rounded(value: number, digits = 5): number {
  return Number(value.toPrecision(digits));
}
