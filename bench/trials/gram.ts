// X'X / n of a matrix that each side holds in its own form.
import { gramByMultiplication, mlMatrix } from "../drivers/mlMatrix.ts";
import { native } from "../drivers/native.ts";
import { typedArrays } from "../drivers/typedArrays.ts";
import { relativeDifference } from "../statistics.ts";
import { race } from "../timer.ts";
import type { Comparison, Measurement } from "./comparison.ts";
import { cases } from "./sizes.ts";

const byMultiplication = "ml-matrix mmul";

export async function gramTrial(sizes: readonly number[]): Promise<Comparison> {
  const drivers = [native, typedArrays, mlMatrix];
  const measurements: Measurement[] = [];
  for (const { shape, data } of cases(sizes)) {
    const works = drivers.map((driver) => ({ name: driver.name, ...driver.gram(data) }));
    works.push({ name: byMultiplication, ...gramByMultiplication(data) });
    const result = await race(works);
    const products = works.map((work) => work.result());
    const own = products[0] as Float64Array;
    const difference = Math.max(...products.slice(1).map((product) => relativeDifference(product, own)));
    measurements.push({ group: shape, columns: data.columns, rows: data.rows, difference, ...result });
  }
  return {
    title: "Gram matrix X'X / n",
    measurements,
    peers: [typedArrays.name, mlMatrix.name, byMultiplication],
    agreement: "entries differ by",
  };
}
