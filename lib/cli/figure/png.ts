import { createRequire } from "node:module";
import { renderAsync } from "@resvg/resvg-js";

const { resolve } = createRequire(import.meta.url);

/** The fonts come with a package: a machine without any, or with others, draws the same picture. */
const font = {
  loadSystemFonts: false,
  fontFiles: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}`)),
  defaultFontFamily: "DejaVu Sans",
  sansSerifFamily: "DejaVu Sans",
};

/** Draws an SVG as a PNG so many pixels wide. */
export async function toPng(svg: string, width: number): Promise<Buffer> {
  const image = await renderAsync(svg, { font, fitTo: { mode: "width", value: width } });
  return image.asPng();
}
