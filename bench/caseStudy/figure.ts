// The course of every method: the fraction of nonzero weights and the validation error against the epoch.
import { type Charts, type Colours, drawingParts, type Labels, type Option, toPicture } from "../drawing.ts";
import { spreadOf } from "./report.ts";
import { type History, type MethodRecord, type Run, runsOf, type Study } from "./study.ts";

const [width, height] = [1240, 488];
const panel = { top: 66, width: 440, height: 340, lefts: [62, 592] } as const;
/** Points of a band, which need not be finer than the screen. */
const mostPoints = 200;

/** Mean, least and most over the seeds at each epoch. */
interface Course {
  readonly method: MethodRecord;
  readonly colour: string;
  /** By epoch, from 1. */
  readonly mean: readonly (readonly [epoch: number, value: number])[];
  readonly least: readonly number[];
  readonly most: readonly number[];
}

type Quantity = "nonzero" | "validationError";

export async function studyPicture(study: Study): Promise<{ svg: string; png: Buffer }> {
  const parts = await drawingParts();
  const courses = (quantity: Quantity, factor: number) => coursesOf(study, quantity, factor, parts);
  const nonzero = courses("nonzero", 1);
  const errors = courses("validationError", 100);
  const label = nonzero.map((course, k) => {
    const end = `${last(course).toPrecision(3)} nonzero and ${last(errors[k] as Course).toFixed(2)} % validation error`;
    return `${course.method.title} ends at ${end}`;
  });
  const option = optionOf(study, nonzero, errors, parts);
  return toPicture({ width, height, option }, `Courses of ${label.length} methods. ${label.join("; ")}.`);
}

function coursesOf(study: Study, quantity: Quantity, factor: number, { seriesColour }: Colours): Course[] {
  return study.methods.flatMap((method, k) => {
    const histories = runsOf(study, method.id).map(({ history }: Run) => history[quantity]);
    if (histories.length === 0) return [];
    return [{ method, colour: seriesColour(k), ...bandOf(histories, factor) }];
  });
}

function bandOf(histories: readonly History[Quantity][], factor: number) {
  const epochs = Math.min(...histories.map(({ length }) => length));
  const step = Math.ceil(epochs / mostPoints);
  const shown = Array.from({ length: epochs }, (_, e) => e).filter((e) => (epochs - 1 - e) % step === 0);
  const spreads = shown.map((e) => spreadOf(histories.map((values) => factor * (values[e] as number))));
  return {
    mean: spreads.map(({ mean }, k) => [(shown[k] as number) + 1, mean] as const),
    least: spreads.map(({ least }) => least),
    most: spreads.map(({ most }) => most),
  };
}

function last({ mean }: Course): number {
  return mean.at(-1)?.[1] ?? Number.NaN;
}

function optionOf(
  { network, data }: Study,
  nonzero: readonly Course[],
  errors: readonly Course[],
  { valueAxis, logRange, panelTitle, endLabels, colours }: Charts & Colours & Labels,
): Option {
  const smallest = Math.min(...nonzero.flatMap(({ least }) => least.filter((value) => value > 0)));
  const low = Math.max(1e-4, roundBelow(smallest));
  const ceiling = errorCeiling(errors);
  const [left, right] = panel.lefts;
  const grid = { top: panel.top, width: panel.width, height: panel.height };
  const epochs = { min: 0, max: network.epochs };
  const names = errors.map((course, k) => ({
    y: panel.top + panel.height * (1 - Math.min(1, last(course) / ceiling)),
    title: course.method.title,
    note: `${(100 * last(nonzero[k] as Course)).toPrecision(3)} % nonzero, error ${last(course).toFixed(2)} %`,
    color: course.colour,
  }));
  return {
    title: [
      panelTitle(`Nonzero weights, ${data.name} (logarithmic)`, 16, 12),
      panelTitle("Validation error of the pruned network", right - 46, 12),
    ],
    grid: [
      { left, ...grid },
      { left: right, ...grid },
    ],
    xAxis: [0, 1].map((gridIndex) => valueAxis("epoch", "x", { ...epochs, gridIndex })),
    yAxis: [
      valueAxis("fraction", "y", { ...logRange(low, 1), gridIndex: 0 }),
      valueAxis("percent", "y", { min: 0, max: ceiling, gridIndex: 1 }),
    ],
    series: [
      ...nonzero.flatMap((course) => seriesOf(course, 0, low, 1)),
      ...errors.flatMap((course) => seriesOf(course, 1, 0, ceiling)),
    ],
    graphic: [
      ...endLabels(names, right + panel.width, panel.top + 8, panel.top + panel.height - 8),
      {
        type: "text",
        x: 16,
        y: height - 24,
        style: {
          text: caption(nonzero),
          fill: colours.ink.muted,
          fontSize: 12,
          fontFamily: "DejaVu Sans, Verdana, sans-serif",
        },
      },
    ],
  };
}

/** The largest of 1, 2 and 5 times a power of ten that is not above it. */
function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([5, 2, 1].find((digit) => digit * power <= value) ?? 1) * power;
}

function caption(courses: readonly Course[]): string {
  const banded = courses.some(({ least, most }) => least.some((value, k) => value < (most[k] as number)));
  const band = banded ? " Lines are means over the seeds, bands go from the least to the most." : "";
  return `Weights whose keep probability is below the threshold count as zero.${band}`;
}

/** What shows the ends of all courses and most of their ways: 1.5 times the worst end, in whole percent. */
function errorCeiling(courses: readonly Course[]): number {
  const ends = courses.map(last).filter(Number.isFinite);
  return Math.min(100, Math.max(1, Math.ceil(1.5 * Math.max(...ends))));
}

/** The line, and a band round it where seeds differ; both within the axis, which echarts does not clip polygons to. */
function seriesOf({ mean, least, most, colour }: Course, index: number, low: number, high: number): object[] {
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const axes = { xAxisIndex: index, yAxisIndex: index, silent: true };
  const line = {
    type: "line",
    symbol: "none",
    ...axes,
    itemStyle: { color: colour },
    lineStyle: { width: 2 },
    data: mean.map(([epoch, value]) => [epoch, value <= high && value >= low ? value : null]),
  };
  if (least.every((value, k) => value === most[k])) return [line];
  const upper = mean.map(([epoch], k) => [epoch, within(most[k] as number)]);
  const lower = mean.map(([epoch], k) => [epoch, within(least[k] as number)]);
  const outline = [...upper, ...lower.reverse()];
  const band = {
    type: "custom",
    ...axes,
    data: [0],
    renderItem: (_: unknown, api: { coord(point: readonly number[]): number[] }) => ({
      type: "polygon",
      shape: { points: outline.map((point) => api.coord(point as number[])) },
      style: { fill: colour, opacity: 0.18 },
    }),
  };
  return [band, line];
}
