// The diabetes data of Efron, Hastie, Johnstone and Tibshirani 2004 (442 patients, 10 variables) and stationary
// points of the lasso, MCP (a = 3) and SCAD (a = 3.7) on it, on the caller's scale, residual <= 4e-12.
import { readFileSync } from "node:fs";
import { type Penalty, penalties } from "flipside";
import type { Data } from "../support/problems.ts";

export interface Reference {
  readonly penalty: "lasso" | "MCP" | "SCAD";
  readonly gamma: number | null;
  readonly lambda: number;
  readonly intercept: number;
  readonly coefficients: number[];
  readonly objective: number;
}

export const references: readonly Reference[] = JSON.parse(read("diabetes-solutions.json"));
export const diabetes: Data = parse(read("diabetes.csv"));

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

function parse(text: string): Data {
  const lines = text.trim().split("\n").slice(1);
  const table = lines.map((line) => line.split(",").map(Number));
  return {
    rows: 442,
    columns: 10,
    x: Float64Array.from(table.flatMap((row) => row.slice(0, 10))),
    y: Float64Array.from(table, (row) => row[10] as number),
    weights: undefined,
    offset: undefined,
  };
}

export function penaltyOf({ penalty, gamma }: Reference): Penalty {
  if (penalty === "lasso") return penalties.l1();
  const a = gamma as number;
  return penalty === "MCP" ? penalties.mcp({ a }) : penalties.scad({ a });
}
