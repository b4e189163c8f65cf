// Random problems with structure: every penalty, both losses, judged by the independent checker.
import fc from "fast-check";
import { type FitOptions, fitSync, type Penalty, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { examineStructured, optionsOf, type StructuredSetting } from "../../structured.ts";
import { separableNames } from "../../support/formulas.ts";
import { makePenalty, penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { type Data, makeProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { decades, structureOf, structures } from "../../support/structures.ts";

function expectSolution(data: Data, setting: StructuredSetting, penalty: Penalty): void {
  const options: FitOptions = {
    penalty,
    lambda: setting.lambda,
    loss: setting.loss,
    intercept: setting.intercept,
    standardize: setting.standardize,
    ...optionsOf(setting),
  };
  const fit = fitSync(problemOf(data), options);
  const verdict = examineStructured(data, setting, fit);
  expect(fit.reason).toBe("tolerance");
  const unit = setting.loss === "logistic" ? 1 : Math.hypot(...data.y) / Math.sqrt(data.rows);
  const spread = setting.standardize === false ? 1e3 : 1;
  expect(verdict.stationarity).toBeLessThanOrEqual(1e-7 * setting.lambda + 1e-12 * unit * spread);
  expect(verdict.outside).toBe(0);
  expect(verdict.interceptError).toBeLessThanOrEqual(1e-8 * unit);
  expect(Math.abs(verdict.objective - fit.objective)).toBeLessThanOrEqual(
    1e-9 * (Math.abs(fit.objective) + setting.lambda * data.columns + unit * unit),
  );
  expect(Math.abs(verdict.stationarity - fit.stationarity)).toBeLessThanOrEqual(
    1e-7 * setting.lambda + 1e-12 * unit * spread,
  );
  const objectives = fit.history.map(({ objective }) => objective);
  expect(objectives).toEqual([...objectives].sort((a, b) => b - a));
}

describe.each(separableNames)("%s", (name) => {
  test.each(["squared", "logistic"] as const)("a stationary point of the %s loss", (loss) => {
    check(
      25,
      fc.property(
        problemSpecs(60),
        penaltiesNamed(name),
        structures,
        decades(-2, 0),
        fc.boolean(),
        fc.boolean(),
        (spec, chosen, shape, share, intercept, standardize) => {
          const made = makeProblem({ ...spec, offset: spec.offset && loss === "squared" });
          const data =
            loss === "logistic"
              ? { ...made, y: made.y.map((v, i) => (v > 0 !== (i % 4 === 0) ? 1 : 0)) }
              : made;
          const unit = loss === "logistic" ? 0.5 : Math.hypot(...data.y) / Math.sqrt(data.rows);
          fc.pre(unit > 1e-3 && data.rows > 2);
          // Shares of a lambda that is about the largest for l1; penalties near 0 may need others.
          const lambda = share * unit;
          const setting = {
            penalty: chosen,
            lambda,
            loss,
            intercept,
            standardize,
            ...structureOf(shape, data.columns),
          };
          expectSolution(data, setting, makePenalty(chosen));
        },
      ),
    );
  });
});

test("elastic nets of mcp, scad and logSum", () => {
  const inner = fc.constantFrom("mcp", "scad", "logSum").chain(penaltiesNamed);
  check(
    60,
    fc.property(problemSpecs(60), inner, structures, decades(-2, 0), (spec, chosen, shape, share) => {
      const data = makeProblem(spec);
      const unit = Math.hypot(...data.y) / Math.sqrt(data.rows);
      fc.pre(unit > 1e-3 && data.rows > 2);
      const penalty = penalties.elasticNet({ alpha: 0.7, penalty: makePenalty(chosen) });
      const own = { name: "elasticNet", parameters: { alpha: 0.7 }, inner: chosen };
      const setting = { penalty: own, lambda: share * unit, ...structureOf(shape, data.columns) };
      expectSolution(data, setting, penalty);
    }),
  );
});
