// Cross-validation in the plainest way, of a path and its folds, for tests of what is told about it.
import { type DenseMatrix, type Fit, fitPath, type Problem } from "flipside";
import type { CrossValidateOptions, CrossValidationLike, Which } from "../../dist/cli/cv/crossValidation.js";

/** Row i is in fold i mod folds. Squared errors of the rows left out, averaged over the folds. */
export async function plainCrossValidation(
  problem: Problem,
  options: CrossValidateOptions,
): Promise<CrossValidationLike> {
  const { folds = 5, seed: _, measure: __, convergence, ...others } = options;
  const { tolerance, maxIterations } = convergence;
  const shared = { ...others, convergence: { tolerance, maxIterations } };
  const x = problem.x as DenseMatrix;
  const y = problem.y as Float64Array;
  const path = await fitPath(problem, shared);
  const rowsOf = (keep: (i: number) => boolean) => {
    const rows = Array.from({ length: x.rows }, (_, i) => i).filter(keep);
    return {
      x: rows.map((i) => Array.from({ length: x.columns }, (_, j) => x.data[j * x.rows + i] as number)),
      y: rows.map((i) => y[i] as number),
    };
  };
  let unconverged = 0;
  const errors = await Promise.all(
    Array.from({ length: folds }, async (_, fold) => {
      const { lambdaCount: ___, ...rest } = shared;
      const own = await fitPath(
        rowsOf((i) => i % folds !== fold),
        { ...rest, lambdas: path.lambdas },
      );
      const left = rowsOf((i) => i % folds === fold);
      unconverged += own.fits.filter((fit) => !fit.converged).length;
      return own.fits.map((fit) => {
        const predicted = fit.predict(left.x);
        return (
          left.y.reduce((sum, value, i) => sum + (value - (predicted[i] as number)) ** 2, 0) / left.y.length
        );
      });
    }),
  );
  const mean = path.lambdas.map((_, k) => errors.reduce((sum, own) => sum + (own[k] as number), 0) / folds);
  const standardError = path.lambdas.map((_, k) => {
    const squares = errors.reduce((sum, own) => sum + ((own[k] as number) - (mean[k] as number)) ** 2, 0);
    return Math.sqrt(squares / (folds - 1) / folds);
  });
  const indexMin = mean.indexOf(Math.min(...mean));
  const bound = (mean[indexMin] as number) + (standardError[indexMin] as number);
  const index1se = mean.findIndex((value) => value <= bound);
  return {
    lambdas: path.lambdas,
    mean,
    standardError,
    nonzero: path.fits.map((fit) => fit.nonzero),
    lambdaMin: path.lambdas[indexMin] as number,
    lambda1se: path.lambdas[index1se] as number,
    indexMin,
    index1se,
    measure: "squaredError",
    unconverged,
    path,
    fitAt: (which: Which) => path.fits[which === "lambdaMin" ? indexMin : index1se] as Fit,
  };
}
