// Plain JavaScript on typed arrays: the same algorithm, written as well as it was found to run (bench/reference).
import type { Dataset } from "../data.ts";
import { cholesky, choleskySolve, gram } from "../reference/kernels.ts";
import { l1, logSum, mcp, type ScalarPenalty } from "../reference/problem.ts";
import { solveReweighted } from "../reference/reweighted.ts";
import { TypedDesign } from "../reference/typedDesign.ts";
import { Workspace } from "../reference/workspace.ts";
import {
  type Driver,
  type FitSummary,
  type PenaltyName,
  penaltyParameters,
  type RidgeSystem,
  tolerance,
  type Work,
} from "./driver.ts";

export const scalarPenalties: Record<PenaltyName, ScalarPenalty> = {
  l1,
  logSum: logSum(penaltyParameters.epsilon),
  mcp: mcp(penaltyParameters.a),
};

const workspace = new Workspace();

/** Coefficients and intercept on the scale of x, as a caller gets them. */
export interface ScaledFit extends FitSummary {
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

export const typedArrays: Driver = {
  name: "typed arrays",

  gram({ x, rows, columns }: Dataset): Work<Float64Array> {
    let product = new Float64Array(0);
    return {
      run: () => {
        product = new Float64Array(columns * columns);
        gram(x, rows, columns, 1 / rows, product);
      },
      result: () => product,
    };
  },

  ridge({ size, gram: given, weights, correlation }: RidgeSystem): Work<Float64Array> {
    let solution = new Float64Array(0);
    return {
      run: () => {
        const factor = new Float64Array(given);
        for (let k = 0; k < size; ++k) {
          factor[k * size + k] = (factor[k * size + k] as number) + (weights[k] as number);
        }
        if (!cholesky(factor, size, 0)) throw new Error("not positive definite");
        solution = new Float64Array(correlation);
        choleskySolve(factor, size, solution);
      },
      result: () => solution,
    };
  },

  fit(data: Dataset, penalty: PenaltyName, lambda: number): Work<FitSummary> {
    let fit: ScaledFit | undefined;
    let design: TypedDesign; // kept, for the sake of its optimised code
    return {
      run: () => {
        design = new TypedDesign(data, workspace.reset());
        const problem = { penalty: scalarPenalties[penalty], lambda, tolerance };
        const outcome = solveReweighted(design, problem, workspace);
        fit = { ...outcome, ...unscale(outcome.w, design.means, design.scales, design.yMean) };
      },
      result: () => fit as ScaledFit,
    };
  },
};

export function unscale(
  w: Float64Array,
  means: ArrayLike<number>,
  scales: ArrayLike<number>,
  yMean: number,
): { coefficients: Float64Array; intercept: number } {
  let intercept = yMean;
  const coefficients = w.map((value, j) => {
    const coefficient = value / (scales[j] as number);
    intercept -= coefficient * (means[j] as number);
    return coefficient;
  });
  return { coefficients, intercept };
}
