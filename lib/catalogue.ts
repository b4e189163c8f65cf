import { isArray, isObject, property, rangeText } from "./checks.js";
import { create, declared } from "./declaration.js";
import { expected } from "./errors.js";
import { penaltyOfTable, requireName } from "./fromFunctions.js";
import { FieldReader, parse, requireFormat } from "./json.js";
import type { Penalty } from "./penalty.js";
import "./penalties.js";
import "./strategies.js";
import { readTable } from "./tables/tableJSON.js";

/** A parameter of a penalty. Every value must be finite. */
export interface CatalogueParameter {
  readonly name: string;
  readonly description: string;
  /** Absent if the parameter is required or automatic. */
  readonly default?: number;
  /** True if the caller must give a value. */
  readonly required: boolean;
  /** The range in words, such as "a finite number > 0 and < 2". */
  readonly range: string;
  /** Bounds of the range: `min` and `max` belong to it, `above` and `below` do not. */
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
  readonly integer: boolean;
}

/** One penalty or strategy that this library has. */
export interface CatalogueEntry {
  readonly name: string;
  readonly kind: "penalty" | "strategy";
  readonly parameters: readonly CatalogueParameter[];
  /** True if it is evaluated with a design. */
  readonly needsDesign: boolean;
  /** One line. */
  readonly description: string;
  /** ω(w) in plain text, w >= 0. */
  readonly formula: string;
}

/** Every function of `penalties` and `strategies`, for listings, forms and tests. Immutable. */
export const catalogue: readonly CatalogueEntry[] = Object.freeze(
  declared.map(({ parameters, needsDesign = false, ...rest }) =>
    Object.freeze({
      ...rest,
      needsDesign,
      parameters: Object.freeze(
        Object.entries(parameters).map(([name, { automatic, integer = false, ...parameter }]) => {
          const required = parameter.default === undefined && automatic === undefined;
          const range = rangeText({ ...parameter, integer });
          return Object.freeze({ name, ...parameter, integer, required, range });
        }),
      ),
    }),
  ),
);

/**
 * The penalty that `penalty.toJSON()` wrote (an object or its JSON text), or any `{ name, parameters? }` of the catalogue. A
 * penalty that was made from functions comes back from its tables, without the functions.
 *
 * @throws FlipsideError UNKNOWN_PENALTY for a name that is not in the catalogue, VERSION for JSON of a newer
 * version, and what the function of that name in `penalties` or `strategies` throws.
 */
export function penaltyFromJSON(json: unknown): Penalty {
  return readPenalty("penalty", parse("penalty", json));
}

/** @internal */
export function readPenalty(argument: string, json: unknown): Penalty {
  if (!isObject(json) || isArray(argument, json))
    throw expected(argument, "an object { name, parameters? }", json);
  const format = property(argument, json, "format");
  if (format !== undefined) requireFormat(argument, json, "flipside.penalty", 1);
  const name = property(argument, json, "name");
  if (typeof name !== "string") throw expected(`${argument}.name`, "the name of a penalty", name);
  if (property(argument, json, "table") !== undefined) {
    const { table, kind } = readTable(new FieldReader(argument, json).fields("table"));
    return penaltyOfTable(requireName(`${argument}.name`, name), kind, table);
  }
  const declaration = declared.find((candidate) => candidate.name === name);
  if (declaration === undefined) {
    const names = declared.map((candidate) => candidate.name).join(", ");
    throw expected(`${argument}.name`, `one of ${names}`, name, "UNKNOWN_PENALTY");
  }
  const inner = declaration.decorates ? property(argument, json, "penalty") : undefined;
  if (isObject(inner) && property(`${argument}.penalty`, inner, "name") === name) {
    throw expected(`${argument}.penalty.name`, "another penalty", name, "UNSUPPORTED");
  }
  const decorated = inner === undefined ? undefined : readPenalty(`${argument}.penalty`, inner);
  return create(declaration, name, property(argument, json, "parameters"), decorated);
}
