import type { NativeStructure } from "../binding.js";
import { isArray, isObject, property, requireBoolean, requireChoice, requireOptions } from "./checks.js";
import { expected, FlipsideError, lengthMismatch } from "./errors.js";
import { encodeNumbers, type FieldReader, type JSONNumber } from "./json.js";
import { toVector, type VectorLike } from "./matrix.js";
import { arrayLength, asView, countOf, element, lengthOf } from "./views.js";

/** Whether a penalty factor multiplies λ or the penalty; see `StructureOptions.factorConvention`. */
export type FactorConvention = "ncvreg" | "skglm";

/** Limits of the coefficients, on the scale of x: a number for all columns or one per column. */
export interface Bounds {
  /** <= 0, -Infinity for none. */
  readonly lower?: number | VectorLike | undefined;
  /** >= 0, Infinity for none. */
  readonly upper?: number | VectorLike | undefined;
}

/**
 * What a penalty that is a sum over the coefficients is applied to. With any of these options the objective is
 * L(w) + λ Σ_g Ω_g over groups g of columns, with the norm r = |w_g| of the standardised coefficients of a group, |w| of
 * one that is alone, and its factor m, and the solver is "blocks".
 */
export interface StructureOptions {
  /**
   * One number m >= 0 per column, by default 1; 0 does not penalise a column, Infinity keeps its coefficient at 0. They are
   * used as they are (glmnet rescales its own to sum to the number of columns), and must agree within a group.
   */
  readonly penaltyFactors?: VectorLike | undefined;
  /**
   * "ncvreg" (the default): λ_j = m λ, so that Ω_g = m ω(r; mλ), such as MCP(mλ, γ). "skglm": Ω_g = m ω(r; λ). They differ
   * for penalties that depend on λ: mcp, scad, every strategy, and elasticNet of these.
   */
  readonly factorConvention?: FactorConvention | undefined;
  /** Limits that include 0. Within a group of several columns only 0 and infinite ones (UNSUPPORTED). */
  readonly bounds?: Bounds | undefined;
  /**
   * One label per column, an integer or a string: columns with the same label are a group. Or an array of arrays of
   * columns; columns in none of them are groups by themselves. The group lasso with l1, group MCP with mcp, and so on. A
   * group is not weighted by its size: for the weights of grplasso give `penaltyFactors` the roots of the sizes.
   */
  readonly groups?: VectorLike | readonly (number | string)[] | readonly VectorLike[] | undefined;
  /**
   * Of a loss with several outputs: the coefficients of a column (or group) for all outputs are one group. By default true
   * for "multiTask", else false; of no consequence with one output.
   */
  readonly joint?: boolean | undefined;
}

/** The structure of a fit: what `StructureOptions` said, entry by entry. */
export interface FitStructure {
  readonly penaltyFactors: Float64Array | undefined;
  readonly factorConvention: FactorConvention;
  readonly lower: Float64Array | undefined;
  readonly upper: Float64Array | undefined;
  /** Columns with the same number are a group. */
  readonly groups: Int32Array | undefined;
  readonly joint: boolean;
}

/** What `JSON.stringify` writes for it. */
export interface StructureJSON {
  penaltyFactors?: JSONNumber[];
  factorConvention: FactorConvention;
  lower?: JSONNumber[];
  upper?: JSONNumber[];
  groups?: number[];
  joint: boolean;
}

/** Where in options the structure of a penalty is told. @internal */
export const structureKeys: readonly string[] = [
  "penaltyFactors",
  "factorConvention",
  "bounds",
  "groups",
  "joint",
];

const conventions = ["ncvreg", "skglm"] as const satisfies readonly FactorConvention[];
const perColumn = "one per column of x";

/** Undefined where the penalty acts on each coefficient alike. @internal */
export function readStructure(
  options: object,
  columns: number,
  outputs: number,
): NativeStructure | undefined {
  const get = (key: string) => property("options", options, key);
  const convention = get("factorConvention");
  const factorsScaleLambda =
    convention === undefined || requireChoice("factorConvention", convention, conventions) === "ncvreg";
  const factors = readEntries(
    "penaltyFactors",
    get("penaltyFactors"),
    columns,
    "a number >= 0",
    (m) => m >= 0,
  );
  const given = get("bounds");
  const bounds = given === undefined ? {} : requireOptions("bounds", given, ["lower", "upper"]);
  const lower = readBound(bounds, "lower", columns, -Infinity);
  const upper = readBound(bounds, "upper", columns, Infinity);
  const labels = get("groups");
  const groups = labels === undefined ? undefined : readGroups(labels, columns);
  const wish = get("joint");
  const joint =
    (wish === undefined ? get("loss") !== "multinomial" : requireBoolean("joint", wish)) && outputs > 1;
  if (!joint && [factors, lower, upper, groups].every((part) => part === undefined)) return undefined;
  return { factors, factorsScaleLambda, lower, upper, groups, joint };
}

