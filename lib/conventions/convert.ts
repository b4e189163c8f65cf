import { property, requireChoice, requireNumber, requireOptions } from "../checks.js";
import { FlipsideError } from "../errors.js";
import { toMatrix } from "../matrix.js";
import type { Penalty } from "../penalty.js";
import { type Problem, problemKeys, readRows } from "../request.js";
import type { LossName } from "../solver.js";
import {
  type Canonical,
  type Convention,
  conventions,
  counterpart,
  descriptionKeys,
  type PenaltyDescription,
  readDescription,
  toCanonical,
} from "./canonical.js";
import { penaltyOfKind, readFactors, readLossName, responseScale, standardisedDefect } from "./data.js";

export interface ConvertOptions {
  readonly from: Convention;
  readonly to: Convention;
  /** By default "squared". */
  readonly loss?: LossName | undefined;
  /**
   * The data: for glmnet with squared loss and a ridge part, instead of `sdY`; with skglm on one side its columns are
   * checked to be standardised.
   */
  readonly problem?: Problem | undefined;
  /**
   * What glmnet divides y by: the root of the weighted mean of (y - offset - their mean)², without intercept of
   * (y - offset)².
   */
  readonly sdY?: number | undefined;
  /** Of the model, for `problem`. By default true. */
  readonly intercept?: boolean | undefined;
  /**
   * False: neither side standardises the columns. By default every side does but skglm, which is taken to be handed
   * standardised columns.
   */
  readonly standardize?: boolean | undefined;
  /** One per column, the same on both sides: glmnet rescales them to a sum of the number of columns, and so λ differs. */
  readonly penaltyFactors?: readonly number[] | Float64Array | undefined;
}

/** A penalty and strength in the words of the convention that was asked for. */
export interface Conversion {
  readonly convention: Convention;
  /** Its name there. */
  readonly penalty: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** The strength; alpha of skglm. */
  readonly lambda: number;
  /** The share of the sparse part; 1 where there is no ridge. */
  readonly alpha: number;
  /** Of "paper" without a ridge part: the penalty itself. */
  readonly library: Penalty | undefined;
  /** How much larger the penalty of every single column is there: of logSum λ log ε, else 0. It moves no minimum. */
  readonly constant: number;
}

const none = new Float64Array(0);
const keys = ["from", "to", "loss", "problem", "sdY", "intercept", "standardize", "penaltyFactors"];

/**
 * Strength and parameters of the same objective in another convention, on the same columns. What to know:
 *
 * - glmnet standardises the response of squared loss, so that its ridge part is λ (1 - α) / sd(y) and not λ (1 - α) (for
 *   α = 1 it makes no difference). Verified against glmnet 4.1.
 * - ncvreg's MCP and SCAD of losses other than squared have γ / v_j in place of γ and (1 - α) v_j in place of 1 - α, with
 *   v_j = x_j' W x_j / n at the fit's own working weights W (adaptive rescaling: Breheny and
 *   Huang, Annals of Applied Statistics 5, 2011): no other convention has
 *   numbers for that, and the conversion is refused. `evaluateObjective` evaluates it.
 * - skglm's log-sum is α Σ log(1 + |w| / eps), here λ Σ log(|w| + ε): the same but for the constant. Its L0_5 is α Σ |w|^½,
 *   here 2 λ Σ |w|^½: half the strength. MCP and SCAD are the same with a = gamma.
 *
 * @throws FlipsideError UNSUPPORTED, saying why, where no numbers make the two the same; bad arguments.
 */
export function convert(description: PenaltyDescription, options: ConvertOptions): Conversion {
  const given = requireOptions("options", options, keys);
  const get = (key: string) => property("options", given, key);
  const from = requireChoice("from", get("from"), conventions);
  const to = requireChoice("to", get("to"), conventions);
  const loss = readLossName(get("loss"));
  const described = requireOptions("description", description, descriptionKeys);
  // glmnet counts an excluded column with the factor 1.
  const factors = (readFactors(get("penaltyFactors")) ?? none).map((one) => (one === Infinity ? 1 : one));
  const uneven = factors.some((value) => value !== 1);
  const read = readDescription(described, from, uneven);
  checkColumns(from, to, get("problem"), get("standardize"));
  checkIntercept(from, to, get("intercept"), get("standardize"));
  const mean = factors.length === 0 ? 1 : factors.reduce((sum, one) => sum + one, 0) / factors.length;
  const mixed = read.alpha < 1;
  const needsScale = mixed && loss === "squared" && from !== to && (from === "glmnet" || to === "glmnet");
  const yScale = needsScale ? readScale(get) : 1;
  const one = toCanonical(read, from, yScale);
  const factor = (from === "glmnet" ? 1 / mean : 1) * (to === "glmnet" ? mean : 1);
  const scaled = { ...one, sparse: one.sparse * factor, ridge: one.ridge * factor };
  if (from !== to) {
    refuseWorkingWeights(scaled, from, loss);
    refuseWorkingWeights(scaled, to, loss);
    if (factors.length > 0 && one.kind !== "l1" && (from === "skglm" || to === "skglm")) {
      const message = `penaltyFactors must be left out for ${one.kind} between ${from} and ${to}, but are there: skglm has m P(w; λ), the others P(w; m λ)`;
      throw new FlipsideError("UNSUPPORTED", message);
    }
  }
  return fromCanonical(scaled, from, to, yScale, uneven);
}

