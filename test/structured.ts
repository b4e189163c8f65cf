// Is it a solution with factors, bounds and groups? The objective and the first-order condition from the caller's data
// and the returned coefficients; nothing of the library is used. For a group g with norm r of its standardised
// coefficients, factor m and omega at m lambda (convention "ncvreg") or lambda ("skglm"):
//   r > 0:  -grad_j L = lambda m omega'(r) w_j / r for each j of g,   r = 0:  |grad_g L| <= lambda m omega'(0+),
// where a part of the gradient that a bound holds back does not count, nor do columns with m = Infinity.
import { standardize } from "./optimality.ts";
import { type Formula, formulaOf, type Parameters } from "./support/formulas.ts";
import type { Data } from "./support/problems.ts";

export interface StructuredSetting {
  readonly penalty: {
    readonly name: string;
    readonly parameters: Parameters;
    readonly inner?: { readonly name: string; readonly parameters: Parameters } | undefined;
  };
  readonly lambda: number;
  readonly loss?: "squared" | "logistic";
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
  claim: { readonly coefficients: ArrayLike<number>; readonly intercept: number },
): StructuredVerdict {
  const { lambda, factors, lower, upper, groups, convention = "ncvreg" } = setting;
  const options = { intercept: setting.intercept ?? true, standardize: setting.standardize ?? true };
  const { rows: n, weights, scales, curvature, columns } = standardize(data, options);
  const p = data.columns;
  const b = Float64Array.from(claim.coefficients);
  const w = b.map((value, j) => value * (scales[j] as number));
  const fitted = Float64Array.from({ length: n }, (_, i) => {
    let sum = claim.intercept + (data.offset?.[i] ?? 0);
    for (let j = 0; j < p; ++j) sum += (data.x[i * p + j] as number) * (b[j] as number);
    return sum;
  });
  let loss = 0;
  const residual = fitted.map((z, i) => {
    const y = data.y[i] as number;
    const weight = weights[i] as number;
    if (setting.loss === "logistic") {
      loss += (weight * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z)) / n;
      return y - 1 / (1 + Math.exp(-z));
    }
    loss += (weight * (y - z) ** 2) / 2 / n;
    return y - z;
  });
  const pull = columns.map(
    (column) =>
      column.reduce((s, x, i) => s + x * Math.sqrt(weights[i] as number) * (residual[i] as number), 0) / n,
  );
  const members = new Map<number, number[]>();
  for (let j = 0; j < p; ++j) {
    // Groups of one have labels that no group has.
    const label = groups?.[j] ?? -1 - j;
    members.set(label, [...(members.get(label) ?? []), j]);
  }
  let objective = loss;
  let stationarity = 0;
  for (const group of members.values()) {
    const m = factors?.[group[0] as number] ?? 1;
    if (m === Infinity) continue;
    const r = Math.hypot(...group.map((j) => w[j] as number));
    const weight = m * lambda;
    const omega = formula(setting.penalty, convention === "ncvreg" ? weight : lambda);
    if (weight > 0) objective += weight * omega.omega(r);
    const slope = weight > 0 ? weight * omega.slope(r) : 0;
    const left = group.map((j) => {
      if (curvature[j] === 0) return 0;
      const rest = (pull[j] as number) - (r > 0 ? (slope * (w[j] as number)) / r : 0);
      const at = b[j] as number;
      if (rest > 0 && at >= (upper?.[j] ?? Infinity)) return 0;
      if (rest < 0 && at <= (lower?.[j] ?? -Infinity)) return 0;
      return rest;
    });
    const size = Math.hypot(...left);
    stationarity = Math.max(stationarity, r > 0 ? size : slope === Infinity ? 0 : size - slope);
  }
  const mean = residual.reduce((s, value, i) => s + (weights[i] as number) * value, 0) / n;
  let outside = 0;
  b.forEach((value, j) => {
    const m = factors?.[j] ?? 1;
    outside = Math.max(outside, (lower?.[j] ?? -Infinity) - value, value - (upper?.[j] ?? Infinity));
    if (m === Infinity || curvature[j] === 0) outside = Math.max(outside, Math.abs(value));
  });
  return {
    objective,
    stationarity,
    interceptError: options.intercept ? Math.abs(mean) : Math.abs(claim.intercept),
    outside,
  };
}

/** The options of a fit that say the same. */
export function optionsOf({ factors, convention, lower, upper, groups }: StructuredSetting) {
  return {
    ...(factors && { penaltyFactors: factors }),
    ...(convention && { factorConvention: convention }),
    ...((lower || upper) && { bounds: { lower, upper } }),
    ...(groups && { groups }),
  };
}
