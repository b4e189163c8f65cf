import type { Fit, Path } from "../../index.js";
import { type Dataset, standardised } from "../dataset.js";
import type { Outcome } from "../fitCommand.js";
import { brief, describePenalty, greek, plural, significant } from "../format.js";
import { describeData, ending, summary, warningsOf, warningText, zeroSentence } from "../print.js";
import { figure } from "./chart.js";
import { coefficientChart, fewFeatures, largestFeatures } from "./coefficientChart.js";
import { type Html, html } from "./html.js";
import { objectiveChart } from "./objectiveChart.js";
import { dataTable, facts, minus, page, type Section } from "./page.js";
import { pathChart } from "./pathChart.js";
import { penaltyChart } from "./penaltyChart.js";

/** More rows than this help nobody on a page; the model has all of them. */
const mostRows = 500;

/** The page of `flipside fit --report`. */
export function fitPage(outcome: Outcome): string {
  const { dataset, fit, path } = outcome;
  const penalty = (fit ?? path?.fits[0])?.penalty;
  const name = penalty === undefined ? "" : greek(describePenalty(penalty));
  const sections: Section[] = [];
  if (fit !== undefined) {
    sections.push(
      { id: "numbers", title: "The fit in numbers", content: numbers(outcome, fit) },
      { id: "coefficients", title: "Coefficients", content: coefficients(outcome, fit) },
      { id: "objective", title: "Objective by iteration", content: objective(fit) },
      { id: "penalty", title: "The penalty and its keep probability", content: penaltyContent(outcome, fit) },
    );
  }
  if (path !== undefined) {
    const content = pathContent(outcome, path);
    sections.splice(2, 0, { id: "path", title: "Coefficients against λ", content });
  }
  return page(`${dataset.target} by ${name}`, dataLead(dataset), sections);
}

/** What the data are and what was done to them. */
export function dataLead(dataset: Dataset): Html {
  return html`<p>${describeData(dataset)}</p>${dataset.notes.map((note) => html`\n<p>${note}</p>`)}`;
}

function numbers(outcome: Outcome, fit: Fit): Html {
  const { choice, standardize, dataset } = outcome;
  const chosen = choice === "user" ? "" : " (smallest BIC on the path)";
  const entries: [string, string][] = [
    ["penalty", greek(describePenalty(fit.penalty))],
    ["λ", `${brief(fit.lambda, 6)}${chosen}`],
    ["nonzero coefficients", `${fit.nonzero} of ${dataset.features.length.toLocaleString("en")}`],
    ...summary(outcome, fit),
    ["penalty acts on", standardize ? "standardised columns" : "the columns as they are"],
  ];
  const warning = fit.converged ? undefined : html`<p class="notice">This fit has ${ending(fit)}.</p>`;
  const others = warningsOf(outcome).map(
    (one) => html`<p class="notice">${one.code}: ${warningText(one, dataset)}.</p>`,
  );
  return html`${warning}${others}${facts(entries)}`;
}

function coefficients(outcome: Outcome, fit: Fit): Html {
  const { dataset } = outcome;
  const sizes = standardised(fit, dataset);
  const rows = largestFeatures(sizes, dataset.features.length > fewFeatures ? mostRows : fewFeatures);
  if (rows.length === 0) return html`<p>${zeroSentence(fit, dataset)}</p>`;
  const drawn = Math.min(rows.length, fewFeatures);
  const note = drawn < dataset.features.length && ` The ${drawn} largest are drawn.`;
  const cells = (values: Float64Array) => rows.map((j) => significant(values[j] as number));
  return html`<p>${zeroSentence(fit, dataset)}</p>
<div class="beside">
${figure(
  coefficientChart(fit, dataset),
  `Bar chart of the standardised coefficients of ${dataset.target}: the numbers are in the table beside it`,
  html`Coefficient times the standard deviation of its column: the change of ${dataset.target} for a typical change
of the feature.${note}`,
)}
${dataTable(
  `Intercept ${minus(significant(fit.intercept))}; coefficients in units of ${dataset.target} per unit of the feature`,
  [
    { head: "feature", cells: rows.map((j) => dataset.features[j] as string) },
    { head: "coefficient", numeric: true, cells: cells(fit.coefficients) },
    { head: "standardised", numeric: true, cells: cells(sizes) },
    {
      head: "keep probability",
      numeric: true,
      cells: rows.map((j) => (fit.keepProbability[j] as number).toFixed(3)),
    },
  ],
)}
</div>`;
}

function objective(fit: Fit): Html {
  const first = fit.history[0]?.objective ?? NaN;
  if (fit.history.length < 2) return html`<p>The fit ended where it began: no iteration was needed.</p>`;
  return html`<p>From ${significant(first, 6)} to ${significant(fit.objective, 6)} in
${plural(fit.iterations, "iteration")}; it ${ending(fit)}.</p>
${figure(
  objectiveChart(fit),
  `Line charts of the objective by iteration, falling from ${significant(first, 6)} to ${significant(fit.objective, 6)}`,
  html`${fit.objectiveMargin === undefined ? "The iteration never raises the objective" : "Rounds of a stochastic method; the objective is"}
${fit.loss === "squared" ? "½ mean squared error" : `mean ${fit.loss} loss`} + λ Ω.`,
)}`;
}

function penaltyContent({ dataset, standardize }: Outcome, fit: Fit): Html {
  const acting = standardize ? standardised(fit, dataset) : fit.coefficients;
  const marks = { names: dataset.features, sizes: acting.map(Math.abs) };
  const name = greek(describePenalty(fit.penalty));
  const text = fit.penalty.separable
    ? html`<p>Two sides of one coin: what a coefficient costs, and the probability with which the equivalent adaptive
dropout keeps it. The dots are the coefficients of this fit.</p>`
    : html`<p>${name} does not act on each coefficient by itself, so there is no curve ω(w) to draw: what a coefficient costs
depends on the others. The dots are the keep probabilities that the coefficients of this fit have.</p>`;
  return html`${text}
${figure(
  penaltyChart(fit, marks),
  `Charts of the penalty ${name} and its keep probability against the size of a coefficient at λ = ${brief(fit.lambda)}`,
  html`${name} at λ = ${brief(fit.lambda)}; ${standardize ? "standardised coefficients" : "coefficients"} across.
${fit.penalty.separable && "The penalty is shifted to start at 0."}`,
)}`;
}

function pathContent({ dataset, fit }: Outcome, path: Path): Html {
  if (!path.lambdas.some((lambda) => lambda > 0)) return html`<p>The path has λ = 0 alone.</p>`;
  const { drawing, drawn } = pathChart(path, dataset, fit && [{ lambda: fit.lambda, name: "λ" }]);
  const failed = path.fits.filter((one) => !one.converged).length;
  const warning = failed > 0 && html`<p class="notice">${failed} of these fits did not converge.</p>`;
  const note = drawn < dataset.features.length && ` The ${drawn} largest features are drawn.`;
  const largest = significant(path.lambdas[0] ?? NaN, 4);
  const smallest = significant(path.lambdas.at(-1) ?? NaN, 4);
  return html`${warning}<p>${plural(path.fits.length, "fit")} from λ = ${largest} to ${smallest}, each started from the one
before.</p>
${figure(
  drawing,
  `Line chart of the standardised coefficients against λ, with the number of nonzero coefficients below`,
  html`${fit !== undefined && "The dashed line is the λ of the fit on this page."}${note}`,
)}`;
}
