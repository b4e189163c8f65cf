// The results of single fits as tables.
import { median } from "../statistics.ts";
import { duration, exponent, factor, type TextTable } from "../table.ts";
import type { Times } from "./alternate.ts";
import type { FitCell, SideResult } from "./trials/fits.ts";
import type { SeedCell } from "./trials/seeds.ts";

/** The aim for a single fit against skglm. */
const aim = 2;
/** Relative differences of objectives that count. */
const convexAgreement = 1e-10;
const nonconvexMargin = 1e-6;

export function timeText(times: Times | undefined): string {
  if (times === undefined) return "";
  const { median, lowerQuartile, upperQuartile } = times;
  return `${duration(median)} (${duration(lowerQuartile)}–${duration(upperQuartile)})`;
}

/** How many times as fast as theirs ours is, marked where we lose. */
export function ratioText(ratio: number | undefined): string {
  if (ratio === undefined) return "";
  return ratio < 1 ? `**${factor(ratio)}** lost` : factor(ratio);
}

export function ratioOf(theirs: SideResult | undefined, ours: SideResult | undefined): number | undefined {
  if (theirs?.times === undefined || ours?.times === undefined) return undefined;
  return theirs.times.median / ours.times.median;
}

/** (ours - theirs) / theirs. */
export function relativeGap(ours: number, theirs: number): number {
  return (ours - theirs) / Math.abs(theirs);
}

export function gapText(ours: number, theirs: number | undefined): string {
  if (theirs === undefined) return "";
  const gap = relativeGap(ours, theirs);
  return `${gap < 0 ? "−" : ""}${exponent(Math.abs(gap))}`;
}

/** Against skglm, on a prepared design where there is one. */
export function headline({ ours, prepared, skglm }: FitCell): number | undefined {
  return ratioOf(skglm, prepared ?? ours);
}

export function fitTables(cells: readonly FitCell[]): TextTable[] {
  const times: TextTable = {
    title: "Single fits: time",
    head: [
      "n × p, λ / λ_max",
      "penalty",
      "flipside, fit()",
      "flipside, prepared",
      "skglm",
      "scikit-learn",
      "skglm / prepared",
      "skglm / fit()",
      "scikit-learn / prepared",
    ],
    rows: cells.map((cell) => [
      `${cell.shape}, ${cell.share}`,
      cell.penalty,
      timeText(cell.ours.times),
      timeText(cell.prepared?.times),
      timeText(cell.skglm?.times),
      timeText(cell.sklearn?.times),
      ratioText(cell.prepared && headline(cell)),
      ratioText(ratioOf(cell.skglm, cell.ours)),
      ratioText(cell.prepared && ratioOf(cell.sklearn, cell.prepared)),
    ]),
    labels: 2,
    notes: [summaryOfTimes(cells), "Medians with quartiles."],
  };
  return [times, fitQuality(cells)];
}

function summaryOfTimes(cells: readonly FitCell[]): string {
  const measured = cells.flatMap((cell) => {
    const ratio = headline(cell);
    return ratio === undefined ? [] : [{ cell, ratio }];
  });
  if (measured.length === 0) return "Nothing to compare with: skglm is missing";
  const name = ({ shape, share, penalty }: FitCell) => `${penalty} at ${share} λ_max of ${shape}`;
  const worst = measured.reduce((least, one) => (one.ratio < least.ratio ? one : least));
  const below = measured.filter(({ ratio }) => ratio < aim);
  const list = below.map(({ cell, ratio }) => `${name(cell)} (${factor(ratio)})`).join(", ");
  return (
    `Against skglm in ${measured.length} cells: median ${factor(median(measured.map(({ ratio }) => ratio)))}, ` +
    `worst ${factor(worst.ratio)} (${name(worst.cell)}); ` +
    (below.length === 0 ? `no cell is below ${aim}×.` : `${below.length} below ${aim}×: ${list}.`)
  );
}

function fitQuality(cells: readonly FitCell[]): TextTable {
  const convex = cells.filter((cell) => cell.convex && cell.skglm !== undefined);
  const gaps = convex.map(({ ours, skglm }) =>
    Math.abs(relativeGap(ours.quality.objective, (skglm as SideResult).quality.objective)),
  );
  const violations = cells.flatMap(({ ours, prepared }) => [ours, ...(prepared ? [prepared] : [])]);
  const worst = Math.max(...violations.map(({ quality }) => quality.violation));
  return {
    title: "Single fits: objectives and violations",
    head: [
      "n × p, λ / λ_max",
      "penalty",
      "objective",
      "skglm's",
      "difference",
      "violation",
      "skglm's",
      "scikit-learn's",
      "nonzero",
      "skglm's",
      "skglm's settings",
    ],
    rows: cells.map(({ shape, share, penalty, ours, skglm, sklearn }) => [
      `${shape}, ${share}`,
      penalty,
      ours.quality.objective.toPrecision(12),
      skglm?.quality.objective.toPrecision(12) ?? "",
      gapText(ours.quality.objective, skglm?.quality.objective),
      ours.quality.violation.toExponential(1),
      skglm?.quality.violation.toExponential(1) ?? "",
      sklearn?.quality.violation.toExponential(1) ?? "",
      String(ours.quality.nonzero),
      String(skglm?.quality.nonzero ?? ""),
      skglm?.settings ?? "",
    ]),
    labels: 2,
    notes: [
      `The largest violation that flipside leaves is ${worst.toExponential(1)}.`,
      ...(gaps.length === 0
        ? []
        : [
            `Where the problem is convex, objectives differ by at most ${exponent(Math.max(...gaps))} (aim: ${exponent(convexAgreement)}); elsewhere two solvers may end at different stationary points.`,
          ]),
      "difference: (ours − skglm's) / skglm's; negative is better.",
    ],
  };
}

/** In how many cells ours is higher, over the seeds. */
export function seedTable(cells: readonly SeedCell[]): TextTable {
  const compared = cells.filter(({ skglm }) => skglm.length > 0);
  const groups = new Map<string, SeedCell[]>();
  for (const cell of compared) {
    const key = `${cell.shape}, ${cell.share}|${cell.penalty}`;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const higher = (list: readonly SeedCell[], theirs: (cell: SeedCell) => number) =>
    list.filter((cell) => relativeGap(cell.ours, theirs(cell)) > nonconvexMargin).length;
  const lower = (list: readonly SeedCell[]) =>
    list.filter((cell) => relativeGap(cell.ours, standard(cell)) < -nonconvexMargin).length;
  const standard = ({ skglm }: SeedCell) => skglm[0] as number;
  const best = ({ skglm }: SeedCell) => Math.min(...skglm);
  return {
    title: "Objectives over seeds where the penalty is not convex",
    head: [
      "n × p, λ / λ_max",
      "penalty",
      "seeds",
      "ours lower",
      "ours higher",
      "higher than the lower of both rules",
    ],
    rows: [...groups].map(([key, list]) => [
      ...key.split("|"),
      String(list.length),
      String(lower(list)),
      String(higher(list, standard)),
      String(higher(list, best)),
    ]),
    labels: 2,
    notes: [
      compared.length === 0
        ? "Nothing to compare with: skglm is missing."
        : `By more than ${exponent(nonconvexMargin)} relative, ours is lower than skglm's with its usual rule in ${lower(compared)} of ${compared.length} cells and higher in ${higher(compared, standard)}; higher than the lower of skglm's two rules in ${higher(compared, best)}.`,
    ],
  };
}
