import { Presets, SingleBar } from "cli-progress";
import type { EpochNews } from "./run.ts";

/** The epochs of a run: a bar with the current figures on a terminal, elsewhere nothing. */
export class EpochBar {
  readonly #bar: SingleBar | undefined;
  #done = 0;

  constructor(title: string, epochs: number) {
    if (process.stderr.isTTY !== true) return;
    this.#bar = new SingleBar(
      {
        format: `${title} {bar} {value}/{total} | {eta_formatted} | {note}`,
        clearOnComplete: true,
        hideCursor: true,
      },
      Presets.shades_classic,
    );
    this.#bar.start(epochs, 0, { note: "" });
  }

  /** After each epoch. */
  show({ nonzero, validationError, loss, seconds }: EpochNews): void {
    const error = `validation error ${(100 * validationError).toFixed(2)} %`;
    const note = `${(100 * nonzero).toFixed(2)} % nonzero, ${error}, loss ${loss.toPrecision(3)}, ${seconds.toFixed(2)} s`;
    this.#bar?.update(++this.#done, { note });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
