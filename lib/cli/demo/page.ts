import type { Path } from "../../index.js";
import { type Dataset, standardised } from "../dataset.js";
import { brief, greek, significant } from "../format.js";
import { figure } from "../report/chart.js";
import { heatMap } from "../report/heatMap.js";
import { type Html, html } from "../report/html.js";
import { convergenceChart } from "../report/objectiveChart.js";
import { dataTable, minus, page } from "../report/page.js";
import { pathChart } from "../report/pathChart.js";
import { penaltyChart } from "../report/penaltyChart.js";
import { keepThreshold, type Row, target } from "./comparison.js";
import { comparisonColumns, notes } from "./table.js";

/** The page of `flipside demo`. */
export function demoPage(dataset: Dataset, rows: readonly Row[], path: Path): string {
  const lead = html`<p>How far diabetes had progressed after a year in ${dataset.rows} patients, from
${dataset.features.length} measurements: age, sex, body mass index (bmi), blood pressure (bp) and six blood serum
values (s1 to s6). Every penalty and dropout strategy of the library, at the strength that leaves about ${target} of them.
Data: Efron, Hastie, Johnstone and Tibshirani, “Least Angle Regression”, Annals of Statistics 32 (2004).</p>`;
  return page("Diabetes progression under every penalty", lead, [
    { id: "comparison", title: "Comparison", content: comparison(rows) },
    { id: "coefficients", title: "Coefficients", content: coefficients(dataset, rows) },
    { id: "penalties", title: "Penalties and keep probabilities", content: curves(dataset, rows) },
    { id: "objective", title: "Objective by iteration", content: convergence(rows) },
    { id: "path", title: "The lasso path", content: lassoPath(dataset, rows, path) },
  ]);
}

function comparison(rows: readonly Row[]): Html {
  const columns = comparisonColumns(rows).map(({ head, numeric, cells }) => ({
    head: greek(head),
    numeric,
    cells: cells.map(greek),
  }));
  const items = notes(rows).map((note) => html`<li>${greek(note)}</li>`);
  return html`${dataTable("One line per penalty; times are those of this run", columns)}
<ul class="notes">${items}</ul>`;
}

function coefficients(dataset: Dataset, rows: readonly Row[]): Html {
  const cells = rows.map(({ fit }) => {
    const sizes = standardised(fit, dataset);
    return Array.from(sizes, (value, j) => {
      const text = fit.coefficients[j] === 0 ? "" : minus(brief(value, Math.abs(value) < 1 ? 1 : 3));
      const dropped = fit.lambda > 0 && (fit.keepProbability[j] as number) < keepThreshold;
      return { value, text: dropped && text !== "" ? `(${text})` : text };
    });
  });
  return figure(
    heatMap(
      rows.map(({ name }) => greek(name)),
      dataset.features,
      cells,
    ),
    "Heat map of the standardised coefficients, one row per penalty and one column per feature",
    html`Standardised coefficients; an empty cell is exactly 0, and in brackets are coefficients whose keep
probability is below ${keepThreshold}.`,
  );
}

function curves(dataset: Dataset, rows: readonly Row[]): Html {
  const figures = rows
    .filter(({ penalty, fit }) => penalty.separable && fit.lambda > 0)
    .map(({ name, fit }) => {
      const marks = { names: dataset.features, sizes: standardised(fit, dataset).map(Math.abs) };
      const title = `${greek(name)} at λ = ${brief(fit.lambda)}`;
      return html`<div><h3>${title}</h3>
${figure(penaltyChart(fit, marks, true), `Charts of the penalty and the keep probability of ${title}`)}</div>`;
    });
  const others = rows.filter(({ penalty }) => !penalty.separable).map(({ penalty }) => penalty.name);
  return html`<p>Two sides of one coin: what a coefficient costs (left, shifted to start at 0), and the probability with
which the equivalent adaptive dropout keeps it (right), against its standardised size. The dots are the coefficients of the
fits above.${others.length > 0 && ` Not here: ${others.join(" and ")}, which do not act on each coefficient by itself.`}</p>
<div class="pairs">${figures}</div>`;
}

function convergence(rows: readonly Row[]): Html {
  const panel = (title: string, kind: "penalty" | "strategy") => ({
    title,
    courses: rows
      .filter(({ penalty, fit }) => penalty.kind === kind && fit.lambda > 0)
      .map(({ name, fit }) => ({ name: greek(name), fit })),
  });
  return figure(
    convergenceChart([panel("Penalties", "penalty"), panel("Strategies", "strategy")]),
    "Line charts of the objective above its last value by iteration, one line per penalty",
    html`Objective above its last value, relative to the start, on a logarithmic axis. The reweighted iteration never
raises it. A fit that is done after one step has no line.`,
  );
}

function lassoPath(dataset: Dataset, rows: readonly Row[], path: Path): Html {
  const lasso = rows.find(({ penalty, fit }) => penalty.name === "l1" && fit.lambda > 0)?.fit.lambda;
  return figure(
    pathChart(path, dataset, lasso === undefined ? [] : [{ lambda: lasso, name: "λ" }]).drawing,
    "Line chart of the standardised lasso coefficients against λ, with the number of nonzero coefficients below",
    html`${path.fits.length} fits from λ = ${significant(path.lambdas[0] ?? NaN, 4)} down. The dashed line is the λ of the
comparison.`,
  );
}
