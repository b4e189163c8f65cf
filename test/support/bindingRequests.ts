// What valid calls of the raw addon are made of: requests, and where the fuzzer may spoil them.
import type { Call } from "./mutations.ts";
import { handleOf, native } from "./native.ts";

export const loose = (name: keyof typeof native) =>
  native[name] as unknown as (...given: unknown[]) => unknown;

export const dense = () => ({
  data: Float64Array.of(1, 2, 0, 4, -1, 2, 3, 3, 1, 0, 5, 2),
  rows: 4,
  columns: 3,
  layout: "rowMajor",
});
export const sparse = () => ({
  data: Float64Array.of(1, 4, 3, 2, 5),
  rows: 4,
  columns: 3,
  layout: "compressedColumns",
  rowIndices: Int32Array.of(0, 1, 2, 0, 3),
  columnPointers: Int32Array.of(0, 3, 5, 5),
});
export const y = () => Float64Array.of(1, 2, 3, 5);

export function request(x: object, name: string, parameters: number[], solver = "reweighted") {
  return {
    x,
    y: y(),
    weights: y(),
    offset: y(),
    start: Float64Array.of(1, 0, 1),
    penalty: handleOf(name, ...parameters),
    loss: "squared",
    solver,
    lambdas: Float64Array.of(1, 0.1),
    pathLength: 3,
    pathRatio: 0.1,
    intercept: true,
    standardize: true,
    imputeMissing: false,
    tolerance: 1e-6,
    maxIterations: 20,
    starts: 2,
    accelerated: true,
    seed: 7,
    mask: "gaussian",
    batchSize: 2,
    stepSize: 0.5,
    stepDecay: 0.6,
  };
}

/** samples is left alone: so many masks would be drawn. */
export function expectation(own: object) {
  return {
    x: dense(),
    y: y(),
    weights: y(),
    offset: y(),
    intercept: true,
    standardize: false,
    coefficients: Float64Array.of(1, 0, -1),
    mask: "hardConcrete",
    beta: 0.5,
    gamma: -0.1,
    zeta: 1.1,
    seed: 3,
    ...own,
  };
}

export const keys = Object.keys(request(dense(), "l1", []));
export const matrixKeys = Object.keys(sparse());
export const words = ["request", ...keys, "settle", "progress"];
export const places = [[0], ...keys.map((key) => [0, key]), ...matrixKeys.map((key) => [0, "x", key])];

/** Resolves with what the job settled to, and fails if it settles twice. */
export function settled(
  name:
    | "fit"
    | "expectation"
    | "predictNetwork"
    | DesignJob
    | `${"sampleMask" | "sampleKept" | MaskOperation}Async`,
  given: unknown[],
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const settle = (error: unknown, result: unknown) => {
      if (++count > 1) throw new Error("settled twice");
      if (error === null) resolve(result);
      else reject(error);
    };
    const [first, second, third] = given;
    const job = loose(name)(
      first,
      second === "settle" ? settle : second,
      third === "progress" ? () => {} : third,
    );
    // A function of another kind was taken for settle: nobody will hear of this job.
    if (second !== "settle") resolve(job);
  });
}

export function fits(
  name: string,
  x: () => object,
  penalty: string,
  parameters: number[] = [],
  solver = "reweighted",
): Call[] {
  return [
    {
      name: `fitSync ${name}`,
      arguments: () => [request(x(), penalty, parameters, solver)],
      places,
      words,
      invoke: (given) => loose("fitSync")(...given),
    },
    {
      name: `fit ${name}`,
      arguments: () => [request(x(), penalty, parameters, solver), "settle", "progress"],
      places: [...places, [1], [2]],
      words,
      invoke: (given) => settled("fit", given),
    },
  ];
}

export function expectations(name: string, own: object): Call {
  const made = Object.keys(expectation(own));
  return {
    name: `expectation ${name}`,
    arguments: () => [{ ...expectation(own), samples: 500 }, "settle", "progress"],
    places: [[0], ...made.map((key) => [0, key]), ...matrixKeys.map((key) => [0, "x", key]), [1], [2]],
    words: ["request", ...made, "samples", "lambda", "penalty", "settle", "progress"],
    invoke: (given) => settled("expectation", given),
  };
}

export type MaskOperation = "applyMask" | "maskedProduct" | "maskMoments";
export type DesignJob = "fitMany" | "crossValidate" | "prepareDesign" | "gramOfBlock" | "gramOfBoth";

/** A function of values, by the names of its arguments. */
export function plain(
  name: keyof typeof native,
  named: Record<string, () => unknown>,
  inner: (string | number)[][] = [],
): Call {
  const names = Object.keys(named);
  return {
    name,
    arguments: () => Object.values(named).map((make) => make()),
    places: [...names.map((_, i) => [i]), ...inner],
    words: [...names, "beta", "gamma", "zeta", "columns", "rows", "weight", "origin", "mean", "scatter"],
    invoke: (given) => loose(name)(...given),
  };
}
