// Fits at many lambdas, largest first.
import fc from "fast-check";
import { fitPath, fitSync, Path, penalties, strategies } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";
import { lambdaMax } from "../support/lambdaMax.ts";
import { makeProblem, plainProblem, problemOf, problemSpecs } from "../support/problems.ts";
import { checkAsync } from "../support/property.ts";
import { expectSolution } from "../support/verify.ts";

const data = plainProblem(50, 12);
const problem = problemOf(data);
const both = { intercept: true, standardize: true };

describe("a path", () => {
  test("of a convex penalty has the fits that stand alone", async () => {
    await checkAsync(
      40,
      fc.asyncProperty(problemSpecs(40), fc.constantFrom(1, 1.5), async (spec, p) => {
        const given = makeProblem({ ...spec, rows: spec.rows + 40, duplicates: false });
        const largest = lambdaMax(given, both) || 1;
        const penalty = penalties.lp({ p });
        const lambdas = [0.5, 0.2, 0.05, 0.01].map((ratio) => ratio * largest);
        const path = await fitPath(problemOf(given), { penalty, lambdas });
        path.fits.forEach((fit, k) => {
          const lambda = lambdas[k] as number;
          expectSolution(fit, given);
          const alone = fitSync(problemOf(given), { penalty, lambda });
          expect(Math.abs(fit.objective / alone.objective - 1)).toBeLessThan(1e-9);
          const size = Math.max(...alone.coefficients.map(Math.abs), 1e-9);
          fit.coefficients.forEach((value, j) => {
            expect(Math.abs(value - (alone.coefficients[j] as number))).toBeLessThan(1e-5 * size);
          });
        });
      }),
    );
  });

  test.each([
    ["mcp", penalties.mcp()],
    ["logSum", penalties.logSum({ epsilon: 0.1 })],
    ["lp", penalties.lp({ p: 0.5 })],
    ["hardConcrete", strategies.hardConcrete()],
    ["hardThreshold", strategies.hardThreshold({ k: 3 })],
  ])(
    "of %s is stationary everywhere and on the average no worse than the fits that stand alone",
    async (_, penalty) => {
      const path = await fitPath(problem, { penalty, lambdaCount: 15, lambdaRatio: 0.01 });
      expect(path.converged).toBe(true);
      let difference = 0;
      for (const fit of path.fits) {
        expectSolution(fit, data);
        const alone = fitSync(problem, { penalty, lambda: fit.lambda });
        difference += (fit.objective - alone.objective) / Math.abs(alone.objective);
      }
      expect(difference / path.fits.length).toBeLessThan(2e-3);
    },
  );

  test("sorts the lambdas, and keeps those that come twice", async () => {
    const lambdas = [0.1, 1, 0, 0.1, 0.5];
    const path = await fitPath(problem, { penalty: penalties.l1(), lambdas });
    expect([...path.lambdas]).toEqual([1, 0.5, 0.1, 0.1, 0]);
    expect(lambdas).toEqual([0.1, 1, 0, 0.1, 0.5]);
    expect(path.fits.map(({ lambda }) => lambda)).toEqual([...path.lambdas]);
    expect([path.requested, path.converged, path.reason]).toEqual([5, true, "tolerance"]);
  });

  test("a warm start takes fewer iterations", async () => {
    const lambdas = Array.from({ length: 20 }, (_, k) => 0.9 ** k);
    const penalty = penalties.l1();
    const path = await fitPath(problem, { penalty, lambdas });
    const warm = path.fits.reduce((sum, { iterations }) => sum + iterations, 0);
    const cold = lambdas.reduce((sum, lambda) => sum + fitSync(problem, { penalty, lambda }).iterations, 0);
    expect(warm).toBeLessThanOrEqual(cold);
  });

  test("the coefficients as a matrix, one column per lambda", async () => {
    const path = await fitPath(problem, { penalty: penalties.l1(), lambdas: [0.5, 0.1, 0.01] });
    const { data: values, rows, columns, order } = path.coefficients;
    expect([rows, columns, order]).toEqual([12, 3, "column-major"]);
    path.fits.forEach((fit, k) => {
      expect([...values.slice(12 * k, 12 * k + 12)]).toEqual([...fit.coefficients]);
    });
    expect(path.coefficients).toBe(path.coefficients);
  });

  test("the default grid ends at 1e-4 of lambda_max, at 1e-2 if there are not more rows than columns", async () => {
    const ends = async (rows: number, columns: number) => {
      const given = problemOf(plainProblem(rows, columns));
      const { lambdas } = await fitPath(given, { penalty: penalties.l1(), lambdaCount: 3 });
      return (lambdas[2] as number) / (lambdas[0] as number);
    };
    expect(await ends(20, 10)).toBeCloseTo(1e-4, 12);
    expect(await ends(10, 10)).toBeCloseTo(1e-2, 12);
  });

  test("a grid of one value is lambda_max", async () => {
    const path = await fitPath(problem, { penalty: penalties.l1(), lambdaCount: 1 });
    expect(path.lambdas[0]).toBeCloseTo(lambdaMax(data, both), 9);
  });
});

