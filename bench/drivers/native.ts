// flipside: the public fit and fitSync with all their checks, and Gram and ridge step of the raw binding, which has
// no public form.
import * as flipside from "flipside";
import type { Binding } from "../../binding.js";
import type { Dataset } from "../data.ts";
import {
  type AsyncWork,
  type Driver,
  type FitSummary,
  type PenaltyName,
  penaltyParameters,
  type RidgeSystem,
  tolerance,
  type Work,
} from "./driver.ts";

/** The directory of the package, wherever this file was compiled to. */
export const packageRoot = new URL(".", import.meta.resolve("flipside/package.json"));

const library = (await import(new URL("dist/binding.js", packageRoot).href)) as { native: Binding };
export const binding = library.native;

const { epsilon, a } = penaltyParameters;
const penaltyOf: Record<PenaltyName, flipside.Penalty> = {
  l1: flipside.penalties.l1(),
  logSum: flipside.penalties.logSum({ epsilon }),
  mcp: flipside.penalties.mcp({ a }),
};

export const native: Driver = {
  name: "flipside",

  gram({ x: data, rows, columns }: Dataset): Work<Float64Array> {
    let product = new Float64Array(0);
    return {
      run: () => {
        product = binding.gram({ data, rows, columns, layout: "columnMajor" }) as Float64Array<ArrayBuffer>;
      },
      result: () => product,
    };
  },

  ridge({ gram, weights, correlation }: RidgeSystem): Work<Float64Array> {
    let solution = new Float64Array(0);
    return {
      run: () => {
        solution = binding.ridge(gram, weights, correlation) as Float64Array<ArrayBuffer>;
      },
      result: () => solution,
    };
  },

  fit(data: Dataset, penalty: PenaltyName, lambda: number): Work<FitSummary> {
    const problem = problemOf(data);
    const options = optionsOf(penalty, lambda);
    let last: flipside.Fit | undefined;
    return {
      run: () => {
        last = flipside.fitSync(problem, options);
      },
      result: () => last as flipside.Fit,
    };
  },
};

/** `count` fits by `fit`, started together; the time until the last has settled. */
export function fitsInFlight(
  data: Dataset,
  penalty: PenaltyName,
  lambda: number,
  count: number,
): AsyncWork<FitSummary> {
  const problem = problemOf(data);
  const options = optionsOf(penalty, lambda);
  let last: flipside.Fit | undefined;
  const start = () => flipside.fit(problem, options);
  return {
    run: async () => {
      const fits = await Promise.all(Array.from({ length: count }, start));
      last = fits[count - 1];
    },
    result: () => last as flipside.Fit,
  };
}

export function problemOf({ x: data, y, rows, columns }: Dataset): flipside.Problem {
  return { x: { data, rows, columns, order: "column-major" }, y };
}

export function optionsOf(penalty: PenaltyName, lambda: number): flipside.FitOptions {
  return { penalty: penaltyOf[penalty], lambda, convergence: { tolerance } };
}
