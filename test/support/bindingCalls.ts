// Valid calls of every function of the raw addon, each with the places where the fuzzer may spoil it.
import { designCalls } from "./bindingDesigns.ts";
import {
  dense,
  expectations,
  fits,
  loose,
  type MaskOperation,
  matrixKeys,
  plain,
  settled,
  sparse,
} from "./bindingRequests.ts";
import { operationCalls } from "./designCalls.ts";
import { lossCalls } from "./lossCall.ts";
import { maskNumbers } from "./maskOperations.ts";
import { header } from "./maskRequests.ts";
import type { Call } from "./mutations.ts";
import { handleOf, type NativePenalty, native } from "./native.ts";
import { networkCalls } from "./networkCalls.ts";
import { outputCalls } from "./outputCalls.ts";
import { predictorCalls } from "./predictorCalls.ts";

/** Headers of masks are spoiled number by number too, but for the count: so many draws would be listed. */
const headerPlaces = (...path: (string | number)[]) =>
  Array.from({ length: 19 }, (_, i) => [...path, i]).filter((place) => place.at(-1) !== 2);
const maskWords = [
  "kind",
  "format",
  "count",
  "seed",
  "stream",
  "offset",
  "rows",
  "columns",
  "unitRows",
  "before",
].concat(
  ["unitColumns", "keepProbability", "standardDeviation", "location", "weights", "lambda", "penalty"],
  ["request", "numbers", "out", "parameter", "settle", "progress", "beta", "gamma", "zeta"],
);

interface MaskCase {
  readonly numbers: () => Float64Array;
  readonly out: () => object;
  readonly parameter?: () => object;
  readonly penalty?: () => object;
}

function masks(name: string, { numbers, out, parameter, penalty }: MaskCase): Call[] {
  const request = () => ({ numbers: numbers(), out: out(), parameter: parameter?.(), penalty: penalty?.() });
  const places = [[0], ...Object.keys(request()).map((key) => [0, key]), ...headerPlaces(0, "numbers")];
  const words = maskWords;
  return [
    {
      name: `sampleMask ${name}`,
      arguments: () => [numbers(), out(), parameter?.() ?? null, penalty?.() ?? null],
      places: [[0], [1], [2], [3], ...headerPlaces(0)],
      words,
      invoke: (given) => loose("sampleMask")(...given),
    },
    {
      name: `sampleKept ${name}`,
      arguments: () => [request()],
      places,
      words,
      invoke: (given) => loose("sampleKept")(...given),
    },
    ...(["sampleMaskAsync", "sampleKeptAsync"] as const).map((asynchronous) => ({
      name: `${asynchronous} ${name}`,
      arguments: () => [request(), "settle", "progress"],
      places: [...places, [1], [2]],
      words,
      invoke: (given: unknown[]) => settled(asynchronous, given),
    })),
  ];
}

function maskOperation(name: MaskOperation, request: () => { numbers: Float64Array }): Call[] {
  const places = [[0], ...Object.keys(request()).map((key) => [0, key]), ...headerPlaces(0, "numbers")];
  const words = [...maskWords, "x", "mean", "variance"];
  return [
    { name, arguments: () => [request()], places, words, invoke: (given) => loose(name)(...given) },
    {
      name: `${name}Async`,
      arguments: () => [request(), "settle", "progress"],
      places: [...places, [1], [2]],
      words,
      invoke: (given) => settled(`${name}Async`, given),
    },
  ];
}

const curve = () => ({
  atZero: 0,
  knots: Float64Array.of(0.5, 1, 3),
  values: Float64Array.of(0.5, 1),
  coefficients: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, 0, 0),
  head: { limit: 1, coefficient: 0, exponent: 1 },
  tailDecay: 1,
});
const table = () => ({
  scaling: "lambdaFree",
  omega: curve(),
  dual: curve() as object | undefined,
  convex: false,
  monotone: true,
});
const curveKeys = Object.keys(curve());
const headKeys = Object.keys(curve().head);
const tablePlaces = [
  ...Object.keys(table()).map((key) => [0, key]),
  ...["omega", "dual"].flatMap((which) => [
    ...curveKeys.map((key) => [0, which, key]),
    ...headKeys.map((key) => [0, which, "head", key]),
  ]),
];

/** What any table that is accepted gives must be a number, or the process must live at least. */
function tabled(given: unknown[]): unknown {
  const handle = loose("createTablePenalty")(...given) as NativePenalty;
  for (const x of [0, 5e-324, 0.5, 0.75, 1, 2, 3, 1e300]) {
    for (const at of ["omegaAt", "dualAt", "etaHatAt", "slopeAt", "dualSlopeAt"] as const)
      native[at](handle, x, 0.5);
    native.proxAt(handle, x, 0.5, 0.5);
  }
  native.proxThreshold(handle, 2, native.concavity(handle, 1) > 1 ? 1 : 2);
  return native.dualAt(handle, Infinity, 1);
}

/** Its output is its parameter. */
function inPlace(): MaskCase {
  let memory = new Float32Array(40);
  return {
    numbers: () => header({ kind: "gaussian", count: 40 }),
    out: () => {
      memory = new Float32Array(40).fill(0.5);
      return memory;
    },
    parameter: () => memory,
  };
}

const penalty = () => handleOf("scad", 3.7);
const vector = () => Float64Array.of(0.5, 1, 2);
const lambda = () => 0.5;
const design = () => ({ ...dense(), layout: "columnMajor" });
const designPlaces = matrixKeys.slice(0, 4).map((key) => [3, key]);

const tile = () => ({
  rows: 3,
  depth: 4,
  columns: 5,
  a: new Float32Array(12).fill(0.5),
  aRowStride: 1,
  aColumnStride: 3,
  b: new Float32Array(20).fill(2),
  bStride: 5,
  c: new Float32Array(18),
  cStride: 6,
  accumulate: true,
});

