// What Debian has of the peers, installed where it is missing and may be; ncvreg built from a checkout.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { interpreters } from "./interpreters.ts";

/** By Debian's name: whether it is there. */
const probes: Readonly<Record<string, () => boolean>> = {
  "python3-sklearn": () => [...interpreters()].some((python) => works(python, ["-c", "import sklearn"])),
  "r-cran-glmnet": () => works("Rscript", ["-e", "library(glmnet)"]),
};

/** Installs as root what is missing; else says in one line what to install. */
export function installDebianPeers(): void {
  const missing = Object.keys(probes).filter((name) => probes[name]?.() !== true);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !works("apt-get", ["--version"])) {
    console.log(`Not on this machine: ${missing.join(", ")} (Debian: apt-get install ${missing.join(" ")})`);
    return;
  }
  console.log(`Installing ${missing.join(", ")}`);
  const installed =
    works("apt-get", ["update"]) &&
    works("apt-get", ["install", "-y", "--no-install-recommends", ...missing]);
  if (!installed) console.log(`apt-get install ${missing.join(" ")} failed`);
}

/** Builds the checkout of ncvreg into a library of R in the folder; undefined where that fails. */
export function installNcvreg(checkout: string, folder: string): string | undefined {
  // R leaves objects where the sources are.
  const copy = join(folder, "source");
  const library = join(folder, "library");
  mkdirSync(library);
  cpSync(checkout, copy, { recursive: true });
  const args = ["CMD", "INSTALL", `--library=${library}`, "--no-docs", "--no-test-load", copy];
  if (works("R", args)) return library;
  console.log(`R ${args.join(" ")} failed, so nothing is compared with ncvreg`);
  return undefined;
}

function works(command: string, args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { stdio: "ignore", env }).status === 0;
}
