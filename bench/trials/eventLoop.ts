// How long the event loop is held up while a fit of 2000 x 2000 runs. monitorEventLoopDelay records the time from
// one firing of a 1 ms timer to the next, so 1 ms of every figure is the timer's own.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import * as flipside from "flipside";
import { makeDataset } from "../data.ts";
import type { PenaltyName } from "../drivers/driver.ts";
import { optionsOf, problemOf } from "../drivers/native.ts";
import { duration, type TextTable } from "../table.ts";

const size = 2000;
const repeats = 5;
const limit = 20;

export interface EventLoopDelay {
  readonly activity: string;
  /** Milliseconds, the longest of the repeats. */
  readonly fitTime: number;
  /** Time within the call itself, before it returns its promise. */
  readonly callTime: number;
  /** The worst of the repeats. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export async function eventLoopTrial(): Promise<EventLoopDelay[]> {
  const data = makeDataset(size, size, size);
  const columnMajor = problemOf(data);
  const rowMajor = { x: { data: transpose(data.x, size), rows: size, columns: size }, y: data.y };
  const fits = (problem: flipside.Problem, penalty: PenaltyName, share: number) => () =>
    flipside.fit(problem, optionsOf(penalty, share * data.lambdaMax));
  return [
    await watch("nothing", () => sleep(500)),
    await watch("fit l1, 0.1 λ_max", fits(columnMajor, "l1", 0.1)),
    await watch("fit l1, 0.01 λ_max", fits(columnMajor, "l1", 0.01)),
    await watch("fit logSum(0.1), 0.1 λ_max", fits(columnMajor, "logSum", 0.1)),
    await watch("fit l1, 0.1 λ_max, x row-major", fits(rowMajor, "l1", 0.1)),
  ];
}

async function watch(activity: string, start: () => Promise<unknown>): Promise<EventLoopDelay> {
  const worst = { fitTime: 0, callTime: 0, p50: 0, p99: 0, max: 0 };
  for (let repeat = 0; repeat < repeats; ++repeat) {
    globalThis.gc?.();
    await sleep(20);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await sleep(5); // the monitor needs a first firing to count from
    delay.reset();
    const begin = performance.now();
    const pending = start();
    worst.callTime = Math.max(worst.callTime, performance.now() - begin);
    await pending;
    worst.fitTime = Math.max(worst.fitTime, performance.now() - begin);
    await sleep(2); // and one to notice what held up the last
    delay.disable();
    worst.p50 = Math.max(worst.p50, delay.percentile(50) / 1e6);
    worst.p99 = Math.max(worst.p99, delay.percentile(99) / 1e6);
    worst.max = Math.max(worst.max, delay.max / 1e6);
  }
  return { activity, ...worst };
}

function transpose(x: Float64Array, n: number): Float64Array {
  return x.map((_, at) => x[(at % n) * n + Math.floor(at / n)] as number);
}

export function eventLoopTable(delays: readonly EventLoopDelay[]): TextTable {
  const worst = Math.max(...delays.map(({ p99 }) => p99));
  return {
    title: `Event loop while a fit of ${size} × ${size} runs`,
    head: ["activity", "time", "call returns after", "delay p50", "p99", "max"],
    rows: delays.map(({ activity, fitTime, callTime, p50, p99, max }) => [
      activity,
      ...[fitTime, callTime, p50, p99, max].map(duration),
    ]),
    labels: 1,
    notes: [
      `The worst of ${repeats} repeats. The delay is that between firings of a 1 ms timer, the call included.`,
      `Aim of a 99th percentile under ${limit} ms: ${worst < limit ? "met" : "missed"} (${duration(worst)}).`,
    ],
  };
}
