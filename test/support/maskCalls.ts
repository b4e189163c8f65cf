// Valid calls of the functions of masks, for the fuzzer; see facadeCalls.ts.
import {
  applyMask,
  applyMaskAsync,
  maskMoments,
  maskMomentsAsync,
  penalties,
  sampleKept,
  sampleKeptAsync,
  sampleMask,
  sampleMaskAsync,
} from "flipside";
import type { Call } from "./mutations.ts";

// Callable with anything at all.
const loose = <T>(callable: T) => callable as unknown as (...given: unknown[]) => unknown;

const keys = [
  "kind",
  "keepProbability",
  "standardDeviation",
  "location",
  "penalty",
  "lambda",
  "weights",
].concat(
  [
    "scaled",
    "beta",
    "gamma",
    "zeta",
    "length",
    "seed",
    "stream",
    "offset",
    "structure",
    "format",
    "out",
    "x",
  ],
  ["signal", "onProgress"],
);
const words = ["options", "rows", "columns", ...keys];
const place = { seed: 3, stream: 2n ** 60n, offset: 5 };
const alpha = () => Float64Array.of(0.5, 0, 1, 0.25, 0.75, 0.1);
const matrix = () => ({ data: alpha(), rows: 2, columns: 3, order: "row-major" });
const structure = (own: object = { rows: 2, columns: 3 }) => ({ ...own, unit: { rows: 2, columns: 2 } });

const masks: Record<string, () => Record<string, unknown>> = {
  "keep probabilities": () => ({ keepProbability: alpha(), scaled: false, out: new Float32Array(6) }),
  bits: () => ({ keepProbability: 0.5, length: 12, format: "bits", out: new Uint8Array(2) }),
  gaussian: () => ({ kind: "gaussian", standardDeviation: alpha(), format: "float64" }),
  "hard concrete": () => ({ kind: "hardConcrete", location: alpha(), beta: 0.5, gamma: -0.1, zeta: 1.1 }),
  "a penalty": () => ({ penalty: penalties.mcp(), lambda: 0.3, weights: alpha(), out: new Float64Array(6) }),
  units: () => ({ penalty: penalties.l1(), lambda: 0.3, weights: matrix(), structure: structure({}) }),
  blocks: () => ({ keepProbability: Float32Array.of(0.2, 0.8), structure: structure() }),
};

/** Every option that is there, and what lies in it. */
function placesOf(options: Record<string, unknown>): (string | number)[][] {
  const inner = Object.entries(options).flatMap(([key, value]) => {
    const isPlain = Object.getPrototypeOf(value ?? {}) === Object.prototype && value !== undefined;
    return isPlain ? Object.keys(value as object).map((name) => [0, key, name]) : [];
  });
  return [[0], ...Object.keys(options).map((key) => [0, key]), ...inner];
}

function calls(
  here: unknown,
  background: unknown,
  name: string,
  options: () => Record<string, unknown>,
): Call[] {
  const given = () => ({ ...options(), ...place });
  const watched = () => ({ ...given(), signal: undefined, onProgress: () => {} });
  return [
    { name, arguments: () => [given()], places: placesOf(given()), words, invoke: (g) => loose(here)(...g) },
    {
      name: `${name} in the background`,
      arguments: () => [watched()],
      // A length or shape of 10^9 would be served.
      places: placesOf(watched()).filter((path) => path[1] !== "length" && path[1] !== "structure"),
      words,
      invoke: (g) => loose(background)(...g),
    },
  ];
}

/** The same mask without what sampleMask alone has. */
function bare(options: () => Record<string, unknown>): () => Record<string, unknown> {
  return () => {
    const { format: _format, out: _out, ...rest } = options();
    return rest;
  };
}

const products: Record<string, () => Record<string, unknown>> = {
  vector: () => ({ keepProbability: alpha(), weights: alpha(), out: new Float64Array(6) }),
  matrix: () => ({ penalty: penalties.l1(), lambda: 0.3, weights: matrix(), structure: structure({}) }),
  product: () => ({
    keepProbability: alpha(),
    weights: matrix(),
    x: { data: alpha(), rows: 3, columns: 2 },
    out: new Float64Array(4),
  }),
};

export const maskCalls: readonly Call[] = [
  ...Object.entries(masks).flatMap(([name, options]) => [
    ...calls(sampleMask, sampleMaskAsync, `sampleMask of ${name}`, options),
    ...(name === "gaussian"
      ? []
      : calls(sampleKept, sampleKeptAsync, `sampleKept of ${name}`, bare(options))),
    ...calls(maskMoments, maskMomentsAsync, `maskMoments of ${name}`, bare(options)),
  ]),
  ...Object.entries(products).flatMap(([name, options]) =>
    calls(applyMask, applyMaskAsync, `applyMask of a ${name}`, options),
  ),
];
