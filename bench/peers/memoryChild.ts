// A process that loads a problem and fits it once: how far the peak of its resident set grows by the fit. The argument is
// a MemoryRequest as JSON; prints {"loaded", "peak"} in bytes.
import { readFileSync, writeFileSync } from "node:fs";
import { loadProblem } from "./files.ts";
import { fitOurs } from "./ours.ts";
import { type PenaltyName, peerPenalties } from "./penalties.ts";
import { makeSparse } from "./sparse.ts";

export interface MemoryRequest {
  readonly folder: string;
  readonly kind: "dense" | "sparse";
  readonly rows: number;
  readonly columns: number;
  readonly penalty: PenaltyName;
  readonly lambda: number;
  readonly tolerance: number;
}

export interface MemoryReply {
  readonly loaded: number;
  readonly peak: number;
}

const peak = () => Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;

const request = JSON.parse(process.argv[2] as string) as MemoryRequest;
const penalty = peerPenalties[request.penalty];
// Code, threads and what the library keeps are there before: the others are warm too.
const small = makeSparse({ rows: 200, columns: 400, density: 0.05, nonzero: 10 }, 1);
await fitOurs(small, penalty, 0.1, 1e-2);
const problem = loadProblem(request.folder, request);
try {
  // From here on the peak is that of what follows.
  writeFileSync("/proc/self/clear_refs", "5");
} catch {
  // Where the kernel does not allow it, the peak is that of the whole process.
}
const loaded = peak();
await fitOurs(problem, penalty, request.lambda, request.tolerance);
console.log(JSON.stringify({ loaded, peak: peak() } satisfies MemoryReply));
