// The squared loss 1/(2n) sum w_i (y_i - offset_i - b0 - x_i b)^2, weights rescaled to sum n.
import fc from "fast-check";
import { fitSync, penaltyFromJSON } from "flipside";
import { describe, expect, test } from "vitest";
import { lambdaMax } from "../../support/lambdaMax.ts";
import { separablePenalties } from "../../support/penaltyArbitraries.ts";
import { makeProblem, matrixOf, problemOf, problemSpecs } from "../../support/problems.ts";
import { check } from "../../support/property.ts";

describe("squared loss", () => {
  test("lossValue is it, by way of predict", () => {
    check(
      200,
      fc.property(problemSpecs(40), separablePenalties(), fc.boolean(), (spec, penalty, intercept) => {
        const data = makeProblem(spec);
        const lambda = 0.1 * (lambdaMax(data, { intercept, standardize: true }) || 1);
        const fit = fitSync(problemOf(data), { penalty: penaltyFromJSON(penalty), lambda, intercept });
        const fitted = fit.predict(matrixOf(data), data.offset);
        const weights = data.weights ?? new Float64Array(data.rows).fill(1);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const loss = fitted.reduce(
          (sum, value, i) => sum + (weights[i] as number) * ((data.y[i] as number) - value) ** 2,
          0,
        );
        const size = data.y.reduce((sum, y) => sum + y * y, 0) / data.rows;
        expect(Math.abs(fit.lossValue - loss / (2 * total))).toBeLessThanOrEqual(
          1e-9 * fit.lossValue + 1e-20 * size,
        );
      }),
    );
  });

  test("the default and the only one in this version", () => {
    const problem = { x: [[1], [2], [4]], y: [1, 0, 2] };
    const options = { penalty: penaltyFromJSON({ name: "l1" }), lambda: 0.1 };
    expect(fitSync(problem, options).loss).toBe("squared");
    expect(fitSync(problem, { ...options, loss: "squared" }).toJSON()).toEqual(
      fitSync(problem, options).toJSON(),
    );
  });
});
