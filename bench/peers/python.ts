// numpy and PyTorch in a child process that lives as long as the benchmark.
import { fileURLToPath } from "node:url";
import { packageRoot } from "../drivers/native.ts";
import { Child } from "./child.ts";
import { interpreters, newest } from "./interpreters.ts";

export const libraries = ["numpy", "torch"] as const;
export type Library = (typeof libraries)[number];

interface Versions {
  readonly python: string;
  readonly numpy: string | null;
  readonly torch: string | null;
  readonly threads: number | null;
}

/** One interpreter that runs bench/peers/masks.py. */
export class Python {
  readonly #child: Child<Versions>;

  private constructor(child: Child<Versions>) {
    this.#child = child;
  }

  /** undefined when the program does not run the script, as without Python. */
  static async start(program: string): Promise<Python | undefined> {
    const script = fileURLToPath(new URL("bench/peers/masks.py", packageRoot));
    const child = await Child.start<Versions>(program, [script]);
    return child && new Python(child);
  }

  get versions(): Versions {
    return this.#child.greeting;
  }

  /** Milliseconds that one run took by the clock of the child. */
  async run(library: Library, name: string, size: number): Promise<number> {
    const { seconds } = await this.#child.ask<{ seconds: number }>({ library, case: name, size });
    return 1000 * seconds;
  }

  /** The mean of a mask. */
  async mean(library: Library, name: string, size: number): Promise<number> {
    return (await this.#child.ask<{ mean: number }>({ library, case: name, size, check: true })).mean;
  }

  stop(): void {
    this.#child.stop();
  }
}

export interface Peers {
  readonly numpy: Python | undefined;
  readonly torch: Python | undefined;
  /** Which versions, or that there are none. */
  readonly description: string;
  stop(): void;
}

/** The newest numpy and the newest PyTorch of the interpreters that there are. */
export async function findPeers(): Promise<Peers> {
  const found: Python[] = [];
  for (const program of interpreters()) {
    const python = await Python.start(program);
    if (python !== undefined) found.push(python);
  }
  const numpy = newest(found, ({ versions }) => versions.numpy);
  const torch = newest(found, ({ versions }) => versions.torch);
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

function describe(python: Python | undefined, library: Library): string {
  if (python === undefined) {
    return `${library} is not on this machine (FLIPSIDE_PYTHON may name a Python that has it), so nothing is compared with it`;
  }
  const { versions } = python;
  const threads = library === "torch" ? ` on ${versions.threads} threads` : "";
  return `${library} ${versions[library]}${threads}, Python ${versions.python}`;
}
