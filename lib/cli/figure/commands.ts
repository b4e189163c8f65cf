import type { Command } from "commander";
import { exitCodes, type Io } from "../io.js";
import { addAgreementCommand } from "./agreementCommand.js";
import { addPictureOptions, checkPicture, type PictureArguments, savePicture } from "./picture.js";

const penaltiesFile = "figure-penalties.svg";

/** Adds `flipside figure`, with one command for each picture. */
export function addFigureCommands(program: Command, io: Io, done: (code: number) => void): void {
  const figure = program
    .command("figure")
    .description("Draw a figure of the method as SVG or PNG.")
    .helpCommand(false);
  const penalties = figure
    .command("penalties")
    .description(
      "Draw penalties against the size of one coefficient and the number of nonzeros (arXiv 2106.07769, Figure 1).",
    )
    .action(async (values: PictureArguments) => {
      const picture = checkPicture(values, penaltiesFile);
      // The plotting library takes a while to load.
      const { penaltyFigure } = await import("./penaltyFigure.js");
      await savePicture(penaltyFigure(), picture, io);
      io.stdout.write(`Figure: ${picture.place}\n`);
      done(exitCodes.success);
    });
  addPictureOptions(penalties, penaltiesFile);
  addAgreementCommand(figure, io, done);
}
