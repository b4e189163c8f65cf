import type { Fit } from "../../index.js";
import { type Dataset, standardised } from "../dataset.js";
import { brief } from "../format.js";
import { type Drawing, nameAxis, valueAxis } from "./chart.js";
import { colours } from "./colours.js";
import { minus } from "./page.js";

const mostBars = 40;

/** Which coefficients are worth drawing: all of a few, else the largest, in the order of the columns. */
export function largestFeatures(sizes: Float64Array, most: number): number[] {
  const order = Array.from(sizes.keys()).sort(
    (a, b) => Math.abs(sizes[b] as number) - Math.abs(sizes[a] as number),
  );
  return order.slice(0, most).sort((a, b) => a - b);
}

/** Bars of the standardised coefficients, first feature on top. */
export function coefficientChart(fit: Fit, dataset: Dataset): { drawing: Drawing; left: number } {
  const sizes = standardised(fit, dataset);
  const shown = largestFeatures(sizes, mostBars);
  const data = shown.map((j) => {
    const value = sizes[j] as number;
    const text = fit.coefficients[j] === 0 ? "0" : minus(brief(value, 3));
    return {
      value,
      itemStyle: { color: value < 0 ? colours.negative : colours.positive },
      label: { position: value < 0 ? "left" : "right", formatter: text },
    };
  });
  const height = 70 + 26 * shown.length;
  return {
    left: sizes.length - shown.length,
    drawing: {
      width: 590,
      height,
      option: {
        grid: { left: 130, right: 24, top: 10, bottom: 46 },
        xAxis: valueAxis("standardised coefficient", "x", {
          splitLine: { show: true, lineStyle: { color: colours.ink.line } },
          // Room for the numbers at the ends of the bars.
          boundaryGap: [
            data.some(({ value }) => value < 0) ? "12%" : 0,
            data.some(({ value }) => value > 0) ? "12%" : 0,
          ],
        }),
        yAxis: nameAxis(
          shown.map((j) => dataset.features[j] as string),
          { inverse: true, axisLine: { show: false } },
        ),
        series: [
          {
            type: "bar",
            data,
            barWidth: "62%",
            label: { show: true, fontSize: 12, color: colours.ink.text, textBorderWidth: 0 },
            markLine: {
              symbol: "none",
              label: { show: false },
              lineStyle: { color: colours.ink.muted, type: "solid", width: 1 },
              data: [{ xAxis: 0 }],
            },
          },
        ],
      },
    },
  };
}
