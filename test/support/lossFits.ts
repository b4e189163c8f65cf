// Fits of a smooth loss through the raw addon, judged by the checker; responses for each loss made from those of a
// regression; and a loss at fitted values.
import fc from "fast-check";
import { expect } from "vitest";
import { examine, type Setting } from "../optimality.ts";
import { handleOf, type Layout, native, nativeMatrix, requestOf } from "./native.ts";
import { type Data, makeProblem, type ProblemSpec, problemSpecs } from "./problems.ts";
import { check } from "./property.ts";
import { Random } from "./random.ts";

export type SmoothLoss = "poisson" | "huber" | "cox";

export interface Choice {
  readonly name: string;
  readonly parameters: Record<string, number>;
}

export const l1: Choice = { name: "l1", parameters: {} };
export const sparsePenalties: readonly Choice[] = [
  l1,
  { name: "mcp", parameters: { a: 3 } },
  { name: "scad", parameters: { a: 3.7 } },
  { name: "logSum", parameters: { epsilon: 0.1 } },
  { name: "lp", parameters: { p: 0.5 } },
  { name: "variationalDropout", parameters: {} },
];

export interface Options {
  readonly penalty?: Choice;
  readonly lambda: number;
  readonly loss: SmoothLoss;
  readonly parameters?: readonly number[];
  readonly intercept?: boolean;
  readonly standardize?: boolean;
  readonly solver?: string;
  readonly layout?: Layout;
  readonly single?: boolean;
  readonly maxIterations?: number;
}

export function fitOf(data: Data, options: Options) {
  const { penalty = l1, lambda, loss, parameters, intercept = true, standardize = true } = options;
  const request = requestOf(data, handleOf(penalty.name, ...Object.values(penalty.parameters)), [lambda]);
  const [fit] = native.fitSync({
    ...request,
    x: nativeMatrix(data, options.layout ?? "columnMajor", options.single ?? false),
    loss,
    lossParameters: parameters && Float64Array.from(parameters),
    solver: options.solver ?? "workingSet",
    intercept,
    standardize,
    maxIterations: options.maxIterations ?? 2000,
  });
  if (fit === undefined) throw new Error("no fit");
  const setting: Setting = {
    penalty,
    lambda,
    intercept,
    standardize,
    loss,
    ...(parameters && { lossParameters: parameters }),
  };
  return { fit, verdict: examine(data, setting, fit) };
}

/** Counts, or the same with gross errors, or censored times on a coarse grid of a regression's response. */
export function responseFor(loss: SmoothLoss, data: Data, seed = 1): Data {
  const random = new Random(seed);
  const { rows } = data;
  if (loss === "poisson") {
    const y = data.y.map((value) => Math.floor(2 * random.uniform() * Math.exp(Math.min(4, 0.5 * value))));
    return { ...data, y, offset: data.offset?.map((value) => 0.5 * value) };
  }
  if (loss === "huber") {
    return { ...data, y: data.y.map((value) => value + (random.uniform() < 0.2 ? 30 * random.normal() : 0)) };
  }
  const y = new Float64Array(2 * rows);
  for (let i = 0; i < rows; ++i) {
    y[i] = Math.ceil(8 * random.uniform() * Math.exp(-0.5 * (data.y[i] as number)));
    y[rows + i] = i === 0 || random.uniform() < 0.6 ? 1 : 0;
  }
  return { ...data, y };
}

/** The numbers of a matrix as single precision has them, most of them 0. */
export function thinned(data: Data, density: number, seed: number): Data {
  const random = new Random(seed);
  return { ...data, x: data.x.map((value) => (random.uniform() < density ? Math.fround(value) : 0)) };
}

const layouts: fc.Arbitrary<[Layout, boolean]> = fc.constantFrom(
  ["columnMajor", false],
  ["compressedColumns", false],
  ["columnMajor", true],
  ["compressedColumns", true],
);

