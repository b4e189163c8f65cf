import type {
  Floats,
  NativeEpoch,
  NativeEvaluation,
  NativeTrained,
  NativeTraining,
  NativeTrainingState,
} from "../../binding.js";
import { native } from "../binding.js";
import { property } from "../checks.js";
import { FlipsideError } from "../errors.js";
import { type Begin, runJob } from "../job.js";
import { makeCheckpoint } from "./checkpoint.js";
import type { Loaded } from "./data.js";
import type { EpochEntry, LayerParts, NetworkParts, TrainingReason } from "./parts.js";
import type { Plan } from "./plan.js";
import { valuesOfEpoch } from "./schedule.js";

const aborted = "the training was aborted before its first step";

export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal !== undefined && property("signal", signal, "aborted") === true;
}

export function abortedBefore(signal: AbortSignal | undefined): FlipsideError {
  return new FlipsideError("ABORTED", aborted, { cause: signal && property("signal", signal, "reason") });
}

/** Runs to the end or until it is aborted; the memory of the run is given back in any case. */
export async function train(plan: Plan, { dataset, checksum }: Loaded): Promise<NetworkParts> {
  const { resume } = plan;
  if (resume !== undefined) {
    if (resume.checksum !== checksum) {
      const message = "resume must be of a run with the same data, but x or y has other numbers";
      throw new FlipsideError("INVALID_ARGUMENT", message);
    }
    if (resume.state.step > plan.epochs * plan.stepsPerEpoch) {
      const message = `epochs must be at least the ${resume.history.length} of the run in resume, but is ${plan.epochs}`;
      throw new FlipsideError("OUT_OF_RANGE", message);
    }
  }
  const training = native.createTraining({ ...plan.request, data: dataset });
  try {
    if (resume !== undefined) restore(training, resume.state);
    return await new Run(plan, training, checksum).toEnd();
  } finally {
    native.closeTraining(training);
  }
}

/** The addon calls it the state; a checkpoint that was tampered with may have one of another shape. */
function restore(training: NativeTraining, state: NativeTrainingState): void {
  try {
    native.restoreTraining(training, state);
  } catch (error) {
    if (!(error instanceof FlipsideError)) throw error;
    throw new FlipsideError(error.code, `resume must fit the run: ${error.message}`);
  }
}

/** An epoch that has been trained, with the values of its first step. */
interface Trained {
  readonly epoch: NativeEpoch;
  readonly learningRate: number;
  readonly lambda: number;
}

/** A run under way. */
class Run {
  readonly #plan: Plan;
  readonly #training: NativeTraining;
  readonly #checksum: number;
  readonly #weights: number;
  readonly #history: EpochEntry[];
  /** Since the start of the run. */
  #steps: number;
  /** Spent on the epoch that has begun. */
  #seconds: number;
  /** Of the last step. */
  #lambda: number;
  #saved: number;
  #last: Trained | undefined;

  constructor(plan: Plan, training: NativeTraining, checksum: number) {
    this.#plan = plan;
    this.#training = training;
    this.#checksum = checksum;
    const { layers } = plan.request;
    this.#weights = layers.reduce((sum, { outputs }, l) => sum + outputs * inputsOf(plan, l), 0);
    this.#history = [...(plan.resume?.history ?? [])];
    this.#steps = plan.resume?.state.step ?? 0;
    this.#seconds = plan.resume?.seconds ?? 0;
    this.#lambda = 0;
    this.#saved = this.#steps;
  }

  async toEnd(): Promise<NetworkParts> {
    const { epochs, stepsPerEpoch, signal, onProgress } = this.#plan;
    if (this.#steps > 0) this.#recallLambda();
    while (this.#history.length < epochs) {
      if (isAborted(signal) || !(await this.#epoch(this.#history.length))) return this.#interrupted();
      const entry = await this.#describe(this.#history.length);
      this.#history.push(entry);
      this.#seconds = 0;
      const done = this.#history.length;
      const { checkpoint } = this.#plan;
      if (checkpoint !== undefined && (done % checkpoint.every === 0 || done === epochs)) await this.#save();
      await onProgress?.(entry);
      this.#steps = done * stepsPerEpoch;
    }
    return this.#parts("epochs");
  }

  /** Of the last step that the run in `resume` did. */
  #recallLambda(): void {
    const { stepsPerEpoch } = this.#plan;
    const last = this.#steps - 1;
    this.#lambda = this.#lambdas(Math.floor(last / stepsPerEpoch))[last % stepsPerEpoch] as number;
  }

  #lambdas(epoch: number): Float64Array {
    const { lambda, epochs, stepsPerEpoch } = this.#plan;
    return valuesOfEpoch(lambda, epoch, epochs, stepsPerEpoch);
  }

  /** Trains an epoch, or the rest of it. False if it was interrupted. */
  async #epoch(number: number): Promise<boolean> {
    const { learningRate, rates, epochs, stepsPerEpoch, signal } = this.#plan;
    const learningRates = valuesOfEpoch(rates, number, epochs, stepsPerEpoch, learningRate);
    const lambdas = this.#lambdas(number);
    const training = this.#training;
    const began = performance.now();
    try {
      const epoch = await runJob<NativeEpoch, number>(
        (settle, progress) => native.trainEpoch({ training, learningRates, lambdas }, settle, progress),
        { signal, onProgress: undefined, signalName: "signal", aborted },
      );
      const [firstRate, firstLambda] = [learningRates[0] as number, lambdas[0] as number];
      this.#last = { epoch, learningRate: firstRate, lambda: firstLambda };
      this.#steps = epoch.steps;
      this.#lambda = lambdas.at(-1) as number;
      return true;
    } catch (error) {
      if ((error as FlipsideError).code !== "ABORTED") throw error;
      return false;
    } finally {
      this.#seconds += (performance.now() - began) / 1000;
    }
  }

