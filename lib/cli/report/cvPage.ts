import { type CvOutcome, warnings } from "../cv/cvCommand.js";
import { chosenFeatures, measureName } from "../cv/printCv.js";
import { standardised } from "../dataset.js";
import { brief, describePenalty, greek, plural, significant } from "../format.js";
import { zeroSentence } from "../print.js";
import { figure } from "./chart.js";
import { cvChart } from "./cvChart.js";
import { dataLead } from "./fitPage.js";
import { type Html, html } from "./html.js";
import { dataTable, facts, page, type Section } from "./page.js";
import { pathChart } from "./pathChart.js";

/** More rows than this help nobody on a page; the JSON has all of them. */
const mostRows = 500;

/** The page of `flipside cv --report`. */
export function cvPage(outcome: CvOutcome): string {
  const { dataset, fits } = outcome;
  const name = greek(describePenalty(fits.lambdaMin.penalty));
  const sections: Section[] = [
    { id: "numbers", title: "The result in numbers", content: numbers(outcome) },
    { id: "curve", title: "Score against λ", content: curve(outcome) },
    { id: "path", title: "Coefficients against λ", content: path(outcome) },
    { id: "coefficients", title: "Coefficients at both λ", content: coefficients(outcome) },
    { id: "objective", title: "The objective", content: objective(outcome) },
    { id: "scores", title: "All λ", content: scores(outcome) },
  ];
  return page(`${dataset.target} by ${name}, cross-validated`, dataLead(dataset), sections);
}

function numbers(outcome: CvOutcome): Html {
  const { cv, fits, dataset } = outcome;
  const at = (which: "lambdaMin" | "lambda1se", k: number): [string, string][] => {
    const name = which === "lambdaMin" ? "λ min" : "λ 1se";
    const score = `${significant(cv.mean[k] as number)} ± ${significant(cv.standardError[k] as number, 3)}`;
    return [
      [name, brief(cv[which], 6)],
      [`${measureName(cv.measure)} at ${name}`, score],
      [`nonzero at ${name}`, `${fits[which].nonzero} of ${dataset.features.length.toLocaleString("en")}`],
    ];
  };
  const notices = warnings(outcome).map((text) => html`<p class="notice">${greek(text)}</p>`);
  return html`${notices}${facts([...at("lambdaMin", cv.indexMin), ...at("lambda1se", cv.index1se)])}`;
}

function curve({ cv }: CvOutcome): Html {
  if (!Array.from(cv.lambdas).some((lambda) => lambda > 0)) return html`<p>There is λ = 0 alone.</p>`;
  const best = significant(cv.mean[cv.indexMin] as number);
  return html`${figure(
    cvChart(cv),
    `Line chart of the ${measureName(cv.measure)} on the rows left out against λ, best ${best} at λ = ${brief(cv.lambdaMin)}`,
    html`Bars are one standard error over the folds. λ min has the best mean; λ 1se is the largest λ whose mean is
within one standard error of it.`,
  )}`;
}

function path({ cv, dataset, fits }: CvOutcome): Html {
  if (!cv.path.lambdas.some((lambda) => lambda > 0)) return html`<p>The path has λ = 0 alone.</p>`;
  const marks = [
    { lambda: fits.lambdaMin.lambda, name: "λ min" },
    ...(cv.indexMin === cv.index1se ? [] : [{ lambda: fits.lambda1se.lambda, name: "λ 1se" }]),
  ];
  const { drawing, drawn } = pathChart(cv.path, dataset, marks);
  const note = drawn < dataset.features.length && ` The ${drawn} largest features are drawn.`;
  return html`${figure(
    drawing,
    "Line chart of the standardised coefficients against λ, with the number of nonzero coefficients below",
    html`Fits of all rows.${note}`,
  )}`;
}

function coefficients(outcome: CvOutcome): Html {
  const { dataset, fits } = outcome;
  const rows = chosenFeatures(outcome, mostRows);
  const column = (head: string, values: Float64Array) => ({
    head,
    numeric: true,
    cells: rows.map((j) => significant(values[j] as number)),
  });
  const sentence = html`<p>At λ min: ${zeroSentence(fits.lambdaMin, dataset)}</p>
<p>At λ 1se: ${zeroSentence(fits.lambda1se, dataset)}</p>`;
  if (rows.length === 0) return sentence;
  const [min, se] = [fits.lambdaMin, fits.lambda1se].map((fit) => significant(fit.intercept));
  return html`${sentence}
${dataTable(
  `Intercept ${min} at λ min, ${se} at λ 1se; standardised: times the standard deviation of the column`,
  [
    { head: "feature", cells: rows.map((j) => dataset.features[j] as string) },
    column("λ min", fits.lambdaMin.coefficients),
    column("λ 1se", fits.lambda1se.coefficients),
    column("λ min, standardised", standardised(fits.lambdaMin, dataset)),
    column("λ 1se, standardised", standardised(fits.lambda1se, dataset)),
  ],
)}`;
}

function objective({ fits }: CvOutcome): Html {
  const { objective, caveats } = fits.lambdaMin.card();
  const { loss, penalty, scaling } = objective;
  const items = [...scaling, ...caveats].map((text) => html`<li>${greek(text)}</li>`);
  const formula = penalty.formula !== null && html`<br>ω(w) = ${greek(penalty.formula)}`;
  return html`<p>${greek(objective.statement)}<br>${greek(loss.formula)}${formula}</p>
<ul class="notes">${items}</ul>`;
}

function scores({ cv }: CvOutcome): Html {
  const all = Array.from(cv.lambdas, (_, k) => k);
  const column = (head: string, values: ArrayLike<number>, digits: number) => ({
    head,
    numeric: true,
    cells: all.map((k) => significant(values[k] as number, digits)),
  });
  return dataTable(`${plural(all.length, "λ", "λ")}, the largest first`, [
    { head: "λ", cells: all.map((k) => significant(cv.lambdas[k] as number, 4)) },
    column(measureName(cv.measure), cv.mean, 5),
    column("standard error", cv.standardError, 3),
    { head: "nonzero", numeric: true, cells: all.map((k) => String(cv.nonzero[k])) },
    {
      head: "",
      cells: all.map((k) =>
        [k === cv.indexMin && "λ min", k === cv.index1se && "λ 1se"].filter(Boolean).join(", "),
      ),
    },
  ]);
}
