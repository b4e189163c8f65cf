import { basename, extname } from "node:path";
import {
  type Fit,
  FlipsideError,
  fit as fitOnce,
  fitPath,
  type LossName,
  type MissingPolicy,
  type Path,
  type Penalty,
  type SolverName,
} from "../index.js";
import { solverDefaults } from "../solver.js";
import { type Dataset, readDataset } from "./dataset.js";
import { nullLoss, saturatedLoss, smallestBIC } from "./goodness.js";
import { exitCodes, type Io, UsageError } from "./io.js";
import { makeModel } from "./model.js";
import { type ParameterValues, readHuber, readPenalty } from "./options.js";
import { printFit, printPath, printWarnings } from "./print.js";
import { ProgressBar, watch } from "./progress.js";
import { cardText, checkPlaces, save } from "./save.js";

/** Who chose a λ: the user with --lambda, or the path's smallest BIC. */
export type Choice = "user" | "bic";

/** The options of `fit`, as commander collects them. */
export interface FitArguments extends ParameterValues {
  readonly target: string;
  readonly exclude?: string[];
  readonly weights?: string;
  readonly offset?: string;
  readonly delimiter?: string;
  readonly penalty: string;
  readonly lambda?: number;
  readonly path?: boolean;
  readonly lambdas?: number;
  readonly loss: LossName;
  readonly delta?: number;
  readonly solver: "auto" | SolverName;
  readonly seed?: number;
  readonly starts?: number;
  readonly intercept: boolean;
  readonly standardize: boolean;
  readonly tolerance?: number;
  readonly maxIterations?: number;
  readonly output?: string;
  readonly report?: string;
  readonly card?: string;
  readonly missing?: MissingPolicy;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What a run of the command has to tell, in print and on the page. */
export interface Outcome {
  readonly dataset: Dataset;
  readonly standardize: boolean;
  readonly loss: LossName;
  /** The loss of the model without features. */
  readonly nullLoss: number;
  /** The least that the loss can be. */
  readonly saturatedLoss: number;
  readonly path: Path | undefined;
  /** Absent only if the run was stopped before there was one. */
  readonly fit: Fit | undefined;
  /** Who chose the λ of the fit. */
  readonly choice: Choice;
}

/** `flipside fit`: reads, fits, prints, and writes the model and the page. */
export async function fitCommand(file: string, values: FitArguments, io: Io): Promise<number> {
  const penalty = readPenalty(values.penalty, values);
  const output = checkOptions(file, values, io);
  const dataset = await readDataset(file, values, io);
  const outcome = await runFits(dataset, penalty, values, io);
  const model = makeModel(outcome, values);
  const stopped =
    outcome.fit === undefined || outcome.fit.reason === "aborted" || outcome.path?.reason === "aborted";

  const say = (text: string) => {
    if (!values.quiet && !values.json) io.stdout.write(text);
  };
  for (const note of dataset.notes) say(`Note: ${note}\n`);
  if (outcome.path !== undefined) say(printPath(outcome, outcome.path));
  if (outcome.fit !== undefined) say(printFit(outcome, outcome.fit));
  if (!values.quiet) io.stderr.write(printWarnings(outcome));
  if (values.json) io.stdout.write(model);
  if (stopped) {
    // What is not finished must not lie around looking like a model.
    io.stderr.write("flipside: stopped early; no file was written\n");
    return exitCodes.interrupted;
  }
  if (output !== undefined) {
    await save(output, model, io);
    say(`Model:  ${output}\n`);
  }
  if (values.card !== undefined && outcome.fit !== undefined) {
    await save(values.card, cardText(outcome.fit, dataset), io);
    say(`Card:   ${values.card}\n`);
  }
  if (values.report !== undefined) {
    // The plotting library takes a while to load.
    const { fitPage } = await import("./report/fitPage.js");
    await save(values.report, fitPage(outcome), io);
    say(`Report: ${values.report}\n`);
  }
  return exitCodes.success;
}

/** Refuses what cannot work before the data are read. Returns where the model goes. */
function checkOptions(file: string, values: FitArguments, io: Io): string | undefined {
  if (values.lambda === undefined && !values.path) {
    throw new UsageError("give --lambda <number> for one strength, or --path to fit many and see the course");
  }
  readHuber(values);
  if (values.lambdas !== undefined && !values.path) throw new UsageError("--lambdas needs --path");
  if (values.json && values.quiet)
    throw new UsageError("--json prints and --quiet does not: give one of them");
  const usual = values.json ? undefined : `${basename(file, extname(file))}.model.json`;
  const output = values.output ?? usual;
  checkPlaces(file, { "--output": output, "--report": values.report, "--card": values.card }, io);
  return output;
}

async function runFits(dataset: Dataset, penalty: Penalty, values: FitArguments, io: Io): Promise<Outcome> {
  const { lambda, lambdas, loss, solver, seed, starts, intercept, standardize } = values;
  const { tolerance, maxIterations } = values;
  const bar = new ProgressBar("fitting", io, !values.quiet);
  const convergence = {
    tolerance,
    maxIterations,
    signal: io.signal,
    onProgress: watch(bar, tolerance ?? solverDefaults[solver === "auto" ? "proximal" : solver].tolerance),
  };
  const huber = readHuber(values);
  const { missing } = dataset;
  const options = {
    penalty,
    loss,
    huber,
    solver,
    seed,
    starts,
    intercept,
    standardize,
    missing,
    convergence,
  };
  try {
    const path = values.path
      ? await fitPath(dataset.problem, { ...options, lambdaCount: lambdas })
      : undefined;
    const common = {
      dataset,
      standardize,
      loss,
      nullLoss: await nullLoss(dataset, { loss, huber, intercept }),
      saturatedLoss: saturatedLoss(dataset, loss),
      path,
    };
    if (lambda === undefined) {
      const chosen = path?.converged === false && path.reason === "aborted" ? undefined : path;
      return { ...common, fit: chosen && smallestBIC(chosen), choice: "bic" };
    }
    return { ...common, fit: await fitUnlessStopped(path), choice: "user" };
  } finally {
    bar.stop();
  }

  // A path that was stopped is still worth printing.
  async function fitUnlessStopped(path: Path | undefined): Promise<Fit | undefined> {
    try {
      return await fitOnce(dataset.problem, { ...options, lambda: lambda as number });
    } catch (error) {
      if (path !== undefined && error instanceof FlipsideError && error.code === "ABORTED") return undefined;
      throw error;
    }
  }
}
