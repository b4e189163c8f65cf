// The JSON of fits with several outputs.
import { Fit, fitPath, fitSync, Path, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure } from "../support/failures.ts";
import { ungrouped } from "../support/outputs.ts";

const x = [
  [1, 2],
  [2, 0.1],
  [3, 1],
  [4, 7],
  [5, 1],
  [6, 3],
];
const y = ["b", "a", "c", "a", "c", "c"];
const penalty = penalties.l1();
const fit = fitSync({ x, y }, { penalty, loss: "multinomial", lambda: 0.05 });
const tasks = fitSync(
  { x, y: x.map(([a, b]) => [a as number, (b as number) ** 2]) },
  { penalty, lambda: 0.05, ...ungrouped },
);

test.each([
  ["multinomial", fit],
  ["multiTask", tasks],
])("%s: an exact round trip through text", (_, one) => {
  const back = Fit.fromJSON(JSON.stringify(one));
  expect(back.toJSON()).toEqual(one.toJSON());
  expect([back.outputs, back.classes, back.intercepts]).toEqual([one.outputs, one.classes, one.intercepts]);
  expect(back.predict(x)).toEqual(one.predict(x));
  expect(one.toJSON().version).toBe(3);
});

test("classes are kept, and a path of them", async () => {
  expect(Fit.fromJSON(fit.toJSON()).classify(x)).toEqual(fit.classify(x));
  const path = await fitPath({ x, y }, { penalty, loss: "multinomial", lambdaCount: 4 });
  const back = Path.fromJSON(JSON.stringify(path));
  expect(back.coefficients).toEqual(path.coefficients);
  expect(back.fits[3]?.classes).toEqual(["a", "b", "c"]);
});

test("one output: the JSON that it was, with intercepts read from it", () => {
  const one = fitSync({ x, y: [1, 2, 3, 4, 5, 7] }, { penalty, lambda: 0.05 });
  const json = one.toJSON();
  expect([json.version, "outputs" in json, "intercepts" in json]).toEqual([1, false, false]);
  expect([...Fit.fromJSON(json).intercepts]).toEqual([one.intercept]);
});

describe("refuses", () => {
  const good = fit.toJSON();
  test.each([
    ["no outputs", { outputs: undefined }, "INVALID_ARGUMENT", "json.outputs must be"],
    ["one class", { outputs: 1 }, "OUT_OF_RANGE", "json.outputs must be"],
    ["more outputs than coefficients", { outputs: 4 }, "LENGTH_MISMATCH", "json.intercepts must be"],
    ["half an output", { outputs: 2.5 }, "OUT_OF_RANGE", "json.outputs must be"],
    ["no intercepts", { intercepts: undefined }, "INVALID_ARGUMENT", "json.intercepts must be"],
    [
      "an infinite intercept",
      { intercepts: [0, "Infinity", 0] },
      "OUT_OF_RANGE",
      "json.intercepts[1] must be",
    ],
    ["few classes", { classes: ["a", "b"] }, "LENGTH_MISMATCH", "json.classes must be"],
    ["no classes", { classes: undefined }, "INVALID_ARGUMENT", "json.classes must be"],
    ["a class that is no string", { classes: ["a", 2, "c"] }, "INVALID_ARGUMENT", "json.classes[1] must be"],
    ["the same class twice", { classes: ["a", "b", "a"] }, "INVALID_ARGUMENT", "json.classes must be"],
    ["outputs of logistic loss", { loss: "logistic" }, "OUT_OF_RANGE", "json.outputs must be"],
    ["few coefficients", { coefficients: [1, 2] }, "LENGTH_MISMATCH", "json.coefficients must be"],
  ] as const)("%s", (_, change, code, begins) => {
    expectFailure(() => Fit.fromJSON({ ...good, ...change }), code, begins);
  });
});