export const bindingCalls: readonly Call[] = [
  ...operationCalls({ dense, sparse, single: () => ({ ...dense(), data: Float32Array.from(dense().data) }) }),
  ...designCalls,
  ...networkCalls,
  ...fits("dense", dense, "mcp", [3]),
  ...fits("by proximal", dense, "mcp", [3], "proximal"),
  ...fits("by workingSet", sparse, "logSum", [0.1], "workingSet"),
  ...fits("by dropout", dense, "logSum", [0.1], "dropout"),
  ...fits("by etaTrick", sparse, "scad", [3.7], "etaTrick"),
  ...fits("by direct", dense, "lp", [0.5], "direct"),
  ...fits("compressed", sparse, "logSum", [0.1]),
  ...fits("with ard", dense, "ard", [0]),
  expectations("of variances", { variances: Float64Array.of(0.5, Infinity, 2) }),
  expectations("of a penalty", { penalty: handleOf("scad", 3.7), lambda: 0.5 }),
  ...masks("with one alpha", {
    numbers: () => header({ count: 50 }),
    out: () => new Float32Array(50),
  }),
  ...masks("in place", inPlace()),
  ...masks("of a penalty and a structure", {
    numbers: () =>
      header({
        kind: "hardConcrete",
        count: 6,
        packed: true,
        lambda: 0.5,
        structure: { rows: 4, columns: 5, unitRows: 2, unitColumns: 2 },
      }),
    out: () => new Uint8Array(3),
    parameter: () => Float64Array.from({ length: 20 }, (_, i) => i / 10 - 1),
    penalty: () => handleOf("mcp", 3),
  }),
  ...maskOperation("applyMask", () => ({
    numbers: header({
      count: 3,
      lambda: 0.5,
      structure: { rows: 5, columns: 6, unitRows: 2, unitColumns: 6 },
    }),
    weights: Float32Array.from({ length: 30 }, (_, i) => i - 9),
    out: new Float32Array(30),
    penalty: handleOf("l1"),
  })),
  ...[1, 3].flatMap((width) =>
    maskOperation("maskedProduct", () => ({
      numbers: maskNumbers({ count: 30, rows: 5, columns: 6, width }),
      parameter: new Float64Array(30).fill(0.5),
      weights: Float64Array.from({ length: 30 }, (_, i) => i - 9),
      x: new Float64Array(6 * width).fill(2),
      out: new Float64Array(5 * width),
    })).map((call) => ({ ...call, name: `${call.name} by ${width} columns` })),
  ),
  ...maskOperation("maskMoments", () => ({
    numbers: header({ kind: "hardConcrete", count: 20 }),
    parameter: new Float32Array(20).fill(0.5),
    mean: new Float64Array(20),
    variance: new Float64Array(20),
  })),
  plain("philox", {
    seed: () => 3n,
    stream: () => 4n,
    block: () => 5n,
    out: () => new Uint32Array(7),
  }),
  plain("memory", {
    operation: () => "copy",
    array: () => new Uint32Array(5),
    from: () => new Uint32Array(5),
  }),
  {
    ...plain(
      "tileProduct",
      { request: tile },
      Object.keys(tile()).map((key) => [0, key]),
    ),
    words: ["request", ...Object.keys(tile())],
  },
  plain(
    "gram",
    { x: sparse },
    matrixKeys.map((key) => [0, key]),
  ),
  plain("ridge", {
    gram: () => Float64Array.of(2, 0, 0, 2),
    weights: () => Float64Array.of(1, 1),
    correlation: () => Float64Array.of(1, 2),
  }),
  plain("createPenalty", { name: () => "hardConcrete", parameters: () => Float64Array.of(0.5, -0.1, 1.1) }),
  plain("omega", { penalty, w: vector, lambda }),
  plain("dual", { penalty, eta: vector, lambda }),
  plain("etaHat", { penalty, w: vector, lambda }),
  plain("slope", { penalty, w: vector, lambda }),
  plain("keepProbabilities", { penalty, w: vector, lambda, out: () => new Float64Array(3) }),
  plain("maskVariances", {
    penalty: () => handleOf("hardConcrete", 0.5, -0.1, 1.1),
    w: vector,
    lambda,
    out: () => new Float64Array(3),
    tabulated: () => true,
  }),
  plain("omega", { penalty: () => handleOf("ard", 1), w: vector, lambda, design }, designPlaces),
  plain("omegaAt", { penalty, w: () => 2, lambda }),
  plain("dualAt", { penalty, eta: () => 2, lambda }),
  plain("etaHatAt", { penalty, w: () => 2, lambda }),
  plain("slopeAt", { penalty, w: () => 2, lambda }),
  plain("dualSlopeAt", { penalty, eta: () => 2, lambda }),
  plain("proxAt", { penalty, z: () => 2, h: () => 0.5, lambda }),
  plain("proxThreshold", { penalty, h: () => 0.5, lambda }),
  plain("concavity", { penalty, lambda }),
  ...lossCalls,
  ...outputCalls,
  ...predictorCalls,
  { ...plain("createTablePenalty", { table }, tablePlaces), invoke: tabled },
  {
    ...plain(
      "createTablePenalty",
      { table: () => ({ ...table(), dual: undefined, monotone: false }) },
      tablePlaces,
    ),
    name: "createTablePenalty without a dual",
    invoke: tabled,
  },
  plain("isSeparable", { penalty }),
  plain("isConvex", { penalty }),
  plain("needsDesign", { penalty }),
  plain("setThreads", { count: () => 2 }),
  plain("cancel", { job: () => 1 }),
];
