import type { Path } from "../../index.js";
import { type Dataset, standardised } from "../dataset.js";
import { brief } from "../format.js";
import { type Drawing, logRange, panelTitle, shorten, tick, valueAxis } from "./chart.js";
import { fewFeatures, largestFeatures } from "./coefficientChart.js";
import { colours, seriesColour } from "./colours.js";

const mostNames = 12;

/** A λ with a dashed line, and what it is called. */
export interface LambdaMark {
  readonly lambda: number;
  readonly name: string;
}

/** Standardised coefficients and the number of nonzeros against λ, the largest λ at the left. */
export function pathChart(
  path: Path,
  dataset: Dataset,
  marks: readonly LambdaMark[] = [],
): { drawing: Drawing; drawn: number } {
  // A logarithmic axis has no place for λ = 0.
  const fits = path.fits.filter((fit) => fit.lambda > 0);
  const sizes = fits.map((fit) => standardised(fit, dataset));
  const peaks = Float64Array.from(dataset.features, (_, j) =>
    sizes.reduce((peak, row) => Math.max(peak, Math.abs(row[j] as number)), 0),
  );
  const shown = largestFeatures(peaks, fewFeatures);
  const named = largestFeatures(peaks, mostNames);
  const lines = shown.map((j) => {
    const position = named.indexOf(j);
    const color = position < 0 ? colours.ink.muted : seriesColour(position);
    return {
      type: "line",
      data: fits.map((fit, k) => [fit.lambda, sizes[k]?.[j]]),
      symbol: "none",
      lineStyle: { width: position < 0 ? 0.8 : 1.8, opacity: position < 0 ? 0.6 : 1 },
      itemStyle: { color },
      endLabel: {
        show: position >= 0,
        formatter: shorten(dataset.features[j] as string),
        color,
        fontSize: 12,
        // To the right of the end: the axis is turned round, and the label would turn with it.
        align: "left",
        distance: -8,
        textBorderWidth: 0,
      },
      labelLayout: { moveOverlap: "shiftY" },
    };
  });
  const positive = marks.filter(({ lambda }) => lambda > 0);
  const room = 16 * Math.max(0, positive.length - 1);
  const mark = (label: boolean) =>
    positive.length === 0
      ? {}
      : {
          markLine: {
            symbol: "none",
            lineStyle: { color: colours.ink.text, type: "dashed", width: 1 },
            data: positive.map(({ lambda, name }, k) => ({
              xAxis: lambda,
              label: {
                show: label,
                formatter: `${name} = ${brief(lambda)}`,
                color: colours.ink.text,
                position: "end",
                // One above the other: they may be close.
                distance: 4 + 14 * k,
              },
            })),
          },
        };
  const lambdas = fits.map((fit) => fit.lambda);
  const axis = {
    ...logRange(Math.min(...lambdas), Math.max(...lambdas)),
    inverse: true,
    // The ends are no round numbers.
    axisLabel: {
      color: colours.ink.muted,
      fontSize: 12,
      showMinLabel: false,
      showMaxLabel: false,
      formatter: tick,
    },
  };
  return {
    drawn: shown.length,
    drawing: {
      width: 960,
      height: 560,
      option: {
        title: [panelTitle("Standardised coefficients", 20), panelTitle("Nonzero coefficients", 20, 388)],
        grid: [
          { left: 66, right: 130, top: 42 + room, height: 322 - room },
          { left: 66, right: 130, top: 416, height: 90 },
        ],
        xAxis: [
          valueAxis("", "x", { gridIndex: 0, ...axis }),
          valueAxis("λ (logarithmic, falling)", "x", { gridIndex: 1, ...axis }),
        ],
        yAxis: [
          valueAxis("", "y", { gridIndex: 0 }),
          valueAxis("", "y", { gridIndex: 1, min: 0, minInterval: 1, splitNumber: 3 }),
        ],
        series: [
          ...lines,
          { type: "line", data: [], symbol: "none", ...mark(true) },
          {
            type: "line",
            step: "middle",
            xAxisIndex: 1,
            yAxisIndex: 1,
            data: fits.map((fit) => [fit.lambda, fit.nonzero]),
            symbol: "none",
            lineStyle: { width: 2 },
            itemStyle: { color: colours.positive },
            ...mark(false),
          },
        ],
      },
    },
  };
}
