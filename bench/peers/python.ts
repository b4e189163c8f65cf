// numpy and PyTorch in a child process that lives as long as the benchmark, so that its runs and ours take turns.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../drivers/native.ts";

export const libraries = ["numpy", "torch"] as const;
export type Library = (typeof libraries)[number];

interface Versions {
  readonly python: string;
  readonly numpy: string | null;
  readonly torch: string | null;
  readonly threads: number | null;
}

type Reply = Partial<Versions> & {
  readonly seconds?: number;
  readonly mean?: number;
  readonly error?: string;
};

/** One interpreter that runs bench/peers/masks.py. */
export class Python {
  readonly versions: Versions;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, versions: Versions) {
    this.#child = child;
    this.#lines = lines;
    this.versions = versions;
  }

  /** undefined when the program does not run the script, as without Python. */
  static async start(program: string): Promise<Python | undefined> {
    const script = fileURLToPath(new URL("bench/peers/masks.py", packageRoot));
    const child = spawn(program, [script], { stdio: ["pipe", "pipe", "ignore"] });
    child.on("error", () => {}); // no such program: its output ends, which is all that matters here
    child.stdin.on("error", () => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) return undefined;
    return new Python(child, lines, JSON.parse(first.value) as Versions);
  }

  /** Milliseconds that one run took by the clock of the child. */
  async run(library: Library, name: string, size: number): Promise<number> {
    const { seconds } = await this.#ask({ library, case: name, size });
    return 1000 * (seconds as number);
  }

  /** The mean of a mask. */
  async mean(library: Library, name: string, size: number): Promise<number> {
    return (await this.#ask({ library, case: name, size, check: true })).mean as number;
  }

  stop(): void {
    this.#child.stdin?.end();
  }

  async #ask(request: object): Promise<Reply> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error(`Python ended at ${JSON.stringify(request)}`);
    const reply = JSON.parse(line.value) as Reply;
    if (reply.error !== undefined) throw new Error(`${JSON.stringify(request)}: ${reply.error}`);
    return reply;
  }
}

export interface Peers {
  readonly numpy: Python | undefined;
  readonly torch: Python | undefined;
  /** Which versions, or that there are none. */
  readonly description: string;
  stop(): void;
}

/**
 * The newest numpy and the newest PyTorch of the interpreters that the environment variable FLIPSIDE_PYTHON names
 * (separated as those of PATH), and of every python3 in PATH.
 */
export async function findPeers(): Promise<Peers> {
  const found: Python[] = [];
  for (const program of interpreters()) {
    const python = await Python.start(program);
    if (python !== undefined) found.push(python);
  }
  const numpy = newest(found, "numpy");
  const torch = newest(found, "torch");
  for (const python of found) if (python !== numpy && python !== torch) python.stop();
  return {
    numpy,
    torch,
    description: `${describe(numpy, "numpy")}; ${describe(torch, "torch")}`,
    stop: () => {
      numpy?.stop();
      torch?.stop();
    },
  };
}

function interpreters(): Set<string> {
  const { FLIPSIDE_PYTHON = "", PATH = "" } = process.env;
  const inPath = PATH.split(delimiter).map((folder) => join(folder, "python3"));
  return new Set([...FLIPSIDE_PYTHON.split(delimiter), ...inPath].filter((program) => existsSync(program)));
}

function newest(found: readonly Python[], library: Library): Python | undefined {
  const having = found.filter(({ versions }) => versions[library] !== null);
  return having.reduce<Python | undefined>((best, python) => {
    return best === undefined || isNewer(python.versions[library], best.versions[library]) ? python : best;
  }, undefined);
}

function isNewer(a: string | null, b: string | null): boolean {
  const [x, y] = [a, b].map((text) => (text ?? "").split(/[.+]/).map(Number)) as [number[], number[]];
  const at = x.findIndex((part, i) => part !== y[i]);
  return at >= 0 && (x[at] as number) > (y[at] ?? -1);
}

function describe(python: Python | undefined, library: Library): string {
  if (python === undefined) {
    return `${library} is not on this machine (FLIPSIDE_PYTHON may name a Python that has it), so nothing is compared with it`;
  }
  const { versions } = python;
  const threads = library === "torch" ? ` on ${versions.threads} threads` : "";
  return `${library} ${versions[library]}${threads}, Python ${versions.python}`;
}
