import type { Fit, FitJSON } from "../../index.js";
import { type Dataset, readDataset } from "../dataset.js";
import type { FitArguments } from "../fitCommand.js";
import { exitCodes, type Io, UsageError } from "../io.js";
import { makeModel } from "../model.js";
import { readHuber, readPenalty } from "../options.js";
import { packageVersion } from "../package.js";
import { ProgressBar } from "../progress.js";
import { cardText, checkPlaces, save } from "../save.js";
import type { CrossValidate, CrossValidationLike, Which } from "./crossValidation.js";
import { printCv } from "./printCv.js";

/** The options of `cv`, as commander collects them. */
export interface CvArguments extends FitArguments {
  readonly folds?: number;
  readonly measure?: string;
  readonly choose: Which;
}

/** What a run of the command has to tell, in print and on the page. */
export interface CvOutcome {
  readonly dataset: Dataset;
  readonly standardize: boolean;
  readonly cv: CrossValidationLike;
  readonly fits: Readonly<Record<Which, Fit>>;
}

/** `flipside cv --json`. */
export interface CvJSON {
  format: "flipside.cv";
  version: 1;
  flipside: string;
  data: { file: string; rows: number };
  target: string;
  features: readonly string[];
  measure: string;
  lambdas: number[];
  mean: (number | null)[];
  standardError: (number | null)[];
  nonzero: number[];
  lambdaMin: number;
  lambda1se: number;
  indexMin: number;
  index1se: number;
  fits: Record<Which, FitJSON>;
}

/** `flipside cv`: reads, cross-validates, prints, and writes the chosen model, its card and the page. */
export async function cvCommand(
  file: string,
  values: CvArguments,
  io: Io,
  crossValidate: CrossValidate,
): Promise<number> {
  const penalty = readPenalty(values.penalty, values);
  const huber = readHuber(values);
  const { output, report, card, json, quiet } = values;
  if (json && quiet) throw new UsageError("--json prints and --quiet does not: give one of them");
  checkPlaces(file, { "--output": output, "--report": report, "--card": card }, io);
  const dataset = await readDataset(file, values, io);
  const { loss, solver, intercept, standardize, lambdas, folds, seed, measure } = values;
  const { tolerance, maxIterations } = values;
  const bar = new ProgressBar("cross-validating", io, !quiet);
  const cv = await crossValidate(dataset.problem, {
    ...{ penalty, loss, huber, solver, intercept, standardize, missing: dataset.missing },
    ...{ lambdaCount: lambdas, folds, seed, measure },
    convergence: {
      ...{ tolerance, maxIterations, signal: io.signal },
      onProgress: ({ done, count }) => bar.update(done / count, `fit ${done} of ${count}`),
    },
  }).finally(() => bar.stop());
  const fits = { lambdaMin: await cv.fitAt("lambdaMin"), lambda1se: await cv.fitAt("lambda1se") };
  const outcome: CvOutcome = { dataset, standardize, cv, fits };
  const say = (text: string) => {
    if (!quiet && !json) io.stdout.write(text);
  };
  for (const note of dataset.notes) say(`Note: ${note}\n`);
  say(printCv(outcome));
  if (json) io.stdout.write(`${JSON.stringify(cvJSON(outcome), null, 2)}\n`);
  const fit = fits[values.choose];
  if (output !== undefined) {
    await save(output, makeModel({ dataset, fit, path: undefined }, values), io);
    say(`Model:  ${output} (${values.choose})\n`);
  }
  if (card !== undefined) {
    await save(card, cardText(fit, dataset), io);
    say(`Card:   ${card} (${values.choose})\n`);
  }
  if (report !== undefined) {
    // The plotting library takes a while to load.
    const { cvPage } = await import("../report/cvPage.js");
    await save(report, cvPage(outcome), io);
    say(`Report: ${report}\n`);
  }
  return exitCodes.success;
}

function cvJSON({ dataset, cv, fits }: CvOutcome): CvJSON {
  const { lambdaMin, lambda1se, indexMin, index1se, measure } = cv;
  // JSON has no NaN: null.
  const numbers = (values: ArrayLike<number>) =>
    Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  return {
    format: "flipside.cv",
    version: 1,
    flipside: packageVersion(),
    data: { file: dataset.file, rows: dataset.rows },
    target: dataset.target,
    features: dataset.features,
    measure,
    lambdas: Array.from(cv.lambdas),
    mean: numbers(cv.mean),
    standardError: numbers(cv.standardError),
    nonzero: Array.from(cv.nonzero),
    ...{ lambdaMin, lambda1se, indexMin, index1se },
    fits: { lambdaMin: fits.lambdaMin.toJSON(), lambda1se: fits.lambda1se.toJSON() },
  };
}

/** What a reader should look at twice, in sentences. */
export function warnings({ cv, fits }: CvOutcome): string[] {
  const result: string[] = [];
  const last = cv.lambdas.length - 1;
  if (cv.indexMin === last && last > 0)
    result.push("The smallest lambda of the grid has the best score: a smaller one may be better.");
  if (cv.indexMin === 0 && last > 0)
    result.push("The largest lambda has the best score: the features tell little.");
  const failed = cv.path.fits.filter((fit) => !fit.converged).length;
  if (failed > 0) result.push(`${failed} of the ${cv.path.fits.length} fits of all rows did not converge.`);
  if (cv.unconverged > 0) result.push(`${cv.unconverged} of the fits of the folds did not converge.`);
  if (!fits.lambdaMin.penalty.convex)
    result.push("The penalty is not convex: each fit is a stationary point, not surely the global minimum.");
  return result;
}
