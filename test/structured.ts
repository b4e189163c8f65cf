// Is it a solution with factors, bounds and groups? The objective and the first-order condition from the caller's data
// and the returned coefficients; nothing of the library is used. For a group g with norm r of its standardised
// coefficients, factor m and omega at m lambda (convention "ncvreg") or lambda ("skglm"):
//   r > 0:  -grad_j L = lambda m omega'(r) w_j / r for each j of g,   r = 0:  |grad_g L| <= lambda m omega'(0+),
// where a part of the gradient that a bound holds back does not count, nor do columns with m = Infinity. With several
// outputs (y and offset output after output, y of multinomial the classes) a group is one for each output, or with joint
// one for all of them.
import type { LossName } from "flipside";
import { standardize } from "./optimality.ts";
import { type Formula, formulaOf, type Parameters } from "./support/formulas.ts";
import { lossFormula } from "./support/lossFormulas.ts";
import { outputsFormula } from "./support/outputsFormulas.ts";
import type { Data } from "./support/problems.ts";

export interface StructuredSetting {
  readonly penalty: {
    readonly name: string;
    readonly parameters: Parameters;
    readonly inner?: { readonly name: string; readonly parameters: Parameters } | undefined;
  };
  readonly lambda: number;
  readonly loss?: LossName | undefined;
  readonly lossParameters?: readonly number[];
  readonly outputs?: number;
  readonly joint?: boolean;
  readonly intercept?: boolean;
  readonly standardize?: boolean;
  readonly factors?: readonly number[];
  readonly convention?: "ncvreg" | "skglm";
  readonly lower?: readonly number[];
  readonly upper?: readonly number[];
  /** A label per column. */
  readonly groups?: readonly number[];
}

export interface StructuredVerdict {
  readonly objective: number;
  readonly stationarity: number;
  readonly interceptError: number;
  /** How far a coefficient is outside its bounds. */
  readonly outside: number;
}

/** The formula of an elastic net of any penalty, from its definition. */
function formula(penalty: StructuredSetting["penalty"], lambda: number): Formula {
  const { name, parameters, inner } = penalty;
  if (name !== "elasticNet") return formulaOf(name, parameters, lambda);
  const alpha = parameters.alpha as number;
  const own = formulaOf(inner?.name ?? "l1", inner?.parameters ?? {}, alpha * lambda);
  return {
    omega: (w) => alpha * own.omega(w) + ((1 - alpha) * w * w) / 2,
    slope: (w) => alpha * own.slope(w) + (1 - alpha) * w,
  };
}

export function examineStructured(
  data: Data,
  setting: StructuredSetting,
  claim: {
    readonly coefficients: ArrayLike<number>;
    readonly intercept: number;
    readonly intercepts?: ArrayLike<number>;
  },
): StructuredVerdict {
  const { lambda, factors, lower, upper, groups, convention = "ncvreg", outputs = 1 } = setting;
  const options = { intercept: setting.intercept ?? true, standardize: setting.standardize ?? true };
  const { rows: n, weights, scales, curvature, columns } = standardize(data, options);
  const p = data.columns;
  const b = Float64Array.from(claim.coefficients);
  const w = b.map((value, e) => value * (scales[e % p] as number));
  const intercepts = claim.intercepts ?? [claim.intercept];
  const fitted = Float64Array.from({ length: n * outputs }, (_, at) => {
    const [i, k] = [at % n, Math.floor(at / n)];
    let sum = (intercepts[k] as number) + (data.offset?.[at] ?? 0);
    for (let j = 0; j < p; ++j) sum += (data.x[i * p + j] as number) * (b[k * p + j] as number);
    return sum;
  });
  const { loss: name = "squared", lossParameters } = setting;
  const several = name === "multinomial" || name === "multiTask";
  const risk = several ? outputsFormula(name) : lossFormula(name, lossParameters);
  const { loss, residual } = risk(fitted, data.y, weights);
  const pull = b.map((_, e) => {
    const [j, k] = [e % p, Math.floor(e / p)];
    let sum = 0;
    (columns[j] as Float64Array).forEach((x, i) => {
      // The column has the root of the weight already.
      const weight = weights[i] as number;
      if (weight > 0) sum += x * Math.sqrt(weight) * (residual[k * n + i] as number);
    });
    return sum / n;
  });
  const members = new Map<string, number[]>();
  b.forEach((_, e) => {
    const [j, k] = [e % p, Math.floor(e / p)];
    const label = `${groups === undefined ? `column ${j}` : groups[j]} ${setting.joint ? "all" : k}`;
    members.set(label, [...(members.get(label) ?? []), e]);
  });
  let objective = loss;
  let stationarity = 0;
  for (const group of members.values()) {
    const m = factors?.[(group[0] as number) % p] ?? 1;
    if (m === Infinity) continue;
    const r = Math.hypot(...group.map((e) => w[e] as number));
    const weight = m * lambda;
    const omega = formula(setting.penalty, convention === "ncvreg" ? weight : lambda);
    if (weight > 0) objective += weight * omega.omega(r);
    const slope = weight > 0 ? weight * omega.slope(r) : 0;
    const left = group.map((e) => {
      const j = e % p;
      if (curvature[j] === 0) return 0;
      const rest = (pull[e] as number) - (r > 0 ? (slope * (w[e] as number)) / r : 0);
      const at = b[e] as number;
      if (rest > 0 && at >= (upper?.[j] ?? Infinity)) return 0;
      if (rest < 0 && at <= (lower?.[j] ?? -Infinity)) return 0;
      return rest;
    });
    const size = Math.hypot(...left);
    stationarity = Math.max(stationarity, r > 0 ? size : slope === Infinity ? 0 : size - slope);
  }
  let interceptError = 0;
  for (let k = 0; k < outputs; ++k) {
    const part = residual.subarray(k * n, (k + 1) * n);
    const mean = part.reduce((s, value, i) => s + (weights[i] as number) * value, 0) / n;
    const free = options.intercept && name !== "cox";
    interceptError = Math.max(interceptError, Math.abs(free ? mean : (intercepts[k] as number)));
  }
  let outside = 0;
  b.forEach((value, e) => {
    const j = e % p;
    const m = factors?.[j] ?? 1;
    outside = Math.max(outside, (lower?.[j] ?? -Infinity) - value, value - (upper?.[j] ?? Infinity));
    if (m === Infinity || curvature[j] === 0) outside = Math.max(outside, Math.abs(value));
  });
  return { objective, stationarity, interceptError, outside };
}

/** The options of a fit that say the same. */
export function optionsOf({ factors, convention, lower, upper, groups, joint }: StructuredSetting) {
  return {
    ...(joint !== undefined && { joint }),
    ...(factors && { penaltyFactors: factors }),
    ...(convention && { factorConvention: convention }),
    ...((lower || upper) && { bounds: { lower, upper } }),
    ...(groups && { groups }),
  };
}
