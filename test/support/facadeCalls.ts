// Valid calls of every public function, each with the places where the fuzzer may spoil it.
import {
  Fit,
  fit as fitAsync,
  fitPath,
  fitSync,
  Path,
  penalties,
  penaltyFromJSON,
  strategies,
  threads,
} from "flipside";
import { verifyExpectation } from "../../dist/expectation.js";
import { preparing } from "./facadeDesigns.ts";
import {
  accessor,
  dense,
  loose,
  options,
  places,
  problem,
  problemPlaces,
  rows,
  sparse,
  words,
  y,
} from "./facadeProblems.ts";
import { tableCalls } from "./facadeTables.ts";
import { maskCalls } from "./maskCalls.ts";
import type { Call } from "./mutations.ts";
import { networkCalls } from "./networkCalls.ts";
import { trainNetworkCalls } from "./trainNetworkCalls.ts";

const single = loose(fitSync)(problem(dense()), options({ lambda: 0.1 })) as Fit;
const pathJSON = {
  format: "flipside.path",
  version: 1,
  requested: 2,
  fits: [single.toJSON(), single.toJSON()],
};
const copy = <T>(value: T): T => structuredClone(value);
const fitKeys = Object.keys(single.toJSON());

/** Fits by the solvers that have options of their own, and by those that have none. */
const solvers: Record<string, object> = {
  proximal: { accelerated: false },
  dropout: { mask: "gaussian", batchSize: 2, stepSize: 0.5, stepDecay: 0.6 },
  etaTrick: {},
  direct: {},
};
const bySolver = Object.entries(solvers).map(([solver, own]): Call => {
  const names = Object.keys(own);
  return {
    name: `fitSync by ${solver}`,
    arguments: () => [
      problem(dense()),
      options({ lambda: 0.1, solver, ...(names.length > 0 && { [solver]: copy(own) }) }),
    ],
    places: [
      ...["solver", "loss", "seed", "proximal", "dropout", "start", "lambda", "penalty"].map((key) => [
        1,
        key,
      ]),
      ...names.map((key) => [1, solver, key]),
      [0, "y"],
      [0, "weights"],
    ],
    words: [...words, ...names],
    invoke: (g) => loose(fitSync)(...g),
  };
});

const fitting: Call[] = [
  ...bySolver,
  {
    name: "fit",
    arguments: () => [problem(dense()), options({ lambda: 0.1 })],
    places,
    words,
    invoke: (g) => loose(fitAsync)(...g),
  },
  {
    name: "fitSync",
    arguments: () => [problem(dense()), options({ lambda: 0.1 })],
    places,
    words,
    invoke: (g) => loose(fitSync)(...g),
  },
  {
    name: "fitPath",
    arguments: () => [problem(dense()), options({ lambdas: Float64Array.of(1, 0.1) })],
    places,
    words,
    invoke: (g) => loose(fitPath)(...g),
  },
  {
    name: "fitSync of rows",
    arguments: () => [problem(rows()), options({ lambda: 0.1 })],
    places: [
      [0, "x"],
      [0, "x", 0],
      [0, "x", 1],
      [0, "x", 3],
      [0, "x", 2, 1],
      [0, "x", "length"],
      [0, "y"],
    ],
    words,
    invoke: (g) => loose(fitSync)(...g),
  },
  {
    name: "fit of compressed columns",
    arguments: () => [problem(sparse()), options({ lambda: 0.1 })],
    places: ["values", "rowIndices", "columnPointers", "rows", "columns"].map((key) => [0, "x", key]),
    words,
    invoke: (g) => loose(fitAsync)(...g),
  },
  {
    // rows and columns are left alone: 10^9 of them would be asked for one by one.
    name: "fitSync of an accessor",
    arguments: () => [problem(accessor()), options({ lambda: 0.1 })],
    places: [
      [0, "x"],
      [0, "x", "get"],
      [0, "y"],
      [1, "penalty"],
      [1, "lambda"],
    ],
    words,
    invoke: (g) => loose(fitSync)(...g),
  },
];

const variations = {
  keepProbability: () => ({ keepProbability: Float64Array.of(0.5, 0, 1) }),
  variance: () => ({ variance: [0.5, Infinity, 0], mask: "hardConcrete", beta: 0.5, gamma: -0.1, zeta: 1.1 }),
  penalty: () => ({ penalty: penalties.mcp(), lambda: 0.1, mask: "gaussian" }),
};

