// The results of paths, of the sparse problem and of growth as tables.
import { median } from "../statistics.ts";
import { duration, exponent, type TextTable } from "../table.ts";
import { sideNames } from "./growthFigure.ts";
import { gapText, ratioText, relativeGap, timeText } from "./tables.ts";
import type { CrossCell } from "./trials/crossValidation.ts";
import { type GrowthSeries, growthSides, growthSlope } from "./trials/growth.ts";
import type { PathCell, PathSide } from "./trials/paths.ts";
import type { SparseCell, SparseReport } from "./trials/sparse.ts";

const margin = 1e-6;
const bytesPerMegabyte = 1e6;

export function pathTable(cells: readonly PathCell[]): TextTable {
  const rows = cells.flatMap((cell) => {
    const against = Object.entries(cell.peers).filter(([, side]) => side !== undefined);
    const own = [cell.shape, cell.penalty];
    const ours = [
      timeText(cell.ours.times),
      timeText(cell.prepared?.times),
      cell.ours.violation.toExponential(1),
    ];
    if (against.length === 0) return [[...own, "", ...ours, "", "", "", "", "", ""]];
    return against.map(([name, side]) => [...own, name, ...ours, ...theirCells(cell, side as PathSide)]);
  });
  return {
    title: "Paths of 100 λ to 0.01 λ_max",
    head: [
      "n × p",
      "penalty",
      "against",
      "flipside, fitPath()",
      "flipside, prepared",
      "violation",
      "their time",
      "their violation",
      "theirs / fitPath()",
      "theirs / prepared",
      "objective higher at",
      "largest and median difference",
    ],
    rows,
    labels: 3,
    notes: [
      "glmnet and ncvreg run with the tolerance that they have by default; ours with the loosest that leaves at most a tenth of their violation, scikit-learn with the loosest power of ten that does.",
      `objective higher at: the λs at which ours is higher by more than ${exponent(margin)} relative. Differences are (ours − theirs) / theirs.`,
    ],
  };
}

function theirCells({ ours, prepared }: PathCell, side: PathSide): string[] {
  const ratio = (own: PathSide | undefined) =>
    own?.times && side.times && side.times.median / own.times.median;
  const gaps = ours.objectives.map((objective, k) => relativeGap(objective, side.objectives[k] as number));
  const higher = gaps.filter((gap) => gap > margin).length;
  const signed = (gap: number) => `${gap < 0 ? "−" : ""}${exponent(Math.abs(gap))}`;
  return [
    `${timeText(side.times)} ${side.settings}`,
    side.violation.toExponential(1),
    ratioText(ratio(ours)),
    ratioText(ratio(prepared)),
    `${higher} of ${gaps.length}`,
    `${signed(Math.max(...gaps))}, ${signed(median(gaps))}`,
  ];
}

export function crossTable(cells: readonly CrossCell[]): TextTable {
  return {
    title: "10-fold cross-validation of paths of 100 λ to 0.01 λ_max",
    head: [
      "n × p",
      "penalty",
      "against",
      "flipside, crossValidate()",
      "their time",
      "theirs / ours",
      "violation",
      "their violation",
      "λ_min / λ_max",
      "theirs",
      "largest difference of errors, in standard errors",
    ],
    rows: cells.map(({ shape, penalty, against, lambdas, ours, theirs, standardError }) => {
      const largest = lambdas[0] as number;
      const gaps = theirs && ours.errors.map((error, k) => gapIn(error, theirs.errors[k], standardError[k]));
      return [
        shape,
        penalty,
        against,
        timeText(ours.times),
        theirs === undefined ? "" : `${timeText(theirs.times)} ${theirs.settings}`,
        ratioText(ours.times && theirs?.times && theirs.times.median / ours.times.median),
        ours.violation.toExponential(1),
        theirs?.violation.toExponential(1) ?? "",
        (ours.lambdaMin / largest).toFixed(3),
        theirs === undefined ? "" : (theirs.lambdaMin / largest).toFixed(3),
        gaps === undefined ? "" : Math.max(...gaps).toPrecision(2),
      ];
    }),
    labels: 3,
    notes: [
      "Every side has the tolerance that it has by default, and the same folds and λ. The violation is the largest along the path of the training rows of the first fold.",
      "cv.glmnet takes the columns as they are and no intercept, and so does flipside beside it; cv.ncvreg has an intercept and standardises in each fold, and so does flipside beside it. ncvreg's other stationary points may have other errors.",
    ],
  };
}

