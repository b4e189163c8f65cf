import type { Fit } from "../../index.js";
import { brief, describePenalty, plural, significant } from "../format.js";
import { describeData, textTable } from "../print.js";
import { type CvOutcome, warnings } from "./cvCommand.js";

/** More rows than this help nobody on a terminal; the page and the JSON have all of them. */
const mostLambdas = 16;
const mostCoefficients = 60;

/** Some λ evenly spaced, the two chosen ones among them, and the coefficients at these. */
export function printCv(outcome: CvOutcome): string {
  const { cv, dataset, fits } = outcome;
  const last = cv.lambdas.length - 1;
  const count = Math.min(mostLambdas, last + 1);
  const even = Array.from({ length: count }, (_, i) => Math.round((i * last) / Math.max(1, count - 1)));
  const shown = [...new Set([...even, cv.indexMin, cv.index1se])].sort((a, b) => a - b);
  const rows = shown.map((k) => [
    significant(cv.lambdas[k] as number, 4),
    significant(cv.mean[k] as number),
    significant(cv.standardError[k] as number, 3),
    String(cv.nonzero[k]),
    [k === cv.indexMin && "lambda_min", k === cv.index1se && "lambda_1se"].filter(Boolean).join(", "),
  ]);
  const lines = [
    `${describePenalty(fits.lambdaMin.penalty)}, cross-validated over ${plural(last + 1, "lambda")}`,
    describeData(dataset),
    "",
    textTable(["lambda", measureName(cv.measure), "standard error", "nonzero", ""], rows, [0, 1, 2, 3]),
    textTable(["feature", "lambda_min", "lambda_1se"], coefficientRows(outcome), [1, 2]),
    ...(["lambdaMin", "lambda1se"] as const).map((which) => {
      const name = which === "lambdaMin" ? "lambda_min" : "lambda_1se";
      const k = which === "lambdaMin" ? cv.indexMin : cv.index1se;
      const score = `${measureName(cv.measure)} ${significant(cv.mean[k] as number)}`;
      const error = `standard error ${significant(cv.standardError[k] as number, 3)}`;
      return `${name} = ${brief(cv[which], 6)}: ${score}, ${error}, ${fits[which].nonzero} of ${plural(dataset.features.length, "coefficient")} nonzero`;
    }),
    ...warnings(outcome).map((text) => `Warning: ${text}`),
  ];
  return `${lines.join("\n")}\n\n`;
}

/** Words for the names of measures: "squaredError" is "squared error". */
export function measureName(measure: string): string {
  return measure.replaceAll(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}

/** The columns that have a coefficient at either λ, largest first if there are many. */
export function chosenFeatures({ fits, dataset }: CvOutcome, most: number): number[] {
  const { lambdaMin, lambda1se } = fits;
  const size = (j: number) =>
    Math.max(magnitude(lambdaMin, j), magnitude(lambda1se, j)) * (dataset.spreads[j] as number);
  const chosen = dataset.features.map((_, j) => j).filter((j) => size(j) > 0);
  if (chosen.length <= most) return chosen;
  return chosen.sort((a, b) => size(b) - size(a)).slice(0, most);
}

function magnitude({ coefficients }: Fit, j: number): number {
  return Math.abs(coefficients[j] as number);
}

function coefficientRows(outcome: CvOutcome): string[][] {
  const { lambdaMin, lambda1se } = outcome.fits;
  const rows = chosenFeatures(outcome, mostCoefficients).map((j) => [
    outcome.dataset.features[j] as string,
    significant(lambdaMin.coefficients[j] as number),
    significant(lambda1se.coefficients[j] as number),
  ]);
  return [["(intercept)", significant(lambdaMin.intercept), significant(lambda1se.intercept)], ...rows];
}
