import { alignPoints } from "../format.js";
import { packageVersion } from "../package.js";
import { Html, html } from "./html.js";
import { style } from "./style.js";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

/** One self-contained page: no script, no font, nothing to load. */
export function page(title: string, lead: Html, sections: readonly Section[]): string {
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const body = sections.map(
    ({ id, title, content }) => html`
<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${content}
</section>`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="flipside ${packageVersion()}">
<title>${title}</title>
<style>${Html.raw(style)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${lead}
<nav aria-label="Sections"><ul>${links}</ul></nav>
</header>
<main>${body}
</main>
<footer><p>Written by flipside ${packageVersion()}.</p></footer>
</body>
</html>
`.text;
}

export interface Column {
  readonly head: string;
  /** Aligned at the point. */
  readonly numeric?: boolean;
  readonly cells: readonly string[];
}

/** Punctuation space and figure space. */
const wideSpaces = { point: "\u2008", digit: "\u2007" };

/** The first column names the rows. */
export function dataTable(caption: string, columns: readonly Column[]): Html {
  const aligned = columns.map(({ cells, numeric }) =>
    numeric ? alignPoints(cells, wideSpaces).map(minus) : cells,
  );
  const css = (column: Column | undefined) => (column?.numeric ? "number" : "text");
  const head = columns.map((column) => html`<th scope="col" class="${css(column)}">${column.head}</th>`);
  const rows = (columns[0]?.cells ?? []).map((_, row) => {
    const cells = aligned.map((texts, k) =>
      k === 0
        ? html`<th scope="row">${texts[row]}</th>`
        : html`<td class="${css(columns[k])}">${texts[row]}</td>`,
    );
    return html`<tr>${cells}</tr>\n`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows}</tbody>
</table></div>`;
}

/** Names and values that belong together. */
export function facts(entries: readonly (readonly [name: string, value: string])[]): Html {
  const items = entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${minus(value)}</dd></div>`);
  return html`<dl class="facts">${items}</dl>`;
}

/** A hyphen before a number reads as a minus sign. */
export function minus(text: string): string {
  return text.replaceAll(/-(?=[\d.∞])/g, "−");
}
