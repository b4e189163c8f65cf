import type { TrainingRequest } from "../../binding.js";
import { property, requireOptions } from "../checks.js";
import { requireControls } from "../convergence.js";
import type { Penalty } from "../penalty.js";
import { type CheckpointContent, readCheckpoint } from "./checkpoint.js";
import { readSplit, type Source } from "./data.js";
import { type Identity, identityOfSplit, requireSame } from "./identity.js";
import { readInputs } from "./inputs.js";
import { inSteps, readMethod } from "./method.js";
import { identityOfOptimizer, readOptimizer, usualRate } from "./optimizer.js";
import { OptionReader } from "./optionReader.js";
import type { TrainNetworkOptions } from "./options.js";
import type { Activation, EpochEntry, MethodName } from "./parts.js";
import {
  countRange,
  readLayers,
  readOwnLambda,
  readOwnPenalty,
  readSaving,
  readStart,
  type Saving,
} from "./readers.js";
import { readLearningRateSchedule, type Schedule } from "./schedule.js";
import { readTargets } from "./targets.js";

/** A run that has been validated. */
export interface Plan {
  /** All that the addon asks for but the data. */
  readonly request: Omit<TrainingRequest, "data">;
  readonly inputs: number;
  readonly classes: readonly (string | number)[] | undefined;
  readonly method: MethodName;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly learningRate: number;
  readonly rates: Schedule;
  readonly lambda: Schedule;
  readonly threshold: number;
  readonly prune: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: TrainNetworkOptions["onProgress"];
  readonly checkpoint: Saving | undefined;
  readonly resume: CheckpointContent | undefined;
  readonly identity: Identity;
}

const keys = [
  "layers",
  "activation",
  "loss",
  "method",
  "penalty",
  "lambda",
  "optimizer",
  "learningRate",
  "learningRateSchedule",
  "epochs",
  "batchSize",
  "shuffle",
  "seed",
  "validation",
  "validate",
  "precision",
  "threshold",
  "lossScale",
  "start",
  "pinThreads",
  "signal",
  "onProgress",
  "checkpoint",
  "resume",
];

const seedRange = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true };
const activations = ["relu", "tanh", "identity"] as const satisfies readonly Activation[];

export function readRun(problem: unknown, options: unknown): { plan: Plan; source: Source } {
  const data = requireOptions("problem", problem, ["x", "y"]);
  const read = new OptionReader("options", requireOptions("options", options, keys), "");
  const x = readInputs("x", property("problem", data, "x"));
  const targets = readTargets(property("problem", data, "y"), x.rows, read.get("loss"));
  const precision = read.word("precision", ["float32", "float64"]);
  const plan = readPlan(read, x.rows, x.columns, targets.outputs, targets.loss, targets.classes, precision);
  return { plan, source: { x, targets, precision } };
}

function readPlan(
  read: OptionReader,
  rows: number,
  inputs: number,
  outputs: number,
  loss: TrainingRequest["objective"],
  classes: Plan["classes"],
  precision: Source["precision"],
): Plan {
  const layers = readLayers(read.get("layers"), outputs, read.word("activation", activations));
  const seed = read.number("seed", 0, seedRange);
  const split = readSplit(read.get("validation"), rows, seed);
  const trained = split.training.length;
  const epochs = read.number("epochs", 10, countRange);
  const batchSize = Math.min(trained, read.number("batchSize", 128, countRange));
  const stepsPerEpoch = Math.ceil(trained / batchSize);
  const penalty = read.get("penalty");
  const method = readMethod(read.get("method"), penalty !== undefined, epochs);
  const optimizer = readOptimizer(read.get("optimizer"));
  const handle = readOwnPenalty(penalty, method.name);
  const lambda = readOwnLambda(read.get("lambda"), method.name, trained);
  const usualScale = method.name === "variationalDropout" && optimizer.name === "adam" ? trained : 1;
  const lossScale = read.number("lossScale", usualScale, { above: 0 });
  const threshold = read.number("threshold", 0.05, { min: 0, max: 1 });
  const start = readStart(read.get("start"), method);
  const shuffle = read.flag("shuffle", true);
  const ofMethod = inSteps(method, epochs, stepsPerEpoch);
  const request: Plan["request"] = {
    trainingRows: split.training,
    validationRows: split.validation,
    layers,
    objective: loss,
    method: { ...ofMethod, penalty: handle },
    optimizer,
    batchSize,
    shuffle,
    seed,
    lossScale,
    start,
    threshold,
    pin: read.flag("pinThreads", false),
  };
  const learningRate = read.number("learningRate", usualRate(optimizer), { above: 0 });
  const schedule = read.get("learningRateSchedule");
  const rates = readLearningRateSchedule(
    "learningRateSchedule",
    schedule === undefined ? "constant" : schedule,
  );
  const prune = read.word("validate", ["pruned", "trained"]) === "pruned";
  const controls = requireControls<EpochEntry>("", read.get("signal"), read.get("onProgress"));
  // In steps: the defaults of pruning depend on the number of epochs.
  const steps = method.name === "magnitudePruning" ? stepsOf(ofMethod) : {};
  const seesEnd = rates.seesEnd || lambda.seesEnd;
  const identity: Identity = {
    "the number of rows": rows,
    "the number of inputs": inputs,
    "the number of outputs": outputs,
    classes,
    loss,
    layers,
    method: method.name,
    "the options of the method": { ...method.settings, ...steps },
    penalty: penalty === undefined ? undefined : (penalty as Penalty).toJSON(),
    lambda: lambda.identity,
    optimizer: identityOfOptimizer(optimizer),
    learningRate,
    learningRateSchedule: rates.identity,
    epochs: seesEnd ? epochs : undefined,
    batchSize,
    shuffle,
    seed,
    validation: identityOfSplit(split),
    validate: prune ? "pruned" : "trained",
    precision,
    threshold,
    lossScale,
    start,
  };
  const resume = readCheckpoint("resume", read.get("resume"));
  if (resume !== undefined) requireSame("resume", resume.identity, identity);
  return {
    request,
    inputs,
    classes,
    method: method.name,
    epochs,
    stepsPerEpoch,
    learningRate,
    rates,
    lambda,
    threshold,
    prune,
    ...controls,
    checkpoint: readSaving(read.get("checkpoint")),
    resume,
    identity,
  };
}

function stepsOf({ begin, end, interval }: ReturnType<typeof inSteps>): object {
  return { begin, end, interval };
}
