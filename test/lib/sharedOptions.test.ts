// Every public option of SharedOptions is one of every function that shares them.
import { readFileSync } from "node:fs";
import {
  crossValidate,
  type FitOptions,
  fitMany,
  fit as fitOnce,
  fitPath,
  fitSync,
  penalties,
  stabilitySelection,
} from "flipside";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { expectRejection, loose } from "../support/failures.ts";
import { plainProblem, problemOf, survivalOf } from "../support/problems.ts";

/** The names of the properties of an interface, from its declaration. */
function declared(file: string, name: string): string[] {
  const path = new URL(`../../lib/${file}`, import.meta.url);
  const source = ts.createSourceFile(file, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022);
  const found = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
  if (found === undefined || !ts.isInterfaceDeclaration(found)) throw new Error(`${file} has no ${name}`);
  return found.members.map((member) => (member.name as ts.Identifier).text);
}

const data = plainProblem(30, 3);
const problem = problemOf(data);
const survival = survivalOf({
  ...data,
  y: Float64Array.from([...data.y.map(Math.abs), ...data.y.map((_, i) => Number(i % 3 > 0))]),
});

/** A value of each option that is not the default, with what it needs beside it. */
const values: Record<string, object> = {
  penalty: { penalty: penalties.mcp({ a: 5 }) },
  loss: { loss: "huber" },
  huber: { loss: "huber", huber: { delta: 2 } },
  cox: { loss: "cox", cox: { ties: "breslow" } },
  solver: { solver: "proximal" },
  proximal: { solver: "proximal", proximal: { accelerated: false } },
  dropout: { solver: "dropout", dropout: { mask: "gaussian" }, convergence: { maxIterations: 2 } },
  starts: { starts: 2, penalty: penalties.mcp() },
  intercept: { intercept: false },
  standardize: { standardize: false },
  missing: { missing: "mean" },
  convergence: { convergence: { tolerance: 1e-4, maxIterations: 50 } },
  start: { start: [1, 0, 0] },
  seed: { seed: 4 },
  penaltyFactors: { penaltyFactors: [0, 1, 2] },
  factorConvention: { penaltyFactors: [0, 1, 2], factorConvention: "skglm" },
  bounds: { bounds: { lower: 0 } },
  groups: { groups: [0, 0, 1] },
  joint: { joint: true },
};

const names = [...declared("request.ts", "SharedOptions"), ...declared("structure.ts", "StructureOptions")];

test("the values below are of all options and no other", () => {
  expect(names.toSorted()).toEqual(Object.keys(values).toSorted());
});

describe.each(names)("the option %s", (name) => {
  const own = { penalty: penalties.l1(), ...values[name] } as Omit<FitOptions, "lambda">;
  const given = "loss" in own && own.loss === "cox" ? survival : problem;

  test("is taken by every function that fits", async () => {
    const fit = fitSync(given, { ...own, lambda: 0.1 });
    expect((await fitOnce(given, { ...own, lambda: 0.1 })).coefficients).toEqual(fit.coefficients);
    const path = await fitPath(given, { ...own, lambdas: [0.1] });
    expect(path.fits[0]?.coefficients).toEqual(fit.coefficients);
    // Where the caller gives no tolerance its path on all rows ends earlier than others.
    const convergence = { ...own.convergence, tolerance: fit.setup?.tolerance };
    const cv = await loose(crossValidate)(given, { ...own, convergence, lambdas: [0.1], folds: 3 });
    expect((cv as { best: { coefficients: unknown } }).best.coefficients).toEqual(fit.coefficients);
    const selecting = () => stabilitySelection(given, { ...own, lambdas: [0.1], pairs: 1 });
    // Each subsample starts at 0.
    if (name === "start") await expectRejection(selecting, "UNKNOWN_OPTION", 'options has no "start"');
    else expect((await selecting()).subsamples).toBe(2);
  });
});

test("fitMany says where structure belongs", async () => {
  const spec = { y: data.y, penalty: penalties.l1(), lambda: 0.1 };
  for (const name of ["penaltyFactors", "factorConvention", "bounds", "groups", "joint"]) {
    const first = name === "factorConvention" ? "penaltyFactors" : name;
    const begins = `options.${first} must be left out: fitMany takes no factors, bounds or groups, use fit`;
    await expectRejection(
      () => loose(fitMany)(problem.x, [spec], values[name]) as Promise<unknown>,
      "UNSUPPORTED",
      begins,
    );
    await expectRejection(
      () => loose(fitMany)(problem.x, [spec, { ...spec, ...values[name] }]) as Promise<unknown>,
      "UNSUPPORTED",
      `fits[1].${first} must be left out`,
    );
  }
});
