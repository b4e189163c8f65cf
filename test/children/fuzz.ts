// node fuzz.js facade|binding <calls> <seed>: bad calls. Each must return, or throw a FlipsideError with a known code
// and a message that names an argument; any other end fails the process.
import { writeSync } from "node:fs";
import fc from "fast-check";
import { FlipsideError, threads } from "flipside";
import { bindingCalls } from "../support/bindingCalls.ts";
import { facadeCalls } from "../support/facadeCalls.ts";
import { type BadCall, badCalls, type Call, mutate } from "../support/mutations.ts";

const [which = "", runs = "1000", seed = "1"] = process.argv.slice(2);
const calls = which === "facade" ? facadeCalls : bindingCalls;

const codes = new Set(
  ["INVALID_ARGUMENT", "LENGTH_MISMATCH", "OUT_OF_RANGE", "EMPTY", "NOT_FINITE", "UNKNOWN_OPTION"].concat([
    "UNKNOWN_PENALTY",
    "UNSUPPORTED",
    "NEEDS_DESIGN",
    "OUT_OF_MEMORY",
    "TOO_LARGE",
    "ABORTED",
    "MISSING_VALUES",
    "NUMERIC",
    "VERSION",
  ]),
);

const tally: Record<string, number> = {};

function inspect(call: Call, error: unknown): void {
  if (!(error instanceof FlipsideError))
    throw new Error(`not a FlipsideError: ${String(error)}`, { cause: error });
  const { code, message } = error;
  if (!codes.has(code)) throw new Error(`the code ${code} of "${message}"`);
  if (message.length > 1200) throw new Error(`a message of ${message.length} characters`);
  // What is too large for the machine is the call as a whole.
  const named = code === "OUT_OF_MEMORY" || words(message).some((word) => call.words.includes(word));
  if (!named) throw new Error(`no argument is named in "${message}" (${code})`);
  tally[code] = (tally[code] ?? 0) + 1;
}

function words(message: string): string[] {
  return message.split(/[^A-Za-z0-9]+/);
}

let depth = 0;

/** A call in the middle of another one, from a getter. */
function again(): void {
  if (depth > 0) return;
  ++depth;
  try {
    const inner = calls[0] as Call;
    const result = inner.invoke(inner.arguments());
    if (result instanceof Promise) result.catch(() => {});
  } finally {
    --depth;
  }
}

async function run({ call: name, mutations }: BadCall): Promise<void> {
  const call = calls.find((candidate) => candidate.name === name) as Call;
  if (process.env.FUZZ_TRACE) writeSync(2, `${JSON.stringify({ name, mutations })}\n`);
  const given = mutate(call, mutations, again);
  try {
    await call.invoke(given);
    tally.accepted = (tally.accepted ?? 0) + 1;
  } catch (error) {
    inspect(call, error);
  }
}

const budget = threads.getThreads();
await fc.assert(fc.asyncProperty(badCalls(calls), run), { seed: Number(seed), numRuns: Number(runs) });
threads.setThreads(budget);
while (threads.activity().jobs > 0) await new Promise((resolve) => setTimeout(resolve, 5));
console.log(JSON.stringify(tally));
