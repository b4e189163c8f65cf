// The solver "dropout" as a computation: repeatable, stoppable, and defined for data of every shape.
import fc from "fast-check";
import { Fit, type FitOptions, fit as fitAsync, fitSync, penalties, strategies, threads } from "flipside";
import { afterAll, describe, expect, test } from "vitest";
import { examine } from "../../optimality.ts";
import { autoregressive, dropoutOf, inBand, masks, moderate, referenceOf } from "../../support/band.ts";
import { expectFailure } from "../../support/failures.ts";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { type Data, makeProblem, plainProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { settingOf } from "../../support/verify.ts";

const data = autoregressive(90, 12, 0.5, 6);
const options: FitOptions = { penalty: penalties.l1(), lambda: moderate(data) };
const before = threads.getThreads();
afterAll(() => threads.setThreads(before));

describe("random numbers", () => {
  test.each(masks)("%s: a seed gives the same bits for any number of threads", async (mask) => {
    threads.setThreads(1);
    const one = dropoutOf(data, options, 2 ** 53 - 1, { mask });
    threads.setThreads(2);
    const given = { ...options, solver: "dropout", seed: 2 ** 53 - 1, dropout: { mask } } as const;
    const runs = await Promise.all([0, 1, 2].map(() => fitAsync(problemOf(data), given)));
    for (const run of runs) expect(run.toJSON()).toEqual(one.toJSON());
  });

  test("seeds, masks and batches differ", () => {
    const fits = [
      dropoutOf(data, options, 1),
      dropoutOf(data, options, 2),
      dropoutOf(data, options, 1 + 2 ** 32),
      dropoutOf(data, options, 1, { mask: "gaussian" }),
      dropoutOf(data, options, 1, { mask: "unscaledBernoulli" }),
      dropoutOf(data, options, 1, { batchSize: 7 }),
      dropoutOf(data, options, 1, { stepSize: 0.2 }),
    ];
    expect(new Set(fits.map((fit) => fit.objective)).size).toBe(fits.length);
  });

  test("batches of all rows, and of more than there are", () => {
    const all = dropoutOf(data, options, 3, { batchSize: data.rows });
    const more = dropoutOf(data, options, 3, { batchSize: 10 * data.rows });
    expect(more.toJSON()).toEqual(all.toJSON());
    expect(inBand(all, referenceOf(data, options))).toBe(true);
  });
});

describe("how it ends", () => {
  test("out of rounds: says so, and knows its margin only if there were a few", () => {
    const short = dropoutOf(data, { ...options, convergence: { maxIterations: 3 } }, 1);
    expect([short.reason, short.converged, short.iterations]).toEqual(["maxIterations", false, 3]);
    expect(short.objectiveMargin).toBe(Infinity);
    expect(Fit.fromJSON(JSON.parse(JSON.stringify(short))).objectiveMargin).toBe(Infinity);
    const longer = dropoutOf(data, { ...options, convergence: { maxIterations: 30, tolerance: 0 } }, 1);
    expect(longer.reason).toBe("maxIterations");
    expect(longer.objectiveMargin).toBeLessThan(0.1);
    expect(inBand(longer, referenceOf(data, options))).toBe(true);
  });

  test("the history has an entry per round and ends at the result", () => {
    const fit = dropoutOf(data, options, 5);
    expect(fit.history.length).toBe(fit.iterations + 1);
    expect(fit.history.at(-1)?.objective).toBeCloseTo(fit.objective, 12);
    expect(fit.history.at(-1)?.nonzero).toBe(fit.nonzero);
  });

  test("aborted: what it has by then", async () => {
    const controller = new AbortController();
    const convergence = {
      tolerance: 0,
      maxIterations: 2 ** 31 - 1,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    };
    const fit = await fitAsync(problemOf(data), { ...options, solver: "dropout", convergence });
    expect([fit.reason, fit.converged, fit.objectiveMargin]).toEqual(["aborted", false, Infinity]);
    expect(fit.objective).toBeLessThan(1.1 * referenceOf(data, options).objective);
  });

  test("what it cannot do", () => {
    const call = (more: object) => () =>
      fitSync(problemOf(data), { ...options, solver: "dropout", ...more } as FitOptions);
    const zeroOne = { ...problemOf(data), y: data.y.map((value) => (value > 0 ? 1 : 0)) };
    expectFailure(
      () => fitSync(zeroOne, { ...options, solver: "dropout", loss: "logistic" }),
      "UNSUPPORTED",
      "the solver dropout needs a quadratic loss",
    );
    for (const penalty of [strategies.hardThreshold({ k: 2 }), strategies.ard()]) {
      expectFailure(call({ penalty }), "UNSUPPORTED", "the solver dropout needs a separable penalty");
    }
  });
});

describe("data of every shape", () => {
  test("random problems: inside the band, and true about themselves", () => {
    check(
      60,
      fc.property(
        problemSpecs(40),
        fc.double({ min: -1.5, max: 0.2, noNaN: true }),
        fc.constantFrom(...masks),
        fc.record({ intercept: fc.boolean(), standardize: fc.boolean() }),
        fc.constantFrom(undefined, 1, 5),
        (spec, strength, mask, shape, batchSize) => {
          const random = makeProblem(spec);
          const lambda = 10 ** strength * (lambdaMax(random, shape) || 1);
          const given = { penalty: penalties.l1(), lambda, ...shape, convergence: { maxIterations: 300 } };
          const fit = dropoutOf(random, given, spec.seed, { mask, batchSize });
          const verdict = examine(random, settingOf(fit, shape), fit);
          const size = random.y.reduce((sum, value) => sum + value * value, 0) / random.rows;
          const error = Math.abs(fit.objective - verdict.objective);
          expect(error).toBeLessThanOrEqual(1e-9 * verdict.objective + 1e-20 * size);
          expect(fit.nonzero).toBe(verdict.nonzero);
          const reference = referenceOf(random, { penalty: penalties.l1(), lambda, ...shape });
          const rounding = 1e-12 * reference.objective;
          expect(fit.objective - reference.objective).toBeLessThanOrEqual(
            (fit.objectiveMargin as number) + rounding,
          );
        },
      ),
    );
  });

  test("where 0 is the answer it is exact", () => {
    const zero = dropoutOf(data, { ...options, lambda: 10 * options.lambda * (1 + 1e-9) }, 1);
    expect([zero.nonzero, zero.objectiveMargin, zero.iterations]).toEqual([0, 0, 0]);
    expect(zero.converged).toBe(true);
  });

  const cases: [string, Data][] = [
    ["one row", plainProblem(1, 3)],
    ["one element", plainProblem(1, 1)],
    ["a constant y", { ...plainProblem(12, 3), y: new Float64Array(12).fill(5) }],
    ["constant columns", { ...plainProblem(12, 3), x: new Float64Array(36).fill(2) }],
  ];
  test.each(cases)("%s: all that is left is the intercept", (_, given) => {
    const start = new Float64Array(given.columns).fill(1);
    for (const more of [{}, { start }]) {
      const fit = dropoutOf(given, { penalty: penalties.l1(), lambda: 0.1, ...more }, 1);
      expect([fit.nonzero, fit.objectiveMargin, fit.reason]).toEqual([0, 0, "tolerance"]);
    }
  });

  test("one column without an intercept", () => {
    for (const rows of [1, 50]) {
      const given = plainProblem(rows, 1, 9);
      const shape = { penalty: penalties.l1(), lambda: 0.01, intercept: false };
      expect(inBand(dropoutOf(given, shape, 1), referenceOf(given, shape))).toBe(true);
    }
  });

  test("rows of very different size, single and at the largest step: nothing grows", () => {
    const wild = plainProblem(60, 20, 3);
    const x = wild.x.map((value, k) => value * (k % 60 < 20 ? 1 : 0.01) * (k < 20 ? 1000 : 1));
    for (const mask of masks) {
      const given = { ...options, lambda: 0.1, convergence: { maxIterations: 100 } };
      const fit = dropoutOf({ ...wild, x }, given, 1, { mask, batchSize: 1, stepSize: 1, stepDecay: 0 });
      const zero = wild.y.reduce((sum, value) => sum + value * value, 0) / (2 * wild.rows);
      for (const { objective } of fit.history) expect(objective).toBeLessThan(3 * zero);
    }
  });

  test("a cusp at 0, a step of the strategy, and none of either", () => {
    const others = [
      penalties.lp({ p: 0.5 }),
      penalties.logSumSquares({ epsilon: 0.1 }),
      penalties.scad(),
      strategies.standout(),
      strategies.hardConcrete(),
      strategies.variationalDropoutApprox(),
    ];
    for (const penalty of others) {
      const fit = dropoutOf(data, { ...options, penalty, lambda: 0.3 * options.lambda }, 1);
      const reference = referenceOf(data, { ...options, penalty, lambda: 0.3 * options.lambda }, fit);
      expect(fit.reason, penalty.name).toBe("tolerance");
      expect(inBand(fit, reference), penalty.name).toBe(true);
    }
  });

  test("a start too large", () => {
    const start = new Float64Array(data.columns).fill(1e200);
    expectFailure(() => dropoutOf(data, { ...options, start }, 1), "NUMERIC", "start is too large");
  });
});
