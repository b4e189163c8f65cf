import type { Command } from "commander";
import {
  type Fit,
  type FitOptions,
  FlipsideError,
  fit as fitOnce,
  fitPath,
  type Penalty,
  penalties,
} from "../../index.js";
import { type Dataset, readDataset } from "../dataset.js";
import { brief, describePenalty, greek, significant } from "../format.js";
import { exitCodes, type Io } from "../io.js";
import { addParameterOptions, type ParameterValues, penaltyList, readPenalty, within } from "../options.js";
import { packageFile } from "../package.js";
import { textTable } from "../print.js";
import { ProgressBar } from "../progress.js";
import { addPictureOptions, checkPicture, type PictureArguments, savePicture } from "./picture.js";

interface AgreementArguments extends ParameterValues, PictureArguments {
  readonly penalty: string;
  readonly lambda?: number;
}

/** A fit by one algorithm, or why there is none. */
interface Run {
  readonly name: string;
  readonly fit: Fit | undefined;
  readonly refusal: string;
}

/** Every algorithm for L(w) + λ Ω(w), with its default tolerance. */
const algorithms: readonly { readonly name: string; readonly options: Partial<FitOptions> }[] = [
  { name: "reweighted", options: { solver: "reweighted" } },
  { name: "proximal", options: { solver: "proximal", proximal: { accelerated: false } } },
  { name: "proximal, accelerated", options: { solver: "proximal", proximal: { accelerated: true } } },
  { name: "etaTrick", options: { solver: "etaTrick" } },
  { name: "direct", options: { solver: "direct" } },
  { name: "dropout", options: { solver: "dropout", seed: 1 } },
];

const agreementFile = "figure-agreement.svg";
const share = 0.1;
const repetitions = 5;

/** Adds `flipside figure agreement`. */
export function addAgreementCommand(figure: Command, io: Io, done: (code: number) => void): void {
  const command = figure
    .command("agreement")
    .description("Fit the diabetes data with every algorithm; draw their objectives against time.")
    .optionsGroup("Model:")
    .option("-p, --penalty <name>", "one of the penalties and strategies below", "l1")
    .option(
      "-l, --lambda <number>",
      "strength of the penalty, > 0 (by default a tenth of the smallest that makes the lasso 0)",
      within("--lambda", { above: 0 }),
    )
    .addHelpText("after", () => `\n${penaltyList()}`)
    .action(async (values: AgreementArguments) => done(await agreementCommand(values, io)));
  addParameterOptions(command);
  addPictureOptions(command, agreementFile);
}

async function agreementCommand(values: AgreementArguments, io: Io): Promise<number> {
  const picture = checkPicture(values, agreementFile);
  const penalty = readPenalty(values.penalty, values);
  const dataset = await readDataset(
    packageFile("lib/cli/diabetes.csv"),
    { target: "progression", intercept: true },
    io,
  );
  const lambda = values.lambda ?? (await usualLambda(dataset, io));
  const runs = await fitAll(dataset, penalty, lambda, io);
  const fits = runs.flatMap(({ name, fit }) => (fit === undefined ? [] : [{ name, fit }]));
  const problem = `diabetes data (${dataset.rows} × ${dataset.features.length}), ${describePenalty(penalty)} at lambda = ${brief(lambda)}`;
  if (fits.length === 0) {
    throw new FlipsideError("UNSUPPORTED", `no algorithm fits ${penalty.name}: ${runs[0]?.refusal}`);
  }
  io.stdout.write(`${problem}\n\n${runTable(runs)}\n`);
  // The plotting library takes a while to load.
  const { agreementFigure } = await import("./agreementFigure.js");
  const courses = fits.map(({ name, fit }) => ({
    name,
    seconds: Array.from(fit.seconds),
    objectives: fit.history.map(({ objective }) => objective),
  }));
  await savePicture(
    agreementFigure(courses, `${greek(problem)}; fastest of ${repetitions} runs`),
    picture,
    io,
  );
  io.stdout.write(`Figure: ${picture.place}\n`);
  return exitCodes.success;
}

/** Three digits, so that the same problem can be asked for again. */
async function usualLambda({ problem }: Dataset, io: Io): Promise<number> {
  const convergence = { signal: io.signal };
  const path = await fitPath(problem, { penalty: penalties.l1(), lambdaCount: 1, convergence });
  return Number((share * (path.lambdas[0] as number)).toPrecision(3));
}

async function fitAll({ problem }: Dataset, penalty: Penalty, lambda: number, io: Io): Promise<Run[]> {
  const convergence = { signal: io.signal };
  // Dense, because 0 is absorbing for some of them, and the same for all.
  const ridge = { penalty: penalties.lp({ p: 1.9 }), lambda, convergence };
  const start = (await fitOnce(problem, ridge)).coefficients;
  const bar = new ProgressBar("fitting", io);
  const runs: Run[] = [];
  try {
    for (const { name, options } of algorithms) {
      bar.update(runs.length / algorithms.length, name);
      const all = { penalty, lambda, start, convergence, ...options };
      try {
        const fit = await fastest(() => fitOnce(problem, all));
        if (fit.reason === "aborted") throw new FlipsideError("ABORTED", "stopped");
        runs.push({ name, fit, refusal: "" });
      } catch (error) {
        if (!(error instanceof FlipsideError && error.code === "UNSUPPORTED")) throw error;
        runs.push({ name, fit: undefined, refusal: error.message });
      }
    }
  } finally {
    bar.stop();
  }
  return runs;
}

/** Of equal fits the one that took least time: what the others took more was not the algorithm's. */
async function fastest(run: () => Promise<Fit>): Promise<Fit> {
  let best = await run();
  for (let i = 1; i < repetitions && best.reason !== "aborted"; ++i) {
    const next = await run();
    if (next.reason === "aborted" || elapsed(next) < elapsed(best)) best = next;
  }
  return best;
}

function elapsed({ seconds }: Fit): number {
  return seconds.at(-1) ?? NaN;
}

function runTable(runs: readonly Run[]): string {
  const objectives = runs.map(({ fit }) => fit?.objective ?? Infinity);
  const best = Math.min(...objectives);
  const rows = runs.map(({ name, fit }) => {
    if (fit === undefined) return [name, "-", "-", "-", "-", "-", "-"];
    const gap = (fit.objective - best) / (Math.abs(best) || 1);
    return [
      name,
      significant(fit.objective, 10),
      gap === 0 ? "0" : gap.toExponential(1),
      String(fit.nonzero),
      fit.iterations.toLocaleString("en"),
      `${significant(1e3 * elapsed(fit), 3)} ms`,
      fit.converged ? "yes" : `no: ${fit.reason}`,
    ];
  });
  const head = ["algorithm", "objective", "above the best", "nonzero", "iterations", "time", "converged"];
  const notes = runs.filter(({ fit }) => fit === undefined).map(({ refusal }) => `- ${refusal}\n`);
  return `${textTable(head, rows, [1, 2, 3, 4, 5])}${notes.length > 0 ? "\n" : ""}${notes.join("")}`;
}
