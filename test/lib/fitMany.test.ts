// Many fits as one job.
import fc from "fast-check";
import { Design, type Fit, type FitSpec, fitMany, fitSync, penalties, strategies, threads } from "flipside";
import { describe, expect, test } from "vitest";
import { expectFailure, expectRejection, loose } from "../support/failures.ts";
import { endless, largeProblem } from "../support/longFit.ts";
import { makeProblem, matrixOf, plainProblem, problemSpecs } from "../support/problems.ts";
import { checkAsync } from "../support/property.ts";
import { Random } from "../support/random.ts";

const data = plainProblem(40, 8);
const x = matrixOf(data);
const { y } = data;
const spec: FitSpec = { y, penalty: penalties.l1(), lambda: 0.1 };

function variedSpecs(rows: number, columns: number, seed: number): FitSpec[] {
  const random = new Random(seed);
  const all = [
    penalties.l1(),
    penalties.mcp(),
    penalties.logSum({ epsilon: 0.1 }),
    strategies.hardConcrete(),
  ];
  const solvers = ["auto", "reweighted", "proximal"] as const;
  const shared = random.normals(rows);
  return Array.from({ length: 9 }, (_, k) => ({
    y: k % 2 === 0 ? shared : random.normals(rows),
    penalty: all[k % all.length] as FitSpec["penalty"],
    lambda: 0.3 * random.uniform(),
    solver: solvers[k % 3],
    ...(k % 3 === 1 && { offset: random.normals(rows) }),
    ...(k % 4 === 2 && { start: random.normals(columns) }),
    ...(k === 5 && { convergence: { maxIterations: 2 } }),
  }));
}

test("every fit is the one that stands alone, to the bit, for any number of threads", async () => {
  const budget = threads.getThreads();
  await checkAsync(
    15,
    fc.asyncProperty(problemSpecs(30), fc.boolean(), async (shape, standardize) => {
      const given = makeProblem(shape);
      const setting = { standardize };
      const specs = variedSpecs(given.rows, given.columns, shape.seed);
      const { weights } = given;
      const matrix = matrixOf(given);
      const alone = specs.map(({ y: response, offset, ...options }) =>
        fitSync({ x: matrix, y: response, weights, offset }, { ...options, ...setting }),
      );
      const design = await Design.prepare(matrix, { weights, ...setting });
      for (const count of [1, 3]) {
        threads.setThreads(count);
        const fits = await fitMany(matrix, specs, { weights, ...setting });
        expect(fits.map((one) => one.toJSON())).toEqual(alone.map((one) => one.toJSON()));
        const prepared = await fitMany(design, specs);
        expect(prepared.map((one) => one.toJSON())).toEqual(alone.map((one) => one.toJSON()));
      }
    }),
  ).finally(() => threads.setThreads(budget));
});

test("lambda 0 is refined against the caller's numbers here too", async () => {
  const [one] = await fitMany(x, [{ ...spec, lambda: 0 }]);
  expect(one?.toJSON()).toEqual(fitSync({ x, y }, { penalty: spec.penalty, lambda: 0 }).toJSON());
});

test("logistic loss with weights", async () => {
  const labels = y.map((value) => (value > 1 ? 1 : 0));
  const weights = y.map((_, i) => 1 + (i % 3));
  const fits = await fitMany(x, [{ ...spec, y: labels, lambda: 0.01 }], { loss: "logistic", weights });
  const alone = fitSync({ x, y: labels, weights }, { penalty: spec.penalty, lambda: 0.01, loss: "logistic" });
  expect(fits[0]?.toJSON()).toEqual(alone.toJSON());
});

test("reads thousands of fits in a few microseconds each, and holds each y once", async () => {
  const specs = Array.from({ length: 3000 }, (_, k) => ({ ...spec, lambda: 0.5 + k / 1000 }));
  const fits = await fitMany(x, specs);
  expect(fits.length).toBe(3000);
  fits.forEach((one, k) => {
    expect(one.lambda).toBe(0.5 + k / 1000);
    expect(one.converged).toBe(true);
  });
});

