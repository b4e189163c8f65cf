import {
  isInstance,
  isObject,
  property,
  refuseUnknownKeys,
  requireChoice,
  requireNumber,
} from "../checks.js";
import { expected, FlipsideError } from "../errors.js";
import { Penalty } from "../penalty.js";

/**
 * Whose scaling an objective is in:
 *
 * - "paper": this library's, L(w) + λ Ω(w)
 * - "glmnet" (R): L + λ Σ m_j ((1 - α) w_j² / 2 + α |w_j|), the factors m_j rescaled to sum to the number of columns
 * - "ncvreg" (R): L + Σ P(w_j; m_j λ α, γ) + m_j λ (1 - α) w_j² / 2
 * - "skglm" (Python): L + its penalty with its alpha, which is `lambda` here, on columns as they are
 */
export type Convention = "paper" | "glmnet" | "ncvreg" | "skglm";

/** @internal */
export const conventions = ["paper", "glmnet", "ncvreg", "skglm"] as const satisfies readonly Convention[];

/** A penalty with its strength in the words of one convention. */
export interface PenaltyDescription {
  /**
   * A Penalty, or its name in the convention: of this library (l1, lp, logSum, mcp, scad, elasticNet), elasticNet of glmnet
   * (the default there), "MCP", "SCAD" or "lasso" of ncvreg, "L1", "L1_plus_L2", "WeightedL1", "MCPenalty",
   * "WeightedMCPenalty", "SCAD", "LogSumPenalty", "L0_5" or "L2_3" of skglm. A Penalty stands for the one of its kind in
   * the convention.
   */
  readonly penalty?: Penalty | string | undefined;
  /** By name: a, epsilon, p of this library, gamma of ncvreg, gamma, eps, l1_ratio of skglm. Not with a Penalty. */
  readonly parameters?: Readonly<Record<string, number>> | undefined;
  /** The strength, a finite number >= 0: alpha in skglm. */
  readonly lambda: number;
  /** The share of the sparse part beside ridge, in [0, 1], by default 1; in skglm l1_ratio of "L1_plus_L2". */
  readonly alpha?: number | undefined;
}

/** @internal */
export type Kind = "l1" | "lp" | "logSum" | "mcp" | "scad";

/**
 * A penalty free of conventions: the sum over the coefficients of sparse + ridge w² / 2, where sparse is A w for l1, A w^p
 * for lp, A log(1 + w / shape) for logSum, and λ ω of this library at λ = A for mcp and scad.
 * @internal
 */
export interface Canonical {
  readonly kind: Kind;
  /** The exponent of lp, epsilon of logSum, a of mcp and scad. */
  readonly shape: number;
  /** A. */
  readonly sparse: number;
  readonly ridge: number;
}

/** @internal */
export function canonicalValue({ kind, shape, sparse, ridge }: Canonical, w: number): number {
  const quadratic = 0.5 * ridge * w * w;
  switch (kind) {
    case "l1":
      return sparse * w + quadratic;
    case "lp":
      return sparse * w ** shape + quadratic;
    case "logSum":
      return sparse * Math.log1p(w / shape) + quadratic;
    case "mcp":
      return (w < shape * sparse ? w * (sparse - w / (2 * shape)) : (shape * sparse ** 2) / 2) + quadratic;
    case "scad":
      if (w <= sparse) return sparse * w + quadratic;
      if (w >= shape * sparse) return ((shape + 1) * sparse ** 2) / 2 + quadratic;
      return (2 * shape * sparse * w - w * w - sparse ** 2) / (2 * (shape - 1)) + quadratic;
  }
}

/** A penalty of a convention by its name there. */
interface Named {
  readonly kind: Kind;
  /** The name and range of the parameter that is the shape, or the shape itself. */
  readonly shape: number | { name: string; usual?: number; above: number; max?: number };
  /** Columns may have factors. */
  readonly weighted?: boolean;
  /** The mixing parameter is among the parameters. */
  readonly mixing?: string;
}

