// What is timed: the same epochs by every side, in turns.
import { threads, trainNetwork } from "flipside";
import { median } from "../statistics.ts";
import type { ImageData } from "./data.ts";
import { optionsOf } from "./run.ts";
import { fullEpochs, type Setting, threshold } from "./settings.ts";
import type { Rows } from "./torchSide.ts";

/** Of one training from the start. */
export interface Result {
  /** One per epoch, by the side's own clock. */
  readonly seconds: readonly number[];
  /** The mean loss of the batches of each epoch. */
  readonly losses: readonly number[];
  /** R at the end. */
  readonly penalty: number;
  readonly nonzero: number;
  /** Fraction of wrong labels among the validation rows, of the pruned network. */
  readonly wrong: number;
}

export interface TrainingSide {
  readonly name: string;
  /** The version of the other package; undefined for ours. */
  readonly library: string | undefined;
  /** The first `epochs` of all the epochs of the setting. */
  train(setting: Setting, epochs: number, seed: number): Promise<Result>;
}

/** What a side came to over the rounds. */
export interface Timing {
  readonly name: string;
  readonly library: string | undefined;
  /** Seconds per epoch. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** At the ends of the rounds. */
  readonly ends: readonly Omit<Result, "seconds" | "losses">[];
  /** The loss of the last epoch of each round. */
  readonly losses: readonly number[];
}

export interface Plan {
  readonly warmup: number;
  readonly rounds: number;
  /** Per round. */
  readonly epochs: number;
}

export function ourSide(data: ImageData, validation: Rows, pinThreads: boolean): TrainingSide {
  const problem = {
    x: { data: data.train.images, rows: data.train.rows, columns: data.inputs },
    y: data.train.labels,
  };
  const held = { data: validation.x, rows: validation.y.length, columns: data.inputs };
  const nobody = { training: new Int32Array(0), validation: new Int32Array(0) };
  return {
    name: `flipside, ${threads.getThreads()} threads`,
    library: undefined,
    async train(setting, epochs, seed) {
      const options = optionsOf(data, setting, seed, nobody, {
        epochs,
        pinThreads,
        learningRateSchedule: ({ epoch }) => 1 - epoch / fullEpochs,
        // Of all images, as the others have it.
        ...setting.options(data.train.rows + validation.y.length, fullEpochs),
      });
      const network = await trainNetwork(problem, options);
      const { error } = await network.prune(threshold).evaluate(held, validation.y);
      const last = network.history.at(-1);
      return {
        seconds: network.history.map(({ seconds }) => seconds),
        losses: network.history.map(({ loss }) => loss),
        penalty: last?.penalty ?? Number.NaN,
        nonzero: last?.nonzero ?? Number.NaN,
        wrong: error,
      };
    },
  };
}

/** In each round every side once, each from the seed of the round, beginning with another one each time. */
export async function timeSides(
  sides: readonly TrainingSide[],
  setting: Setting,
  { warmup, rounds, epochs }: Plan,
): Promise<Timing[]> {
  if (warmup > 0) for (const side of sides) await side.train(setting, warmup, 0);
  const results = sides.map((): Result[] => []);
  for (let round = 0; round < rounds; ++round) {
    for (let turn = 0; turn < sides.length; ++turn) {
      const k = (round + turn) % sides.length;
      results[k]?.push(await (sides[k] as TrainingSide).train(setting, epochs, round));
    }
  }
  return sides.map(({ name, library }, k) => timingOf(name, library, results[k] ?? []));
}

function timingOf(name: string, library: string | undefined, results: readonly Result[]): Timing {
  const seconds = results.flatMap((result) => result.seconds);
  return {
    name,
    library,
    median: median(seconds),
    least: Math.min(...seconds),
    most: Math.max(...seconds),
    ends: results.map(({ penalty, nonzero, wrong }) => ({ penalty, nonzero, wrong })),
    losses: results.map(({ losses }) => losses.at(-1) ?? Number.NaN),
  };
}
