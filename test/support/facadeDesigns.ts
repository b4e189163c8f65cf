// Valid calls about designs, Grams and many fits.
import { crossValidate, Design, fitMany, fitPath, fitSync, Gram, makeFolds, penalties } from "flipside";
import {
  dense,
  loose,
  matrixPlaces,
  optionPlaces,
  options,
  problem,
  problemPlaces,
  sparse,
  words,
  x,
  y,
} from "./facadeProblems.ts";
import type { Call } from "./mutations.ts";

const design = await Design.prepare({ data: x(), rows: 4, columns: 3 }, { standardize: false });
const gram = new Gram(3, { standardize: false });
await gram.accumulate({ data: x(), rows: 4, columns: 3 }, y());
const spec = () => {
  const { penalty, start, seed, starts, solver } = options({});
  const own = { penalty, start, seed, starts, solver, lambda: 0.1 };
  return { ...own, y: y(), offset: y(), convergence: { tolerance: 1e-6, maxIterations: 20 } };
};
const shared = () => ({ intercept: true, standardize: false, loss: "squared" });
const manyWords = [
  ...words,
  "fits",
  "design",
  "gram",
  "columns",
  "storage",
  "signal",
  "onProgress",
  "other",
  "json",
];
const cross = () => ({
  penalties: [penalties.l1(), penalties.mcp()],
  folds: 2,
  foldGroups: [1, 2, 2, 3],
  stratify: false,
  measure: "squaredError",
  keep: true,
});
const crossWords = [...manyWords, ...Object.keys(cross()), "fold", "the sum of weights"];
const specPlaces = [0, 1].flatMap((k) => [[1, k], ...Object.keys(spec()).map((key) => [1, k, key])]);
const sharedPlaces = [
  [2],
  ...["weights", ...Object.keys(shared()), "signal", "onProgress"].map((key) => [2, key]),
];

/** Designs and Grams; a Gram that was spoiled is no use to the next call, so each has its own. */
export const preparing: Call[] = [
  {
    name: "fitMany",
    arguments: () => [dense(), [spec(), { ...spec(), solver: "proximal" }], { ...shared(), weights: y() }],
    places: [
      ...matrixPlaces.map(([, ...path]) => path.map((key) => (key === "x" ? 0 : key))),
      [1],
      ...specPlaces,
      ...sharedPlaces,
    ],
    words: manyWords,
    invoke: (g) => loose(fitMany)(...g),
  },
  {
    name: "crossValidate",
    arguments: () => {
      const { penalty: _, ...own } = options({ lambdas: Float64Array.of(1, 0.1) });
      return [problem(sparse()), { ...own, ...cross() }];
    },
    places: [
      ...problemPlaces,
      ...optionPlaces,
      ...Object.keys(cross()).map((key) => [1, key]),
      [1, "penalties", 1],
    ],
    words: crossWords,
    invoke: (g) => loose(crossValidate)(...g),
  },
  {
    name: "makeFolds",
    arguments: () => [
      6,
      { folds: 3, seed: 2, strata: ["a", "b", "a", "b", "a", "b"], groups: [1, 2, 3, 4, 5, 5] },
    ],
    places: [[0], [1], ...["folds", "seed", "strata", "groups"].map((key) => [1, key])],
    words: [...crossWords, "rows", "strata", "groups"],
    invoke: (g) => loose(makeFolds)(...g),
  },
  {
    name: "fitMany of a design",
    arguments: () => [design, [spec(), spec()], shared()],
    places: [[0], [1], ...specPlaces, ...sharedPlaces],
    words: manyWords,
    invoke: (g) => loose(fitMany)(...g),
  },
  {
    name: "fitSync of a design",
    arguments: () => [{ x: design, y: y(), offset: y() }, options({ lambda: 0.1 })],
    places: [...problemPlaces, ...optionPlaces],
    words: manyWords,
    invoke: (g) => loose(fitSync)(...g),
  },
  {
    name: "fitPath of a gram",
    arguments: () => [gram, options({ lambdas: Float64Array.of(1, 0.1) })],
    places: [[0], ...optionPlaces],
    words: [...manyWords, "problem"],
    invoke: (g) => loose(fitPath)(...g),
  },
  {
    name: "Design.prepare",
    arguments: () => [sparse(), { ...shared(), weights: y(), storage: "float32" }],
    places: [
      ...["values", "rowIndices", "columnPointers", "rows", "columns"].map((key) => [0, key]),
      [0],
      [1],
      ...["weights", "storage", "signal", ...Object.keys(shared())].map((key) => [1, key]),
    ],
    words: manyWords,
    invoke: (g) => loose(Design.prepare)(...g),
  },
  {
    name: "new Gram",
    arguments: () => [3, { intercept: true, standardize: true }],
    places: [[0], [1], [1, "intercept"], [1, "standardize"]],
    words: manyWords,
    invoke: (g) => Reflect.construct(Gram, g),
  },
  {
    name: "accumulate",
    arguments: () => [dense(), y(), { weights: y() }],
    places: [
      [0],
      [0, "data"],
      [0, "rows"],
      [0, "columns"],
      [0, "order"],
      [1],
      [2],
      [2, "weights"],
      [2, "signal"],
    ],
    words: manyWords,
    invoke: (g) => {
      const own = new Gram(3);
      return loose(own.accumulate.bind(own))(...g);
    },
  },
  {
    name: "merge",
    arguments: () => [gram],
    places: [[0]],
    words: manyWords,
    invoke: (g) => {
      const own = new Gram(3);
      return loose(own.merge.bind(own))(...g);
    },
  },
  {
    name: "Gram.fromJSON",
    arguments: () => [gram.toJSON()],
    places: [[0], ...Object.keys(gram.toJSON()).map((key) => [0, key]), [0, "scatter", 0], [0, "mean", 1]],
    words: [...manyWords, "scatter"],
    invoke: (g) => loose(Gram.fromJSON)(...g),
  },
];
