// Three regression problems and five penalties on which every algorithm must reach the same place.
import { readFileSync } from "node:fs";
import { type Penalty, penalties, strategies } from "flipside";
import { lambdaMax, makeDataset } from "../data.ts";
import { packageRoot } from "../drivers/native.ts";

export interface AgreementProblem {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Column-major. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** A tenth of the smallest lambda at which the lasso is 0. */
  readonly lambda: number;
}

export interface AgreementPenalty {
  readonly name: string;
  readonly penalty: Penalty;
}

const share = 0.1;

export const agreementPenalties: readonly AgreementPenalty[] = [
  { name: "l1", penalty: penalties.l1() },
  { name: "lp, p = 1.5", penalty: penalties.lp({ p: 1.5 }) },
  { name: "logSum, ε = 1", penalty: penalties.logSum({ epsilon: 1 }) },
  { name: "mcp, a = 3", penalty: penalties.mcp({ a: 3 }) },
  { name: "variationalDropout", penalty: strategies.variationalDropout() },
];

export function agreementProblems(): AgreementProblem[] {
  return [
    diabetes(),
    synthetic("correlated, 200 × 50", 200, 50, 3, 0.9),
    synthetic("100 × 300", 100, 300, 4, 0.5),
  ];
}

function synthetic(
  name: string,
  rows: number,
  columns: number,
  seed: number,
  correlation: number,
): AgreementProblem {
  const data = makeDataset(rows, columns, seed, correlation);
  return { name, rows, columns, x: data.x, y: data.y, lambda: share * data.lambdaMax };
}

/** Efron, Hastie, Johnstone and Tibshirani 2004, y in units of its standard deviation. */
function diabetes(): AgreementProblem {
  const text = readFileSync(new URL("lib/cli/diabetes.csv", packageRoot), "utf8");
  const lines = text.trim().split("\n").slice(1);
  const table = lines.map((line) => line.split(",").map(Number));
  const rows = table.length;
  const columns = 10;
  const x = Float64Array.from(
    { length: rows * columns },
    (_, k) => table[k % rows]?.[Math.floor(k / rows)] as number,
  );
  const raw = Float64Array.from(table, (row) => row[columns] as number);
  const mean = raw.reduce((sum, value) => sum + value, 0) / rows;
  const deviation = Math.sqrt(raw.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
  const y = raw.map((value) => (value - mean) / deviation);
  return { name: "diabetes, 442 × 10", rows, columns, x, y, lambda: share * lambdaMax(x, y, rows, columns) };
}
