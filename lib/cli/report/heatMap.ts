import { type Drawing, nameAxis } from "./chart.js";
import { colours } from "./colours.js";

export interface Cell {
  readonly value: number;
  readonly text: string;
}

/** Numbers of both signs as coloured cells, the first row on top. */
export function heatMap(
  rows: readonly string[],
  columns: readonly string[],
  cells: readonly Cell[][],
): Drawing {
  const peak = Math.max(...cells.flat().map(({ value }) => Math.abs(value)));
  return {
    width: 960,
    height: 60 + 30 * rows.length,
    option: {
      grid: { left: 200, right: 16, top: 34, bottom: 10 },
      xAxis: nameAxis(columns, { position: "top", axisLine: { show: false } }),
      yAxis: nameAxis(rows, { inverse: true, axisLine: { show: false } }, 28),
      visualMap: {
        show: false,
        min: -peak,
        max: peak,
        dimension: 2,
        inRange: { color: [...colours.diverging] },
      },
      series: [
        {
          type: "heatmap",
          data: cells.flatMap((row, i) =>
            row.map(({ value, text }, j) => ({ value: [j, i, value], label: { formatter: text } })),
          ),
          label: { show: true, fontSize: 12, color: colours.onDiverging },
          itemStyle: { borderColor: colours.ink.surface, borderWidth: 2 },
        },
      ],
    },
  };
}
