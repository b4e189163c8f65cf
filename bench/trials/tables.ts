// What it costs that a penalty came as functions of the caller: fits with the table in place of the built-in penalty.
import { type Fit, fitSync, type Penalty, penalties, type SolverName, strategies } from "flipside";
import type { Dataset } from "../data.ts";
import { duration, exponent, type TextTable } from "../table.ts";
import { type Race, race } from "../timer.ts";
import { cases } from "./sizes.ts";

/** lambda in units of the largest that leaves a nonzero coefficient. */
const strength = 0.1;
const most = 1.5;
/** Beyond it the penalty is a small part of a fit. */
const largest = 300;
const solvers: readonly SolverName[] = ["reweighted", "proximal", "etaTrick", "direct"];

interface Pair {
  readonly name: string;
  readonly builtIn: Penalty;
  readonly table: Penalty;
}

/** mcp depends on lambda, a table does not. */
function pairs(lambda: number): Pair[] {
  const mcp = penalties.mcp();
  const dropout = strategies.variationalDropout();
  const standout = strategies.standout();
  return [
    { name: "l1", builtIn: penalties.l1(), table: penalties.fromPenalty((w) => w) },
    {
      name: "logSum, ε = 0.1",
      builtIn: penalties.logSum({ epsilon: 0.1 }),
      table: penalties.fromPenalty((w) => Math.log(w + 0.1)),
    },
    {
      name: "mcp, a = 3",
      builtIn: mcp,
      table: penalties.fromPenalty((w) => mcp.omega(w, lambda), { domain: [0, 1e6] }),
    },
    {
      name: "standout",
      builtIn: standout,
      table: penalties.fromKeepProbability((w) => 1 / (1 + Math.exp(-w))),
    },
    {
      name: "variationalDropout",
      builtIn: dropout,
      table: penalties.fromPenalty((w) => dropout.omega(w, lambda)),
    },
  ];
}

export interface TableMeasurement extends Race {
  readonly solver: SolverName;
  readonly penalty: string;
  readonly rows: number;
  readonly columns: number;
  readonly ratio: number;
  /** Of the two objectives, relative. */
  readonly difference: number;
  readonly iterations: readonly [number, number];
}

export async function tablesTrial(sizes: readonly number[]): Promise<TableMeasurement[]> {
  const measurements: TableMeasurement[] = [];
  for (const { data } of cases(sizes.filter((size) => size <= largest))) {
    const lambda = strength * data.lambdaMax;
    for (const solver of solvers) {
      for (const pair of pairs(lambda)) measurements.push(await measure(data, lambda, solver, pair));
    }
  }
  return measurements;
}

async function measure(
  data: Dataset,
  lambda: number,
  solver: SolverName,
  { name, builtIn, table }: Pair,
): Promise<TableMeasurement> {
  const { rows, columns, x, y } = data;
  const problem = { x: { data: x, rows, columns, order: "column-major" as const }, y };
  const solve = (penalty: Penalty) => fitSync(problem, { penalty, lambda, solver });
  const fits: [Fit, Fit] = [solve(builtIn), solve(table)];
  const result = await race([
    { name: "built in", run: () => void solve(builtIn) },
    { name: "table", run: () => void solve(table) },
  ]);
  const [own, other] = result.timings.map(({ median }) => median) as [number, number];
  return {
    solver,
    penalty: name,
    rows,
    columns,
    ratio: other / own,
    difference: Math.abs(fits[1].objective - fits[0].objective) / Math.abs(fits[0].objective),
    iterations: [fits[0].iterations, fits[1].iterations],
    ...result,
  };
}

export function tablesTable(measurements: readonly TableMeasurement[]): TextTable {
  const worst = measurements.reduce((worst, one) => (one.ratio > worst.ratio ? one : worst));
  const missed = measurements.filter(({ ratio }) => ratio > most);
  return {
    title: `A caller's own penalty as a table against the built-in one, whole fit at λ = ${strength} λ_max`,
    head: ["solver", "penalty", "p", "n", "built in", "table", "ratio", "iterations", "objectives differ by"],
    rows: measurements.map(({ solver, penalty, columns, rows, timings, ratio, iterations, difference }) => [
      solver,
      penalty,
      `${columns}`,
      `${rows}`,
      ...timings.map(({ median }) => duration(median)),
      ratio.toFixed(2),
      iterations[0] === iterations[1] ? `${iterations[0]}` : iterations.join(" / "),
      exponent(difference),
    ]),
    labels: 2,
    notes: [
      `Aim: at most ${most} times the built-in's time; ${missed.length} of ${measurements.length} miss it, the worst is ${worst.solver} with ${worst.penalty} at ${worst.columns} columns with ${worst.ratio.toFixed(2)}.`,
    ],
  };
}
