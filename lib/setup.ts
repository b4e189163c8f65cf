import type { NativeStructure } from "../binding.js";
import { requireBoolean } from "./checks.js";
import { encodeNumber, encodeNumbers, type FieldReader, type JSONNumber } from "./json.js";

/** What a fit was asked for, beyond penalty, loss, λ and solver: what its objective was made of. */
export interface FitSetup {
  readonly intercept: boolean;
  /** Whether the penalty acted on standardised columns. */
  readonly standardize: boolean;
  /** Whether rows had weights; undefined of a Gram, which may have had. */
  readonly weights: boolean | undefined;
  readonly offset: boolean;
  /** Converged when the stationarity is at most tolerance * λ; see `ConvergenceOptions`. */
  readonly tolerance: number;
  /** The numbers of the loss, in its order, where they were given. */
  readonly lossParameters?: readonly number[] | undefined;
  /** How penalty factors act, where there are any. */
  readonly factorConvention?: "ncvreg" | "skglm" | undefined;
  /** Whether coefficients had bounds. */
  readonly bounds: boolean;
  /** How many groups of columns the penalty acted on, where there are any. */
  readonly groups?: number | undefined;
  /** Whether the coefficients of a column for all outputs were one group. */
  readonly joint: boolean;
}

/** What `JSON.stringify` writes for it; a flag that is false is left out. */
export interface SetupJSON {
  intercept: boolean;
  standardize: boolean;
  weights?: boolean;
  offset: boolean;
  tolerance: JSONNumber;
  lossParameters?: JSONNumber[];
  factorConvention?: "ncvreg" | "skglm";
  bounds?: boolean;
  groups?: number;
  joint?: boolean;
}

/** The part of a request that tells it. @internal */
export interface SetupSource {
  readonly intercept: boolean;
  readonly standardize: boolean;
  readonly tolerance: number;
  readonly offset?: Float64Array | undefined;
  readonly lossParameters?: Float64Array | undefined;
  readonly structure?: NativeStructure | undefined;
}

/** @internal */
export function setupOf(request: SetupSource, weights: boolean | undefined): FitSetup {
  const { structure, lossParameters } = request;
  const { factors, factorsScaleLambda, lower, upper, groups, joint = false } = structure ?? {};
  return {
    intercept: request.intercept,
    standardize: request.standardize,
    weights,
    offset: request.offset !== undefined,
    tolerance: request.tolerance,
    lossParameters: lossParameters && Array.from(lossParameters),
    factorConvention: factors && (factorsScaleLambda ? "ncvreg" : "skglm"),
    bounds: lower !== undefined || upper !== undefined,
    groups: groups && new Set(groups).size,
    joint,
  };
}

/** @internal */
export function encodeSetup(setup: FitSetup): SetupJSON {
  const { weights, lossParameters, factorConvention, groups } = setup;
  return {
    intercept: setup.intercept,
    standardize: setup.standardize,
    ...(weights !== undefined && { weights }),
    offset: setup.offset,
    tolerance: encodeNumber(setup.tolerance),
    ...(lossParameters !== undefined && { lossParameters: encodeNumbers(Float64Array.from(lossParameters)) }),
    ...(factorConvention !== undefined && { factorConvention }),
    ...(setup.bounds && { bounds: true }),
    ...(groups !== undefined && { groups }),
    ...(setup.joint && { joint: true }),
  };
}

/** @internal */
export function decodeSetup(read: FieldReader): FitSetup {
  const flag = (key: string) => requireBoolean(read.name(key), read.value(key));
  const present = (key: string) => read.has(key) && flag(key);
  return {
    intercept: flag("intercept"),
    standardize: flag("standardize"),
    weights: read.has("weights") ? flag("weights") : undefined,
    offset: flag("offset"),
    tolerance: read.finite("tolerance", 0),
    lossParameters: read.has("lossParameters")
      ? Array.from(read.numbers("lossParameters", undefined))
      : undefined,
    factorConvention: read.has("factorConvention")
      ? read.word("factorConvention", ["ncvreg", "skglm"] as const)
      : undefined,
    bounds: present("bounds"),
    groups: read.has("groups") ? read.count("groups", 1) : undefined,
    joint: present("joint"),
  };
}
