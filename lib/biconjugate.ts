import { requireSeparable } from "./analysis.js";
import { property, requireOptions } from "./checks.js";
import { FlipsideError } from "./errors.js";
import { penaltyOfTable, requireName } from "./fromFunctions.js";
import { type Penalty, requirePenalty } from "./penalty.js";
import { majorant } from "./tables/majorant.js";
import { makeRecord, type TableRecord } from "./tables/record.js";

export interface BiconjugateOptions {
  /** What the penalty is called, not a name of the catalogue; by default its name with " biconjugate" after it. */
  readonly name?: string | undefined;
}

/**
 * The subquadratic penalty next to one that need not be: ω**(w) = min over η of ½ (w²/η + f(η)) with the dual
 * f(η) = sup over w of 2 ω(w) - w²/η. It is the smallest subquadratic penalty that lies nowhere below ω: the least
 * concave majorant of ω as a function of w². (A largest one below ω does not exist in general.) Where the two
 * differ, ω** is quadratic and η̂ is constant. A penalty that is subquadratic already is returned as it is.
 *
 * @throws FlipsideError UNBOUNDED if ω grows faster than quadratically to the end of its domain, so that nothing
 * subquadratic lies above it; UNSUPPORTED for a penalty that is not a sum over the coefficients.
 */
export function biconjugate(penalty: Penalty, options?: BiconjugateOptions): Penalty {
  const blueprint = requirePenalty("penalty", penalty);
  const given = options === undefined ? {} : requireOptions("options", options, ["name"]);
  const wanted = property("options", given, "name");
  const name = wanted === undefined ? undefined : requireName("name", wanted);
  requireSeparable(blueprint, "biconjugate");
  const { table } = blueprint;
  if (table === undefined || table.monotone) return penalty;
  const made = raised(blueprint.name, table);
  return penaltyOfTable(name ?? `${blueprint.name.slice(0, 88)} biconjugate`, blueprint.kind, made);
}

function raised(name: string, table: TableRecord): TableRecord {
  const { scaling, tabulation } = table;
  const { curve, errors } = majorant(name, table.omega, table.errors);
  const { error, slopeError, domain, tolerance } = tabulation;
  const omega = { curve, errors, to: domain[1], error, worst: 0, slopeError };
  const record = makeRecord(scaling, { omega, domain, error }, tolerance);
  if (record.monotone) return record;
  throw new FlipsideError("INTERNAL", `the biconjugate of ${name} must be subquadratic, but is not`);
}
