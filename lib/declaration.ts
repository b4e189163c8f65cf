import type { NativePenalty } from "../binding.js";
import { native } from "./binding.js";
import { type NumberRange, property, rangeText, requireNumber, requireOptions } from "./checks.js";
import { expected, FlipsideError } from "./errors.js";
import { toColumnMajor } from "./layouts.js";
import { toMatrix } from "./matrix.js";
import { makePenalty, type Penalty, requirePenalty } from "./penalty.js";

/** One parameter of a penalty: its range, and what happens when the caller gives no value. */
export interface ParameterDeclaration extends NumberRange {
  readonly description: string;
  /** The value when the caller gives none. Without it the parameter is required, unless it is automatic. */
  readonly default?: number;
  /** What the native factory takes as "choose the value from the problem". */
  readonly automatic?: number;
}

/** All that lib/ knows of a penalty; the mathematics is in native/penalties. */
export interface PenaltyDeclaration {
  readonly name: string;
  readonly kind: "penalty" | "strategy";
  /** In the order of the native factory. */
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  /** Takes an option `design` for evaluation outside a fit. */
  readonly needsDesign?: boolean;
  /** Takes an option `penalty`, l1 by default, to which it adds a ridge part. */
  readonly decorates?: boolean;
  readonly description: string;
  readonly formula: string;
}

/** Makes a penalty from its parameters; the argument may be left out where none is required. */
export type PenaltyFactory<Options extends object> =
  Record<never, never> extends Options ? (options?: Options) => Penalty : (options: Options) => Penalty;

type Declaration<Options extends object> = PenaltyDeclaration & {
  readonly parameters: {
    readonly [K in Exclude<keyof Options, "design" | "penalty">]-?: ParameterDeclaration;
  };
};

/** Every declared penalty, in the order of declaration. */
export const declared: PenaltyDeclaration[] = [];

/** Enters a penalty into the catalogue and returns the function that makes it. */
export function declare<Options extends object>(declaration: Declaration<Options>): PenaltyFactory<Options> {
  declared.push(declaration);
  const factory = (options?: Options) => create(declaration, declaration.name, options);
  return factory as PenaltyFactory<Options>;
}

/** A penalty from untrusted options; `argument` begins the names in errors. */
export function create(
  declaration: PenaltyDeclaration,
  argument: string,
  options: unknown,
  decorated?: Penalty,
): Penalty {
  const known = Object.keys(declaration.parameters);
  const objects = declaration.needsDesign ? ["design"] : declaration.decorates ? ["penalty"] : [];
  const given = options === undefined ? {} : requireOptions(argument, options, [...known, ...objects]);
  const parameters: Record<string, number> = {};
  for (const name of known) {
    const spec = declaration.parameters[name] as ParameterDeclaration;
    const came = property(argument, given, name);
    const value = came === undefined ? spec.default : came;
    if (value !== undefined) parameters[name] = requireNumber(name, value, spec);
    else if (spec.automatic === undefined) throw expected(name, rangeText(spec), value);
  }
  const design = declaration.needsDesign ? property(argument, given, "design") : undefined;
  // An own copy of the design, which the caller cannot change behind the penalty's back.
  const columns = design === undefined ? undefined : toColumnMajor("design", toMatrix("design", design));
  const values = known.map((name) => parameters[name] ?? declaration.parameters[name]?.automatic ?? 0);
  const { name, kind } = declaration;
  if (declaration.decorates) {
    const inner = decorated ?? property(argument, given, "penalty") ?? create(named("l1"), "l1", undefined);
    const { alpha } = parameters;
    const handle = withRidge(inner, alpha as number);
    return makePenalty({
      name,
      kind,
      parameters: Object.freeze(parameters),
      handle,
      inner: inner as Penalty,
    });
  }
  const handle = native.createPenalty(name, Float64Array.from(values));
  return makePenalty({ name, kind, parameters: Object.freeze(parameters), handle, design: columns });
}

function named(name: string): PenaltyDeclaration {
  return declared.find((candidate) => candidate.name === name) as PenaltyDeclaration;
}

function withRidge(inner: unknown, alpha: number): NativePenalty {
  const { name, handle, inner: further } = requirePenalty("penalty", inner);
  if (further === undefined && native.isSeparable(handle)) return native.createElasticNet(handle, alpha);
  const lack = further === undefined ? "is a sum over the coefficients" : "has no ridge part of its own";
  throw new FlipsideError("UNSUPPORTED", `penalty must be one that ${lack}, but is ${name}`);
}
