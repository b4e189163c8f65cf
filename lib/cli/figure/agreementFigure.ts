import { brief } from "../format.js";
import { panelTitle, powerOfTen, valueAxis } from "../report/chart.js";
import { colours, seriesColour } from "../report/colours.js";
import { minus } from "../report/page.js";
import { fontFamily } from "../report/svg.js";
import { type Course, gapFloor, gapsOf, thin } from "./courses.js";
import { endLabels } from "./labels.js";
import type { Figure } from "./picture.js";

const width = 960;
const height = 464;
const box = { left: 66, top: 66, width: 684, height: 320 };
/** More would make the file large and the picture no better. */
const mostPoints = 400;

/** The objectives of several algorithms on one problem against time, both logarithmic. */
export function agreementFigure(courses: readonly Course[], problem: string): Figure {
  const { best, curves } = gapsOf(courses);
  const lines = curves.filter(({ points }) => points.length > 0);
  const points = lines.flatMap((curve) => curve.points);
  const x = decades(points.map(([seconds]) => seconds));
  // With room below, so that no curve lies on the axis.
  const y = decades(points.flatMap(([, gap]) => [gap, gap / 10]));
  const names = lines.map(({ name, points }, k) => {
    const [seconds, gap] = points.at(-1) as readonly [number, number];
    return {
      y: box.top + box.height * (1 - position(gap, y)),
      title: name,
      note: `${gap <= gapFloor ? "at the best" : `ends at ${scientific(gap)}`}, ${duration(seconds)}`,
      color: seriesColour(k),
    };
  });
  const text = `${minus(problem)}; best objective ${minus(brief(best, 8))}`;
  return {
    label: `Lines of the objective above the best against time: ${names.map(({ title, note }) => `${title} ${note}`).join("; ")}. ${text}`,
    drawing: {
      width,
      height,
      option: {
        title: [panelTitle("Objective above the best of all, relative", 16, 12)],
        grid: [box],
        xAxis: [valueAxis("seconds (logarithmic)", "x", logarithmic(x))],
        yAxis: [
          valueAxis(
            `logarithmic; ${powerOfTen(gapFloor)} and less at ${powerOfTen(gapFloor)}`,
            "y",
            logarithmic(y),
          ),
        ],
        series: lines.flatMap((curve, k) => {
          const [seconds, gap] = curve.points.at(-1) as readonly [number, number];
          const line = { type: "line", symbol: "none", itemStyle: { color: seriesColour(k) } };
          return [
            { ...line, data: thin(curve.points, mostPoints), lineStyle: { width: 2 } },
            // From where it stopped to its name.
            {
              ...line,
              data: [
                [seconds, gap],
                [10 ** x.high, gap],
              ],
              lineStyle: { width: 1.2, type: "dotted" },
            },
            {
              type: "scatter",
              data: [[seconds, gap]],
              symbolSize: 8,
              clip: false,
              itemStyle: { color: seriesColour(k), opacity: 1 },
              z: 3,
            },
          ];
        }),
        graphic: [
          ...endLabels(names, box.left + box.width, box.top + 8, box.top + box.height - 8),
          {
            type: "text",
            x: 16,
            y: height - 24,
            style: { text, fill: colours.ink.muted, fontSize: 12, fontFamily },
          },
        ],
      },
    },
  };
}

/** An axis between powers of ten, as exponents, with a label at every so many. */
interface Decades {
  readonly low: number;
  readonly high: number;
  readonly interval: number;
}

function decades(values: readonly number[]): Decades {
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const most = values.reduce((high, value) => Math.max(high, value), 0);
  const high = Math.ceil(Math.log10(most) - 1e-9);
  const span = Math.max(1, high - Math.floor(Math.log10(least) + 1e-9));
  const interval = Math.ceil(span / 8);
  return { low: high - interval * Math.ceil(span / interval), high, interval };
}

function position(value: number, { low, high }: Decades): number {
  return (Math.log10(value) - low) / (high - low);
}

function logarithmic({ low, high, interval }: Decades): object {
  return {
    type: "log",
    min: 10 ** low,
    max: 10 ** high,
    interval,
    axisLabel: { color: colours.ink.muted, fontSize: 12, formatter: powerOfTen },
  };
}

/** Such as 2·10⁻⁵. */
function scientific(value: number): string {
  const [digit, exponent] = value.toExponential(0).split("e");
  return `${digit}·${powerOfTen(10 ** Number(exponent))}`;
}

function duration(seconds: number): string {
  if (seconds < 1e-3) return `${brief(seconds * 1e6, 2)} µs`;
  return seconds < 1 ? `${brief(seconds * 1e3, 2)} ms` : `${brief(seconds, 2)} s`;
}
