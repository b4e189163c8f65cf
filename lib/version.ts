import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The version of this package, whose root is one level up from here both in lib/ and in dist/. */
export function packageVersion(): string {
  const path = fileURLToPath(new URL("../package.json", import.meta.url));
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  return version;
}
