import type { CrossValidationLike } from "../cv/crossValidation.js";
import { measureName } from "../cv/printCv.js";
import { brief } from "../format.js";
import { type Drawing, logRange, panelTitle, tick, valueAxis } from "./chart.js";
import { colours } from "./colours.js";

/** As many numbers of nonzero coefficients stand side by side. */
const mostCounts = 24;
/** Half the width of the ends of an error bar. */
const cap = 3;

/** What a custom series of ECharts draws with: positions in the drawing. */
interface Api {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

/** The score against λ with error bars, the largest λ at the left, numbers of nonzero coefficients on top. */
export function cvChart(cv: CrossValidationLike): Drawing {
  const points = Array.from(cv.lambdas, (lambda, k) => ({
    lambda,
    mean: cv.mean[k] as number,
    error: cv.standardError[k] as number,
    nonzero: cv.nonzero[k] as number,
  })).filter(({ lambda, mean }) => lambda > 0 && Number.isFinite(mean));
  const lambdas = points.map(({ lambda }) => lambda);
  const range = { ...logRange(Math.min(...lambdas), Math.max(...lambdas)), inverse: true };
  const step = Math.max(1, Math.ceil(points.length / mostCounts));
  const counts = points.filter((_, k) => k % step === 0);
  const label = { color: colours.ink.muted, fontSize: 12, showMinLabel: false, showMaxLabel: false };
  const mark = (lambda: number, formatter: string, distance: number) => ({
    xAxis: lambda,
    label: { show: true, formatter, color: colours.ink.text, position: "end", distance },
  });
  const same = cv.indexMin === cv.index1se;
  const marks = same
    ? [mark(cv.lambdaMin, `λ min = λ 1se = ${brief(cv.lambdaMin)}`, 24)]
    : [
        mark(cv.lambdaMin, `λ min = ${brief(cv.lambdaMin)}`, 24),
        mark(cv.lambda1se, `λ 1se = ${brief(cv.lambda1se)}`, 40),
      ];
  return {
    width: 960,
    height: 440,
    option: {
      title: [panelTitle(`${measureName(cv.measure)} on the rows left out`, 20), topTitle()],
      grid: { left: 76, right: 40, top: 96, bottom: 58 },
      xAxis: valueAxis("λ (logarithmic, falling)", "x", {
        ...range,
        axisLabel: { ...label, formatter: tick },
      }),
      yAxis: [valueAxis("", "y", { scale: true }), { type: "value", min: 0, max: 1, show: false }],
      series: [
        {
          type: "custom",
          renderItem: (_: unknown, api: Api) => errorBar(api),
          encode: { x: 0, y: [1, 2] },
          data: points
            .filter(({ error }) => Number.isFinite(error))
            .map(({ lambda, mean, error }) => [lambda, mean - error, mean + error]),
        },
        {
          type: "line",
          data: points.map(({ lambda, mean }) => [lambda, mean]),
          symbol: "circle",
          symbolSize: 4,
          lineStyle: { width: 1.6 },
          itemStyle: { color: colours.positive },
          markLine: {
            symbol: "none",
            lineStyle: { color: colours.ink.text, type: "dashed", width: 1 },
            data: marks,
          },
        },
        {
          // Numbers in a row above the axis.
          type: "scatter",
          yAxisIndex: 1,
          symbolSize: 2,
          itemStyle: { color: "transparent" },
          data: counts.map(({ lambda, nonzero }) => ({
            value: [lambda, 1],
            label: {
              show: true,
              position: "top",
              formatter: String(nonzero),
              fontSize: 11,
              color: colours.ink.muted,
            },
          })),
        },
      ],
    },
  };
}

function topTitle(): object {
  return {
    ...panelTitle("nonzero", 20, 78),
    textStyle: { fontSize: 11, fontWeight: 400, color: colours.ink.muted },
  };
}

function errorBar(api: Api): object {
  const [x, low] = api.coord([api.value(0), api.value(1)]);
  const [, high] = api.coord([api.value(0), api.value(2)]);
  const style = { stroke: colours.ink.muted, lineWidth: 1, fill: "none" };
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: "line",
    shape: { x1, y1, x2, y2 },
    style,
  });
  const ends = [low, high].map((y) => line(x - cap, y, x + cap, y));
  return { type: "group", children: [line(x, low, x, high), ...ends] };
}
