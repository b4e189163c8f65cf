// Training runs with every penalty that is a sum over the weights.
import type { NativeMethod, NativePenalty } from "../../binding.js";
import { curveOf, geometric, type NativeTable, tablePenalty } from "./curves.ts";
import { handleOf, native } from "./native.ts";
import { methodOf } from "./networkMethods.ts";
import { type Layers, lively, type Options, tableOf, trainingOf } from "./trainings.ts";

/** Every penalty of the catalogue that is a sum over the weights. */
export const named: readonly [name: string, ...parameters: number[]][] = [
  ["l1"],
  ["lp", 0.5],
  ["lp", 0.8],
  ["lp", 1.4],
  ["lp", 1.7],
  ["logSum", 0.1],
  ["logSumSquares", 0.2],
  ["mcp", 3],
  ["mcp", 0.8],
  ["scad", 3.7],
  ["standout"],
  ["elasticNet", 0.4],
  ["elasticNet", 0],
  ["variationalDropout"],
  ["variationalDropoutApprox"],
  ["hardConcrete", 2 / 3, -0.1, 1.1],
];

/** omega = log(w + 1) as a caller's curve. */
export const curve = (scaling: NativeTable["scaling"]) =>
  tablePenalty(
    curveOf({
      value: (w) => Math.log1p(w),
      slope: (w) => 1 / (w + 1),
      knots: geometric(1e-8, 1e8, 250),
      head: { limit: 1, coefficient: -1, exponent: 1 },
    }),
    { scaling },
  );

export interface Listed {
  readonly title: string;
  readonly penalty: NativePenalty;
}
export const penalties: readonly Listed[] = [
  ...named.map(([name, ...parameters]) => ({
    title: [name, ...parameters].join(" "),
    penalty: handleOf(name, ...parameters),
  })),
  ...[
    handleOf("logSum", 0.1),
    handleOf("scad", 3.7),
    handleOf("lp", 0.7),
    handleOf("hardConcrete", 0.5, -0.2, 1.05),
  ].map((inner, i) => ({
    title: `elastic net of another, ${i}`,
    penalty: native.createElasticNet(inner, 0.6),
  })),
  ...(["lambdaFree", "keepProbability", "maskFamily"] as const).map((scaling) => ({
    title: `a curve, ${scaling}`,
    penalty: curve(scaling),
  })),
];
export const table = tableOf({ rows: 9, inputs: 5, outputs: 3 }, "labels");
export const layers: Layers = [
  { outputs: 6, activation: "tanh" },
  { outputs: 3, activation: "identity" },
];
export const rows = Int32Array.from([0, 4, 8, 3, 7, 2, 6]);
export const lossScale = 3;

export const run = (method: NativeMethod, own: Partial<Options> = {}) =>
  trainingOf(table, { layers, lossScale, method, shuffle: false, start: lively, ...own });

export const at = (values: ArrayLike<number> | undefined, i: number) => values?.[i] as number;

/** One row of zeros: the gradient in the weights is that of the penalty alone. */
export const silent = {
  ...tableOf({ rows: 1, inputs: 703, outputs: 4 }, "targets"),
  x: new Float64Array(703),
};
export const silentRun = (method: NativeMethod, own: Partial<Options> = {}) =>
  trainingOf(silent, {
    layers: [{ outputs: 4, activation: "identity" }],
    method,
    start: { theta: -2, thetaDeviation: 3 },
    ...own,
  });

/** lambda / etaHat(|w|). */
export function variancesOf(penalty: NativePenalty, lambda: number, w: Float64Array): Float64Array {
  const out = new Float64Array(w.length);
  native.maskVariances(penalty, w, lambda, out);
  return out;
}

export interface Case {
  method: NativeMethod;
  penalty: NativePenalty;
  title: string;
}
export const cases = (name: string, own: Partial<NativeMethod> = {}): Case[] =>
  penalties.map((listed) => ({
    method: methodOf(name, { ...own, penalty: listed.penalty }),
    penalty: listed.penalty,
    title: `${name} ${own.mask ?? ""} ${listed.title}`,
  }));
