import { panelTitle, valueAxis } from "../report/chart.js";
import { colours, seriesColour } from "../report/colours.js";
import { fontFamily } from "../report/svg.js";
import { endLabels } from "./labels.js";
import {
  type Curve,
  coefficientCurves,
  dimension,
  type FigurePenalty,
  hardThreshold,
  separable,
  sparsityCurves,
} from "./penaltyCurves.js";
import type { Figure } from "./picture.js";

const width = 960;
const height = 408;
/** Both panels in pixels, with room for names at their right. */
const panels = [
  { left: 46, top: 50, width: 268, height: 300 },
  { left: 524, top: 50, width: 268, height: 300 },
] as const;
type Panel = (typeof panels)[number];

interface Axes {
  readonly panel: Panel;
  readonly xMax: number;
  readonly yMax: number;
  readonly yInterval: number;
}
const left: Axes = { panel: panels[0], xMax: 5, yMax: 3, yInterval: 1 };
const right: Axes = { panel: panels[1], xMax: dimension, yMax: 8, yInterval: 2 };

/** Curves that run together differ in their dashes as well. */
const dashes = new Map(["log-sum", "MCP"].map((title) => [title, [6, 4]]));

function colourOf(of: FigurePenalty): string {
  return of === hardThreshold ? colours.ink.text : seriesColour(separable.indexOf(of));
}

/** Linear in |w|, so that a kink and a bend look like one; closer together near 0, where the curves bend. */
const sizes = Array.from({ length: 201 }, (_, i) => 5 * (i / 200) ** 2);

/** Figure 1 of arXiv 2106.07769: what one coefficient costs, and what it costs to be less sparse. */
export function penaltyFigure(): Figure {
  const coefficient = coefficientCurves(sizes);
  const sparsity = sparsityCurves();
  return {
    label:
      "Two panels of penalty curves shifted to start at 0. Left: the cost of one coefficient against its size; variational " +
      "dropout and log-sum keep rising, standout, hard concrete and MCP level off. Right: the cost of a vector of norm 1 " +
      "with k equal nonzeros against k; all rise with k, hard threshold from 0 to infinity after k = 16.",
    drawing: {
      width,
      height,
      option: {
        title: [
          panelTitle("λΩ(w) − λΩ(0) of one coefficient", 14, 10),
          panelTitle("λΩ(w) − λΩ(0) of k equal coefficients, ‖w‖ = 1", 492, 10),
        ],
        grid: [...panels],
        xAxis: [
          valueAxis("|w|", "x", { gridIndex: 0, min: 0, max: left.xMax, interval: 1 }),
          valueAxis(`k coefficients of size 1/√k, the other ${dimension} − k are 0`, "x", {
            gridIndex: 1,
            min: 0,
            max: right.xMax,
            interval: 8,
          }),
        ],
        yAxis: [left, right].map(({ yMax, yInterval }, gridIndex) =>
          valueAxis("", "y", { gridIndex, min: 0, max: yMax, interval: yInterval }),
        ),
        series: [...coefficient.map((curve) => line(curve, 0)), ...sparsity.map((curve) => line(curve, 1))],
        graphic: [...names(coefficient, left), ...names(sparsity, right), ...wayOut()],
      },
    },
  };
}

/** An infinite cost lies above the panel: the curve leaves it upright and does not come back. */
function line({ of, points }: Curve, index: number): object {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  const [lastX] = finite.at(-1) as readonly [number, number];
  const leaving = finite.length < points.length ? [[lastX, right.yMax]] : [];
  return {
    type: "line",
    xAxisIndex: index,
    yAxisIndex: index,
    symbol: "none",
    data: [...finite, ...leaving],
    lineStyle: { width: 2, type: dashes.get(of.title) ?? "solid" },
    itemStyle: { color: colourOf(of) },
  };
}

function names(curves: readonly Curve[], { panel, yMax }: Axes): object[] {
  const labels = curves
    .filter(({ of }) => of !== hardThreshold)
    .map(({ of, points }) => ({
      y: panel.top + panel.height * (1 - (points.at(-1) as readonly [number, number])[1] / yMax),
      title: of.title,
      note: of.setting,
      color: colourOf(of),
    }));
  return endLabels(labels, panel.left + panel.width, panel.top + 8, panel.top + panel.height - 8);
}

/** The constraint has no end at the right: its name stands where it leaves. */
function wayOut(): object[] {
  const { panel, xMax, yMax } = right;
  const points = sparsityCurves().at(-1)?.points ?? [];
  const last = points.filter(([, y]) => y < yMax).at(-1)?.[0] ?? 0;
  const x = panel.left + (panel.width * last) / xMax;
  const text = (words: string, y: number, fontSize: number, fill: string) => ({
    type: "text",
    x: x - 10,
    y,
    style: { text: words, fill, fontSize, fontFamily, align: "right", verticalAlign: "middle" },
  });
  return [
    {
      type: "polygon",
      shape: {
        points: [
          [x, panel.top - 8],
          [x - 5, panel.top + 4],
          [x + 5, panel.top + 4],
        ],
      },
      style: { fill: colours.ink.text },
    },
    text(`${hardThreshold.title} → ∞`, panel.top + 12, 12, colours.ink.text),
    text(hardThreshold.setting, panel.top + 27, 11, colours.ink.muted),
  ];
}
