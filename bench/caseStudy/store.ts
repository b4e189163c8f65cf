// Where a study goes. What has ended is kept in <name>.unfinished.json until all has: an interrupted study loses no run that
// has ended, and leaves the files of the study before as they are.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { studyPicture } from "./figure.ts";
import { studyMarkdown } from "./report.ts";
import { continues, type Run, type Study } from "./study.ts";

const unfinished = "unfinished.json";

export class Store {
  readonly #folder: string;
  readonly #name: string;

  /** @param data The name of the data set, which is part of the names of files unless it is MNIST's. */
  constructor(folder: string, data: string) {
    this.#folder = folder;
    this.#name = data === "mnist" ? "case-study" : `case-study-${data}`;
  }

  /** The runs of an earlier study with the same commit, data and settings, finished or not. */
  earlierRuns(now: Study): readonly Run[] {
    for (const extension of [unfinished, "json"]) {
      const file = this.#file(extension);
      if (!existsSync(file)) continue;
      const earlier = JSON.parse(readFileSync(file, "utf8")) as Study;
      if (continues(earlier, now)) return earlier.runs;
    }
    return [];
  }

  saveRuns(study: Study): void {
    this.#write(unfinished, studyText(study));
  }

  /** Returns the files. */
  async saveAll(study: Study): Promise<readonly string[]> {
    const { svg, png } = await studyPicture(study);
    this.#write("json", studyText(study));
    this.#write("md", studyMarkdown(study));
    this.#write("svg", svg);
    this.#write("png", png);
    rmSync(this.#file(unfinished), { force: true });
    return ["json", "md", "svg", "png"].map((extension) => this.#file(extension));
  }

  #file(extension: string): string {
    return join(this.#folder, `${this.#name}.${extension}`);
  }

  /** A file is there as a whole or as it was. */
  #write(extension: string, content: string | Buffer): void {
    mkdirSync(this.#folder, { recursive: true });
    const file = this.#file(extension);
    writeFileSync(`${file}.part`, content);
    renameSync(`${file}.part`, file);
  }
}

/** Indented, with lists of numbers on one line each. */
function studyText(study: Study): string {
  const text = JSON.stringify(study, null, 1);
  return `${text.replace(/\[[\s\d.,eE+-]*\]/g, (list) => list.replace(/\s+/g, " "))}\n`;
}
