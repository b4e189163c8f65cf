import type { Fit } from "../../index.js";
import { type Dataset, standardised } from "../dataset.js";
import { brief } from "../format.js";
import { type Drawing, nameAxis, valueAxis } from "./chart.js";
import { colours } from "./colours.js";
import { minus } from "./page.js";

/** More features than this are not shown one by one if their coefficient is 0. */
export const fewFeatures = 40;

/** The largest of them that are not 0, or all of a few, in the order of the columns. */
export function largestFeatures(sizes: Float64Array, most: number): number[] {
  const all = Array.from(sizes.keys());
  if (all.length <= most) return all;
  return all
    .filter((j) => sizes[j] !== 0)
    .sort((a, b) => Math.abs(sizes[b] as number) - Math.abs(sizes[a] as number))
    .slice(0, most)
    .sort((a, b) => a - b);
}

/** Bars of the standardised coefficients, first feature on top. */
export function coefficientChart(fit: Fit, dataset: Dataset): Drawing {
  const sizes = standardised(fit, dataset);
  const shown = largestFeatures(sizes, fewFeatures);
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
  };
}