  /** The entry of the epoch that has just been trained. */
  async #describe(number: number): Promise<EpochEntry> {
    const { epoch, learningRate, lambda } = this.#last as Trained;
    const evaluation = await this.#evaluate();
    return Object.freeze({
      epoch: number + 1,
      loss: epoch.loss,
      penalty: epoch.penalty,
      nonzero: epoch.nonzero.reduce((sum, count) => sum + count, 0) / this.#weights,
      validationLoss: evaluation?.loss,
      validationError: evaluation?.error,
      learningRate,
      lambda,
      seconds: this.#seconds,
    });
  }

  async #evaluate(): Promise<NativeEvaluation | undefined> {
    const { request, prune } = this.#plan;
    if (request.validationRows.length === 0) return undefined;
    const training = this.#training;
    return job<NativeEvaluation>((settle) =>
      native.evaluateTraining({ training, rows: "validation", prune }, settle, null),
    );
  }

  /** The signal came before the run was at its end. */
  async #interrupted(): Promise<NetworkParts> {
    const { signal, checkpoint } = this.#plan;
    const state = await this.#state();
    if (state.step === 0) throw abortedBefore(signal);
    this.#steps = state.step;
    this.#recallLambda();
    if (checkpoint !== undefined && this.#steps > this.#saved) await this.#save(state);
    return this.#parts("aborted");
  }

  #state(): Promise<NativeTrainingState> {
    const training = this.#training;
    return job<NativeTrainingState>((settle) => native.trainingState({ training }, settle, null));
  }

  async #save(known?: NativeTrainingState): Promise<void> {
    const { checkpoint, identity, stepsPerEpoch } = this.#plan;
    const state = known ?? (await this.#state());
    this.#saved = state.step;
    const content = {
      // As it is after a way through a file.
      identity: JSON.parse(JSON.stringify(identity)),
      checksum: this.#checksum,
      stepsPerEpoch,
      seconds: this.#seconds,
      history: Object.freeze([...this.#history]),
      state,
    };
    await checkpoint?.save(makeCheckpoint(content));
  }

  async #parts(reason: TrainingReason): Promise<NetworkParts> {
    const { request, classes, threshold, method } = this.#plan;
    const training = this.#training;
    const lambda = this.#lambda;
    const trained = await job<NativeTrained[]>((settle) =>
      native.trainedLayers({ training, lambda }, settle, null),
    );
    if (!trained.every(({ weights, biases }) => areFinite(weights) && areFinite(biases))) {
      const message =
        "the weights must stay finite, but the last step left some that are not: lower the learning rate";
      throw new FlipsideError("NUMERIC", message);
    }
    const layers = request.layers.map(({ outputs, activation }, l): LayerParts => {
      return { inputs: inputsOf(this.#plan, l), outputs, activation, ...(trained[l] as NativeTrained) };
    });
    const history = Object.freeze(this.#history);
    return { layers, loss: request.objective, classes, threshold, method, reason, history };
  }
}

function inputsOf({ inputs, request }: Plan, layer: number): number {
  return layer === 0 ? inputs : (request.layers[layer - 1]?.outputs as number);
}

function areFinite(numbers: Floats): boolean {
  // 0 times what is not finite is NaN.
  let sum = 0;
  for (let k = 0; k < numbers.length; ++k) sum += 0 * (numbers[k] as number);
  return sum === 0;
}

/** A short job that the signal does not stop. */
function job<Result>(begin: Begin<Result, never>): Promise<Result> {
  return runJob<Result, never>(begin, { signal: undefined, onProgress: undefined, aborted });
}
