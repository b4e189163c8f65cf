import { Presets, SingleBar } from "cli-progress";

/** How far a trial is: a bar on a terminal, elsewhere nothing. */
export class Meter {
  #bar: SingleBar | undefined;
  #done = 0;

  begin(title: string, steps: number): void {
    this.end();
    if (process.stderr.isTTY !== true) return;
    this.#done = 0;
    this.#bar = new SingleBar(
      {
        format: `${title} {bar} {value}/{total} | {eta_formatted} | {note}`,
        clearOnComplete: true,
        hideCursor: true,
      },
      Presets.shades_classic,
    );
    this.#bar.start(steps, 0, { note: "" });
  }

  /** Says what comes next; what came before is done. */
  next(note: string): void {
    this.#bar?.update(this.#done++, { note });
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
