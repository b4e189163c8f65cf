// A program in another language that lives as long as the benchmark, so that its runs and ours take turns. It says first
// what it is, then answers each line of its input with a line of JSON.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Child<Greeting> {
  readonly program: string;
  readonly greeting: Greeting;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    program: string,
    child: ChildProcess,
    lines: AsyncIterator<string>,
    greeting: Greeting,
  ) {
    this.program = program;
    this.#child = child;
    this.#lines = lines;
    this.greeting = greeting;
  }

  /** undefined when the program does not run or does not greet, as where it or what it needs is not installed. */
  static async start<Greeting>(
    program: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Child<Greeting> | undefined> {
    const env = { ...process.env, ...environment };
    const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "ignore"], env });
    child.on("error", () => {}); // no such program: its output ends, which is all that matters here
    child.stdin.on("error", () => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) return undefined;
    return new Child(program, child, lines, JSON.parse(first.value) as Greeting);
  }

  /** One at a time. Throws what the program gives as `error`. */
  async ask<Reply extends object>(request: object): Promise<Reply> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error(`the child ended at ${JSON.stringify(request)}`);
    const reply = JSON.parse(line.value) as Reply & { readonly error?: string };
    if (reply.error !== undefined) throw new Error(`${JSON.stringify(request)}: ${reply.error}`);
    return reply;
  }

  /** Lets the program end by itself. */
  stop(): void {
    this.#child.stdin?.end();
  }
}
