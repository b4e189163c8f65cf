import type { Fit } from "../../index.js";
import { type Drawing, panelTitle, shorten, tick, valueAxis } from "./chart.js";
import { colours } from "./colours.js";

/** Where the coefficients lie that a penalty acts on. */
export interface Marks {
  readonly names: readonly string[];
  /** Magnitudes on the scale on which the penalty acts. */
  readonly sizes: Float64Array;
}

const mostLabels = 12;

/** The penalty beside its keep probability, with the coefficients of a fit on both; without curves if Ω is no sum. */
export function penaltyChart(fit: Fit, marks: Marks, compact = false): Drawing {
  const { separable } = fit.penalty;
  const reach = 1.12 * (marks.sizes.reduce((a, b) => Math.max(a, b), 0) || 1);
  const cost = (w: number) =>
    fit.lambda * (fit.penalty.omega(w, fit.lambda) - fit.penalty.omega(0, fit.lambda));
  const keep = (w: number) => fit.penalty.keepProbability(w, fit.lambda);
  const grid = grids(separable ? 2 : 1, compact);
  const axis = (gridIndex: number) =>
    valueAxis(compact ? "" : "size of the coefficient on the scale of the penalty", "x", {
      gridIndex,
      min: 0,
      max: reach,
      // The end is where the data end, which is no round number.
      axisLabel: {
        color: colours.ink.muted,
        fontSize: compact ? 11 : 12,
        showMaxLabel: false,
        formatter: tick,
      },
    });
  const look = compact ? { axisLabel: { color: colours.ink.muted, fontSize: 11 }, splitNumber: 3 } : {};
  const last = grid.boxes.length - 1;
  const keepSeries = [
    ...(separable ? [curve(keep, reach, last)] : []),
    dots(marks, (j) => fit.keepProbability[j] as number, last, !compact),
  ];
  const penaltySeries = separable
    ? [curve(cost, reach, 0), dots(marks, (j) => cost(marks.sizes[j] as number), 0, !compact)]
    : [];
  const titles = separable ? ["Penalty λ ω(|w|)", "Keep probability α̂(|w|)"] : ["Keep probability α̂"];
  return {
    width: grid.width,
    height: grid.height,
    option: {
      title: titles.map((text, k) => panelTitle(text, (grid.boxes[k]?.left ?? 0) - grid.indent)),
      grid: grid.boxes,
      xAxis: grid.boxes.map((_, k) => axis(k)),
      yAxis: grid.boxes.map((_, k) =>
        valueAxis("", "y", {
          gridIndex: k,
          min: 0,
          ...(k === last ? { max: 1, interval: compact ? 0.5 : 0.2 } : {}),
          ...look,
        }),
      ),
      series: [...penaltySeries, ...keepSeries],
    },
  };
}

function grids(panels: 1 | 2, compact: boolean) {
  if (compact) {
    const boxes = [42, 272].slice(0, panels).map((left) => ({ left, width: 178, top: 26, bottom: 26 }));
    return { width: 460, height: 158, indent: 38, boxes };
  }
  const boxes = [66, 556].slice(0, panels).map((left) => ({ left, width: 384, top: 36, bottom: 50 }));
  return { width: 960, height: 320, indent: 46, boxes };
}

/** Evenly spaced points and more of them near 0, where penalties bend most. */
function curve(value: (w: number) => number, reach: number, index: number): object {
  const even = Array.from({ length: 241 }, (_, i) => (reach * i) / 240);
  const near = Array.from({ length: 60 }, (_, i) => reach * 10 ** (-5 + i / 20));
  const points = [...even, ...near].filter((w) => w <= reach).sort((a, b) => a - b);
  return {
    type: "line",
    xAxisIndex: index,
    yAxisIndex: index,
    symbol: "none",
    data: points.map((w) => [w, value(w)]),
    lineStyle: { width: 2 },
    itemStyle: { color: colours.positive },
  };
}

function dots(marks: Marks, height: (j: number) => number, index: number, labelled: boolean): object {
  const nonzero = Array.from(marks.sizes.keys()).filter((j) => marks.sizes[j] !== 0);
  const zeros = marks.sizes.length - nonzero.length;
  const label = labelled && nonzero.length <= mostLabels;
  const data: object[] = nonzero.map((j) => ({
    value: [marks.sizes[j], height(j)],
    label: { show: label, formatter: shorten(marks.names[j] as string), position: "top" },
  }));
  if (zeros > 0) {
    const zero = marks.sizes.indexOf(0);
    data.push({
      value: [0, height(zero)],
      // Clear of both axes.
      label: { show: labelled, formatter: `${zeros} at 0`, position: [14, -8] },
    });
  }
  return {
    type: "scatter",
    xAxisIndex: index,
    yAxisIndex: index,
    symbolSize: labelled ? 9 : 7,
    clip: false,
    data,
    itemStyle: { color: colours.negative, borderColor: colours.ink.surface, borderWidth: 1 },
    label: { fontSize: 11, color: colours.ink.text, textBorderWidth: 0 },
    labelLayout: { hideOverlap: true },
    z: 3,
  };
}
