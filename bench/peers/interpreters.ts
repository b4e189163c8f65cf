import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Those that the environment variable FLIPSIDE_PYTHON names (separated as those of PATH), and every python3 in PATH. */
export function interpreters(): Set<string> {
  const { FLIPSIDE_PYTHON = "", PATH = "" } = process.env;
  const inPath = PATH.split(delimiter).map((folder) => join(folder, "python3"));
  return new Set([...FLIPSIDE_PYTHON.split(delimiter), ...inPath].filter((program) => existsSync(program)));
}

/** What has the newest version of something, the first of equals; undefined where none has it. */
export function newest<T>(candidates: readonly T[], version: (candidate: T) => string | null): T | undefined {
  const having = candidates.filter((candidate) => version(candidate) !== null);
  return having.reduce<T | undefined>((best, candidate) => {
    return best === undefined || isNewer(version(candidate), version(best)) ? candidate : best;
  }, undefined);
}

export function isNewer(a: string | null, b: string | null): boolean {
  const [x, y] = [a, b].map((text) => (text ?? "").split(/[.+]/).map(Number)) as [number[], number[]];
  const at = x.findIndex((part, i) => part !== y[i]);
  return at >= 0 && (x[at] as number) > (y[at] ?? -1);
}
