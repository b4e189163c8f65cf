import { createHash } from "node:crypto";
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  VisualMapComponent,
} from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { colours } from "./colours.js";
import { html } from "./html.js";

use([
  BarChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  VisualMapComponent,
  LabelLayout,
  SVGRenderer,
]);

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly option: EChartsCoreOption;
}

/** The fonts of a drawing that stands alone; the PNG is drawn with the first. */
export const fontFamily = "DejaVu Sans, Verdana, sans-serif";

/** A drawing for a page, which gives it its font, its ground and its width. */
export function inlineSvg(drawing: Drawing, label: string): string {
  const { width, height } = drawing;
  const open = html`<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}">`;
  return `${open.text}${render(drawing, "transparent", "inherit")}</svg>`;
}

/**
 * A drawing as a file of its own, on white ground.
 *
 * @param width In pixels; by default the drawing's own. Everything grows with it.
 */
export function standaloneSvg(drawing: Drawing, label: string, width = drawing.width): string {
  const height = Math.round((width * drawing.height) / drawing.width);
  const box = `0 0 ${drawing.width} ${drawing.height}`;
  const open = html`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="${box}">
<title>${label}</title>`;
  return `${open.text}${render(drawing, "#ffffff", fontFamily)}</svg>\n`;
}

/** What ECharts puts between `<svg>` and `</svg>`; the same drawing gives the same text. */
function render({ width, height, option }: Drawing, backgroundColor: string, family: string): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  let svg: string;
  try {
    chart.setOption({
      animation: false,
      silent: true,
      backgroundColor,
      textStyle: { fontFamily: family, color: colours.ink.text },
      ...option,
    });
    svg = chart.renderToSVGString();
  } finally {
    // An open chart keeps a timer, and with it the process.
    chart.dispose();
  }
  const plain = svg
    .replace(/(id="|url\(#|href="#)zr\d+-/g, "$1zr-")
    // What only matters to a pointer and a script.
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/ (?:class="zr[^"]*"|ecmeta_\w+="[^"]*"|pointer-events="[^"]*")/g, "")
    .replace(/ xml:space="[^"]*"/g, "")
    .replace(/^<svg [^>]*>|<\/svg>\s*$/g, "");
  // Identifiers that depend on the drawing alone, not on what the process drew before.
  const prefix = `d${createHash("sha256").update(plain).digest("hex").slice(0, 10)}-`;
  return plain.replace(/(id="|url\(#|href="#)zr-/g, `$1${prefix}`);
}
