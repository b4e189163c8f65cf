// The solvers that work with any loss, each with the tolerance that it has by default.
import type { FitOptions } from "flipside";
import type { Data } from "./problems.ts";
import { Random } from "./random.ts";

export interface FirstOrder {
  readonly name: string;
  readonly options: Pick<FitOptions, "solver" | "proximal">;
  readonly tolerance: number;
}

export const firstOrder: readonly FirstOrder[] = [
  { name: "proximal", options: { solver: "proximal" }, tolerance: 1e-8 },
  {
    name: "proximal, plain",
    options: { solver: "proximal", proximal: { accelerated: false } },
    tolerance: 1e-8,
  },
  { name: "etaTrick", options: { solver: "etaTrick" }, tolerance: 1e-5 },
  { name: "direct", options: { solver: "direct" }, tolerance: 1e-6 },
];

/** Columns in a chain, neighbours correlated by rho; eight of them have an effect. */
export function chainProblem(rows: number, columns: number, rho: number, seed: number): Data {
  const random = new Random(seed);
  const x = new Float64Array(rows * columns);
  const y = new Float64Array(rows);
  const step = Math.max(1, Math.floor(columns / 8));
  for (let i = 0; i < rows; ++i) {
    let value = random.normal();
    for (let j = 0; j < columns; ++j) {
      x[i * columns + j] = value;
      if (j % step === 0) y[i] = (y[i] as number) + value * (j % (2 * step) === 0 ? 1.5 : -1);
      value = rho * value + Math.sqrt(1 - rho * rho) * random.normal();
    }
    y[i] = (y[i] as number) + random.normal();
  }
  return { rows, columns, x, y, weights: undefined, offset: undefined };
}

/** The same problem for logistic loss: whether y is above its mean, or how far as a proportion. */
export function logisticOf(data: Data, proportions = false): Data {
  const mean = data.y.reduce((sum, y) => sum + y, 0) / data.rows;
  const y = data.y.map((value) => {
    if (proportions) return 1 / (1 + Math.exp(mean - value));
    return value > mean ? 1 : 0;
  });
  return { ...data, y };
}