describe("JSON", () => {
  test("comes back exactly", async () => {
    const path = await fitPath(problem, { penalty: penalties.mcp(), lambdas: [1, 0.1, 0] });
    for (const json of [path.toJSON(), JSON.stringify(path)]) {
      const back = Path.fromJSON(json);
      expect(back).toBeInstanceOf(Path);
      expect(back.toJSON()).toEqual(path.toJSON());
      expect(back.lambdas).toEqual(path.lambdas);
      expect([back.converged, back.reason, back.requested]).toEqual([true, "tolerance", 3]);
    }
    const json = path.toJSON();
    expect(Path.fromJSON({ ...json, requested: 5 }).reason).toBe("aborted");
    expectFailure(() => Path.fromJSON({ ...json, version: 2 }), "VERSION", "json.version must be at most 1");
    expectFailure(() => Path.fromJSON({ ...json, fits: [] }), "LENGTH_MISMATCH", "json.fits must have");
    expectFailure(() => Path.fromJSON({ ...json, requested: 2 }), "LENGTH_MISMATCH", "json.fits must have");
    const trapped = new Proxy([], {
      get: () => {
        throw new Error("a trap");
      },
    });
    expectFailure(() => Path.fromJSON({ ...json, fits: trapped }), "INVALID_ARGUMENT", "json.fits");
    const spoilt = { ...json, fits: [json.fits[0], { ...json.fits[1], lambda: -1 }] };
    expectFailure(() => Path.fromJSON(spoilt), "OUT_OF_RANGE", "json.fits[1].lambda must be");
  });
});

describe("bad options", () => {
  const penalty = penalties.l1();
  test.each([
    ["no lambdas", { lambdas: [] }, "EMPTY", "lambdas must be an array of at least one number"],
    ["a number", { lambdas: 0.1 }, "INVALID_ARGUMENT", "lambdas must be"],
    ["a negative lambda", { lambdas: [1, -1] }, "OUT_OF_RANGE", "lambdas[1] must be a finite number >= 0"],
    ["an infinite lambda", { lambdas: [1, Infinity] }, "NOT_FINITE", "lambdas[1] must be"],
    [
      "lambdas and a count",
      { lambdas: [1], lambdaCount: 2 },
      "INVALID_ARGUMENT",
      "lambdaCount must be left out",
    ],
    [
      "lambdas and a ratio",
      { lambdas: [1], lambdaRatio: 0.5 },
      "INVALID_ARGUMENT",
      "lambdaRatio must be left out",
    ],
    ["a count of 0", { lambdaCount: 0 }, "OUT_OF_RANGE", "lambdaCount must be an integer >= 1"],
    ["a count of 100,001", { lambdaCount: 100_001 }, "OUT_OF_RANGE", "lambdaCount must be"],
    ["a ratio of 0", { lambdaRatio: 0 }, "OUT_OF_RANGE", "lambdaRatio must be a finite number > 0 and < 1"],
    ["a ratio of 1", { lambdaRatio: 1 }, "OUT_OF_RANGE", "lambdaRatio must be"],
    ["an option of fit", { lambda: 1 }, "UNKNOWN_OPTION", 'options has no "lambda": did you mean "lambdas"?'],
  ] as const)("%s", async (_, change, code, begins) => {
    await expectRejection(() => loose(fitPath)(problem, { penalty, ...change }), code, begins);
  });

  test("a Path comes from fitPath only", () => {
    expectFailure(() => Reflect.construct(Path, []), "INVALID_ARGUMENT", "a Path must come from fitPath");
  });
});
