// The options of `flipside fit` reach the library, and bad ones get one line and the right exit code.
import { catalogue, Fit, fitSync, type Problem, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { Workplace } from "../../support/cli.ts";

const place = new Workplace();
const rows = [
  [1, 2, 0.5, 1, 3],
  [4, -1, 0.25, 2, 1],
  [3, 3, -1, 1, 5],
  [0, 5, 2, 3, 2],
  [2, 0, 1, 1, 4],
  [5, 1, 0, 2, 2],
];
place.write("small.csv", `a,b,offset,weight,y\n${rows.map((row) => row.join()).join("\n")}\n`);
place.write("tabs.csv", `a\tb\ty\n${rows.map(([a, b, , , y]) => [a, b, y].join("\t")).join("\n")}\n`);

const column = (j: number) => rows.map((row) => row[j] as number);
const problem: Problem = { x: rows.map((row) => row.slice(0, 2)), y: column(4) };

async function fitOf(args: string[]): Promise<{ fit: Fit; features: string[] }> {
  const { code, out, err } = await place.run(["fit", ...args, "--json"]);
  // That a lambda is too large for a penalty is not what these tests are about.
  const errors = err.replace(/^flipside: warning LAMBDA_ABOVE_MAX: .*\n/gm, "");
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  const model = JSON.parse(out);
  return { fit: Fit.fromJSON(model.fit), features: model.features };
}

function expectSame(fit: Fit, wanted: Fit): void {
  fit.coefficients.forEach((value, j) => {
    expect(value).toBeCloseTo(wanted.coefficients[j] as number, 7);
  });
  expect(fit.intercept).toBeCloseTo(wanted.intercept, 7);
  expect(fit.penalty.toJSON()).toEqual(wanted.penalty.toJSON());
}

const base = ["small.csv", "-t", "y", "-l", "0.1"];
const plain = [...base, "--exclude", "offset,weight"];
const l1 = penalties.l1();

describe("options", () => {
  test("columns by name and number", async () => {
    const { fit, features } = await fitOf([...plain, "-p", "l1"]);
    expect(features).toEqual(["a", "b"]);
    expectSame(fit, fitSync(problem, { penalty: l1, lambda: 0.1 }));
    const numbered = await fitOf([
      "small.csv",
      "-t",
      "5",
      "-l",
      "0.1",
      "-p",
      "l1",
      "--exclude",
      "3",
      "--exclude",
      "4",
    ]);
    expect(numbered.features).toEqual(["a", "b"]);
    expectSame(numbered.fit, fit);
  });

  test("weights and offset", async () => {
    const { fit } = await fitOf([...base, "-p", "l1", "--weights", "weight", "--offset", "offset"]);
    const given = { ...problem, weights: column(3), offset: column(2) };
    expectSame(fit, fitSync(given, { penalty: l1, lambda: 0.1 }));
  });

  test("no intercept, no standardisation", async () => {
    const { fit } = await fitOf([...plain, "-p", "l1", "--no-intercept", "--no-standardize"]);
    expectSame(fit, fitSync(problem, { penalty: l1, lambda: 0.1, intercept: false, standardize: false }));
  });

  test("parameters of penalties", async () => {
    const mask = await fitOf([
      ...plain,
      "-p",
      "hardConcrete",
      "--beta",
      "0.5",
      "--gamma",
      "-0.2",
      "--zeta",
      "1.3",
    ]);
    const penalty = strategies.hardConcrete({ beta: 0.5, gamma: -0.2, zeta: 1.3 });
    expectSame(mask.fit, fitSync(problem, { penalty, lambda: 0.1 }));
    const power = await fitOf([...plain, "-p", "lp", "--p", "0.5"]);
    expectSame(power.fit, fitSync(problem, { penalty: penalties.lp({ p: 0.5 }), lambda: 0.1 }));
  });

  test("convergence", async () => {
    const { fit } = await fitOf([...plain, "-p", "l1", "--tolerance", "1e-3", "--max-iterations", "1"]);
    expect(fit.iterations).toBeLessThanOrEqual(1);
  });

  test("tabs", async () => {
    const { fit } = await fitOf(["tabs.csv", "-t", "y", "-l", "0.1", "-p", "l1", "--delimiter", "tab"]);
    expectSame(fit, fitSync(problem, { penalty: l1, lambda: 0.1 }));
  });

  test.each(catalogue.map(({ name }) => [name]))("the penalty %s", async (name) => {
    const needed: Record<string, string[]> = {
      lp: ["--p", "0.5"],
      logSum: ["--epsilon", "1"],
      logSumSquares: ["--epsilon", "1"],
      hardThreshold: ["--k", "1"],
      elasticNet: ["--alpha", "0.5"],
    };
    const { fit } = await fitOf([...plain, "-p", name, ...(needed[name] ?? [])]);
    expect([fit.penalty.name, fit.converged]).toEqual([name, true]);
  });
});

describe("mistakes on the command line have exit code 2 and one line", () => {
  test.each([
    ["no target", ["small.csv", "-p", "l1", "-l", "1"], /--target/],
    ["no penalty", ["small.csv", "-t", "y", "-l", "1"], /--penalty/],
    ["no lambda", ["small.csv", "-t", "y", "-p", "l1"], /--lambda .*--path/],
    ["another penalty", ["small.csv", "-t", "y", "-p", "L1", "-l", "1"], /l1/],
    [
      "a column that is not there",
      ["small.csv", "-t", "Y", "-p", "l1", "-l", "1"],
      /no column "Y" \(did you mean "y"\?\)/,
    ],
    ["a parameter out of range", [...plain, "-p", "lp", "--p", "2"], /p must be/],
    ["a parameter that is missing", [...plain, "-p", "lp"], /p/],
    ["a parameter of another penalty", [...plain, "-p", "l1", "--epsilon", "1"], /epsilon/],
    ["a negative lambda", ["small.csv", "-t", "y", "-p", "l1", "-l", "-1"], /--lambda/],
    ["a lambda as a word", ["small.csv", "-t", "y", "-p", "l1", "-l", "much"], /--lambda/],
    ["one column for two roles", [...base, "-p", "l1", "--weights", "y"], /both --target and --weights/],
    ["an unknown option", [...plain, "-p", "l1", "--colour"], /--colour/],
    ["output over the data", [...plain, "-p", "l1", "-o", "small.csv"], /overwrite the data/],
    [
      "no feature left",
      ["small.csv", "-t", "y", "-p", "l1", "-l", "1", "--exclude", "a,b,offset,weight"],
      /no column left/,
    ],
  ])("%s", async (_, args, words) => {
    const { code, out, err } = await place.run(["fit", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^flipside: [^\n]+\n$/);
    expect(err).toMatch(words);
  });

  test("no command, an unknown command, help and version", async () => {
    expect((await place.run([])).code).toBe(2);
    expect((await place.run(["fly"])).code).toBe(2);
    const help = await place.run(["fit", "--help"]);
    expect(help.code).toBe(0);
    for (const { name } of catalogue) expect(help.out).toContain(name);
    const version = await place.run(["--version"]);
    expect([version.code, version.out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });
});
