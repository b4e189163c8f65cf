// What the command line draws with; the package does not export it.
import { packageRoot } from "./drivers/native.ts";

export type Option = Record<string, unknown>;

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly option: Option;
}

export interface Charts {
  valueAxis(name: string, direction: "x" | "y", more?: object): object;
  logRange(low: number, high: number): object;
  panelTitle(text: string, left: number, top?: number): object;
}

export interface Colours {
  readonly colours: { readonly ink: { readonly text: string; readonly muted: string } };
  seriesColour(index: number): string;
}

export interface Labels {
  /** Names at the right of a panel, each joined to its curve by a thin line. */
  endLabels(
    labels: readonly {
      readonly y: number;
      readonly title: string;
      readonly note: string;
      readonly color: string;
    }[],
    x: number,
    top: number,
    bottom: number,
  ): object[];
}

const pixelRatio = 1.5;
const load = (file: string) => import(new URL(`dist/cli/${file}`, packageRoot).href);

export async function drawingParts(): Promise<Charts & Colours & Labels> {
  const parts = await Promise.all(["report/chart.js", "report/colours.js", "figure/labels.js"].map(load));
  return Object.assign({}, ...parts) as Charts & Colours & Labels;
}

/** As SVG and as PNG. `label` says what it shows to those who do not see it. */
export async function toPicture(drawing: Drawing, label: string): Promise<{ svg: string; png: Buffer }> {
  const [{ standaloneSvg }, { toPng }] = (await Promise.all([
    load("report/svg.js"),
    load("figure/png.js"),
  ])) as [
    { standaloneSvg(drawing: Drawing, label: string): string },
    { toPng(svg: string, width: number): Promise<Buffer> },
  ];
  const svg = standaloneSvg(drawing, label);
  return { svg, png: await toPng(svg, Math.round(drawing.width * pixelRatio)) };
}
