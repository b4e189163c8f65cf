import type { Fit } from "../../index.js";
import { type Drawing, panelTitle, powerOfTen, shorten, valueAxis } from "./chart.js";
import { colours, seriesColour } from "./colours.js";

interface Course {
  readonly name: string;
  readonly fit: Fit;
}

/** [iteration, objective] of a fit; a start that a constraint forbids is infinite and has no place. */
function objectives({ history }: Fit): [number, number][] {
  return history
    .map(({ iteration, objective }): [number, number] => [iteration, objective])
    .filter(([, objective]) => Number.isFinite(objective));
}

type Points = readonly (readonly [iteration: number, value: number])[];

/** [iteration, objective - last objective], without what is only rounding: a logarithmic axis has no zero. */
function gaps(fit: Fit): Points {
  const points = objectives(fit);
  const last = points.at(-1)?.[1] ?? 0;
  return points
    .map(([iteration, value]): [number, number] => [iteration, value - last])
    .filter(([, gap]) => gap > 1e-14 * Math.abs(last));
}

/** A logarithmic axis between powers of ten, with some five labels. */
function logAxis(points: Points): object {
  if (points.length === 0) return { type: "log" };
  const logs = points.map(([, value]) => Math.log10(value));
  const least = Math.min(...logs);
  const most = Math.max(...logs);
  const interval = Math.max(1, Math.ceil((most - least) / 5));
  const low = interval * Math.floor(least / interval);
  const high = Math.max(low + interval, interval * Math.ceil(most / interval));
  const axisLabel = { color: colours.ink.muted, fontSize: 12, formatter: powerOfTen };
  return { type: "log", min: 10 ** low, max: 10 ** high, interval, axisLabel };
}

const iterationAxis = { minInterval: 1, min: 0 };

/** The objective of one fit by iteration, and on a logarithmic axis how far it is above its end. */
export function objectiveChart(fit: Fit): Drawing {
  const symbol = fit.history.length <= 60 ? "circle" : "none";
  const line = {
    type: "line",
    symbol,
    symbolSize: 5,
    itemStyle: { color: colours.positive },
    lineStyle: { width: 2 },
  };
  return {
    width: 960,
    height: 310,
    option: {
      title: [panelTitle("Objective", 20), panelTitle("Objective above its last value (logarithmic)", 510)],
      grid: [
        { left: 76, width: 380, top: 36, bottom: 48 },
        { left: 566, width: 374, top: 36, bottom: 48 },
      ],
      xAxis: [0, 1].map((gridIndex) => valueAxis("iteration", "x", { gridIndex, ...iterationAxis })),
      yAxis: [
        valueAxis("", "y", { gridIndex: 0, scale: true }),
        valueAxis("", "y", { gridIndex: 1, ...logAxis(gaps(fit)) }),
      ],
      series: [
        { ...line, data: objectives(fit) },
        { ...line, data: gaps(fit), xAxisIndex: 1, yAxisIndex: 1 },
      ],
    },
  };
}

/**
 * The gaps of several fits, each relative to where it began so that they share one axis. One that ends after its first
 * step, or at it, has no gap to draw and is left out.
 */
export function convergenceChart(panels: readonly { title: string; courses: readonly Course[] }[]): Drawing {
  const width = 960 / panels.length;
  const grid = panels.map((_, k) => ({ left: k * width + 60, width: width - 254, top: 36, bottom: 48 }));
  const curves = panels.map(({ courses }) =>
    courses
      .map(({ name, fit }) => ({ name, points: gaps(fit) }))
      .filter(({ points }) => points.length > 1)
      .map(({ name, points }) => {
        const first = (points[0] as Points[number])[1];
        return { name, points: points.map(([iteration, gap]) => [iteration, gap / first] as const) };
      }),
  );
  const axis = logAxis(curves.flat().flatMap(({ points }) => points));
  const series = curves.flatMap((panel, k) =>
    panel.map(({ name, points }, i) => ({
      type: "line",
      name,
      xAxisIndex: k,
      yAxisIndex: k,
      data: points,
      symbol: "circle",
      symbolSize: 4,
      itemStyle: { color: seriesColour(i) },
      lineStyle: { width: 1.8 },
    })),
  );
  return {
    width: 960,
    height: 340,
    option: {
      title: panels.map(({ title }, k) => panelTitle(title, k * width + 20)),
      legend: curves.map((panel, k) => ({
        data: panel.map(({ name }) => name),
        orient: "vertical",
        left: (k + 1) * width - 184,
        top: 36,
        itemWidth: 18,
        itemHeight: 8,
        icon: "roundRect",
        formatter: (name: string) => shorten(name, 24),
        textStyle: { color: colours.ink.text, fontSize: 12 },
      })),
      grid,
      xAxis: panels.map((_, gridIndex) => valueAxis("iteration", "x", { gridIndex, ...iterationAxis })),
      yAxis: panels.map((_, gridIndex) => valueAxis("", "y", { gridIndex, ...axis })),
      series,
    },
  };
}
