// Valid calls about names, missing values, tables and cards, for the fuzzer.
import { Encoder, encodeColumns, type Fit, fitSync, penalties } from "flipside";
import { loose } from "./facadeProblems.ts";
import type { Call } from "./mutations.ts";

const rows = () => [
  [1, 2, 0],
  [4, null, 2],
  [3, 3, 1],
  [0, 5, Number.NaN],
];
const names = () => ["age", "bmi", "bp"];
const problem = () => ({ x: rows(), y: [1, 2, 3, 5], featureNames: names() });
const options = () => ({ penalty: penalties.l1(), lambda: 0.1, missing: "mean" });
const fit = loose(fitSync)(problem(), options()) as Fit;
const table = () => [
  { age: 31, colour: "red", smoker: true },
  { age: null, colour: "blue", smoker: false },
];
const tableOptions = () => ({
  dummy: "treatment",
  levels: { colour: ["red", "blue"] },
  factors: ["smoker"],
  numeric: ["age"],
  drop: [],
  unknown: "zero",
  missing: "level",
});
const tableWords = ["table", "row", "column", "columns", "options", ...Object.keys(tableOptions())];
const { encoder } = encodeColumns(table());

export const tableCalls: Call[] = [
  {
    name: "fitSync of missing values with names",
    arguments: () => [problem(), options()],
    places: [
      [0],
      [0, "x"],
      [0, "x", 1],
      [0, "x", 1, 1],
      [0, "featureNames"],
      [0, "featureNames", 1],
      [1, "missing"],
    ],
    words: ["problem", "options", "x", "y", "featureNames", "missing", "weights", "lambda"],
    invoke: (g) => loose(fitSync)(...g),
  },
  {
    name: "predict by names",
    arguments: () => [
      [
        { age: 1, bmi: null, bp: 2 },
        { age: 1, bmi: 2, bp: 3 },
      ],
    ],
    places: [[0], [0, 0], [0, 1], [0, 1, "age"], [0, 0, "bmi"]],
    words: ["x"],
    invoke: (g) => loose(fit.predict.bind(fit))(...g),
  },
  {
    name: "card",
    arguments: () => [{ title: "a", notes: "b", date: new Date(0), problem: problem() }],
    places: [[0], [0, "title"], [0, "notes"], [0, "date"], [0, "problem"], [0, "problem", "x"]],
    words: ["options", "title", "notes", "date", "problem", "x"],
    invoke: (g) => loose(fit.card.bind(fit))(...g),
  },
  {
    name: "namedCoefficients",
    arguments: () => [{ all: true, output: 0 }],
    places: [[0], [0, "all"], [0, "output"]],
    words: ["options", "all", "output"],
    invoke: (g) => loose(fit.namedCoefficients.bind(fit))(...g),
  },
  {
    name: "encodeColumns",
    arguments: () => [table(), tableOptions()],
    places: [
      ...[[0], [0, 0], [0, 1], [0, 1, "age"], [0, 1, "colour"], [1]],
      ...Object.keys(tableOptions()).map((key) => [1, key]),
      ...[
        [1, "levels", "colour"],
        [1, "levels", "colour", 0],
        [1, "factors", 0],
      ],
    ],
    words: tableWords,
    invoke: (g) => loose(encodeColumns)(...g),
  },
  {
    name: "encodeColumns of columns",
    arguments: () => [{ a: Float64Array.of(1, 2), b: ["x", "y"] }, { target: "a" }],
    places: [[0], [0, "a"], [0, "b"], [0, "b", 1], [1], [1, "target"]],
    words: [...tableWords, "target"],
    invoke: (g) => loose(encodeColumns)(...g),
  },
  {
    name: "Encoder.transform",
    arguments: () => [table()],
    places: [[0], [0, 0], [0, 1], [0, 1, "age"], [0, 1, "colour"]],
    words: tableWords,
    invoke: (g) => loose(encoder.transform.bind(encoder))(...g),
  },
  {
    name: "Encoder.fromJSON",
    arguments: () => [structuredClone(encoder.toJSON())],
    places: [
      ...[[0], [0, "dummy"], [0, "unknown"], [0, "target"], [0, "columns"], [0, "columns", 0]],
      ...[
        [0, "columns", 1, "levels"],
        [0, "columns", 1, "levels", 0],
        [0, "columns", 1, "name"],
      ],
    ],
    words: ["json", "columns"],
    invoke: (g) => loose(Encoder.fromJSON)(...g),
  },
];
