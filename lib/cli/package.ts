import { fileURLToPath } from "node:url";

/** A file of this package by its path from the root, which is two levels up from here both in lib/ and in dist/. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

export { packageVersion } from "../version.js";