/** An array of one number per column, of which NaN is none. */
function readEntries(
  argument: string,
  value: unknown,
  columns: number,
  requirement: string,
  accepts: (entry: number) => boolean,
): Float64Array | undefined {
  if (value === undefined) return undefined;
  const vector = toVector(argument, value, columns, perColumn);
  for (let j = 0; j < columns; ++j) {
    const entry = vector[j] as number;
    if (!accepts(entry)) {
      const code = Number.isNaN(entry) ? "NOT_FINITE" : "OUT_OF_RANGE";
      throw expected(`${argument}[${j}]`, requirement, entry, code);
    }
  }
  return vector;
}

/** Undefined where nothing is bounded. */
function readBound(
  bounds: object,
  key: "lower" | "upper",
  columns: number,
  free: number,
): Float64Array | undefined {
  const value = property("bounds", bounds, key);
  const name = `bounds.${key}`;
  const [requirement, accepts] =
    key === "lower"
      ? ["a number <= 0", (bound: number) => bound <= 0]
      : ["a number >= 0", (bound: number) => bound >= 0];
  if (typeof value !== "number") {
    return readEntries(name, value, columns, requirement as string, accepts as (bound: number) => boolean);
  }
  if (!(accepts as (bound: number) => boolean)(value)) {
    const code = Number.isNaN(value) ? "NOT_FINITE" : "OUT_OF_RANGE";
    throw expected(name, requirement as string, value, code);
  }
  return value === free ? undefined : new Float64Array(columns).fill(value);
}

function readGroups(value: unknown, columns: number): Int32Array {
  const view = isObject(value) ? asView("groups", value) : undefined;
  if (view === undefined && !(isObject(value) && isArray("groups", value))) {
    throw expected("groups", "an array of one label per column or of arrays of columns", value);
  }
  const array = value as readonly unknown[];
  const count = view === undefined ? arrayLength("groups", array) : lengthOf(view);
  if (view === undefined && count > 0 && isObject(element("groups", array, 0))) {
    return groupsOfLists(array, count, columns);
  }
  if (count !== columns) throw lengthMismatch("groups", columns, perColumn, count);
  const numbers = new Map<unknown, number>();
  const groups = new Int32Array(columns);
  for (let j = 0; j < columns; ++j) {
    const label = view === undefined ? element("groups", array, j) : view[j];
    if (typeof label !== "string" && !Number.isInteger(label)) {
      throw expected(`groups[${j}]`, "an integer or a string", label);
    }
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    groups[j] = numbers.get(label) as number;
  }
  return groups;
}

function groupsOfLists(lists: readonly unknown[], count: number, columns: number): Int32Array {
  const groups = new Int32Array(columns).fill(-1);
  let made = 0;
  for (let g = 0; g < count; ++g) {
    const list = element("groups", lists, g);
    const name = `groups[${g}]`;
    if (countOf(name, list) === 0) continue;
    const members = toVector(name, list);
    for (let k = 0; k < members.length; ++k) {
      const column = members[k] as number;
      if (!(Number.isInteger(column) && column >= 0 && column < columns)) {
        throw expected(`${name}[${k}]`, `a column, an integer >= 0 and < ${columns}`, column, "OUT_OF_RANGE");
      }
      if (groups[column] !== -1) {
        const message = `${name}[${k}] must be in one group only, but column ${column} is in another place too`;
        throw new FlipsideError("INVALID_ARGUMENT", message);
      }
      groups[column] = made;
    }
    ++made;
  }
  // Those left over follow, each by itself.
  return groups.map((group) => (group === -1 ? made++ : group));
}

/** @internal */
export function describeStructure(native: NativeStructure): FitStructure {
  const { factors, lower, upper, groups, joint } = native;
  return Object.freeze({
    penaltyFactors: factors,
    factorConvention: native.factorsScaleLambda ? "ncvreg" : "skglm",
    lower,
    upper,
    groups,
    joint,
  });
}

/** @internal */
export function encodeStructure(structure: FitStructure): StructureJSON {
  const { penaltyFactors, factorConvention, lower, upper, groups, joint } = structure;
  return {
    ...(penaltyFactors !== undefined && { penaltyFactors: encodeNumbers(penaltyFactors) }),
    factorConvention,
    ...(lower !== undefined && { lower: encodeNumbers(lower) }),
    ...(upper !== undefined && { upper: encodeNumbers(upper) }),
    ...(groups !== undefined && { groups: Array.from(groups) }),
    joint,
  };
}

/** @internal */
export function decodeStructure(read: FieldReader, columns: number): FitStructure {
  const numbers = (key: string, min: number, max: number) =>
    read.has(key) ? read.numbers(key, columns, min, max) : undefined;
  const groups = numbers("groups", 0, columns - 1);
  return Object.freeze({
    penaltyFactors: numbers("penaltyFactors", 0, Infinity),
    factorConvention: read.word("factorConvention", conventions),
    lower: numbers("lower", -Infinity, 0),
    upper: numbers("upper", 0, Infinity),
    groups: groups && Int32Array.from(groups),
    joint: requireBoolean(read.name("joint"), read.value("joint")),
  });
}
