// How far the peak of the resident set of a fresh process grows by one fit of the sparse problem.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { MemoryReply, MemoryRequest } from "../memoryChild.ts";
import { type PenaltyName, peerPenalties } from "../penalties.ts";
import type { PackageName, RegressionPeers, Reply, Stored } from "../regressionPeers.ts";
import { skglmRequest } from "../skglm.ts";
import { makeSparse, type SparseProblem } from "../sparse.ts";
import { absoluteViolation } from "./fits.ts";

export interface MemoryResult {
  readonly side: string;
  /** Bytes, beyond what the process has with the matrix loaded. */
  readonly growth: number;
  /** Of the matrix in the form in which this side takes it. */
  readonly matrix: number;
}

const penalty: PenaltyName = "l1";
const small = { rows: 200, columns: 400, density: 0.05, nonzero: 10 };

export async function memoryOf(
  peers: RegressionPeers,
  problem: SparseProblem,
  stored: Stored,
  lambda: number,
): Promise<MemoryResult[]> {
  const { rows, columns, values } = problem;
  const byColumns = 12 * values.length + 4 * (columns + 1);
  const byRows = 12 * values.length + 4 * (rows + 1);
  const { loaded, peak } = ownMemory({
    ...stored,
    rows,
    columns,
    penalty,
    lambda,
    tolerance: absoluteViolation / lambda,
  });
  const results: MemoryResult[] = [{ side: "flipside", growth: peak - loaded, matrix: byColumns }];
  const skglm = skglmRequest(problem, peerPenalties[penalty], lambda, absoluteViolation, "subdiff");
  const logistic = { do: "fit", package: "LogisticRegression", limit: 100, lambda, tolerance: 1e-4 };
  const others: readonly (readonly [string, PackageName, string, object, number])[] = [
    ["skglm", "skglm", "csc", skglm, byColumns],
    ["scikit-learn liblinear", "sklearn", "csr", { ...logistic, solver: "liblinear" }, byRows],
    ["scikit-learn saga", "sklearn", "csr", { ...logistic, solver: "saga" }, byRows],
  ];
  for (const [side, name, format, request, matrix] of others) {
    const growth = await growthOf(peers, name, format, request, stored);
    if (growth !== undefined) results.push({ side, growth, matrix });
  }
  return results;
}

function ownMemory(request: MemoryRequest): MemoryReply {
  const child = fileURLToPath(new URL("../memoryChild.js", import.meta.url));
  const text = execFileSync(process.execPath, [child, JSON.stringify(request)], { encoding: "utf8" });
  return JSON.parse(text) as MemoryReply;
}

async function growthOf(
  peers: RegressionPeers,
  name: PackageName,
  format: string,
  request: object,
  stored: Stored,
): Promise<number | undefined> {
  const child = await peers.startAnother(name);
  if (child === undefined) return undefined;
  const out = peers.outFile;
  // A small problem first, which compiles what there is to compile.
  const first = makeSparse(small, 1);
  await child.ask<Reply>({ do: "load", ...peers.store(first, "small"), formats: [format] });
  await child.ask<Reply>({ ...request, out });
  const loaded = await child.ask<Reply>({ do: "load", ...stored, formats: [format] });
  const fitted = await child.ask<Reply>({ ...request, out });
  child.stop();
  return (fitted.peak as number) - (loaded.peak as number);
}
