import type { Command } from "commander";
import { duality, FlipsideError, type Penalty } from "../../index.js";
import { brief, describePenalty } from "../format.js";
import { exitCodes, type Io, UsageError } from "../io.js";
import {
  addParameterOptions,
  givenParameters,
  type ParameterValues,
  penaltyList,
  readPenalty,
  within,
} from "../options.js";
import { analysisTable } from "./facts.js";
import { readPenaltyModule } from "./penaltyModule.js";
import { addPictureOptions, checkPicture, type PictureArguments, savePicture } from "./picture.js";

interface DualityArguments extends ParameterValues, PictureArguments {
  readonly penalty?: string;
  readonly strategy?: string;
  readonly module?: string;
  readonly lambda?: number;
  readonly reach?: number;
}

const sheetFile = "duality.svg";

/** Adds `flipside duality`: the four sides of one penalty on a sheet, and what its analysis finds. */
export function addDualityCommand(program: Command, io: Io, done: (code: number) => void): void {
  const command = program
    .command("duality")
    .description(
      "Draw the penalty, dual, reweighting and keep probability of a penalty, a strategy or a module.",
    )
    .usage("(--strategy <name> | --penalty <name> | --module <file>) [options]")
    .optionsGroup("Model:")
    .option("-p, --penalty <name>", "one of the penalties and strategies below")
    .option("-s, --strategy <name>", "the same")
    .option("-m, --module <file>", "an ES module that exports a penalty or a description of one")
    .option(
      "-l, --lambda <number>",
      "strength of the penalty, > 0 (by default 1)",
      within("--lambda", { above: 0 }),
    )
    .addHelpText("after", () => `\n${penaltyList()}\n\n${moduleHelp}`)
    .action(async (values: DualityArguments) => done(await dualityCommand(values, io)));
  addParameterOptions(command);
  addPictureOptions(command, sheetFile);
  command.option(
    "--reach <number>",
    "the largest |w| drawn (by default about where the mask drops little)",
    within("--reach", { above: 0 }),
  );
}

const moduleHelp = [
  "A module has as its default export, or as its export penalty, one of:",
  "  { omega: (w) => … }              the penalty of one coefficient",
  "  { dual: (eta) => … }             its dual",
  "  { keepProbability: (w) => … }    the keep probability at lambda = 1",
  "  { moments, cost, domain }        a family of masks",
  "  a Penalty made with this flipside",
  "The first four may have options: { name, derivative, tolerance, … }, as penalties.fromPenalty has.",
].join("\n");

async function dualityCommand(values: DualityArguments, io: Io): Promise<number> {
  const picture = checkPicture(values, sheetFile);
  const penalty = await chosenPenalty(values, io);
  const { lambda = 1, reach } = values;
  if (!penalty.separable) {
    const message = `duality draws what one coefficient costs, but ${penalty.name} does not separate: there it depends on the others`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const analysis = duality.analyse(penalty, { lambda });
  io.stdout.write(
    `${describePenalty(penalty)}, lambda = ${brief(lambda, 6)}\n\n${analysisTable(analysis)}\n`,
  );
  // The plotting library takes a while to load.
  const { sheetFigure } = await import("./sheetFigure.js");
  await savePicture(sheetFigure(penalty, lambda, analysis, reach), picture, io);
  io.stdout.write(`Figure: ${picture.place}\n`);
  return exitCodes.success;
}

async function chosenPenalty(values: DualityArguments, io: Io): Promise<Penalty> {
  const { penalty, strategy, module } = values;
  const given = [penalty, strategy, module].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new UsageError(
      `give one of --strategy, --penalty and --module${given.length === 0 ? "" : `, not ${given.length}`}`,
    );
  }
  if (module === undefined) {
    return readPenalty(
      (penalty ?? strategy) as string,
      values,
      penalty === undefined ? "--strategy" : "--penalty",
    );
  }
  const [parameter] = givenParameters(values);
  if (parameter !== undefined) {
    throw new UsageError(`--${parameter} is for --strategy and --penalty: a module has its own parameters`);
  }
  return readPenaltyModule(module, io);
}
