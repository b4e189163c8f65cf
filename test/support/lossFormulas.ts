// Losses by their plain formulas, for the checker: L at fitted values and minus its derivative in each over weight / n.
// Weights have mean 1; those of a cox response go with its times, which are the first half of y.

export interface LossValues {
  readonly loss: number;
  /** Of a row of weight 0 whatever comes. */
  readonly residual: Float64Array;
}

export type LossFormula = (fitted: Float64Array, y: Float64Array, weights: Float64Array) => LossValues;

const at = (values: ArrayLike<number>, i: number) => values[i] as number;

/** A weighted mean over the rows. */
function meanOf(phi: (z: number, y: number) => { value: number; residual: number }): LossFormula {
  return (fitted, y, weights) => {
    const rows = Array.from(fitted, (z, i) => phi(z, at(y, i)));
    const loss = rows.reduce(
      (sum, { value }, i) => sum + (at(weights, i) === 0 ? 0 : at(weights, i) * value),
      0,
    );
    return { loss: loss / fitted.length, residual: Float64Array.from(rows, ({ residual }) => residual) };
  };
}

const squared = meanOf((z, y) => ({ value: 0.5 * (y - z) ** 2, residual: y - z }));

// -y log q - (1 - y) log (1 - q) with q = 1 / (1 + exp -z), each logarithm from the side where it is exact.
const logOf = (z: number) => (z > 0 ? -Math.log1p(Math.exp(-z)) : z - Math.log1p(Math.exp(z)));
const logistic = meanOf((z, y) => ({
  value: -(y === 0 ? 0 : y * logOf(z)) - (y === 1 ? 0 : (1 - y) * logOf(-z)),
  // y - q as y (1 - q) - (1 - y) q: nothing cancels where q is next to y.
  residual: y * Math.exp(logOf(-z)) - (1 - y) * Math.exp(logOf(z)),
}));

const poisson = meanOf((z, y) => ({ value: Math.exp(z) - y * z, residual: y - Math.exp(z) }));

const huber = (delta: number) =>
  meanOf((z, y) => {
    const r = y - z;
    const far = Math.abs(r) > delta;
    return {
      value: far ? delta * Math.abs(r) - delta ** 2 / 2 : r ** 2 / 2,
      residual: far ? delta * Math.sign(r) : r,
    };
  });

/** Every risk set anew: time by time, and in Efron's formula term by term. */
const cox =
  (efron: boolean): LossFormula =>
  (fitted, y, weights) => {
    const n = fitted.length;
    const rows = Array.from(fitted.keys()).filter((i) => at(weights, i) > 0);
    const dies = (i: number) => at(y, n + i) === 1;
    const times = new Set(rows.filter(dies).map((i) => at(y, i)));
    const residual = Float64Array.from(fitted, (_, i) => (dies(i) ? 1 : 0));
    let loss = 0;
    for (const time of times) {
      const risk = rows.filter((i) => at(y, i) >= time);
      const deaths = new Set(risk.filter((i) => dies(i) && at(y, i) === time));
      const top = Math.max(...risk.map((i) => at(fitted, i)));
      const total = [...deaths].reduce((sum, i) => sum + at(weights, i), 0);
      for (const i of deaths) loss -= at(weights, i) * (at(fitted, i) - top);
      const terms = efron ? deaths.size : 1;
      for (let l = 0; l < terms; ++l) {
        const share = (i: number) => (deaths.has(i) ? 1 - l / terms : 1) * Math.exp(at(fitted, i) - top);
        const sum = risk.reduce((s, i) => s + at(weights, i) * share(i), 0);
        loss += (total / terms) * Math.log(sum);
        for (const i of risk) residual[i] = at(residual, i) - ((total / terms) * share(i)) / sum;
      }
    }
    return { loss: loss / n, residual };
  };

/** parameters: [delta] of huber, [1] for Efron and [0] for Breslow of cox. */
export function lossFormula(name: string, parameters: readonly number[] = []): LossFormula {
  switch (name) {
    case "squared":
      return squared;
    case "logistic":
      return logistic;
    case "poisson":
      return poisson;
    case "huber":
      return huber(parameters[0] ?? 1);
    case "cox":
      return cox((parameters[0] ?? 1) === 1);
    default:
      throw new Error(`the checker does not know ${name}`);
  }
}
