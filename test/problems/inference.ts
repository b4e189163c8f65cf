// A small problem with the numbers of other programs on it: lm, glm (R 4.2), glmnet 4.1-6 (thresh 1e-20), ncvreg 3.16
// (eps 1e-13) and skglm 0.6. Objectives were computed there from the formulas that the packages document.
import { readFileSync } from "node:fs";
import type { Problem } from "flipside";

export interface Glm {
  /** The intercept first, but of lmOrigin. */
  readonly coefficients: number[];
  readonly errors: number[];
  readonly logLik: number;
  readonly aic: number;
  readonly bic: number;
}

export interface PackageFit {
  readonly convention: "glmnet" | "ncvreg";
  readonly family: "gaussian" | "binomial" | "poisson";
  readonly penalty: string;
  readonly gamma: number;
  readonly alpha: number;
  readonly lambda: number;
  readonly coefficients: number[];
  readonly intercept: number | null;
  readonly weights: boolean;
  readonly offset: boolean;
  readonly factors: number[] | null;
  readonly standardize: boolean;
  readonly objective: number;
  readonly minimised: number | null;
}

interface References {
  readonly rows: number;
  readonly columns: number;
  readonly x: number[];
  readonly gaussian: number[];
  readonly binomial: number[];
  readonly poisson: number[];
  readonly weights: number[];
  readonly offset: number[];
  readonly lm: Glm;
  readonly lmWeights: Glm;
  readonly lmOrigin: Glm;
  readonly logit: Glm;
  readonly poissonGlm: Glm;
  readonly poissonWeights: Glm;
  readonly fits: PackageFit[];
  readonly skglm: {
    readonly coefficients: number[];
    readonly intercept: number;
    readonly lambda: number;
    readonly losses: Record<"squared" | "logistic" | "huber" | "poisson", number>;
    readonly delta: number;
    readonly penalties: {
      penalty: string;
      parameters: Record<string, number>;
      factors: number[] | null;
      value: number;
    }[];
  };
}

export const references: References = JSON.parse(
  readFileSync(new URL("inference.json", import.meta.url), "utf8"),
);

export const x = { data: references.x, rows: references.rows, columns: references.columns };
export const lossOf = { gaussian: "squared", binomial: "logistic", poisson: "poisson" } as const;

export function problemOf(
  family: "gaussian" | "binomial" | "poisson",
  { weights = false, offset = false } = {},
): Problem {
  return {
    x,
    y: references[family],
    ...(weights && { weights: references.weights }),
    ...(offset && { offset: references.offset }),
  };
}

/** |a - b| relative to the larger, or absolutely below 1. */
export function difference(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
}
