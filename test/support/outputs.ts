// Problems with several outputs per row, and whether a fit is a solution: by plain loops that share no code with the library.
import type { Fit, FitOptions } from "flipside";
import { expect } from "vitest";
import { standardize } from "../optimality.ts";
import { formulaOf } from "./formulas.ts";
import { handleOf, native } from "./native.ts";
import { type Data, makeProblem, matrixOf, type ProblemSpec } from "./problems.ts";
import { Random } from "./random.ts";

export type LossWithOutputs = "multinomial" | "multiTask";

/** y: class numbers, or rows x outputs, output after output, as the offset always. */
export interface OutputsData extends Data {
  readonly loss: LossWithOutputs;
  readonly outputs: number;
}

/** Whether there is a solver for the penalty of the norm of a column's coefficients. */
export const joint = native.automaticSolver(handleOf("l1"), "multiTask", true) === "blocks";
/** A penalty of each coefficient by itself. */
export const ungrouped: object = joint ? { joint: false } : {};

export function makeOutputs(spec: ProblemSpec, loss: LossWithOutputs, outputs: number): OutputsData {
  const data = makeProblem(spec);
  const random = new Random(spec.seed + 1);
  const { rows, columns } = data;
  const z = new Float64Array(rows * outputs);
  for (let k = 0; k < outputs; ++k) {
    const w = Float64Array.from({ length: columns }, () => (random.uniform() < 0.4 ? random.normal() : 0));
    for (let i = 0; i < rows; ++i) {
      let sum = random.normal();
      for (let j = 0; j < columns; ++j) {
        sum += (data.x[i * columns + j] as number) * Math.exp(-spec.spread) * (w[j] as number);
      }
      z[k * rows + i] = sum;
    }
  }
  const offset = spec.offset ? random.normals(rows * outputs) : undefined;
  if (loss === "multiTask") return { ...data, y: z, offset, loss, outputs };
  const y = Float64Array.from({ length: rows }, (_, i) => {
    if (i < outputs) return i; // every class occurs
    const all = Array.from({ length: outputs }, (_, k) => z[k * rows + i] as number);
    return all.indexOf(Math.max(...all));
  });
  return { ...data, y, offset, loss, outputs };
}

const block = (data: Float64Array, rows: number, outputs: number) =>
  ({ data, rows, columns: outputs, order: "column-major" }) as const;

/** As the first argument of fit; the labels of classes are their numbers. */
export function problemWithOutputs(data: OutputsData) {
  const { y, rows, outputs, weights, offset, loss } = data;
  return {
    x: matrixOf(data),
    y: loss === "multinomial" ? y : block(y, rows, outputs),
    weights,
    offset: offset && block(offset, rows, outputs),
  };
}

export interface OutputsVerdict {
  readonly objective: number;
  readonly loss: number;
  readonly stationarity: number;
  /** The largest weighted mean of the residuals of an output. */
  readonly balance: number;
}

export function examineOutputs(
  data: OutputsData,
  fit: Fit,
  options: { intercept?: boolean; standardize?: boolean } = {},
): OutputsVerdict {
  const { rows: n, columns: p, outputs, y } = data;
  const design = standardize(data, { intercept: true, standardize: true, ...options });
  const z = Float64Array.from({ length: n * outputs }, (_, at) => {
    const [i, k] = [at % n, Math.floor(at / n)];
    let sum = (fit.intercepts[k] as number) + (data.offset?.[at] ?? 0);
    for (let j = 0; j < p; ++j) {
      sum += (data.x[i * p + j] as number) * (fit.coefficients[k * p + j] as number);
    }
    return sum;
  });
  const residual = new Float64Array(n * outputs);
  let loss = 0;
  for (let i = 0; i < n; ++i) {
    const row = Array.from({ length: outputs }, (_, k) => z[k * n + i] as number);
    const largest = Math.max(...row);
    const total = row.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    let own = 0;
    row.forEach((value, k) => {
      const at = k * n + i;
      const target = data.loss === "multiTask" ? (y[at] as number) : y[i] === k ? 1 : 0;
      const mean = data.loss === "multiTask" ? value : Math.exp(value - largest) / total;
      residual[at] = target - mean;
      if (data.loss === "multiTask") own += 0.5 * (target - mean) ** 2;
      else if (target === 1) own += largest - value + Math.log(total);
    });
    loss += ((design.weights[i] as number) * own) / n;
  }
  const formula = formulaOf(fit.penalty.name, fit.penalty.parameters, fit.lambda);
  let omega = 0;
  let stationarity = 0;
  let balance = 0;
  for (let k = 0; k < outputs; ++k) {
    const part = residual.subarray(k * n, (k + 1) * n);
    const mean = part.reduce((sum, r, i) => sum + (design.weights[i] as number) * r, 0) / n;
    balance = Math.max(balance, Math.abs(mean));
    design.columns.forEach((column, j) => {
      const w = (fit.coefficients[k * p + j] as number) * (design.scales[j] as number);
      omega += formula.omega(Math.abs(w));
      if (design.curvature[j] === 0) return;
      const pull =
        column.reduce(
          (sum, x, i) => sum + x * Math.sqrt(design.weights[i] as number) * (part[i] as number),
          0,
        ) / n;
      const slope = fit.lambda * formula.slope(Math.abs(w));
      const violation = w === 0 ? Math.max(0, Math.abs(pull) - slope) : Math.abs(pull - Math.sign(w) * slope);
      stationarity = Math.max(stationarity, violation);
    });
  }
  return { objective: loss + fit.lambda * omega, loss, stationarity, balance };
}

/** The size of y, in whose unit losses and gradients are. */
function unitOf(data: OutputsData): number {
  if (data.loss === "multinomial") return 1;
  return Math.sqrt(data.y.reduce((sum, value) => sum + value * value, 0) / data.rows) + 1e-300;
}

/** Everything that a fit says of itself. */
export function expectOutputsSolution(
  fit: Fit,
  data: OutputsData,
  options: Pick<FitOptions, "intercept" | "standardize"> = {},
): void {
  const { intercept = true, standardize: scaled = true } = options;
  const verdict = examineOutputs(data, fit, { intercept, standardize: scaled });
  const unit = unitOf(data);
  expect(fit.reason).toBe("tolerance");
  expect(verdict.stationarity).toBeLessThanOrEqual(1e-7 * fit.lambda + 1e-13 * unit);
  expect(Math.abs(fit.objective - verdict.objective)).toBeLessThanOrEqual(
    1e-9 * Math.abs(verdict.objective) + 1e-12 * unit ** 2,
  );
  expect(Math.abs(fit.lossValue - verdict.loss)).toBeLessThanOrEqual(1e-9 * verdict.loss + 1e-12 * unit ** 2);
  if (intercept) expect(verdict.balance).toBeLessThanOrEqual(1e-11 * unit);
  else expect(fit.intercepts.every((b) => b === 0)).toBe(true);
  expect([fit.outputs, fit.intercepts.length, fit.coefficients.length]).toEqual([
    data.outputs,
    data.outputs,
    data.outputs * data.columns,
  ]);
  if (data.loss === "multinomial") {
    const sum = fit.intercepts.reduce((total, b) => total + b, 0);
    const size = Math.max(...fit.intercepts.map(Math.abs));
    expect(Math.abs(sum)).toBeLessThanOrEqual(1e-14 * (1 + size));
  }
  expect(fit.nonzero).toBe(fit.coefficients.filter((value) => value !== 0).length);
}