function gapIn(ours: number, theirs: number | undefined, unit: number | undefined): number {
  return theirs === undefined || unit === undefined ? NaN : Math.abs(ours - theirs) / unit;
}

export function sparseTables({ rows, columns, entries, cells, memory }: SparseReport): TextTable[] {
  const sides = ["ours", "prepared", "standardized", "skglm", "liblinear", "saga"] as const;
  const names: Record<(typeof sides)[number], string> = {
    ours: "flipside, fit()",
    prepared: "flipside, prepared",
    standardized: "flipside with intercept and standardising",
    skglm: "skglm",
    liblinear: "scikit-learn, liblinear",
    saga: "scikit-learn, saga",
  };
  const own: readonly string[] = ["ours", "prepared", "standardized"];
  const line = (cell: SparseCell, side: (typeof sides)[number]): string[][] => {
    const result = cell[side];
    if (result === undefined) return [];
    const comparable = side !== "standardized" && side !== "ours";
    const ratio = (result.times?.median ?? NaN) / (cell.ours.times?.median ?? NaN);
    return [
      [
        `${cell.penalty}, ${cell.share} λ_max`,
        names[side],
        timeText(result.times),
        own.includes(side) ? "" : ratioText(Number.isFinite(ratio) ? ratio : undefined),
        result.quality.violation.toExponential(1),
        result.quality.objective.toPrecision(12),
        comparable ? gapText(cell.ours.quality.objective, result.quality.objective) : "",
        String(result.quality.nonzero),
        result.settings ?? "",
      ],
    ];
  };
  const times: TextTable = {
    title: `Sparse: ${rows} × ${columns} with ${entries} entries, logistic loss`,
    head: [
      "penalty",
      "side",
      "time",
      "its time / fit()",
      "violation",
      "objective",
      "ours − its, relative",
      "nonzero",
      "settings",
    ],
    rows: cells.flatMap((cell) => sides.flatMap((side) => line(cell, side))),
    labels: 2,
    notes: [
      "No intercept and columns as they are, but for the side that says so, whose problem is another one.",
      "scikit-learn ends where its solver reaches the violation, its limit of iterations or a minute.",
    ],
  };
  const growth: TextTable = {
    title: "Sparse: memory",
    head: ["side", "matrix", "growth by the fit", "growth / matrix"],
    rows: memory.map(({ side, growth, matrix }) => [
      side,
      `${(matrix / bytesPerMegabyte).toFixed(1)} MB`,
      `${(growth / bytesPerMegabyte).toFixed(1)} MB`,
      `${(growth / matrix).toFixed(1)}×`,
    ]),
    labels: 1,
    notes: [
      "How far the peak of the resident set of a fresh process grows by its first fit (l1) of this problem, after a small one and after the matrix was loaded.",
    ],
  };
  return [times, growth];
}

export function growthTable(all: readonly GrowthSeries[]): TextTable {
  const shown = growthSides.filter((side) => all.some((series) => growthSlope(series, side) !== undefined));
  const slope = (series: GrowthSeries, side: string) => growthSlope(series, side)?.toFixed(2) ?? "";
  return {
    title: "Growth of the time",
    head: ["problem", "size", ...shown.map((side) => sideNames[side])],
    rows: all.flatMap((series) => [
      ...series.points.map(({ size, times }) => [
        series.title,
        `${series.axis} = ${size}`,
        ...shown.map((side) => (times[side] === undefined ? "" : duration(times[side]))),
      ]),
      [series.title, "slope", ...shown.map((side) => slope(series, side))],
    ]),
    labels: 2,
    notes: [
      "l1. slope: time grows as this power of the size (least squares in logarithms). Drawn in [peers-growth.svg](peers-growth.svg).",
    ],
  };
}