const gammaOfMCP = { name: "gamma", usual: 3, above: 0 };
const gammaOfSCAD = { name: "gamma", usual: 3.7, above: 2 };
const names: Readonly<Record<Convention, Readonly<Record<string, Named>>>> = {
  paper: {
    l1: { kind: "l1", shape: 1 },
    elasticNet: { kind: "l1", shape: 1, mixing: "alpha" },
    lp: { kind: "lp", shape: { name: "p", above: 0, max: 2 } },
    logSum: { kind: "logSum", shape: { name: "epsilon", above: 0 } },
    mcp: { kind: "mcp", shape: { ...gammaOfMCP, name: "a" } },
    scad: { kind: "scad", shape: { ...gammaOfSCAD, name: "a" } },
  },
  glmnet: { elasticNet: { kind: "l1", shape: 1, weighted: true } },
  ncvreg: {
    lasso: { kind: "l1", shape: 1, weighted: true },
    MCP: { kind: "mcp", shape: { ...gammaOfMCP, above: 1 }, weighted: true },
    SCAD: { kind: "scad", shape: gammaOfSCAD, weighted: true },
  },
  skglm: {
    L1: { kind: "l1", shape: 1 },
    WeightedL1: { kind: "l1", shape: 1, weighted: true },
    L1_plus_L2: { kind: "l1", shape: 1, mixing: "l1_ratio" },
    MCPenalty: { kind: "mcp", shape: gammaOfMCP },
    WeightedMCPenalty: { kind: "mcp", shape: gammaOfMCP, weighted: true },
    SCAD: { kind: "scad", shape: gammaOfSCAD },
    LogSumPenalty: { kind: "logSum", shape: { name: "eps", above: 0 } },
    L0_5: { kind: "lp", shape: 0.5 },
    L2_3: { kind: "lp", shape: 2 / 3 },
  },
};

/** A description that has been read. @internal */
export interface Read {
  readonly kind: Kind;
  readonly shape: number;
  readonly lambda: number;
  readonly alpha: number;
  /** Whether the columns may have factors. */
  readonly weighted: boolean;
}

/** @internal */
export const descriptionKeys = ["penalty", "parameters", "lambda", "alpha"];

/** @throws FlipsideError UNSUPPORTED for a penalty that the convention has not; bad arguments. @internal */
export function readDescription(options: object, convention: Convention, factors = false): Read {
  const get = (key: string) => property("", options, key);
  const lambda = requireNumber("lambda", get("lambda"), { min: 0 });
  const { named, name, parameters, mixed } = readNamed(
    get("penalty"),
    get("parameters"),
    convention,
    factors,
  );
  const { kind, shape, mixing } = named;
  const known = [
    ...(typeof shape === "number" ? [] : [shape.name]),
    ...(mixing === undefined ? [] : [mixing]),
  ];
  refuseUnknownKeys("parameters", parameters, known);
  const value = (key: string) => property("parameters", parameters, key);
  let alpha =
    get("alpha") === undefined ? (mixed ?? 1) : requireNumber("alpha", get("alpha"), { min: 0, max: 1 });
  if (mixing !== undefined && value(mixing) !== undefined) {
    alpha = requireNumber(`parameters.${mixing}`, value(mixing), { min: 0, max: 1 });
  } else if (convention === "skglm" && alpha !== 1 && mixing === undefined) {
    throw unsupported("alpha", "1, as skglm has no ridge part beside other penalties than L1_plus_L2", alpha);
  }
  if (typeof shape === "number") return { kind, shape, lambda, alpha, weighted: weighted(named, convention) };
  const given = value(shape.name) ?? shape.usual;
  const range = { above: shape.above, ...(shape.max !== undefined && { max: shape.max }) };
  const own = requireNumber(`parameters.${shape.name} of ${name}`, given, range);
  return { kind, shape: own, lambda, alpha, weighted: weighted(named, convention) };
}

function weighted(named: Named, convention: Convention): boolean {
  return convention === "paper" || named.weighted === true;
}

