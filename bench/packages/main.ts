// npm run agreement:packages: makes test/problems/packages/*.json with the packages that are on this machine.
// npm run agreement:packages -- --check: fits every case here; the table goes to bench/results/packages.md.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../drivers/native.ts";
import { installNcvreg } from "../peers/install.ts";
import { interpreters, newest } from "../peers/interpreters.ts";
import { type CaseFile, caseFolder, readCaseData } from "./cases.ts";
import { check } from "./check.ts";
import { defectOf } from "./compare.ts";

/** How far the first-order condition may be missed by what is written, over lambda. */
const allowance = 1e-6;

const script = (name: string) => fileURLToPath(new URL(`bench/packages/${name}`, packageRoot));
const dataFile = fileURLToPath(new URL("data.json", caseFolder));

function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): boolean {
  const env = { ...process.env, ...environment };
  const { status, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
  if (status !== 0) console.log(`${program} ${args.join(" ")} failed:\n${stderr ?? ""}`);
  return status === 0;
}

function scikitVersion(python: string): string | null {
  const { status, stdout } = spawnSync(python, ["-c", "import sklearn; print(sklearn.__version__)"], {
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : null;
}

function generate(folder: string): void {
  if (!existsSync(dataFile)) run("Rscript", [script("data.R"), dataFile]);
  const out = join(folder, "out");
  mkdirSync(out);
  run("Rscript", [script("glmnet.R"), dataFile, join(out, "glmnet.json")]);
  run("Rscript", [script("unpenalised.R"), dataFile, out]);
  const { FLIPSIDE_NCVREG: checkout } = process.env;
  const library = checkout === undefined ? undefined : installNcvreg(checkout, folder);
  const ncvregPlace = library === undefined ? {} : { FLIPSIDE_R_LIBRARY: library };
  run("Rscript", [script("ncvreg.R"), dataFile, join(out, "ncvreg.json")], ncvregPlace);
  const python = newest([...interpreters()], scikitVersion);
  if (python === undefined) console.log("No python3 with scikit-learn: see FLIPSIDE_PYTHON");
  else run(python, [script("scikitLearn.py"), dataFile, join(out, "scikit-learn.json")]);

  const data = readCaseData();
  for (const name of readdirSync(out)) {
    const file = JSON.parse(readFileSync(join(out, name), "utf8")) as CaseFile;
    const defects = file.cases.flatMap((one) => {
      const set = data[one.data];
      return (set === undefined ? `${one.id}: no data` : defectOf(set, one, allowance)) ?? [];
    });
    if (defects.length > 0) throw new Error(`${name} is not written:\n${defects.join("\n")}`);
    copyFileSync(join(out, name), new URL(name, caseFolder));
    console.log(`${name}: ${file.cases.length} cases of ${file.package} ${file.version}`);
  }
}

if (process.argv.includes("--check")) {
  process.exitCode = (await check()) ? 0 : 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), "flipside-packages-"));
  try {
    generate(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
