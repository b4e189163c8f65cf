// From AbortController.abort() to the promise's settling, over moments spread evenly through the fit.
import { setTimeout as sleep } from "node:timers/promises";
import * as flipside from "flipside";
import { makeDataset } from "../data.ts";
import type { PenaltyName } from "../drivers/driver.ts";
import { optionsOf, problemOf } from "../drivers/native.ts";
import { median } from "../statistics.ts";
import { duration, type TextTable } from "../table.ts";

const moments = 20;
const limit = 100;

interface Setting {
  readonly rows: number;
  readonly columns: number;
  readonly penalty: PenaltyName;
  readonly share: number;
}

const settings: readonly Setting[] = [
  { rows: 2000, columns: 2000, penalty: "l1", share: 0.1 },
  { rows: 2000, columns: 2000, penalty: "logSum", share: 0.01 },
  { rows: 1000, columns: 5000, penalty: "l1", share: 0.1 },
  { rows: 20000, columns: 1000, penalty: "l1", share: 0.1 },
];

export interface AbortDelay extends Setting {
  /** Milliseconds that the whole fit takes. */
  readonly fitTime: number;
  /** How many fits were still running when they were aborted. */
  readonly aborted: number;
  readonly median: number;
  readonly max: number;
}

export async function abortTrial(): Promise<AbortDelay[]> {
  const results: AbortDelay[] = [];
  for (const setting of settings) results.push(await measure(setting));
  return results;
}

async function measure(setting: Setting): Promise<AbortDelay> {
  const { rows, columns, penalty, share } = setting;
  const data = makeDataset(rows, columns, rows + columns);
  const problem = problemOf(data);
  const options = optionsOf(penalty, share * data.lambdaMax);
  const begin = performance.now();
  await flipside.fit(problem, options);
  const fitTime = performance.now() - begin;
  const delays: number[] = [];
  for (let moment = 0; moment < moments; ++moment) {
    const controller = new AbortController();
    const convergence = { ...options.convergence, signal: controller.signal };
    const running = settled(flipside.fit(problem, { ...options, convergence }));
    await sleep((fitTime * (moment + 0.5)) / moments);
    const abort = performance.now();
    controller.abort();
    const { aborted, time } = await running;
    if (aborted) delays.push(time - abort);
  }
  const max = Math.max(...delays);
  return { ...setting, fitTime, aborted: delays.length, median: median(delays), max };
}

async function settled(
  running: ReturnType<typeof flipside.fit>,
): Promise<{ aborted: boolean; time: number }> {
  let aborted: boolean;
  try {
    aborted = (await running).reason === "aborted";
  } catch (error) {
    if (!(error instanceof flipside.FlipsideError && error.code === "ABORTED")) throw error;
    aborted = true; // before the first iterate
  }
  return { aborted, time: performance.now() };
}

export function abortTable(delays: readonly AbortDelay[]): TextTable {
  const worst = Math.max(...delays.map(({ max }) => max));
  return {
    title: "Abort of a running fit",
    head: ["n × p", "penalty", "λ / λ_max", "whole fit", "aborted running", "median", "longest"],
    rows: delays.map(({ rows, columns, penalty, share, fitTime, aborted, median, max }) => [
      `${rows} × ${columns}`,
      penalty,
      `${share}`,
      duration(fitTime),
      `${aborted} of ${moments}`,
      duration(median),
      duration(max),
    ]),
    labels: 2,
    notes: [
      "From abort() to the settled promise, at moments spread evenly over the time of the fit.",
      `Aim of ${limit} ms: ${worst < limit ? "met" : "missed"} (${duration(worst)}).`,
    ],
  };
}
