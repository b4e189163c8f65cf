// Fits that other packages computed, as the files in test/problems/packages hold them: what was fitted, in the terms of
// this library, and the coefficients that came out.
import { existsSync, readFileSync } from "node:fs";
import { packageRoot } from "../drivers/native.ts";

export type CaseLoss = "squared" | "logistic" | "poisson" | "huber" | "cox" | "multinomial" | "multiTask";

export interface PackageCase {
  /** Unique, and the name of its test. */
  readonly id: string;
  /** As it was made in the other package, with that package's parameters. */
  readonly call: string;
  /** A key of the data, and there of the response. */
  readonly data: string;
  readonly y: string;
  readonly loss: CaseLoss;
  readonly lossOptions?: { readonly ties?: "breslow" | "efron"; readonly delta?: number };
  readonly penalty: { readonly name: "l1" | "mcp" | "scad"; readonly parameters?: { readonly a: number } };
  readonly lambda: number;
  /** Of penalties.elasticNet; without it there is no quadratic part. */
  readonly alpha?: number;
  readonly intercept: boolean;
  readonly standardize: boolean;
  /** Keys of the data. */
  readonly weights?: string;
  readonly offset?: string;
  /** One per column, null for Infinity. */
  readonly penaltyFactors?: readonly (number | null)[];
  readonly factorConvention?: "ncvreg";
  /** One per column, null for none. */
  readonly bounds?: {
    readonly lower?: readonly (number | null)[];
    readonly upper?: readonly (number | null)[];
  };
  readonly joint?: boolean;
  /** On the scale of x, output after output. */
  readonly coefficients: readonly number[];
  readonly intercepts: readonly number[];
  readonly convex: boolean;
  /**
   * False where the package is known to end at no stationary point of this objective, so that its end only bounds the
   * objective from above.
   */
  readonly stationary?: boolean;
}

export interface CaseFile {
  readonly package: string;
  readonly version: string;
  readonly language: string;
  readonly cases: readonly PackageCase[];
}

/** One data set: x column after column, and vectors by name. */
export interface CaseData {
  readonly rows: number;
  readonly columns: number;
  readonly x: readonly number[];
  readonly [vector: string]: number | readonly number[];
}

export const packageNames = ["glmnet", "stats", "survival", "MASS", "ncvreg", "scikit-learn"] as const;

export const caseFolder = new URL("test/problems/packages/", packageRoot);

const read = (name: string) => JSON.parse(readFileSync(new URL(name, caseFolder), "utf8"));

export function readCaseData(): Record<string, CaseData> {
  return read("data.json");
}

export function readCaseFiles(): CaseFile[] {
  return packageNames
    .filter((name) => existsSync(new URL(`${name}.json`, caseFolder)))
    .map((name) => read(`${name}.json`));
}

export function vectorOf(data: CaseData, name: string): readonly number[] {
  const vector = data[name];
  if (typeof vector !== "object") throw new Error(`the data have no vector ${name}`);
  return vector;
}
