// One ridge step (H + diag(lambda / eta)) w = X'y / n by Cholesky, with the weights of a reweighted iteration under
// way: most coordinates small and heavily weighted.
import type { Dataset } from "../data.ts";
import type { RidgeSystem } from "../drivers/driver.ts";
import { mlMatrix } from "../drivers/mlMatrix.ts";
import { native } from "../drivers/native.ts";
import { typedArrays } from "../drivers/typedArrays.ts";
import { relativeDifference } from "../statistics.ts";
import { race } from "../timer.ts";
import type { Comparison, Measurement } from "./comparison.ts";
import { cases } from "./sizes.ts";

export async function ridgeTrial(sizes: readonly number[]): Promise<Comparison> {
  const drivers = [native, typedArrays, mlMatrix];
  const measurements: Measurement[] = [];
  for (const { shape, data } of cases(sizes)) {
    const system = systemOf(data);
    const works = drivers.map((driver) => ({ name: driver.name, ...driver.ridge(system) }));
    const result = await race(works);
    const solutions = works.map((work) => work.result());
    const own = solutions[0] as Float64Array;
    const difference = Math.max(...solutions.slice(1).map((solution) => relativeDifference(solution, own)));
    measurements.push({ group: shape, columns: data.columns, rows: data.rows, difference, ...result });
  }
  return {
    title: "Ridge step, given the Gram matrix",
    measurements,
    peers: [typedArrays.name, mlMatrix.name],
    agreement: "solutions differ by",
  };
}

function systemOf(data: Dataset): RidgeSystem {
  const { x, y, rows, columns } = data;
  const work = native.gram(data);
  work.run();
  const correlation = new Float64Array(columns);
  for (let j = 0; j < columns; ++j) {
    let sum = 0;
    for (let i = 0; i < rows; ++i) sum += (x[j * rows + i] as number) * (y[i] as number);
    correlation[j] = sum / rows;
  }
  // lambda / eta of the lasso at w = correlation.
  const weights = correlation.map((value) => (0.1 * data.lambdaMax) / Math.abs(value));
  return { size: columns, gram: work.result(), weights, correlation };
}
