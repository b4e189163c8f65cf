// skglm, scikit-learn, glmnet and ncvreg in child processes that live as long as the benchmark, and what is missing of them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../drivers/native.ts";
import type { PeerProblem } from "./check.ts";
import { Child } from "./child.ts";
import { loadNumbers, saveNumbers, saveProblem } from "./files.ts";
import { installDebianPeers, installNcvreg } from "./install.ts";
import { interpreters, newest } from "./interpreters.ts";

export const packages = ["skglm", "sklearn", "glmnet", "ncvreg"] as const;
export type PackageName = (typeof packages)[number];

interface Versions {
  readonly python?: string;
  readonly r?: string;
  readonly numpy?: string | null;
  readonly numba?: string | null;
  readonly skglm?: string | null;
  readonly sklearn?: string | null;
  readonly glmnet?: string | null;
  readonly ncvreg?: string | null;
}

export type Interpreter = Child<Versions>;

/** What a child says of a run. */
export interface Reply {
  readonly seconds: number;
  /** Bytes: the peak of the resident set since the problem was loaded; Python only. */
  readonly peak?: number;
}

/** How a problem lies in the folder of the peers. */
export interface Stored {
  readonly folder: string;
  readonly shape: readonly [number, number];
  readonly rows: number;
  readonly kind: PeerProblem["kind"];
}

const script = (name: string) => fileURLToPath(new URL(`bench/peers/${name}`, packageRoot));
const homes = {
  skglm: "FLIPSIDE_SKGLM may name a checkout, FLIPSIDE_PYTHON a Python with numba and scikit-learn",
  sklearn: "Debian: python3-sklearn; FLIPSIDE_PYTHON may name a Python that has it",
  glmnet: "Debian: r-cran-glmnet",
  ncvreg: "FLIPSIDE_NCVREG may name a checkout",
} satisfies Record<PackageName, string>;

export class RegressionPeers {
  /** Where problems and results are handed over; gone after stop(). */
  readonly folder: string;
  readonly #children: ReadonlyMap<PackageName, Interpreter>;

  private constructor(folder: string, children: ReadonlyMap<PackageName, Interpreter>) {
    this.folder = folder;
    this.#children = children;
  }

  static async find(): Promise<RegressionPeers> {
    const folder = mkdtempSync(join(tmpdir(), "flipside-peers-"));
    installDebianPeers();
    const children = new Map<PackageName, Interpreter>();
    const pythons: Interpreter[] = [];
    for (const program of interpreters()) {
      const python = await startPython(program);
      if (python !== undefined) pythons.push(python);
    }
    for (const name of ["skglm", "sklearn"] as const) {
      const best = newest(pythons, ({ greeting }) => greeting[name] ?? null);
      if (best !== undefined) children.set(name, best);
    }
    const used = new Set(children.values());
    for (const python of pythons) if (!used.has(python)) python.stop();
    const r = await startR(folder);
    if (r !== undefined) {
      for (const name of ["glmnet", "ncvreg"] as const) if (r.greeting[name]) children.set(name, r);
    }
    return new RegressionPeers(folder, children);
  }

  has(name: PackageName): boolean {
    return this.#children.has(name);
  }

  /** One line for each package: which version, or that it is missing. */
  describe(): string[] {
    return packages.map((name) => {
      const versions = this.#children.get(name)?.greeting;
      if (versions === undefined)
        return `${name} is not on this machine (${homes[name]}): its columns are empty`;
      const { python, numpy, numba, r } = versions;
      const home = r === undefined ? `Python ${python}, numpy ${numpy}` : `R ${r}`;
      return `${name} ${versions[name]} (${home}${name === "skglm" ? `, numba ${numba}` : ""})`;
    });
  }

  /** Writes a problem to files, which stay until the next one of that name is written. */
  store(problem: PeerProblem, name = "problem"): Stored {
    const { rows, columns, kind } = problem;
    const folder = join(this.folder, name);
    rmSync(folder, { recursive: true, force: true });
    saveProblem(folder, problem);
    return { folder, shape: [rows, columns], rows, kind };
  }

  /** Has every child, or those of some packages, read a problem. */
  async load(stored: Stored, names: readonly PackageName[] = packages): Promise<void> {
    const children = new Set(
      names.map((name) => this.#children.get(name)).filter((child) => child !== undefined),
    );
    for (const child of children) await child.ask({ do: "load", ...stored });
  }

  /** One call on the problem that was loaded; throws what the package says. */
  async run(name: PackageName, request: object): Promise<Reply & { readonly coefficients: Float64Array }> {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`${name} is not on this machine`);
    const out = this.outFile;
    const reply = await child.ask<Reply>({ ...request, out });
    return { ...reply, coefficients: loadNumbers(out) };
  }

  /** Where coefficients are written to. */
  get outFile(): string {
    return join(this.folder, "out.bin");
  }

  /** A vector for a request, as a file. */
  saveVector(values: Float64Array, name = "vector"): string {
    const file = join(this.folder, `${name}.bin`);
    saveNumbers(file, values);
    return file;
  }

  /** The interpreter of a package once more, for what needs a process of its own. */
  async startAnother(name: PackageName): Promise<Interpreter | undefined> {
    const program = this.#children.get(name)?.program;
    return program === undefined ? undefined : startPython(program);
  }

  stop(): void {
    for (const child of new Set(this.#children.values())) child.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function startPython(program: string): Promise<Interpreter | undefined> {
  const { FLIPSIDE_SKGLM, PYTHONPATH } = process.env;
  const paths = [FLIPSIDE_SKGLM, PYTHONPATH].filter((path) => path !== undefined && path !== "");
  return Child.start<Versions>(program, [script("regression.py")], { PYTHONPATH: paths.join(":") });
}

function startR(folder: string): Promise<Interpreter | undefined> {
  const { FLIPSIDE_NCVREG = "" } = process.env;
  const library = FLIPSIDE_NCVREG === "" ? undefined : installNcvreg(FLIPSIDE_NCVREG, folder);
  return Child.start<Versions>("Rscript", ["--vanilla", script("regression.R")], {
    FLIPSIDE_R_LIBRARY: library ?? "",
  });
}
