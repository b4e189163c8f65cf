// Random problems with structure of the losses that have unbounded, zero or coupled curvature, and of several outputs,
// judged by the independent checker.
import fc from "fast-check";
import {
  type FitOptions,
  fit as fitOnce,
  fitSync,
  type LossName,
  type Penalty,
  type Problem,
  penalties,
  strategies,
} from "flipside";
import { describe, expect, test } from "vitest";
import { examineStructured, optionsOf, type StructuredSetting } from "../../structured.ts";
import { responseFor, type SmoothLoss } from "../../support/lossFits.ts";
import { type LossWithOutputs, makeOutputs, problemWithOutputs } from "../../support/outputs.ts";
import { makePenalty, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import {
  type Data,
  makeProblem,
  type ProblemSpec,
  problemOf,
  problemSpecs,
  survivalOf,
} from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { decades, structureOf, structures } from "../../support/structures.ts";

const names = ["l1", "mcp", "scad", "logSum", "lp", "variationalDropout"] as const;

type Chosen = StructuredSetting["penalty"];

/**
 * The penalty and what the checker is told of it. Rows that columns separate have their minimum at infinity where a
 * penalty ends flat: a share of ridge keeps it in place.
 */
function madeOf(chosen: Chosen, loss: LossName): { setting: Chosen; penalty: Penalty } {
  const flat = chosen.name === "mcp" || chosen.name === "scad";
  const own = makePenalty(chosen);
  if (!flat || loss === "huber" || loss === "multiTask") return { setting: chosen, penalty: own };
  return {
    setting: { name: "elasticNet", parameters: { alpha: 0.9 }, inner: chosen },
    penalty: penalties.elasticNet({ alpha: 0.9, penalty: own }),
  };
}

interface Case {
  readonly data: Data;
  readonly problem: Problem;
  readonly setting: StructuredSetting;
  readonly penalty: Penalty;
}

function expectSolution({ data, problem, setting, penalty }: Case): void {
  const { lambda, loss, lossParameters = [] } = setting;
  const options: FitOptions = {
    penalty,
    lambda,
    loss,
    intercept: setting.intercept,
    standardize: setting.standardize,
    solver: "blocks",
    ...(loss === "huber" && { huber: { delta: lossParameters[0] } }),
    ...(loss === "cox" && { cox: { ties: lossParameters[0] === 1 ? "efron" : "breslow" } }),
    ...optionsOf(setting),
  };
  const fit = fitSync(problem, options);
  const verdict = examineStructured(data, setting, fit);
  const y = loss === "cox" || loss === "multinomial" ? [1] : data.y;
  const unit = 1e-3 + Math.max(...y.map(Math.abs));
  const spread = setting.standardize === false ? 1e3 : 1;
  expect(fit.reason).toBe("tolerance");
  expect(verdict.stationarity).toBeLessThanOrEqual(1e-7 * lambda + 1e-11 * unit * spread);
  expect(verdict.outside).toBe(0);
  expect(verdict.interceptError).toBeLessThanOrEqual(1e-8 * unit);
  expect(Math.abs(verdict.objective - fit.objective)).toBeLessThanOrEqual(
    1e-9 * (Math.abs(fit.objective) + lambda * fit.coefficients.length + unit * unit),
  );
  const objectives = fit.history.map(({ objective }) => objective);
  expect(objectives).toEqual([...objectives].sort((a, b) => b - a));
}

const sized = (largest: number) =>
  problemSpecs(largest).map(
    (spec): ProblemSpec => ({ ...spec, rows: spec.rows + 4, spread: Math.min(1, spec.spread) }),
  );

describe.each<[SmoothLoss, fc.Arbitrary<number[]>]>([
  ["poisson", fc.constant([])],
  ["huber", fc.constantFrom([1], [0.1], [5])],
  ["cox", fc.constantFrom([0], [1])],
])("%s", (loss, parameters) => {
  test.each(names)("%s", (name) => {
    check(
      30,
      fc.property(
        sized(40),
        penaltiesNamed(name),
        structures,
        decades(-2, 0),
        parameters,
        fc.boolean(),
        fc.boolean(),
        (spec, chosen, shape, share, lossParameters, intercept, standardize) => {
          const data = responseFor(loss, makeProblem(spec), spec.seed);
          const structure = structureOf(shape, data.columns);
          // What is not penalised may have no finite minimum for counts and times.
          const factors = structure.factors?.map((m) => (m === 0 && loss !== "huber" ? 0.1 : m));
          const made = madeOf(chosen, loss);
          const setting: StructuredSetting = {
            penalty: made.setting,
            lambda: share * (loss === "poisson" ? 2 : 0.5),
            loss: loss as LossName,
            lossParameters,
            intercept,
            standardize,
            ...structure,
            ...(factors && { factors }),
          };
          const problem = loss === "cox" ? survivalOf(data) : problemOf(data);
          expectSolution({ data, problem, setting, penalty: made.penalty });
        },
      ),
    );
  });
});

describe.each<LossWithOutputs>(["multinomial", "multiTask"])("%s", (loss) => {
  test.each(names)("%s", (name) => {
    check(
      25,
      fc.property(
        sized(25),
        fc.integer({ min: 2, max: 4 }),
        penaltiesNamed(name),
        structures,
        decades(-2, 0),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (spec, outputs, chosen, shape, share, intercept, standardize, joint) => {
          const data = makeOutputs(spec, loss, outputs);
          const structure = structureOf(joint ? { ...shape, box: undefined } : shape, data.columns);
          const factors = structure.factors?.map((m) => (m === 0 && loss === "multinomial" ? 0.1 : m));
          const unit = loss === "multinomial" ? 0.5 : Math.hypot(...data.y) / Math.sqrt(data.y.length);
          const made = madeOf(chosen, loss);
          const setting: StructuredSetting = {
            penalty: made.setting,
            lambda: share * unit,
            loss,
            outputs,
            joint,
            intercept,
            standardize,
            ...structure,
            ...(factors && { factors }),
          };
          const problem = problemWithOutputs(data);
          expectSolution({ data, problem, setting, penalty: made.penalty });
        },
      ),
    );
  });
});

test("huber, where all rows are beyond delta and most ways are flat", () => {
  const plain = {
    correlation: 0,
    duplicates: false,
    constants: false,
    weights: "none",
    offset: false,
    spread: 0,
  } as const;
  const flat = responseFor("huber", makeProblem({ ...plain, seed: 0, rows: 7, columns: 17 }), 0);
  const free = Array.from({ length: 17 }, (_, j) => (j < 3 || j > 14 ? 0 : 2));
  const crawling = fitSync(problemOf(flat), {
    loss: "huber",
    huber: { delta: 0.1 },
    penalty: penalties.l1(),
    lambda: 0.5,
    penaltyFactors: free,
    convergence: { maxIterations: 100 },
  });
  expect(crawling.reason).toBe("tolerance");
  const far = responseFor(
    "huber",
    makeProblem({ ...plain, seed: 685061011, rows: 6, columns: 13, duplicates: true }),
    685061011,
  );
  const setting = {
    penalty: { name: "variationalDropout", parameters: {} },
    lambda: 0.5,
    loss: "huber" as const,
  };
  const own = { intercept: false, standardize: false };
  const fit = fitSync(problemOf(far), {
    ...own,
    loss: "huber",
    penalty: strategies.variationalDropout(),
    lambda: 0.5,
    solver: "blocks",
  });
  expect(fit.reason).toBe("tolerance");
  expect(examineStructured(far, { ...setting, ...own, lossParameters: [1] }, fit).stationarity).toBeLessThan(
    1e-8,
  );
});

test("a joint multinomial fit of 500 rows, 100 columns and 4 classes, and one that is stopped", async () => {
  const plain = {
    correlation: 0.3,
    duplicates: false,
    constants: false,
    weights: "none",
    offset: false,
    spread: 0,
  } as const;
  const data = makeOutputs({ ...plain, seed: 5, rows: 500, columns: 100 }, "multinomial", 4);
  const options = { loss: "multinomial", joint: true, penalty: penalties.l1() } as const;
  const setting = {
    penalty: { name: "l1", parameters: {} },
    loss: "multinomial" as const,
    joint: true,
    outputs: 4,
  };
  for (const lambda of [0.05, 0.005]) {
    const fit = fitSync(problemWithOutputs(data), { ...options, lambda });
    expect(fit.converged).toBe(true);
    expect(examineStructured(data, { ...setting, lambda }, fit).stationarity).toBeLessThanOrEqual(
      1e-8 * lambda + 1e-14,
    );
  }
  const stop = new AbortController();
  const fit = await fitOnce(problemWithOutputs(data), {
    ...options,
    lambda: 1e-4,
    convergence: { tolerance: 0, signal: stop.signal, onProgress: () => stop.abort() },
  });
  expect(fit.reason).toBe("aborted");
  const objectives = fit.history.map(({ objective }) => objective);
  expect(objectives).toEqual([...objectives].sort((a, b) => b - a));
});
