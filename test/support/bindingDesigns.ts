// Valid calls of the addon about designs, moments and many fits.
import {
  type DesignJob,
  dense,
  fits,
  matrixKeys,
  plain,
  request,
  settled,
  sparse,
  words,
  y,
} from "./bindingRequests.ts";
import type { Call } from "./mutations.ts";
import { handleOf, type NativeDesign, native } from "./native.ts";

/** A job whose first argument is an object of these. */
function job(name: DesignJob, made: () => object, own: readonly (string | number)[][] = []): Call {
  const named = Object.keys(made());
  const inner = own.map((path) => [0, ...path]);
  return {
    name,
    arguments: () => [made(), "settle", "progress"],
    places: [[0], ...named.map((key) => [0, key]), ...inner, [1], [2]],
    words: [...words, ...named, "storage", "lambda", "response", "starts", "fold"],
    invoke: (given) => settled(name, given),
  };
}

const prepared = await new Promise<NativeDesign>((resolve, reject) => {
  const x = { ...dense(), layout: "rowMajor" as const };
  const request = { x, intercept: true, standardize: true, loss: "squared" };
  const settle = (error: Error | null, design: { handle: NativeDesign } | null) =>
    design === null ? reject(error) : resolve(design.handle);
  native.prepareDesign({ ...request, storage: "float64" }, settle, null);
});
const sums = () => ({
  columns: 2,
  rows: 5,
  weight: 5,
  origin: Float64Array.of(1, 2, 3),
  mean: Float64Array.of(0.5, -0.25, 0),
  scatter: Float64Array.of(4, 1, 2, 3, -1, 9),
});
const gram = () => native.gramFromSums(sums());
const spec = () => {
  const {
    tolerance,
    maxIterations,
    starts,
    accelerated,
    seed,
    mask,
    batchSize,
    stepSize,
    stepDecay,
    offset,
    start,
  } = request(dense(), "mcp", [3]);
  const own = { tolerance, maxIterations, starts, accelerated, seed, mask, batchSize, stepSize, stepDecay };
  return { ...own, offset, start, response: 0, penalty: handleOf("mcp", 3), solver: "dropout", lambda: 0.1 };
};
const many = (source: object) => ({
  ...source,
  intercept: true,
  standardize: true,
  loss: "squared",
  responses: [y()],
  fits: [spec(), { ...spec(), solver: "reweighted" }],
});
const model = () => {
  const { offset: _, start: __, response: ___, lambda: ____, ...own } = spec();
  return { ...own, foldTolerance: 1e-4 };
};
const cross = (x: object) => ({
  ...request(x, "mcp", [3]),
  foldTolerance: 1e-4,
  foldLeeway: 1e-3,
  others: [{ ...model(), solver: "proximal" }],
  folds: Int32Array.of(0, 1, 1, 0),
  foldCount: 2,
  keep: true,
});
const crossPlaces = [["folds", 0], ["others", 0], ...Object.keys(model()).map((key) => ["others", 0, key])];
const matrixPlaces = matrixKeys.map((key) => ["x", key]);
const specPlaces = Object.keys(spec()).flatMap((key) => [
  ["fits", 0, key],
  ["fits", 1, key],
]);
export const designCalls: Call[] = [
  ...fits("of a design", () => ({}), "mcp", [3]).map((call) => ({
    ...call,
    arguments: () => {
      const [{ x: _, weights: __, ...rest }, ...others] = call.arguments() as [Record<string, unknown>];
      return [{ ...rest, design: prepared }, ...others];
    },
    places: [...call.places, [0, "design"]],
    words: [...call.words, "design"],
  })),
  ...fits("of a gram", () => ({}), "mcp", [3]).map((call) => ({
    ...call,
    arguments: () => {
      const [{ x: _, y: __, weights: ___, offset: ____, ...rest }, ...others] = call.arguments() as [
        Record<string, unknown>,
      ];
      return [{ ...rest, gram: gram(), start: Float64Array.of(1, 0) }, ...others];
    },
    places: [...call.places, [0, "gram"]],
    words: [...call.words, "gram"],
  })),
  { ...job("fitMany", () => many({ x: sparse(), weights: y() }), [...matrixPlaces, ...specPlaces]) },
  job("crossValidate", () => cross(sparse()), [...matrixPlaces, ...crossPlaces]),
  {
    ...job("crossValidate", () => cross({ ...dense(), data: Float32Array.from(dense().data) }), crossPlaces),
    name: "crossValidate of floats",
  },
  {
    ...job("fitMany", () => many({ design: prepared }), [["responses", 0], ...specPlaces]),
    name: "fitMany of a design",
  },
  job(
    "prepareDesign",
    () => ({
      x: sparse(),
      weights: y(),
      intercept: true,
      standardize: true,
      loss: "squared",
      storage: "float32",
    }),
    matrixPlaces,
  ),
  job("gramOfBlock", () => ({ x: sparse(), y: y(), weights: y() }), matrixPlaces),
  job("gramOfBoth", () => ({ a: gram(), b: gram() })),
  plain(
    "gramFromSums",
    { sums },
    Object.keys(sums()).map((key) => [0, key]),
  ),
  plain("gramSums", { gram }),
  plain("gramRows", { gram }),
  // Of another kind: one that is closed would fail all others.
  plain("closeDesign", { design: gram }),
  plain("automaticSolver", {
    penalty: () => handleOf("mcp", 3),
    loss: () => "logistic",
    structured: () => true,
  }),
];
