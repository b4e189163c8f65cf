import { Command, CommanderError } from "commander";
import { crossValidate } from "../crossValidate.js";
import { FlipsideError } from "../index.js";
import type { CrossValidate } from "./cv/crossValidation.js";
import { type CvArguments, cvCommand } from "./cv/cvCommand.js";
import { demoCommand } from "./demo/command.js";
import { addFigureCommands } from "./figure/commands.js";
import { addDualityCommand } from "./figure/dualityCommand.js";
import { type FitArguments, fitCommand } from "./fitCommand.js";
import { exitCodes, type Io, UsageError } from "./io.js";
import { addCvOptions, addFitOptions, penaltyList } from "./options.js";
import { packageVersion } from "./package.js";

/**
 * The command line without the process around it.
 *
 * @param argv The arguments after the name of the program.
 * @returns The exit code: 0, 1 for bad data or a fit that failed, 2 for a bad command line, 130 if stopped.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const { FLIPSIDE_DEBUG: debug } = process.env;
  let code: number = exitCodes.success;
  const program = makeProgram(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (debug && !(error instanceof CommanderError)) throw error;
    return report(error, io);
  }
}

function makeProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command("flipside")
    .description("Sparse regression: penalties and adaptive dropout as one reweighted iteration.")
    .version(packageVersion(), "-v, --version", "print the version")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Printed by report(), so that every error looks the same.
      outputError: () => {},
    })
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  $ flipside fit data.csv --target y --penalty logSum --epsilon 0.1 --lambda 0.1 --report fit.html",
        "  $ flipside fit data.csv --target y --penalty l1 --path --report path.html",
        "  $ flipside cv data.csv --target y --penalty mcp --report cv.html",
        "  $ flipside demo",
        "  $ flipside duality --strategy hardConcrete --output sheet.png",
        "  $ flipside figure penalties --output penalties.svg",
        "",
        "Run `flipside fit --help` for the penalties and all options.",
      ].join("\n"),
    );
  program
    .command("fit")
    .argument("<data.csv>", "the data: a header with the names of the columns, then one row per observation")
    .description("Fit the columns of a CSV file to one of them; print, save and plot the model.")
    .usage("<data.csv> --target <column> --penalty <name> (--lambda <number> | --path) [options]")
    .addHelpText("after", () => `\n${penaltyList()}`)
    .action(async (file: string, values: FitArguments) => done(await fitCommand(file, values, io)));
  addFitOptions(program.commands[0] as Command);
  const cv = program
    .command("cv")
    .argument("<data.csv>", "the data, as for `flipside fit`")
    .description("Choose lambda by cross-validation; print, save and plot the result.")
    .usage("<data.csv> --target <column> --penalty <name> [options]")
    .addHelpText("after", () => `\n${penaltyList()}`)
    .action(async (file: string, values: CvArguments) =>
      done(await cvCommand(file, values, io, crossValidate as CrossValidate)),
    );
  addCvOptions(cv);
  program
    .command("demo")
    .description("Compare every penalty and strategy on the diabetes data; write flipside-report.html.")
    .option("--report <file>", "where to write the page", "flipside-report.html")
    .action(async ({ report: page }: { report: string }) => done(await demoCommand(page, io)));
  addDualityCommand(program, io, done);
  addFigureCommands(program, io, done);
  return program;
}

/** Tells the user what went wrong in one line. */
function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.success;
  // `flipside` alone: commander has printed the help.
  if (error instanceof CommanderError && error.code === "commander.help") return exitCodes.usage;
  if (io.signal?.aborted && isInterruption(error)) {
    io.stderr.write("flipside: stopped before there was a result\n");
    return exitCodes.interrupted;
  }
  const text = error instanceof Error ? error.message : String(error);
  io.stderr.write(`flipside: ${text.replace(/^error: /, "").replace(/\s*\n\s*/g, " ")}\n`);
  return error instanceof CommanderError || error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
}

function isInterruption(error: unknown): boolean {
  return error instanceof FlipsideError
    ? error.code === "ABORTED"
    : error instanceof Error && error.name === "AbortError";
}
