import { extname } from "node:path";
import type { Command } from "commander";
import { type Io, UsageError } from "../io.js";
import { within } from "../options.js";
import type { Drawing } from "../report/svg.js";
import { save } from "../save.js";

/** The options of every picture, as commander collects them. */
export interface PictureArguments {
  readonly output?: string;
  readonly width?: number;
  readonly scale?: number;
}

/** A drawing with what it shows, for those who do not see it. */
export interface Figure {
  readonly drawing: Drawing;
  readonly label: string;
}

/** Where a picture goes and how large it is. */
export interface Picture {
  readonly place: string;
  readonly format: "svg" | "png";
  /** In CSS pixels; undefined for the drawing's own. */
  readonly width: number | undefined;
  /** Pixels of the PNG for each of them. */
  readonly scale: number;
}

/** More would need gigabytes. */
const mostPixels = 10_000;
const standardScale = 2;

export function addPictureOptions(command: Command, standard: string): void {
  command
    .optionsGroup("Picture:")
    .option("-o, --output <file>", `where to write it, as .svg or .png (by default ${standard})`)
    .option(
      "--width <pixels>",
      "how wide it is; text and lines grow with it (by default 960)",
      within("--width", { min: 200, max: mostPixels, integer: true }),
    )
    .option(
      "--scale <number>",
      `pixels of a PNG for each of its width (by default ${standardScale})`,
      within("--scale", { min: 0.25, max: 8 }),
    );
}

/** Refuses what cannot be drawn before anything is computed. */
export function checkPicture(values: PictureArguments, standard: string): Picture {
  const { output: place = standard, width, scale } = values;
  const extension = extname(place).toLowerCase();
  if (extension !== ".svg" && extension !== ".png") {
    const came = extension === "" ? `${place} has no extension` : `${place} ends in ${extension}`;
    throw new UsageError(`--output must end in .svg or .png, but ${came}`);
  }
  if (extension === ".svg") {
    if (scale !== undefined) throw new UsageError("--scale is for PNG: an SVG has no pixels; see --width");
    return { place, format: "svg", width, scale: 1 };
  }
  const picture = { place, format: "png", width, scale: scale ?? standardScale } as const;
  const pixels = (width ?? 960) * picture.scale;
  if (pixels > mostPixels) {
    const product = `--width ${width ?? 960} times --scale ${picture.scale}`;
    throw new UsageError(`a PNG must be at most ${mostPixels} pixels wide, but ${product} is ${pixels}`);
  }
  return picture;
}

/** Writes a figure as its picture says. */
export async function savePicture({ drawing, label }: Figure, picture: Picture, io: Io): Promise<void> {
  const { standaloneSvg } = await import("../report/svg.js");
  const width = picture.width ?? drawing.width;
  const svg = standaloneSvg(drawing, label, width);
  if (picture.format === "svg") return save(picture.place, svg, io);
  const { toPng } = await import("./png.js");
  return save(picture.place, await toPng(svg, Math.round(width * picture.scale)), io);
}
