// What valid calls of the public functions are made of: problems, options, and where the fuzzer may spoil them.
import { penalties } from "flipside";

// Callable with anything at all.
export const loose = <T>(callable: T) => callable as unknown as (...given: unknown[]) => unknown;

export const x = () => Float64Array.of(1, 2, 0, 4, -1, 2, 3, 3, 1, 0, 5, 2);
export const y = () => Float64Array.of(1, 2, 3, 5);
export const dense = () => ({ data: x(), rows: 4, columns: 3, order: "row-major" });
export const rows = () => [[1, 2, 0], Float64Array.of(4, -1, 2), [3, 3, 1], [0, 5, 2]];
export const sparse = () => ({
  values: Float64Array.of(1, 4, 3, 2, 5),
  rowIndices: Int32Array.of(0, 1, 2, 0, 3),
  columnPointers: Int32Array.of(0, 3, 5, 5),
  rows: 4,
  columns: 3,
});
export const accessor = () => ({ rows: 4, columns: 3, get: (i: number, j: number) => i * j - 1 });

export const problemWords = ["problem", "x", "y", "weights", "offset"];
export const optionWords = [
  "options",
  "penalty",
  "lambda",
  "lambdas",
  "lambdaCount",
  "lambdaRatio",
  "intercept",
].concat(["standardize", "start", "seed", "starts", "loss", "solver", "proximal", "dropout", "convergence"]);
export const words = [...problemWords, ...optionWords];
export const matrixPlaces = [
  [0, "x"],
  [0, "x", "data"],
  [0, "x", "rows"],
  [0, "x", "columns"],
  [0, "x", "order"],
];
export const problemPlaces = [[0], ...matrixPlaces, [0, "y"], [0, "weights"], [0, "offset"]];
export const optionPlaces = [
  [1],
  ...optionWords.slice(1).map((key) => [1, key]),
  [1, "convergence", "tolerance"],
  [1, "convergence", "maxIterations"],
];
export const places = [
  ...problemPlaces,
  ...optionPlaces,
  [1, "convergence", "signal"],
  [1, "convergence", "onProgress"],
];

export const problem = (matrix: unknown) => ({ x: matrix, y: y(), weights: y(), offset: y() });
export const options = (own: object) => ({
  penalty: penalties.mcp(),
  intercept: true,
  standardize: false,
  start: Float64Array.of(1, 0, 1),
  seed: 3,
  starts: 1,
  loss: "squared",
  solver: "auto",
  convergence: { tolerance: 1e-6, maxIterations: 20 },
  ...own,
});
