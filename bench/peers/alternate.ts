// Timing of sides that live in different processes: in each round one run of each, starting with another one each time,
// so that a drift of the machine hits all of them.
import { median, quantile } from "../statistics.ts";

export interface Side {
  readonly name: string;
  /** The milliseconds that a run took by the side's own clock; undefined where it failed. */
  run(): Promise<number | undefined>;
}

export interface Times {
  /** Milliseconds. */
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly fastest: number;
  readonly runs: number;
}

/** By the names of the sides; one that failed in any round has none. */
export async function alternate(sides: readonly Side[], rounds: number): Promise<Map<string, Times>> {
  const samples = sides.map((): (number | undefined)[] => []);
  for (let round = 0; round < rounds; ++round) {
    for (let turn = 0; turn < sides.length; ++turn) {
      const k = (round + turn) % sides.length;
      samples[k]?.push(await sides[k]?.run());
    }
  }
  const times = new Map<string, Times>();
  sides.forEach(({ name }, k) => {
    const list = (samples[k] ?? []).filter((sample) => sample !== undefined);
    if (list.length === rounds) times.set(name, summary(list));
  });
  return times;
}

function summary(samples: readonly number[]): Times {
  return {
    median: median(samples),
    lowerQuartile: quantile(samples, 0.25),
    upperQuartile: quantile(samples, 0.75),
    fastest: Math.min(...samples),
    runs: samples.length,
  };
}
