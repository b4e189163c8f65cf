// Several outputs on the diabetes data against glmnet 4.1-6 in R 4.2 (thresh 1e-14; families multinomial, ungrouped and
// grouped, and mgaussian without standardize.response) and MultiTaskLasso of scikit-learn 1.2.1 (tol 1e-15), all with
// -loglik/n or |Y - X W|^2/(2n) as their loss: numbers in outputs.json, coefficients output after output. The joint
// penalty, lambda sum_j |(w_j1, ..., w_jK)|, needs a solver of its own.
import { readFileSync } from "node:fs";
import { fitSync, penalties } from "flipside";
import { describe, expect, test } from "vitest";
import { joint } from "../support/outputs.ts";
import { diabetes } from "./diabetes.ts";

interface Reference {
  readonly source: string;
  readonly loss: "multinomial" | "multiTask";
  readonly joint: boolean;
  readonly standardize: boolean;
  readonly lambda: number;
  readonly intercepts: number[];
  readonly coefficients: number[];
}

const references: readonly Reference[] = JSON.parse(
  readFileSync(new URL("outputs.json", import.meta.url), "utf8"),
);
const column = (j: number) => Array.from({ length: 442 }, (_, i) => diabetes.x[10 * i + j] as number);
const x = column(0).map((_, i) => Array.from(diabetes.x.subarray(10 * i, 10 * (i + 1))));
/** Thirds of the progression, by name "high", "low", "mid". */
const thirds = Array.from(diabetes.y, (y) => (y < 100 ? "low" : y < 180 ? "mid" : "high"));
/** Progression, s5 and s6 from the first six variables. */
const tasks = x.map((row, i) => [(diabetes.y[i] as number) / 50, row[8] as number, (row[9] as number) / 10]);
const sixOf = x.map((row) => row.slice(0, 6));

const within = references.filter((one) => joint || !one.joint);

test("there are references", () => {
  expect(within.length).toBeGreaterThanOrEqual(joint ? 12 : 3);
});

describe.each(within.map((one) => ({ ...one, name: `${one.source}, lambda ${one.lambda}` })))(
  "$name",
  (one) => {
    test("the same coefficients", () => {
      const { loss, lambda, standardize } = one;
      const problem = loss === "multinomial" ? { x, y: thirds } : { x: sixOf, y: tasks };
      const own: object = joint ? { joint: one.joint } : {};
      const fit = fitSync(problem, { penalty: penalties.l1(), loss, lambda, standardize, ...own });
      expect(fit.converged).toBe(true);
      // In units of the linear predictor, whose intercepts gather the errors of all columns.
      const spreads = problem.x[0]?.map((_, j) =>
        Math.sqrt(problem.x.reduce((sum, row) => sum + (row[j] as number) ** 2, 0) / 442),
      );
      const columns = problem.x[0]?.length as number;
      one.coefficients.forEach((value, at) => {
        const spread = spreads?.[at % columns] as number;
        // glmnet's own stop leaves some 4e-6 in its grouped fits.
        expect(Math.abs((fit.coefficients[at] as number) - value) * spread).toBeLessThan(1e-5);
      });
      one.intercepts.forEach((value, k) => {
        expect(Math.abs((fit.intercepts[k] as number) - value)).toBeLessThan(1e-5);
      });
    });
  },
);
