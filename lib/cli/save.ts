import { writeFile } from "node:fs/promises";
import { type Fit, FlipsideError } from "../index.js";
import type { Dataset } from "./dataset.js";
import { type Io, UsageError, userPath } from "./io.js";

/** Refuses to write two files to one place, or one over the data. */
export function checkPlaces(
  file: string,
  places: Readonly<Record<string, string | undefined>>,
  io: Io,
): void {
  const taken = new Map<string, string>();
  for (const [option, place] of Object.entries(places)) {
    if (place === undefined) continue;
    const path = userPath(io, place);
    if (path === userPath(io, file)) throw new UsageError(`${place} would overwrite the data`);
    const other = taken.get(path);
    if (other !== undefined) throw new UsageError(`${other} and ${option} are both ${place}`);
    taken.set(path, option);
  }
}

/** The card of a fit as JSON text; the same data and options give the same text. */
export function cardText(fit: Fit, { file, target, problem, notes }: Dataset): string {
  const title = `${target} of ${file}`;
  const card = fit.card({ title, problem, notes: notes.length === 0 ? undefined : notes.join(" ") });
  return `${JSON.stringify(card, null, 2)}\n`;
}

/** Writes a file that the user named. */
export async function save(place: string, content: string | Uint8Array, io: Io): Promise<void> {
  try {
    await writeFile(userPath(io, place), content);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const reasons: Record<string, string> = {
      ENOENT: "there is no such folder",
      EISDIR: "it is a folder",
      EACCES: "permission denied",
      ENOSPC: "no space is left",
    };
    throw new FlipsideError("INVALID_ARGUMENT", `cannot write ${place}: ${reasons[code] ?? code}`, {
      cause: error,
    });
  }
}
