import { writeFile } from "node:fs/promises";
import { FlipsideError } from "../index.js";
import { type Io, userPath } from "./io.js";

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