describe("while it runs", () => {
  test("progress counts fits", async () => {
    const seen: number[] = [];
    const large = largeProblem(200);
    const specs = Array.from({ length: 24 }, () => ({
      ...endless,
      y: large.y,
      convergence: { maxIterations: 30 },
    }));
    const fits = await fitMany(large.x, specs, {
      onProgress: ({ done, count }) => {
        expect(count).toBe(24);
        seen.push(done);
      },
    });
    expect(fits.length).toBe(24);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    for (const done of seen) expect(done).toBeLessThanOrEqual(24);
  });

  test("an abort leaves what there is, and nothing passes for converged", async () => {
    const stop = new AbortController();
    const large = largeProblem(1500);
    const quick = { y: large.y, penalty: penalties.l1(), lambda: 100 };
    const { convergence } = endless;
    const slow = {
      ...endless,
      y: large.y,
      convergence: { tolerance: 0, maxIterations: convergence?.maxIterations },
    };
    const specs = [quick, ...Array.from({ length: 20 }, () => slow)];
    const running = fitMany(large.x, specs, { signal: stop.signal });
    setTimeout(() => stop.abort("enough"), 1000);
    const failure = await expectRejection(() => running, "ABORTED", "the fits were aborted");
    const fits = failure.fits as readonly (Fit | undefined)[];
    expect(fits.length).toBe(21);
    expect(fits[0]?.reason).toBe("tolerance");
    expect(fits.at(-1)).toBeUndefined();
    for (const one of fits.slice(1)) expect(one?.converged ?? false).toBe(false);
    expect(threads.activity().jobs).toBe(0);
  });

  test("aborted beforehand, or stopped by what onProgress throws", async () => {
    const signal = AbortSignal.abort("enough");
    const failure = await expectRejection(() => fitMany(x, [spec], { signal }), "ABORTED", "the fits were");
    expect(failure.cause).toBe("enough");
    const large = largeProblem(200);
    const specs = Array.from({ length: 200 }, () => ({
      ...endless,
      y: large.y,
      convergence: { maxIterations: 50 },
    }));
    const thrown = new Error("boo");
    const onProgress = () => {
      throw thrown;
    };
    await expect(fitMany(large.x, specs, { onProgress })).rejects.toBe(thrown);
  });
});

describe("bad calls name the fit", () => {
  const call = loose(fitMany);
  const bad = (change: object) => [spec, spec, spec, { ...spec, ...change }];
  test.each([
    ["no matrix", [undefined, [spec]], "INVALID_ARGUMENT", "x must be a matrix"],
    ["no array", [x, spec], "INVALID_ARGUMENT", "fits must be an array of fits"],
    ["no fit", [x, []], "EMPTY", "fits must be an array of at least one"],
    ["a number", [x, [3]], "INVALID_ARGUMENT", "fits[0] must be an object"],
    ["an unknown key", [x, bad({ lambdas: 3 })], "UNKNOWN_OPTION", 'fits[3] has no "lambdas"'],
    ["a negative lambda", [x, bad({ lambda: -1 })], "OUT_OF_RANGE", "fits[3].lambda must be"],
    ["no penalty", [x, bad({ penalty: "l1" })], "INVALID_ARGUMENT", "fits[3].penalty must be"],
    ["a short y", [x, bad({ y: [1] })], "LENGTH_MISMATCH", "fits[3].y must have 40 entries"],
    ["NaN in y", [x, bad({ y: y.map(() => NaN) })], "NOT_FINITE", "fits[3].y[0] must be"],
    ["a short start", [x, bad({ start: [1] })], "LENGTH_MISMATCH", "fits[3].start must have 8"],
    [
      "a signal of one fit",
      [x, bad({ convergence: { signal: null } })],
      "UNKNOWN_OPTION",
      'fits[3].convergence has no "signal"',
    ],
    ["an unknown solver", [x, bad({ solver: "magic" })], "UNSUPPORTED", "fits[3].solver must be"],
    [
      "starts of another solver",
      [x, bad({ starts: 3, solver: "reweighted" })],
      "UNSUPPORTED",
      "fits[3].starts must be 1",
    ],
    [
      "a solver that cannot",
      [x, bad({ penalty: strategies.ard(), solver: "etaTrick" })],
      "UNSUPPORTED",
      "fits[3]: the solver etaTrick needs",
    ],
    ["an option of one fit", [x, [spec], { lambda: 1 }], "UNKNOWN_OPTION", 'options has no "lambda"'],
  ] as const)("%s", async (_, given, code, begins) => {
    await expectRejection(() => call(...given), code, begins);
  });

  test("of several bad ones the first", async () => {
    const specs = [spec, ...[2, 3, 4].map((value) => ({ ...spec, y: y.map(() => value) }))];
    const begins = "fits[0]: y[0] must be";
    await expectRejection(() => fitMany(x, specs, { loss: "logistic" }), "OUT_OF_RANGE", begins);
  });

  test("weights beside a design", async () => {
    const design = await Design.prepare(x);
    const weights = y.map(() => 1);
    await expectRejection(
      () => fitMany(design, [spec], { weights }),
      "INVALID_ARGUMENT",
      "weights must be left out",
    );
    design.close();
    await expectRejection(() => fitMany(design, [spec]), "CLOSED", "x must be open");
    expectFailure(() => fitSync({ x: design, y }, spec as never), "UNKNOWN_OPTION", 'options has no "y"');
  });
});
