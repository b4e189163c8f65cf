// The losses by their definitions: L, the weighted mean over the rows of phi(z_i, y_i), and its derivative in each z_ik.
// Plain and slow, and nothing of the library in it.

export interface LossInput {
  /** Fitted values with intercept and offset, one array per output. */
  readonly z: readonly (readonly number[])[];
  /** One array per number of a row of the response: (time, status) for cox, tasks for multiTask. */
  readonly y: readonly (readonly number[])[];
  /** They sum to the number of rows. */
  readonly weights: readonly number[];
  readonly delta?: number | undefined;
  readonly ties?: "breslow" | "efron" | undefined;
}

export interface LossOutput {
  readonly value: number;
  /** As z. */
  readonly gradient: number[][];
}

type RowLoss = (z: number[], y: number[], input: LossInput) => { value: number; gradient: number[] };

const rowLosses: Record<string, RowLoss> = {
  squared: ([z = 0], [y = 0]) => ({ value: (z - y) ** 2 / 2, gradient: [z - y] }),
  // log(1 + exp z) - y z
  logistic: ([z = 0], [y = 0]) => ({
    value: Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z,
    gradient: [1 / (1 + Math.exp(-z)) - y],
  }),
  poisson: ([z = 0], [y = 0]) => ({ value: Math.exp(z) - y * z, gradient: [Math.exp(z) - y] }),
  huber: ([z = 0], [y = 0], { delta = 1 }) => {
    const r = z - y;
    return Math.abs(r) <= delta
      ? { value: (r * r) / 2, gradient: [r] }
      : { value: delta * (Math.abs(r) - delta / 2), gradient: [delta * Math.sign(r)] };
  },
  // log sum_k exp z_k - z_y with classes 1, 2, ...
  multinomial: (z, [y = 1]) => {
    const top = Math.max(...z);
    const total = z.reduce((sum, value) => sum + Math.exp(value - top), 0);
    const gradient = z.map((value, k) => Math.exp(value - top) / total - (k === y - 1 ? 1 : 0));
    return { value: top + Math.log(total) - (z[y - 1] as number), gradient };
  },
  multiTask: (z, y) => {
    const gradient = z.map((value, k) => value - (y[k] as number));
    return { value: gradient.reduce((sum, r) => sum + (r * r) / 2, 0), gradient };
  },
};

export function lossOf(name: string, input: LossInput): LossOutput {
  if (name === "cox") return coxLoss(input);
  const phi = rowLosses[name];
  if (phi === undefined) throw new Error(`there is no loss ${name}`);
  const n = input.weights.length;
  const gradient = input.z.map((column) => column.map(() => 0));
  let value = 0;
  input.weights.forEach((weight, i) => {
    const row = phi(
      input.z.map((column) => column[i] as number),
      input.y.map((column) => column[i] as number),
      input,
    );
    value += (weight * row.value) / n;
    row.gradient.forEach((slope, k) => {
      (gradient[k] as number[])[i] = (weight * slope) / n;
    });
  });
  return { value, gradient };
}

/**
 * Minus the log partial likelihood over n. At each time with deaths D and the rows R at risk: for every death its weight
 * times its z, minus log sum_R w exp z times the weight of the deaths (Breslow); for Efron the l-th of d deaths has the
 * mean weight of them and l/d of the deaths taken from the sum.
 */
function coxLoss({ z, y, weights, ties = "efron" }: LossInput): LossOutput {
  const [eta = [], [time = [], status = []] = []] = [z[0], y];
  const n = eta.length;
  const top = Math.max(...eta);
  const risk = eta.map((value, i) => (weights[i] as number) * Math.exp(value - top));
  const gradient = new Array<number>(n).fill(0);
  const add = (i: number, value: number) => {
    gradient[i] = (gradient[i] as number) + value / n;
  };
  const rows = eta.map((_, i) => i);
  let value = 0;
  for (const t of new Set(time.filter((_, i) => status[i] === 1))) {
    const dead = rows.filter((i) => time[i] === t && status[i] === 1);
    const atRisk = rows.filter((i) => (time[i] as number) >= t);
    const total = atRisk.reduce((sum, i) => sum + (risk[i] as number), 0);
    const dying = dead.reduce((sum, i) => sum + (risk[i] as number), 0);
    const weight = dead.reduce((sum, i) => sum + (weights[i] as number), 0) / dead.length;
    for (const i of dead) {
      value -= ((weights[i] as number) * (eta[i] as number)) / n;
      add(i, -(weights[i] as number));
    }
    dead.forEach((_, l) => {
      const share = ties === "efron" ? l / dead.length : 0;
      const sum = total - share * dying;
      value += (weight * (Math.log(sum) + top)) / n;
      for (const i of atRisk) add(i, (weight * (risk[i] as number)) / sum);
      for (const i of dead) add(i, (-weight * share * (risk[i] as number)) / sum);
    });
  }
  return { value, gradient: [gradient] };
}
