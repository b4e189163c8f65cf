import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../index.js";
import { brief } from "./format.js";
import type { Io } from "./io.js";

/** Work that ends sooner needs no bar. */
const delay = 250;

/** A bar on a terminal for work that lasts; elsewhere it does nothing. */
export class ProgressBar {
  readonly #io: Io;
  readonly #label: string;
  readonly #begin = performance.now();
  readonly #enabled: boolean;
  #bar: SingleBar | undefined;
  #value = 0;

  constructor(label: string, io: Io, enabled = true) {
    this.#label = label;
    this.#io = io;
    this.#enabled = enabled && io.stderr.isTTY === true;
  }

  /** @param share How much is done, from 0 to 1; the bar never goes back. */
  update(share: number, note: string): void {
    if (!this.#enabled || performance.now() - this.#begin < delay) return;
    this.#value = Math.max(this.#value, Math.min(1, share));
    if (this.#bar === undefined) {
      this.#bar = new SingleBar(
        {
          stream: this.#io.stderr as NodeJS.WritableStream,
          format: `${this.#label} {bar} {percentage}% | {note}`,
          clearOnComplete: true,
          hideCursor: true,
          barsize: 24,
          // Ctrl-C is the caller's business.
          gracefulExit: false,
        },
        Presets.shades_classic,
      );
      this.#bar.start(1, this.#value, { note });
    } else this.#bar.update(this.#value, { note });
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

/** Feeds a bar from `onProgress`: by position in a path, for one fit by how far its stationarity has fallen. */
export function watch(bar: ProgressBar, tolerance: number): (progress: Progress) => void {
  let first: number | undefined;
  return ({ lambdaIndex, lambdaCount, iteration, maxIterations, objective, stationarity, nonzero }) => {
    const state = `iteration ${iteration}, objective ${brief(objective, 6)}, ${nonzero} nonzero`;
    if (lambdaCount > 1) {
      bar.update(lambdaIndex / lambdaCount, `lambda ${lambdaIndex + 1} of ${lambdaCount}, ${state}`);
      return;
    }
    first ??= stationarity;
    const fallen = Math.log(first / stationarity) / Math.log(1 / Math.max(tolerance, 1e-15));
    bar.update(Math.max(iteration / maxIterations, Number.isFinite(fallen) ? fallen : 0), state);
  };
}
