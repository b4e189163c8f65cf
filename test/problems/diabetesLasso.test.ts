// The lasso has one solution here: every coefficient is known.
import { fit as fitAsync, fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { problemOf } from "../support/problems.ts";
import { expectNear, expectSolution } from "../support/verify.ts";
import { diabetes, penaltyOf, references } from "./diabetes.ts";

const lassos = references.filter(({ penalty }) => penalty === "lasso");

describe("lasso solutions of the diabetes data", () => {
  test("there are six of them", () => expect(lassos.length).toBe(6));

  test.each(lassos)("lambda = $lambda", (reference) => {
    const { lambda } = reference;
    const found = fitSync(problemOf(diabetes), {
      penalty: penaltyOf(reference),
      lambda,
      solver: "reweighted",
    });
    found.coefficients.forEach((value, j) => {
      const wanted = reference.coefficients[j] as number;
      if (wanted === 0) expect(value, `coefficient ${j}`).toBe(0);
      else expectNear(value, wanted, 1e-6, `coefficient ${j}`);
    });
    expectNear(found.intercept, reference.intercept, 1e-6, "intercept");
    expectNear(found.objective, reference.objective, 1e-9, "objective");
    expectSolution(found, diabetes);
  });

  test("lp with p = 1 is the same penalty", () => {
    const lasso = fitSync(problemOf(diabetes), { penalty: penalties.l1(), lambda: 5 });
    const power = fitSync(problemOf(diabetes), { penalty: penalties.lp({ p: 1 }), lambda: 5 });
    power.coefficients.forEach((value, j) => {
      expect(value).toBeCloseTo(lasso.coefficients[j] as number, 8);
    });
  });

  test("fit and fitSync give the same bits", async () => {
    const options = { penalty: penalties.l1(), lambda: 2 };
    const one = await fitAsync(problemOf(diabetes), options);
    expect(one.toJSON()).toEqual(fitSync(problemOf(diabetes), options).toJSON());
  });
});
