import type { Fit } from "./fitted.js";
import type { FitSetup } from "./setup.js";
import type { LossName } from "./solver.js";

const formulas: Readonly<Record<LossName, string>> = {
  squared: "l(y, z) = (y - z)^2 / 2",
  logistic: "l(y, z) = log(1 + exp(z)) - y z, y from 0 to 1",
  poisson: "l(y, z) = exp(z) - y z, y >= 0",
  huber: "l(y, z) = r^2 / 2 for r = |y - z| <= delta, else delta (r - delta / 2)",
  cox: "L = -(log partial likelihood) / n of hazards proportional to exp(z)",
  multinomial: "l(y, z) = log(sum_k exp(z_k)) - z_y, y a class",
  multiTask: "l(y, z) = sum_k (y_k - z_k)^2 / 2 over the tasks k",
};

/** The loss of a row with the linear predictor z. @internal */
export function lossFormula(loss: LossName): string {
  return formulas[loss];
}

/** Of an elastic net, from its l1 or another penalty omega. @internal */
export function elasticNetFormula(ofL1: boolean): string {
  const own = ofL1 ? "alpha w" : "alpha omega(w; alpha lambda)";
  const made = ofL1 ? "" : ", omega the inner penalty";
  return `${own} + (1 - alpha) w^2 / 2${made}`;
}

/** The minimised function in one line. @internal */
export function statementOf({ loss, penalty, setup, outputs }: Fit): string {
  const several = outputs > 1;
  const mean =
    loss === "cox"
      ? "L"
      : setup?.weights === false
        ? "(1/n) sum_i l(y_i, z_i)"
        : "(1/n) sum_i v_i l(y_i, z_i)";
  // Of several outputs k: z_ik, w_jk, u_jk.
  const k = several ? "k" : "";
  const free = hasIntercept(loss, setup);
  const offset = setup?.offset === false ? "" : `o_i${k}`;
  const terms = [offset, `x_i'w${several ? "_k" : ""}`, free ? `b${several ? "_k" : ""}` : ""];
  const z = `z_i${k} = ${terms.filter((term) => term !== "").join(" + ")}`;
  const grouped = setup?.groups !== undefined;
  const joint = several && setup?.joint === true;
  const index = `${grouped ? "g" : "j"}${joint ? "" : k}`;
  const size = `|u_${index}|`;
  const factor = `m_${grouped ? "g" : "j"}`;
  const single =
    setup?.factorConvention === "ncvreg"
      ? `sum_${index} ${factor} lambda omega(${size}; ${factor} lambda)`
      : setup?.factorConvention === "skglm"
        ? `lambda sum_${index} ${factor} omega(${size}; lambda)`
        : `lambda sum_${index} omega(${size}; lambda)`;
  const cost = penalty.separable ? single : "lambda Omega(u)";
  const acting = setup?.standardize === false ? `u_j${k} = w_j${k}` : `u_j${k} = s_j w_j${k}`;
  return `minimise ${mean} + ${cost} over w${free ? " and b" : ""}, with ${z} and ${acting}`;
}

function hasIntercept(loss: LossName, setup: FitSetup | undefined): boolean {
  return loss !== "cox" && setup?.intercept !== false;
}

/** Every scaling behind the statement, in sentences. @internal */
export function scalingOf({ setup, loss }: Fit): string[] {
  const sentences = [
    loss === "cox"
      ? "The loss is divided by the number n of rows; it has no intercept, which would change nothing."
      : "The loss is a mean over the n rows, not a sum: lambda of a sum is n times as large.",
    "The objective is L + lambda Omega, without a factor 1/2 before lambda.",
    "Coefficients and intercept are on the scale of x as it was given.",
  ];
  if (setup === undefined)
    return [...sentences, "Weights, offset, intercept and standardisation are not known."];
  if (setup.weights !== false) {
    const maybe = setup.weights === undefined ? "If rows had weights, these are" : "The weights v_i are";
    sentences.push(`${maybe} rescaled to sum to n: only their ratios count.`);
  }
  if (setup.offset) sentences.push("The offset o_i is added with coefficient 1.");
  // Of cox the columns are centred all the same.
  if (loss !== "cox" && setup.intercept) sentences.push("The intercept b is not penalised.");
  if (!setup.intercept) sentences.push("There is no intercept: columns are not centred.");
  if (loss === "multinomial") sentences.push("The intercepts of the classes sum to 0.");
  const centred = setup.intercept ? "the centred column j" : "column j as it is, not centred";
  sentences.push(
    setup.standardize
      ? `The penalty acts on u_j = s_j w_j, s_j the root of the weighted mean square (divisor n) of ${centred}.`
      : "The penalty acts on the coefficients as they are: the columns are not scaled.",
  );
  if (setup.factorConvention === "ncvreg")
    sentences.push(
      "Penalty factors m multiply lambda, inside omega too: m lambda in place of lambda (as ncvreg).",
    );
  if (setup.factorConvention === "skglm")
    sentences.push("Penalty factors m multiply the penalty, whose lambda stays the same (as skglm).");
  if (setup.bounds) sentences.push("Coefficients are bounded on the scale of x.");
  if (setup.groups !== undefined)
    sentences.push(
      "The penalty acts on the Euclidean norm of the u_j of each group; no factor for its size.",
    );
  if (setup.joint)
    sentences.push("The coefficients of a column for all outputs are one group, with their Euclidean norm.");
  return sentences;
}

const endings = {
  maxIterations: "it reached the limit of iterations",
  aborted: "it was stopped",
  stalled: "it made no further progress in double precision",
} as const;

/** What a reader must not take the fit for. @internal */
export function caveatsOf(fit: Fit): string[] {
  const { penalty, reason, record } = fit;
  const caveats: string[] = [];
  if (reason !== "tolerance") caveats.push(`The fit has not converged: ${endings[reason]}.`);
  if (!penalty.convex && fit.lambda > 0) {
    const local = {
      true: " The objective is convex on the support: no other stationary point has the same support.",
      false: " The objective is not convex on the support either.",
      undefined: "",
    }[String(record.locallyConvex) as "true" | "false" | "undefined"];
    caveats.push(
      `The penalty is not convex: the fit is a stationary point of the objective, not surely its global minimum.${local}`,
    );
    if (record.starts === 1) caveats.push("One start was tried.");
  }
  if (fit.objectiveMargin !== undefined)
    caveats.push("The solver is stochastic: another seed gives another fit within objectiveMargin.");
  if (fit.imputation !== undefined)
    caveats.push("Missing values count as the mean of their column, which understates their uncertainty.");
  if (fit.lambda > 0)
    caveats.push(
      "Penalised coefficients are biased towards 0; standard errors and p-values are not part of the fit.",
    );
  if (fit.nonzero >= fit.rows)
    caveats.push("There are as many nonzero coefficients as rows, or more: they need not be unique.");
  return caveats;
}
