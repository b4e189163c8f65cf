// Objective and first-order condition of a case at any coefficients, from the caller's numbers and the definitions:
//   L + sum_j [alpha lambda_j omega(|w_j|; alpha lambda_j) + (1 - alpha) lambda_j |w_j|^2 / 2],   lambda_j = m_j lambda,
// with w on standardised columns; joint: |w_j| is the norm of the coefficients of column j for all outputs.
import { type CaseData, type PackageCase, vectorOf } from "./cases.ts";
import { lossOf } from "./losses.ts";

export interface Evaluation {
  readonly objective: number;
  /** The largest violation of the first-order condition on the standardised scale. */
  readonly violation: number;
  /** The largest derivative of L in an intercept. */
  readonly interceptViolation: number;
  /** By how much the coefficients leave the bounds, or the columns that are excluded. */
  readonly outside: number;
  /** Of each column, on the scale of the penalty. */
  readonly scales: readonly number[];
}

interface Curve {
  omega(r: number): number;
  slope(r: number): number;
}

function curveOf({ name, parameters }: PackageCase["penalty"], lambda: number): Curve {
  const a = parameters?.a ?? Number.NaN;
  if (name === "l1") return { omega: (r) => r, slope: () => 1 };
  if (name === "mcp") {
    return {
      omega: (r) => (r < a * lambda ? r - r ** 2 / (2 * a * lambda) : (a * lambda) / 2),
      slope: (r) => Math.max(0, 1 - r / (a * lambda)),
    };
  }
  const middle = (r: number) => (2 * a * lambda * r - r ** 2 - lambda ** 2) / (2 * (a - 1) * lambda);
  return {
    omega: (r) => (r <= lambda ? r : r < a * lambda ? middle(r) : ((a + 1) * lambda) / 2),
    slope: (r) => (r <= lambda ? 1 : Math.max(0, (a * lambda - r) / ((a - 1) * lambda))),
  };
}

export function sumTo(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (weight * total) / sum);
}

export function columnsOf(values: readonly number[], rows: number): number[][] {
  return Array.from({ length: values.length / rows }, (_, k) => values.slice(k * rows, (k + 1) * rows));
}

/** The response of a case, one array per number of a row. */
function responseOf(data: CaseData, { loss, y }: PackageCase): number[][] {
  const vector = vectorOf(data, y);
  return loss === "cox" ? [[...vector], [...vectorOf(data, "status")]] : columnsOf(vector, data.rows);
}

export function weightsOf(data: CaseData, { weights }: PackageCase): number[] {
  return sumTo(weights === undefined ? new Array(data.rows).fill(1) : vectorOf(data, weights), data.rows);
}

/** Columns as the penalty sees them. */
export function standardColumns(
  data: CaseData,
  subject: PackageCase,
): { columns: number[][]; scales: number[] } {
  const weights = weightsOf(data, subject);
  const mean = (values: number[]) =>
    values.reduce((sum, v, i) => sum + (weights[i] as number) * v, 0) / data.rows;
  const columns = columnsOf(data.x, data.rows).map((column) => {
    const middle = subject.intercept ? mean(column) : 0;
    return column.map((value) => value - middle);
  });
  const scales = columns.map((column) =>
    subject.standardize ? Math.sqrt(mean(column.map((v) => v * v))) : 1,
  );
  return { columns: columns.map((column, j) => column.map((v) => v / (scales[j] as number))), scales };
}

export function evaluate(
  data: CaseData,
  subject: PackageCase,
  coefficients: ArrayLike<number>,
  intercepts: ArrayLike<number>,
): Evaluation {
  const { rows, columns: p } = data;
  const outputs = coefficients.length / p;
  const { columns, scales } = standardColumns(data, subject);
  const raw = columnsOf(data.x, rows);
  const offsets = subject.offset === undefined ? [] : columnsOf(vectorOf(data, subject.offset), rows);
  const at = (j: number, k: number) => coefficients[k * p + j] as number;
  const z = Array.from({ length: outputs }, (_, k) =>
    Array.from({ length: rows }, (_, i) => {
      const start = (intercepts[k] as number) + (offsets[k]?.[i] ?? 0);
      return raw.reduce((sum, column, j) => sum + (column[i] as number) * at(j, k), start);
    }),
  );
  const weights = weightsOf(data, subject);
  const { value, gradient } = lossOf(subject.loss, {
    z,
    y: responseOf(data, subject),
    weights,
    ...subject.lossOptions,
  });
  const result = { objective: value, violation: 0, interceptViolation: 0, outside: 0, scales };
  for (const slopes of gradient) {
    const total = Math.abs(slopes.reduce((a, b) => a + b, 0));
    if (subject.intercept) result.interceptViolation = Math.max(result.interceptViolation, total);
  }
  const bound = (side: "lower" | "upper", j: number) => {
    const given = subject.bounds?.[side]?.[j] ?? null;
    return given ?? (side === "lower" ? -Infinity : Infinity);
  };
  columns.forEach((column, j) => {
    const scale = scales[j] as number;
    const w = Array.from({ length: outputs }, (_, k) => at(j, k) * scale);
    const pull = gradient.map((slopes) => column.reduce((sum, x, i) => sum + x * (slopes[i] as number), 0));
    const factor = subject.penaltyFactors === undefined ? 1 : (subject.penaltyFactors[j] ?? Infinity);
    if (factor === Infinity) {
      result.outside = Math.max(result.outside, ...w.map(Math.abs));
      return;
    }
    const lambda = factor * subject.lambda;
    const alpha = subject.alpha ?? 1;
    const curve = curveOf(subject.penalty, alpha * lambda);
    const cost = (r: number) =>
      lambda === 0 ? 0 : alpha * lambda * curve.omega(r) + ((1 - alpha) * lambda * r * r) / 2;
    const slope = (r: number) =>
      lambda === 0 ? 0 : alpha * lambda * curve.slope(r) + (1 - alpha) * lambda * r;
    if (subject.joint === true) {
      const r = Math.hypot(...w);
      result.objective += cost(r);
      const violation =
        r === 0
          ? Math.max(0, Math.hypot(...pull) - slope(0))
          : Math.hypot(...pull.map((g, k) => g + (slope(r) * (w[k] as number)) / r));
      result.violation = Math.max(result.violation, violation);
      return;
    }
    w.forEach((value, k) => {
      const [g, lower, upper] = [pull[k] as number, bound("lower", j) * scale, bound("upper", j) * scale];
      result.objective += cost(Math.abs(value));
      result.outside = Math.max(result.outside, lower - value, value - upper);
      // How fast the objective falls in each direction that is allowed. A bound is met up to rounding.
      const near = 1e-13 * Math.abs(value);
      const steepness = slope(Math.abs(value));
      const up = value < upper - near ? -(g + (value >= 0 ? steepness : -steepness)) : 0;
      const down = value > lower + near ? g - (value <= 0 ? steepness : -steepness) : 0;
      result.violation = Math.max(result.violation, up, down);
    });
  });
  return result;
}