/** samples is left alone: so many masks would be drawn. */
const verifying: Call[] = Object.entries(variations).map(([name, own]) => {
  const expecting = () => ({
    coefficients: Float64Array.of(1, 0, -1),
    confidence: 0.9,
    seed: 3,
    intercept: true,
    standardize: false,
    convergence: {},
    ...own(),
  });
  const keys = Object.keys(expecting());
  return {
    name: `verifyExpectation of a ${name}`,
    arguments: () => [problem(dense()), { ...expecting(), samples: 500 }],
    places: [
      ...problemPlaces,
      [1],
      ...keys.map((key) => [1, key]),
      [1, "convergence", "signal"],
      [1, "convergence", "onProgress"],
    ],
    words: [...words, ...keys, "keepProbability", "variance", "mask", "samples"],
    invoke: (g) => loose(verifyExpectation)(...g),
  };
});

const others: Call[] = [
  {
    name: "predict",
    arguments: () => [dense(), y()],
    places: [[0], [0, "data"], [0, "rows"], [0, "columns"], [0, "order"], [1]],
    words: ["x", "offset"],
    invoke: (g) => loose(single.predict.bind(single))(...g),
  },
  {
    name: "Fit.fromJSON",
    arguments: () => [copy(single.toJSON())],
    places: [
      [0],
      ...fitKeys.map((key) => [0, key]),
      [0, "history", "objective"],
      [0, "penalty", "name"],
      [0, "eta", 0],
    ],
    words: ["json"],
    invoke: (g) => loose(Fit.fromJSON)(...g),
  },
  {
    name: "Path.fromJSON",
    arguments: () => [copy(pathJSON)],
    places: [
      [0],
      [0, "format"],
      [0, "version"],
      [0, "requested"],
      [0, "fits"],
      [0, "fits", 1],
      [0, "fits", 0, "columns"],
    ],
    words: ["json"],
    invoke: (g) => loose(Path.fromJSON)(...g),
  },
  {
    name: "penaltyFromJSON",
    arguments: () => [{ format: "flipside.penalty", version: 1, name: "lp", parameters: { p: 0.5 } }],
    places: [[0], [0, "format"], [0, "version"], [0, "name"], [0, "parameters"], [0, "parameters", "p"]],
    words: ["penalty", "lp", "p"],
    invoke: (g) => loose(penaltyFromJSON)(...g),
  },
  {
    name: "setThreads",
    arguments: () => [2],
    places: [[0]],
    words: ["count"],
    invoke: (g) => loose(threads.setThreads)(...g),
  },
];

function maker(group: "penalties" | "strategies", name: string, given: Record<string, unknown>): Call {
  const make = ({ penalties, strategies } as unknown as Record<string, Record<string, unknown>>)[group]?.[
    name
  ];
  return {
    name: `${group}.${name}`,
    arguments: () => [{ ...given }],
    places: [[0], ...Object.keys(given).map((key) => [0, key])],
    words: [name, ...Object.keys(given), "design"],
    invoke: (g) => loose(make)(...g),
  };
}

const makers: Call[] = [
  maker("penalties", "l1", {}),
  maker("penalties", "lp", { p: 0.5 }),
  maker("penalties", "logSum", { epsilon: 1 }),
  maker("penalties", "logSumSquares", { epsilon: 1 }),
  maker("penalties", "mcp", { a: 3 }),
  maker("penalties", "scad", { a: 3.7 }),
  maker("strategies", "standout", {}),
  maker("strategies", "variationalDropout", {}),
  maker("strategies", "variationalDropoutApprox", {}),
  maker("strategies", "hardConcrete", { beta: 0.5, gamma: -0.1, zeta: 1.1 }),
  maker("strategies", "hardThreshold", { k: 2 }),
  maker("strategies", "ard", {
    tau: 1,
    design: [
      [1, 2],
      [3, 4],
    ],
  }),
];

function method(name: "omega" | "dual" | "etaHat" | "keepProbability"): Call {
  const penalty = strategies.variationalDropout();
  const vector = name === "dual" ? "eta" : "w";
  return {
    name,
    arguments: () => [Float64Array.of(0.5, 1, 2), 0.5],
    places: [[0], [0], [0], [1]],
    words: [vector, "lambda"],
    invoke: (g) => loose(penalty[name].bind(penalty))(...g),
  };
}

const prox: Call = {
  name: "prox",
  arguments: () => [Float64Array.of(-0.5, 1, 2), { lambda: 0.5, curvature: 2 }],
  places: [[0], [0], [1], [1, "lambda"], [1, "curvature"]],
  words: ["z", "options", "lambda", "curvature"],
  invoke: (g) => {
    const penalty = strategies.variationalDropout();
    return loose(penalty.prox.bind(penalty))(...g);
  },
};

export const facadeCalls: readonly Call[] = [
  ...fitting,
  ...fitting,
  ...preparing,
  ...verifying,
  ...maskCalls,
  ...tableCalls,
  ...networkCalls,
  ...trainNetworkCalls,
  ...others,
  ...makers,
  ...(["omega", "dual", "etaHat", "keepProbability"] as const).map(method),
  prox,
];
