// Valid calls of designOperations, each with the places where the fuzzer may spoil it.
import type { Call } from "./mutations.ts";
import { native } from "./native.ts";

const request = (x: object) => ({
  x,
  weights: Float64Array.of(1, 2, 3, 5),
  intercept: true,
  standardize: true,
  fold: true,
  storage: "compact",
  w: Float64Array.of(1, 0, -1),
  residuals: Float64Array.of(1, 2, 3, 4, 4, 3, 2, 1),
  left: Int32Array.of(2, 0),
  right: Int32Array.of(1, 2, 2),
  coefficients: Float64Array.of(0.5, 2),
  rowWeights: Float64Array.of(1, 0, -1, 2),
});

/** x: matrices of 4 rows and 3 columns. */
export function operationCalls(matrices: Record<string, () => object>): Call[] {
  const keys = Object.keys(request({}));
  return Object.entries(matrices).map(([name, x]) => ({
    name: `designOperations ${name}`,
    arguments: () => [request(x())],
    places: [[0], ...keys.map((key) => [0, key]), ...Object.keys(x()).map((key) => [0, "x", key])],
    words: ["request", ...keys],
    invoke: (given) => (native.designOperations as (...given: unknown[]) => unknown)(...given),
  }));
}
