// What the addon itself refuses of a cross-validation, and what it says of the folds.
import { describe, expect, test } from "vitest";
import { dense, loose, request, settled } from "../../support/bindingRequests.ts";
import { expectFailure } from "../../support/failures.ts";

const cross = (own: object = {}) => ({
  ...request(dense(), "mcp", [3], "workingSet"),
  foldTolerance: 1e-6,
  foldLeeway: 0,
  others: [],
  folds: Int32Array.of(0, 1, 1, 0),
  foldCount: 2,
  keep: false,
  ...own,
});
const refused = (own: object, ...[code, begins]: [Parameters<typeof expectFailure>[1], string]) =>
  expectFailure(() => loose("crossValidate")(cross(own), () => {}, null), code, begins);

describe("refused before the job begins", () => {
  test("folds that are no partition", () => {
    refused({ folds: Int32Array.of(0, 1, 2, 0) }, "OUT_OF_RANGE", "folds[2] must be from 0 to 1, but is 2");
    refused({ folds: Int32Array.of(0, -1, 1, 0) }, "OUT_OF_RANGE", "folds[1] must be from 0 to 1, but is -1");
    refused({ folds: Int32Array.of(1, 1, 1, 1) }, "EMPTY", "fold 0 must have rows");
    refused({ folds: Int32Array.of(0, 1) }, "LENGTH_MISMATCH", "folds must");
    refused({ folds: Float64Array.of(0, 1, 1, 0) }, "INVALID_ARGUMENT", "folds must be");
    refused({ foldCount: 1 }, "OUT_OF_RANGE", "foldCount must be at least 2");
    refused({ foldCount: 5 }, "TOO_LARGE", "foldCount must be");
  });

  test("others that are no list of models", () => {
    refused({ others: 3 }, "INVALID_ARGUMENT", "others must be an array");
    refused({ others: [1] }, "INVALID_ARGUMENT", "others must be an array of objects");
    refused({ others: [{}] }, "INVALID_ARGUMENT", "penalty must be");
    refused({ foldTolerance: -1 }, "OUT_OF_RANGE", "foldTolerance must be");
    refused({ foldLeeway: NaN }, "NOT_FINITE", "foldLeeway must be");
    refused({ keep: 1 }, "INVALID_ARGUMENT", "keep must be");
  });
});

const errors = ["deviance", "squaredError", "absoluteError"];
const measuresOf = { squared: errors, logistic: [...errors, "misclassification", "auc"] };

test("the measures are those that the facade knows, one score for each measure, fold and lambda", async () => {
  for (const loss of ["squared", "logistic"] as const) {
    const own = { loss, y: Float64Array.of(0, 1, 0, 1) };
    const result = (await settled("crossValidate", [cross(own), "settle", null])) as {
      measures: string[];
      foldWeights: Float64Array;
      candidates: { scores: Float64Array; predictors: Float64Array }[];
    };
    expect(result.measures).toEqual(measuresOf[loss]);
    // Weights 1, 2, 3 and 5 with the mean 1.
    expect(Array.from(result.foldWeights, (w) => (w * 11) / 4)).toEqual([
      expect.closeTo(6, 12),
      expect.closeTo(5, 12),
    ]);
    expect(result.candidates[0]?.scores.length).toBe(result.measures.length * 2 * 2);
    expect(result.candidates[0]?.predictors.length).toBe(0);
  }
});
