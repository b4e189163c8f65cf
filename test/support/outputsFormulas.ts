// Losses with several outputs by their plain formulas: fitted values and tasks output after output, y of multinomial the
// number of the class of each row.
import type { LossFormula } from "./lossFormulas.ts";

const multinomial: LossFormula = (fitted, y, weights) => {
  const n = y.length;
  const outputs = fitted.length / n;
  const residual = new Float64Array(fitted.length);
  let loss = 0;
  for (let i = 0; i < n; ++i) {
    const row = Array.from({ length: outputs }, (_, k) => fitted[k * n + i] as number);
    const top = Math.max(...row);
    const total = row.reduce((sum, z) => sum + Math.exp(z - top), 0);
    row.forEach((z, k) => {
      const own = y[i] === k;
      // 1 - p of the own class is the sum of the others.
      const others = row.reduce((sum, other, l) => sum + (l === k ? 0 : Math.exp(other - top)), 0);
      residual[k * n + i] = own ? others / total : -Math.exp(z - top) / total;
      if (own) loss += ((weights[i] as number) * (top - z + Math.log(total))) / n;
    });
  }
  return { loss, residual };
};

const multiTask: LossFormula = (fitted, y, weights) => {
  const n = weights.length;
  const residual = fitted.map((z, at) => (y[at] as number) - z);
  const loss = residual.reduce((sum, r, at) => sum + ((weights[at % n] as number) * r * r) / 2 / n, 0);
  return { loss, residual };
};

/** Residuals over weight / n, as of the other losses. */
export function outputsFormula(name: "multinomial" | "multiTask"): LossFormula {
  return name === "multinomial" ? multinomial : multiTask;
}
