// The picture of the trial of growth, drawn as those of the command line are.
import { type Charts, type Colours, drawingParts, type Option, toPicture } from "../drawing.ts";
import { type GrowthSeries, growthSides, growthSlope } from "./trials/growth.ts";

export const sideNames: Record<(typeof growthSides)[number], string> = {
  asItIs: "flipside, the whole call",
  prepared: "flipside, on a prepared design",
  skglm: "skglm",
};

const panel = { width: 300, height: 240, left: 66, top: 112, gap: 86 };
const [width, height] = [1190, 420];

/** As SVG and as PNG: logarithmic axes, a line of slope k is growth with the power k. */
export async function growthPicture(all: readonly GrowthSeries[]): Promise<{ svg: string; png: Buffer }> {
  const option = optionOf(all, await drawingParts());
  const label = all.map((series) => `${series.title}: ${slopesInWords(series)}`).join(". ");
  return toPicture({ width, height, option }, `Time against size, logarithmic. ${label}`);
}

function slopesInWords(series: GrowthSeries): string {
  return growthSides
    .flatMap((side) => {
      const slope = growthSlope(series, side);
      return slope === undefined ? [] : `${sideNames[side]} grows with the power ${slope.toFixed(2)}`;
    })
    .join(", ");
}

function optionOf(
  all: readonly GrowthSeries[],
  { valueAxis, logRange, panelTitle, seriesColour }: Charts & Colours,
): Option {
  const left = (k: number) => panel.left + k * (panel.width + panel.gap);
  const seconds = all.flatMap(({ points }) => points.flatMap(({ times }) => Object.values(times)));
  const power = (round: (x: number) => number, value: number) => 10 ** round(Math.log10(value));
  const range = logRange(power(Math.floor, Math.min(...seconds)), power(Math.ceil, Math.max(...seconds)));
  return {
    title: all.map(({ title }, k) => panelTitle(title, left(k), 10)),
    legend: all.map((series, k) => ({
      left: left(k),
      top: 30,
      orient: "vertical",
      itemGap: 2,
      itemWidth: 14,
      itemHeight: 8,
      textStyle: { fontSize: 11 },
      data: shownSides(series).map((side) => legendName(series, side)),
    })),
    grid: all.map((_, k) => ({ left: left(k), top: panel.top, width: panel.width, height: panel.height })),
    xAxis: all.map(({ axis, points }, k) => {
      const sizes = points.map(({ size }) => size);
      return valueAxis(`${axis} (logarithmic)`, "x", {
        ...logRange(Math.min(...sizes), Math.max(...sizes)),
        gridIndex: k,
      });
    }),
    yAxis: all.map((_, k) => valueAxis("milliseconds", "y", { ...range, gridIndex: k })),
    series: all.flatMap((series, k) =>
      shownSides(series).map((side) => ({
        name: legendName(series, side),
        type: "line",
        symbol: "circle",
        symbolSize: 6,
        xAxisIndex: k,
        yAxisIndex: k,
        itemStyle: { color: seriesColour(growthSides.indexOf(side)) },
        data: series.points.map(({ size, times }) => [size, times[side] ?? null]),
      })),
    ),
  };
}

function shownSides(series: GrowthSeries): (typeof growthSides)[number][] {
  return growthSides.filter((side) => growthSlope(series, side) !== undefined);
}

function legendName(series: GrowthSeries, side: (typeof growthSides)[number]): string {
  return `${sideNames[side]}: slope ${growthSlope(series, side)?.toFixed(2)}`;
}
