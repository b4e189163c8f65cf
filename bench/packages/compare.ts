// One case fitted here, and how far from what the other package found.
import { type FitOptions, fit as fitOnce, type Penalty, type Problem, penalties } from "flipside";
import { type CaseData, type CaseLoss, type PackageCase, vectorOf } from "./cases.ts";
import { columnsOf, type Evaluation, evaluate } from "./evaluate.ts";

export interface Comparison {
  readonly converged: boolean;
  readonly reason: string;
  /**
   * The largest difference between coefficients over 1 + the largest coefficient; of those of x, and of those of
   * the scaled columns, the larger.
   */
  readonly difference: number;
  /** The same for the intercepts. */
  readonly interceptDifference: number;
  /** Objective here minus that of the other package over 1 + its size, both by evaluate(). */
  readonly excess: number;
  readonly ours: Evaluation;
  readonly theirs: Evaluation;
  /** Of a nonconvex case: it took their coefficients as a start to get as low as they are. */
  readonly started: boolean;
}

type Result = { readonly coefficients: ArrayLike<number>; readonly intercepts: readonly number[] };

export function problemOf(data: CaseData, subject: PackageCase): Problem {
  const { rows, columns } = data;
  const response = vectorOf(data, subject.y);
  const matrix = (values: readonly number[], width: number) => ({
    data: Float64Array.from(values),
    rows,
    columns: width,
    order: "column-major",
  });
  const offsetOf = (values: readonly number[]) =>
    values.length === rows ? values : matrix(values, values.length / rows);
  const responses: Partial<Record<CaseLoss, unknown>> = {
    cox: { time: response, status: vectorOf(data, "status") },
    multiTask: matrix(response, response.length / rows),
  };
  const problem = {
    x: matrix(data.x, columns),
    y: responses[subject.loss] ?? response,
    ...(subject.weights !== undefined && { weights: vectorOf(data, subject.weights) }),
    ...(subject.offset !== undefined && { offset: offsetOf(vectorOf(data, subject.offset)) }),
  };
  return problem as unknown as Problem;
}

function penaltyOf({ penalty, alpha }: PackageCase): Penalty {
  const makers = penalties as unknown as Record<string, (parameters?: object) => Penalty>;
  const make = (name: string, parameters?: object): Penalty => {
    const maker = makers[name];
    if (maker === undefined) throw new Error(`there is no penalties.${name}`);
    return maker(parameters);
  };
  const inner = make(penalty.name, penalty.parameters);
  return alpha === undefined ? inner : make("elasticNet", { alpha, penalty: inner });
}

export function optionsOf(subject: PackageCase): FitOptions {
  const {
    loss,
    lossOptions,
    lambda,
    intercept,
    standardize,
    bounds,
    joint,
    penaltyFactors,
    factorConvention,
  } = subject;
  const side = (values: readonly (number | null)[], open: number) => values.map((value) => value ?? open);
  const options = {
    penalty: penaltyOf(subject),
    loss,
    lambda,
    standardize,
    // The partial likelihood has none.
    ...(loss !== "cox" && { intercept }),
    ...(lossOptions !== undefined && { [loss]: lossOptions }),
    ...(joint !== undefined && { joint }),
    ...(penaltyFactors !== undefined && { penaltyFactors: side(penaltyFactors, Infinity) }),
    ...(factorConvention !== undefined && { factorConvention }),
    ...(bounds !== undefined && {
      bounds: {
        ...(bounds.lower && { lower: side(bounds.lower, -Infinity) }),
        ...(bounds.upper && { upper: side(bounds.upper, Infinity) }),
      },
    }),
  };
  return options as unknown as FitOptions;
}

export async function compare(data: CaseData, subject: PackageCase): Promise<Comparison> {
  const [problem, options] = [problemOf(data, subject), optionsOf(subject)];
  const theirs = evaluate(data, subject, subject.coefficients, subject.intercepts);
  const run = async (extra: Partial<FitOptions>) => {
    const fit = await fitOnce(problem, { ...options, ...extra });
    const several = (fit as unknown as { intercepts?: ArrayLike<number> }).intercepts;
    const intercepts = Array.from(several ?? [fit.intercept]);
    const ours = evaluate(data, subject, fit.coefficients, intercepts);
    const excess = (ours.objective - theirs.objective) / (1 + Math.abs(theirs.objective));
    return { fit, intercepts, ours, excess };
  };
  let end = await run({});
  const started = !subject.convex && end.excess > 1e-8;
  if (started) end = await run({ start: subject.coefficients });
  const { fit, intercepts, ours, excess } = end;
  const result = { coefficients: fit.coefficients, intercepts };
  const { converged, reason } = fit;
  return {
    converged,
    reason,
    ...differences(data, subject, theirs.scales, result),
    excess,
    ours,
    theirs,
    started,
  };
}

function differences(data: CaseData, subject: PackageCase, scales: readonly number[], result: Result) {
  const p = data.columns;
  const relative = (scaleAt: (j: number) => number) => {
    let [most, size] = [0, 1];
    subject.coefficients.forEach((value, at) => {
      const scale = scaleAt(at % p);
      most = Math.max(most, scale * Math.abs(value - (result.coefficients[at] as number)));
      size = Math.max(size, 1 + scale * Math.abs(value));
    });
    return most / size;
  };
  const difference = Math.max(
    relative(() => 1),
    relative((j) => scales[j] as number),
  );
  // Those of classes are only determined up to a common number.
  const centre = (values: readonly number[]) => {
    const middle = subject.loss === "multinomial" ? values.reduce((a, b) => a + b, 0) / values.length : 0;
    return values.map((value) => value - middle);
  };
  const [wanted, found] = [centre(subject.intercepts), centre(result.intercepts)];
  const size = 1 + Math.max(...wanted.map(Math.abs), ...subject.coefficients.map(Math.abs));
  const off = Math.max(...wanted.map((value, k) => Math.abs(value - (found[k] as number))));
  return { difference, interceptDifference: off / size };
}

/** What is wrong with the numbers of another package, as a sentence; undefined if nothing is. */
export function defectOf(data: CaseData, subject: PackageCase, allowance: number): string | undefined {
  const { coefficients, intercepts, lambda } = subject;
  if (coefficients.length % data.columns !== 0 || !coefficients.some((value) => value !== 0)) {
    return `${subject.id}: ${coefficients.length} coefficients for ${data.columns} columns, or all of them 0`;
  }
  if (subject.stationary === false) return undefined;
  const { violation, interceptViolation, outside } = evaluate(data, subject, coefficients, intercepts);
  // The unit of a gradient on the scaled columns is that of the response.
  const response = columnsOf(vectorOf(data, subject.y), data.rows)[0] as number[];
  const unit = lambda === 0 ? Math.max(...response.map(Math.abs)) : lambda;
  const worst = Math.max(violation / unit, interceptViolation / unit, outside);
  return worst <= allowance ? undefined : `${subject.id}: misses the first-order condition by ${worst}`;
}
