// The reweighted solver on random problems, each answer examined by test/optimality.ts.
import fc from "fast-check";
import { fitSync, penaltyFromJSON } from "flipside";
import { describe, test } from "vitest";
import { separableNames } from "../../support/formulas.ts";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { penaltiesNamed } from "../../support/penaltyArbitraries.ts";
import { makeProblem, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";
import { expectSolution } from "../../support/verify.ts";

describe("a fit is stationary by the checker's account, and says the truth about itself", () => {
  test.each(separableNames)("%s", (name) => {
    check(
      300,
      fc.property(
        problemSpecs(200),
        penaltiesNamed(name),
        fc.double({ min: -3, max: 0.2, noNaN: true }),
        fc.record({ intercept: fc.boolean(), standardize: fc.boolean() }),
        (spec, penalty, strength, options) => {
          const data = makeProblem(spec);
          const lambda = 10 ** strength * (lambdaMax(data, options) || 1);
          const fit = fitSync(problemOf(data), { penalty: penaltyFromJSON(penalty), lambda, ...options });
          expectSolution(fit, data, options);
        },
      ),
    );
  });
});
