// Times several candidates for the same work by turns, so that a drift of the machine hits all of them: in each
// round one sample of each, starting with another one each time. A sample repeats the work until it is long enough
// for the clock. No garbage collection is forced between samples: V8 would drop optimised code with it. tinybench runs
// its tasks one after the other, which is why it is not used.
import { watchOthers } from "./others.ts";
import { median, quantile } from "./statistics.ts";

export interface Candidate {
  readonly name: string;
  /** A promise of a number: the milliseconds that it took by a clock of its own, as that of another process. */
  run(): void | Promise<void> | Promise<number>;
  /** Before each sample, outside of its time. */
  prepare?(): void;
  /** Pieces of work in one run, 1 by default; times are per piece. */
  readonly pieces?: number;
  /** Samples that it has at least, however slow it is. */
  readonly leastSamples?: number;
}

export interface Timing {
  readonly name: string;
  /** Milliseconds per piece. */
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly samples: number;
}

export interface Race {
  readonly timings: readonly Timing[];
  /** Cores that other processes took meanwhile. */
  readonly others: number;
}

const rounds = 15;
/** No sample is shorter. */
const sampleTime = 5;
const warmUpTime = 160;
/** What the samples of one candidate may take in total; a slow one gets fewer. */
const budget = 4000;
/** A candidate that takes longer has one run, if it is not told otherwise: its code is warm from smaller sizes. */
const slow = 1500;

interface Racer {
  readonly candidate: Candidate;
  readonly repeats: number;
  readonly turns: number;
  readonly samples: number[];
}

export async function race(candidates: readonly Candidate[]): Promise<Race> {
  const others = watchOthers();
  const racers: Racer[] = [];
  for (const candidate of candidates) {
    const once = await warmUp(candidate);
    racers.push(enter(candidate, once));
  }
  // Once more: code that two candidates share is optimised anew when it has seen both.
  for (const { candidate, turns } of racers) if (turns === rounds) await warmUp(candidate);
  for (let round = 0; round < rounds; ++round) {
    for (let turn = 0; turn < racers.length; ++turn) {
      const racer = racers[(round + turn) % racers.length] as Racer;
      // A racer with fewer turns has them spread over all rounds.
      const due = Math.floor(((round + 1) * racer.turns) / rounds);
      if (due === Math.floor((round * racer.turns) / rounds)) continue;
      racer.samples.push(await sample(racer.candidate, racer.repeats));
    }
  }
  const timings = racers.map(({ candidate, samples }) => ({
    name: candidate.name,
    median: median(samples),
    lowerQuartile: quantile(samples, 0.25),
    upperQuartile: quantile(samples, 0.75),
    samples: samples.length,
  }));
  return { timings, others: others() };
}

/** Runs until the compiler has had its time; the last of these runs tells how long one takes. */
async function warmUp(candidate: Candidate): Promise<number> {
  const start = performance.now();
  let once = await sample(candidate, 1);
  if (once * (candidate.pieces ?? 1) > slow) return once;
  for (let runs = 1; runs < 3 || performance.now() - start < warmUpTime; ++runs) {
    once = await sample(candidate, 1);
    if (performance.now() - start > slow) break;
  }
  return once;
}

function enter(candidate: Candidate, once: number): Racer {
  const duration = Math.max(once * (candidate.pieces ?? 1), 1e-4);
  const least = candidate.leastSamples ?? 1;
  if (duration > slow && least === 1) return { candidate, repeats: 1, turns: 0, samples: [once] };
  const repeats = Math.ceil(sampleTime / duration);
  const turns = Math.min(rounds, Math.max(least, Math.floor(budget / (repeats * duration))));
  return { candidate, repeats, turns, samples: [] };
}

async function sample(candidate: Candidate, repeats: number): Promise<number> {
  const { run, pieces = 1 } = candidate;
  candidate.prepare?.();
  let ownTime = 0;
  const start = performance.now();
  for (let i = 0; i < repeats; ++i) {
    const pending = run();
    if (pending !== undefined) ownTime += (await pending) ?? 0;
  }
  const time = ownTime > 0 ? ownTime : performance.now() - start;
  return time / (repeats * pieces);
}
