import { FlipsideError } from "../errors.js";
import type { LossName } from "../solver.js";

/** What a mean loss is of. */
export interface LossData {
  readonly loss: LossName;
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
  /** Of huber. */
  readonly delta: number;
}

/** @throws FlipsideError UNSUPPORTED for a loss that is not evaluated here. */
export function requireEvaluable(loss: LossName): void {
  if (evaluable.includes(loss)) return;
  const message = `loss must be ${evaluable.join(", ")} here, but is ${loss}`;
  throw new FlipsideError("UNSUPPORTED", message);
}

const evaluable: readonly LossName[] = ["squared", "logistic", "poisson", "huber"];

/** phi(z, y) of one row. */
function rowLoss({ loss, delta }: LossData): (z: number, y: number) => number {
  switch (loss) {
    case "squared":
      return (z, y) => 0.5 * (y - z) ** 2;
    case "logistic":
      // log(1 + e^z) - y z without overflow and without cancellation of the two for large z.
      return (z, y) => Math.log1p(Math.exp(-Math.abs(z))) + Math.abs(z) * (z > 0 ? 1 - y : y);
    case "poisson":
      return (z, y) => Math.exp(z) - y * z;
    case "huber":
      return (z, y) => {
        const size = Math.abs(y - z);
        return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
      };
    default:
      return () => NaN;
  }
}

/** The weighted mean over the rows. */
export function meanLoss(data: LossData, z: Float64Array): number {
  const { y, weights } = data;
  const phi = rowLoss(data);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < z.length; ++i) {
    const weight = weights?.[i] ?? 1;
    total += weight;
    if (weight > 0) sum += weight * phi(z[i] as number, y[i] as number);
  }
  return sum / total;
}

/**
 * v_j = x_j' W x_j / n of a column that ncvreg has centred and scaled, with its working weights W: mu (1 - mu), but at least
 * 1e-4 and with mu 0 or 1 beyond a predictor of 10, for logistic; mu for poisson.
 */
export function workingCurvature(
  loss: LossName,
  z: Float64Array,
  column: Float64Array,
  scale: number,
): number {
  const mean = column.reduce((sum, one) => sum + one, 0) / column.length;
  let sum = 0;
  for (let i = 0; i < z.length; ++i) {
    const value = z[i] as number;
    const e = Math.exp(-Math.abs(value));
    const logistic = Math.abs(value) > 10 ? 1e-4 : Math.max(e / (1 + e) ** 2, 1e-4);
    const weight = loss === "logistic" ? logistic : Math.exp(value);
    sum += weight * (((column[i] as number) - mean) / scale) ** 2;
  }
  return sum / z.length;
}
