// The whole fit: standardisation, reweighted iteration, finish, final check, coefficients on the caller's scale.
// flipside goes through its public functions with all their checks: fitSync, fit one after the other, and many
// fits in flight at once.
import type { Dataset } from "../data.ts";
import type { FitSummary, PenaltyName } from "../drivers/driver.ts";
import { mlMatrix } from "../drivers/mlMatrix.ts";
import { fitsInFlight, native } from "../drivers/native.ts";
import { typedArrays } from "../drivers/typedArrays.ts";
import { duration, factor, type TextTable } from "../table.ts";
import { race, type Timing } from "../timer.ts";
import type { Comparison, Measurement } from "./comparison.ts";
import { cases } from "./sizes.ts";

const penaltyNames: readonly PenaltyName[] = ["l1", "logSum", "mcp"];
/** lambda in units of the largest that leaves a nonzero coefficient. */
const strength = 0.1;
const sameObjective = 1e-6;

const calls = { sync: "fitSync", alone: "fit", inFlight: "fits in flight" };

/** So many that their number does not matter, and that their copies of x fit into memory. */
function countInFlight(columns: number): number {
  return columns <= 100 ? 100 : columns <= 300 ? 16 : 4;
}

export async function fitTrial(sizes: readonly number[]): Promise<Comparison> {
  const measurements: Measurement[] = [];
  for (const { shape, data } of cases(sizes)) {
    for (const penalty of penaltyNames) measurements.push(await measure(shape, data, penalty));
  }
  measurements.sort((a, b) => penaltyOrder(a) - penaltyOrder(b));
  return {
    title: `Whole fit at λ = ${strength} λ_max: l1, logSum(0.1), mcp(3)`,
    measurements,
    peers: [typedArrays.name, mlMatrix.name],
    agreement: "objectives differ by",
  };
}

function penaltyOrder({ group }: Measurement): number {
  return 2 * penaltyNames.findIndex((name) => group.startsWith(name)) + (group.endsWith("2p") ? 0 : 1);
}

async function measure(shape: string, data: Dataset, penalty: PenaltyName): Promise<Measurement> {
  const lambda = strength * data.lambdaMax;
  const pieces = countInFlight(data.columns);
  const works = [
    { name: calls.sync, ...native.fit(data, penalty, lambda) },
    { name: calls.alone, ...fitsInFlight(data, penalty, lambda, 1) },
    { name: calls.inFlight, pieces, ...fitsInFlight(data, penalty, lambda, pieces) },
    { name: typedArrays.name, ...typedArrays.fit(data, penalty, lambda) },
    { name: mlMatrix.name, ...mlMatrix.fit(data, penalty, lambda) },
  ];
  const result = await race(works);
  const fits = works.map((work) => work.result());
  const own = fits[0] as FitSummary;
  const difference = Math.max(...fits.map((fit) => objectiveDifference(fit, own)));
  const unconverged = works.filter((_, k) => !(fits[k] as FitSummary).converged).map(({ name }) => name);
  const iterations = new Set(fits.map((fit) => fit.iterations));
  const remarks = [
    ...(difference > sameObjective ? [" (another local minimum: times do not compare)"] : []),
    ...(iterations.size > 1 ? [` (iterations ${[...iterations].join(" / ")})`] : []),
    ...(unconverged.length > 0 ? [` (not converged: ${unconverged.join(", ")})`] : []),
  ];
  const group = `${penalty}, ${shape}`;
  const { rows, columns } = data;
  return { group, columns, rows, difference, remark: remarks.join(""), ...result };
}

function objectiveDifference(fit: FitSummary, own: FitSummary): number {
  return Math.abs(fit.objective - own.objective) / Math.abs(own.objective);
}

/** Which call suits which size, from the same measurements: medians over penalties of the time per fit. */
export function callTable({ measurements }: Comparison): TextTable {
  const sizes = [...new Set(measurements.map(({ columns }) => columns))];
  const rows = sizes.map((size) => {
    const timings = measurements.filter(({ columns }) => columns === size).map(({ timings }) => timings);
    const mean = (name: string) => geometricMean(timings.map((row) => timeOf(row, name)));
    const peer = mean(typedArrays.name);
    const sync = mean(calls.sync);
    const alone = mean(calls.alone);
    const inFlight = mean(calls.inFlight);
    const quickest = sync <= alone ? calls.sync : calls.alone;
    const cheapest = inFlight < Math.min(sync, alone) ? `${calls.alone}, many at once` : quickest;
    return [
      `${size}`,
      ...[sync, alone, inFlight, peer].map(duration),
      `${quickest} ${factor(peer / Math.min(sync, alone))}`,
      `${cheapest} ${factor(peer / Math.min(sync, alone, inFlight))}`,
    ];
  });
  return {
    title: "Which call at which size",
    head: [
      "p",
      "fitSync",
      "fit",
      "fits in flight, each",
      "typed arrays",
      "one fit: soonest by",
      "many fits: by",
    ],
    rows,
    labels: 0,
    notes: [
      "Geometric means over both shapes and all penalties. fitSync blocks the event loop for its time; fit does not.",
      "In flight at once: 100 fits to p = 100, 16 at p = 300, 4 at p = 1000.",
    ],
  };
}

function timeOf(timings: readonly Timing[], name: string): number {
  return timings.find((timing) => timing.name === name)?.median ?? Number.NaN;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