function readNamed(penalty: unknown, parameters: unknown, convention: Convention, factors: boolean) {
  const own = names[convention];
  if (isInstance(penalty, Penalty)) {
    if (parameters !== undefined) {
      const message = "parameters must be left out with a Penalty, which has its own, but is there";
      throw new FlipsideError("INVALID_ARGUMENT", message);
    }
    return ofPenalty(penalty, convention, factors);
  }
  const usual = convention === "glmnet" ? "elasticNet" : undefined;
  const given = penalty ?? usual;
  if (typeof given !== "string") throw expected("penalty", "a Penalty or the name of one", penalty);
  const name = requireChoice(`penalty of ${convention}`, given, Object.keys(own));
  if (parameters !== undefined && !isObject(parameters))
    throw expected("parameters", "an object", parameters);
  return { named: own[name] as Named, name, parameters: (parameters ?? {}) as object, mixed: undefined };
}

/** The penalty of the same kind in a convention, with the parameters under their names there. */
function ofPenalty(penalty: Penalty, convention: Convention, factors: boolean) {
  const ours = names.paper[penalty.name];
  if (ours === undefined) {
    const known = Object.keys(names.paper).join(", ");
    const message = `penalty must be one of ${known} to have a counterpart in ${convention}, but is ${penalty.name}`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const key = typeof ours.shape === "number" ? undefined : ours.shape.name;
  const shape = key === undefined ? 1 : (penalty.parameters[key] as number);
  const mixing = ours.mixing === undefined ? undefined : penalty.parameters[ours.mixing];
  const [name, named] = counterpart(
    ours.kind,
    shape,
    convention,
    mixing !== undefined && mixing < 1,
    factors,
  );
  const parameters = {
    ...(typeof named.shape !== "number" && { [named.shape.name]: shape }),
    ...(mixing !== undefined && named.mixing !== undefined && { [named.mixing]: mixing }),
  };
  // Ridge beside another penalty has the same name.
  if (mixing !== undefined && Math.abs(penalty.omega(1, 1) - (1 + mixing) / 2) > 1e-12) {
    const message = `penalty must be l1 beside ridge to have a counterpart in ${convention}, but is ${penalty.name} of another`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  return { named, name, parameters, mixed: mixing };
}

/** The name of a kind in a convention. @internal */
export function counterpart(
  kind: Kind,
  shape: number,
  convention: Convention,
  mixed = false,
  factors = false,
): [name: string, named: Named] {
  const candidates = Object.entries(names[convention]).filter(
    ([, named]) =>
      named.kind === kind &&
      (typeof named.shape !== "number" || Math.abs(named.shape - shape) <= 1e-12) &&
      (convention !== "skglm" ||
        (mixed === (named.mixing !== undefined) && factors === (named.weighted ?? false))),
  );
  const found = candidates[0];
  if (found !== undefined) return found;
  const detail = kind === "lp" ? ` with p = ${shape}` : "";
  const more = `${mixed ? " beside a ridge part" : ""}${factors ? " with a factor per column" : ""}`;
  throw new FlipsideError(
    "UNSUPPORTED",
    `penalty must exist in ${convention}, but ${kind}${detail}${more} does not`,
  );
}

/** @internal */
export function unsupported(argument: string, requirement: string, value: unknown): FlipsideError {
  return expected(argument, requirement, value, "UNSUPPORTED");
}

/**
 * What a description stands for. `yScale` is the root mean square of the response that glmnet divides the ridge part of
 * squared loss by, 1 for other losses.
 * @internal
 */
export function toCanonical(read: Read, convention: Convention, yScale: number): Canonical {
  const { kind, shape, lambda, alpha } = read;
  const ownScale = convention === "paper" && kind === "lp" ? shape : 1;
  const ridge = lambda * (1 - alpha);
  return {
    kind,
    shape,
    sparse: (lambda * alpha) / ownScale,
    ridge: convention === "glmnet" ? ridge / yScale : ridge,
  };
}
