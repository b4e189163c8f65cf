import { loadData } from "./network/data.js";
import { makeNetwork, type Network } from "./network/network.js";
import type { NetworkProblem, TrainNetworkOptions } from "./network/options.js";
import { readRun } from "./network/plan.js";
import { abortedBefore, isAborted, train } from "./network/training.js";

export { Checkpoint } from "./network/checkpoint.js";
export type { ValidationOptions } from "./network/data.js";
export type * from "./network/methodOptions.js";
export type { AdamOptions, OptimizerOptions, SgdOptions } from "./network/optimizer.js";
export type {
  CheckpointOptions,
  NetworkProblem,
  NetworkStartOptions,
  TrainNetworkOptions,
} from "./network/options.js";
export type { Activation, EpochEntry, MethodName, NetworkLoss, TrainingReason } from "./network/parts.js";
export type {
  LambdaSchedule,
  LearningRateSchedule,
  PlainSchedule,
  TrainingPosition,
} from "./network/schedule.js";

/**
 * Trains a multilayer perceptron with a method of sparse training: with L the mean loss of a batch and R the penalty
 * of the weights, c (L + λ R) is minimised by steps of Adam or SGD (c is the option `lossScale`). Biases are not
 * penalised. A stationary point is all that such a search can find; which one depends on `seed`, but not on the
 * number of threads.
 *
 * Training is on workers of the addon. The data are copied first, in slices of 4 MB between which the event loop has
 * its turn; memory that the promise was called with is not kept.
 *
 * ```ts
 * const network = await trainNetwork(
 *   { x, y: ["cat", "dog", ...] },
 *   { layers: [300, 100], method: "adaptiveProx", penalty: penalties.l1(), lambda: 1e-4, epochs: 20 },
 * );
 * network.sparsity; // the fraction of weights that are zero
 * await network.classify(x);
 * ```
 *
 * @returns The network, with a history of one entry per epoch; one that was stopped by its signal has the reason
 * "aborted".
 * @throws FlipsideError, always as a rejection: bad arguments, ABORTED, OUT_OF_MEMORY, NUMERIC where the loss is no
 * longer finite. What `onProgress`, `checkpoint.save` or a schedule throws is passed on.
 */
export async function trainNetwork(problem: NetworkProblem, options: TrainNetworkOptions): Promise<Network> {
  const { plan, source } = readRun(problem, options);
  const check = () => {
    if (isAborted(plan.signal)) throw abortedBefore(plan.signal);
  };
  return loadData(source, check)
    .then((loaded) => train(plan, loaded))
    .then(makeNetwork);
}