function readScale(get: (key: string) => unknown): number {
  const given = get("sdY");
  if (given !== undefined) return requireNumber("sdY", given, { above: 0 });
  const problem = get("problem");
  if (problem === undefined) {
    const message =
      "sdY or problem must be given, as glmnet divides the ridge part of squared loss by the standard deviation of y, but neither is";
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const data = requireOptions("problem", problem, problemKeys);
  const { rows } = toMatrix("x", property("problem", data, "x"));
  return responseScale(readRows(data, rows, "squared"), get("intercept") !== false);
}

function checkColumns(from: Convention, to: Convention, problem: unknown, standardize: unknown): void {
  const skglm = (from === "skglm") !== (to === "skglm");
  const ncvreg = from === "ncvreg" || to === "ncvreg";
  if (standardize === false && ncvreg && from !== to) {
    throw new FlipsideError(
      "UNSUPPORTED",
      "standardize must be left out or true with ncvreg, which always does, but is false",
    );
  }
  if (!skglm || problem === undefined || standardize === false) return;
  const defect = standardisedDefect(toMatrix("x", property("problem", problem as object, "x")));
  if (defect === undefined) return;
  const message = `the columns of x must be standardised, as skglm does not do it and the other side does, but column ${defect} is not: scale x, or say standardize: false on both sides`;
  throw new FlipsideError("UNSUPPORTED", message);
}

/** Only this library leaves columns as they lie when there is no intercept. */
function checkIntercept(from: Convention, to: Convention, intercept: unknown, standardize: unknown): void {
  if (intercept !== false || from === to) return;
  if (from === "ncvreg" || to === "ncvreg") {
    throw new FlipsideError(
      "UNSUPPORTED",
      "intercept must be left out or true with ncvreg, which always has one, but is false",
    );
  }
  if (standardize === false || from === "skglm" || to === "skglm") return;
  const message =
    "standardize must be false for glmnet without an intercept, which divides columns by their standard deviation, this library by their root mean square, but is true";
  throw new FlipsideError("UNSUPPORTED", message);
}

function refuseWorkingWeights({ kind, ridge }: Canonical, convention: Convention, loss: LossName): void {
  if (convention !== "ncvreg" || loss === "squared" || (kind === "l1" && ridge === 0)) return;
  const what = kind === "l1" ? "a ridge part" : kind;
  const message = `loss must be squared to convert ${what} of ncvreg, but is ${loss}: ncvreg scales it by the working weights of each fit, so that no fixed parameters are the same`;
  throw new FlipsideError("UNSUPPORTED", message);
}

function fromCanonical(
  one: Canonical,
  from: Convention,
  to: Convention,
  yScale: number,
  uneven: boolean,
): Conversion {
  const { kind, shape, ridge } = one;
  const [name, named] = counterpart(kind, shape, to, ridge > 0, uneven && to === "skglm");
  const strength = one.sparse * (to === "paper" && kind === "lp" ? shape : 1);
  const beside = to === "glmnet" ? ridge * yScale : ridge;
  const lambda = strength + beside;
  const alpha = lambda === 0 ? 1 : strength / lambda;
  const shift = kind === "logSum" ? one.sparse * Math.log(shape) : 0;
  const constant = (to === "paper" ? shift : 0) - (from === "paper" ? shift : 0);
  const parameters = {
    ...(typeof named.shape !== "number" && { [named.shape.name]: shape }),
    ...(named.mixing !== undefined && to === "skglm" && { [named.mixing]: alpha }),
  };
  const range = typeof named.shape === "number" ? undefined : named.shape;
  if (range !== undefined && shape <= range.above) {
    const message = `${range.name} of ${name} must be > ${range.above} in ${to}, but is ${shape}`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const library = to === "paper" && ridge === 0 ? penaltyOfKind(kind, shape) : undefined;
  return Object.freeze({ convention: to, penalty: name, parameters, lambda, alpha, library, constant });
}
