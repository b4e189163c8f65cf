import { type Analysis, FlipsideError, type Penalty } from "../../index.js";
import { brief, describePenalty, greek } from "../format.js";
import { panelTitle, shorten, tick, valueAxis } from "../report/chart.js";
import { colours } from "../report/colours.js";
import { minus } from "../report/page.js";
import { fontFamily } from "../report/svg.js";
import { analysisFacts, wrap } from "./facts.js";
import type { Figure } from "./picture.js";
import { type Pieces, type SheetCurves, sheetCurves } from "./sheetCurves.js";

const width = 960;
const panelSize = { width: 400, height: 200 };
const columns = [56, 536] as const;
const rows = [84, 382] as const;
const boxes = rows.flatMap((top) => columns.map((left) => ({ left, top, ...panelSize })));
/** Positions of the panels that have |w| across and may be shaded. */
const etaHatPanel = 2;
const keepPanel = 3;
const lineHeight = 18;

/** Four descriptions of one penalty at one λ: ω, its dual f, the reweighting η̂ and the keep probability α̂. */
export function sheetFigure(penalty: Penalty, lambda: number, analysis: Analysis, reach?: number): Figure {
  const curves = sheetCurves(penalty, lambda, analysis, reach);
  requireDrawable(curves);
  const facts = wrap(analysisFacts(analysis).map(minus), 128);
  const captionTop = (rows[1] as number) + panelSize.height + 62;
  const name = greek(shorten(describePenalty(penalty), 80));
  const title = `${minus(name)} at λ = ${brief(lambda)}`;
  const across = (gridIndex: number, text: string, max: number) =>
    valueAxis(text, "x", { gridIndex, min: 0, max, axisLabel: label });
  return {
    label: `Four curves of the penalty ${title}: the penalty, its dual, its reweighting and its keep probability. ${facts.join(" · ")}`,
    drawing: {
      width,
      height: captionTop + facts.length * lineHeight + 4,
      option: {
        title: [
          {
            ...panelTitle(title, 16, 12),
            textStyle: { fontSize: 16, fontWeight: 600, color: colours.ink.text },
          },
          panelTitle("Penalty ω(|w|)", 16, 50),
          panelTitle("Dual f(η)", 496, 50),
          panelTitle("Reweighting η̂(|w|)", 16, 348),
          panelTitle("Keep probability α̂(|w|) = η̂ / (η̂ + λ)", 496, 348),
        ],
        grid: boxes,
        xAxis: [
          across(0, "|w|", curves.reach),
          across(1, "η", curves.etaReach),
          across(etaHatPanel, "|w|", curves.reach),
          across(keepPanel, "|w|", curves.reach),
        ],
        yAxis: [
          valueAxis("", "y", { gridIndex: 0, scale: true, splitNumber: 4 }),
          valueAxis("", "y", { gridIndex: 1, scale: true, splitNumber: 4 }),
          valueAxis("", "y", { gridIndex: etaHatPanel, min: 0, max: curves.etaHatTop, splitNumber: 4 }),
          valueAxis("", "y", { gridIndex: keepPanel, min: 0, max: 1, interval: 0.25 }),
        ],
        series: [
          line(curves.omega, 0),
          line(curves.dual, 1),
          line(curves.etaHat, etaHatPanel, analysis),
          line(curves.keepProbability, keepPanel, analysis),
          breaks(curves.etaHat, analysis, curves.etaHatTop, etaHatPanel),
          breaks(curves.keepProbability, analysis, 1, keepPanel),
        ],
        graphic: [
          ...infinite(analysis, curves.reach),
          ...facts.map((text, i) => ({
            type: "text",
            x: 16,
            y: captionTop + i * lineHeight,
            style: { text, fill: colours.ink.muted, fontSize: 12, fontFamily },
          })),
        ],
      },
    },
  };
}

/** ECharts cannot label axes that are shorter or longer. */
const spans = { least: 1e-15, most: 1e15 };

function requireDrawable({ reach, etaReach, etaHatTop, omega, dual }: SheetCurves): void {
  const heights = (pieces: Pieces) => pieces.flat().map(([, y]) => y);
  const span = (values: readonly number[]) => {
    const [low, high] = values.reduce(
      ([least, most], y): [number, number] => [Math.min(least, y), Math.max(most, y)],
      [Infinity, -Infinity] as [number, number],
    );
    return high - low;
  };
  const axes = Object.entries({
    "|w|": reach,
    η: etaReach,
    η̂: etaHatTop,
    ω: span(heights(omega)),
    f: span(heights(dual)),
  });
  for (const [name, size] of axes) {
    // A constant curve gets an axis all the same, and so does a panel without a curve.
    if (!(size > 0) || (size >= spans.least && size <= spans.most)) continue;
    const message = `a sheet must span from 1e-15 to 1e15 to be drawn, but ${name} spans ${brief(size)}; --lambda and --reach change it`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
}

const label = { color: colours.ink.muted, fontSize: 12, formatter: tick };

/** The pieces as one series with gaps between them; intervals on which η̂ is not monotone are shaded. */
function line(pieces: Pieces, index: number, analysis?: Analysis): object {
  const failures = analysis?.violations.monotone ?? [];
  return {
    type: "line",
    xAxisIndex: index,
    yAxisIndex: index,
    symbol: "none",
    connectNulls: false,
    data: pieces.flatMap((piece) => [...piece, [piece.at(-1)?.[0], null]]),
    lineStyle: { width: 2 },
    itemStyle: { color: colours.positive },
    ...(failures.length > 0 && {
      markArea: {
        silent: true,
        itemStyle: { color: colours.negative, opacity: 0.14 },
        data: failures.map(([begin, end]) => [{ xAxis: begin }, { xAxis: end }]),
      },
    }),
  };
}

/** Rings at the ends of the curve on both sides of a jump: either value is a minimiser there. */
function breaks(pieces: Pieces, { jumps }: Analysis, top: number, index: number): object {
  const ends = pieces.flatMap((piece) => [piece[0], piece.at(-1)]);
  return {
    type: "scatter",
    xAxisIndex: index,
    yAxisIndex: index,
    symbolSize: 7,
    clip: false,
    data: ends.filter((end) => end !== undefined && end[1] <= top && jumps.some(({ w }) => w === end[0])),
    itemStyle: { color: colours.ink.surface, borderColor: colours.positive, borderWidth: 2, opacity: 1 },
    z: 3,
  };
}

/** Says where η̂ has left its panel for good. */
function infinite({ flatFrom }: Analysis, reach: number): object[] {
  const box = boxes[etaHatPanel] as (typeof boxes)[number];
  const room = flatFrom === undefined ? 0 : box.width * (1 - flatFrom / reach);
  if (room < 60) return [];
  const style = {
    text: "η̂ = ∞",
    fill: colours.ink.muted,
    fontSize: 12,
    fontFamily,
    align: "center",
    verticalAlign: "middle",
  };
  return [{ type: "text", x: box.left + box.width - room / 2, y: box.top + 12, style }];
}