/** Random problems, storages and options; `limit` bounds columns that would let the loss go anywhere. */
export function examineRandomFits(
  loss: SmoothLoss,
  penalty: Choice,
  own: {
    parameters: fc.Arbitrary<readonly number[]>;
    solver?: string;
    lambdas?: readonly number[];
    runs?: number;
  },
): void {
  check(
    own.runs ?? 40,
    fc.property(
      problemSpecs(50).map((spec): ProblemSpec => ({ ...spec, rows: spec.rows + 1 })),
      fc.constantFrom(...(own.lambdas ?? [1, 0.2, 0.05, 0.01])),
      fc.boolean(),
      fc.boolean(),
      layouts,
      own.parameters,
      (spec, lambda, intercept, standardize, [layout, single], parameters) => {
        const made = responseFor(loss, makeProblem(spec), spec.seed);
        const data = single ? { ...made, x: made.x.map(Math.fround) } : made;
        const { fit, verdict } = fitOf(data, {
          penalty,
          lambda,
          loss,
          parameters,
          intercept,
          standardize,
          layout,
          single,
          ...(own.solver !== undefined && { solver: own.solver, maxIterations: 100_000 }),
        });
        expect(fit.reason).toBe("tolerance");
        // Columns far from 0 leave the rounding of their own size in the checker's sums.
        const scale = Math.max(1, ...data.y.subarray(0, data.rows).map(Math.abs));
        const size = (loss === "cox" ? 1 : scale) * (1 + Math.max(...verdict.curvature.map(Math.sqrt)));
        expect(verdict.stationarity).toBeLessThanOrEqual(1e-7 * lambda + 1e-11 * size);
        expect(verdict.interceptError).toBeLessThanOrEqual(1e-9 * scale);
        expect(Math.abs(fit.objective - verdict.objective)).toBeLessThanOrEqual(
          1e-9 * (scale + Math.abs(verdict.objective)),
        );
      },
    ),
  );
}

export interface Given {
  readonly loss: SmoothLoss;
  readonly fitted: Float64Array;
  readonly y: Float64Array;
  readonly weights?: Float64Array | undefined;
  readonly offset?: Float64Array | undefined;
  readonly parameters?: Float64Array | undefined;
  readonly direction?: Float64Array | undefined;
  readonly intercept?: boolean;
  readonly share?: number;
}

export function lossAt(given: Given) {
  const out = native.lossAt({ share: 1, intercept: true, ...given });
  const n = given.fitted.length;
  const [value, intercept, dual] = out as unknown as [number, number, number];
  return {
    value,
    intercept,
    dual,
    residual: out.subarray(3, 3 + n),
    curvature: out.subarray(3 + n, 3 + 2 * n),
    image: out.subarray(3 + 2 * n),
  };
}

/** With mean 1, every fifth 0. */
export function someWeights(rows: number, random: Random): Float64Array {
  const raw = Float64Array.from({ length: rows }, (_, i) => (i % 5 === 3 ? 0 : 0.2 + random.uniform()));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => (w * rows) / total);
}

/** Gradient and Hessian along random ways by central differences of several lengths: the best of them. */
export function expectDerivatives(given: Given, random: Random): void {
  const rows = given.fitted.length;
  for (let attempt = 0; attempt < 3; ++attempt) {
    const direction = random.normals(rows);
    const at = lossAt({ ...given, direction });
    const move = (t: number) =>
      lossAt({ ...given, fitted: given.fitted.map((z, i) => z + t * (direction[i] as number)) });
    const dot = (values: Float64Array) =>
      values.reduce((sum, r, i) => sum + r * (direction[i] as number), 0) / rows;
    const errors = [1e-3, 1e-4, 1e-5, 1e-6].map((step) => {
      const [ahead, behind] = [move(step), move(-step)];
      const slope = (ahead.value - behind.value) / (2 * step);
      const images = at.image.map((value, i) => {
        const bend = -((ahead.residual[i] as number) - (behind.residual[i] as number)) / (2 * step);
        return Math.abs(bend - value);
      });
      return { slope: Math.abs(slope + dot(at.residual)), image: Math.max(...images) };
    });
    const size = 1 + Math.max(...at.residual.map(Math.abs), ...at.image.map(Math.abs));
    expect(Math.min(...errors.map(({ slope }) => slope))).toBeLessThan(1e-8 * size);
    expect(Math.min(...errors.map(({ image }) => image))).toBeLessThan(1e-6 * size);
    // The diagonal is at least the Hessian.
    const above = at.curvature.reduce((sum, v, i) => sum + v * (direction[i] as number) ** 2, 0) / rows;
    expect(dot(at.image)).toBeLessThanOrEqual(above * (1 + 1e-12));
  }
}
