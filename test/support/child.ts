// Scripts of test/children in a process of their own: what crashes there is a failed test here.
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, ".cache", "children");
let compiled = false;

export interface Result {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** JavaScript of one TypeScript file, types stripped. */
export function stripTypes(text: string): string {
  return ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText;
}

/** Node 20 runs no TypeScript: the children and what they import, once per test file. */
function compile(): void {
  if (compiled) return;
  for (const directory of ["test/children", "test/support"]) {
    for (const name of readdirSync(join(root, directory))) {
      if (!name.endsWith(".ts")) continue;
      const target = join(out, directory, name.replace(/\.ts$/, ".js"));
      const text = stripTypes(readFileSync(join(root, directory, name), "utf8"));
      if (!existsSync(target) || readFileSync(target, "utf8") !== text) place(target, text);
    }
  }
  // "../../dist" of test/support means the same from there.
  if (!existsSync(join(out, "dist"))) {
    try {
      symlinkSync(join(root, "dist"), join(out, "dist"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  compiled = true;
}

/** Whole or not at all: another test file may be doing the same. */
function place(target: string, text: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, target);
}

/** Where a child script is once compiled. */
export function childPath(name: string): string {
  compile();
  return join(out, "test/children", `${name}.js`);
}

export interface RunOptions {
  readonly timeout?: number | undefined;
  readonly cwd?: string | undefined;
  /** Called with the process once it runs. */
  readonly started?: ((child: ChildProcess) => void) | undefined;
}

/** Runs Node, by default in the root of the repository; kills it when the time is up. */
export function runNode(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { timeout = 45_000, cwd = root, started } = options;
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, timeout, killSignal: "SIGKILL" });
    started?.(child);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status, signal) => {
      resolve({ status, signal, stdout, stderr, milliseconds: performance.now() - began });
    });
  });
}

export function runChild(name: string, args: readonly string[] = [], timeout?: number): Promise<Result> {
  return runNode([childPath(name), ...args], { timeout });
}
