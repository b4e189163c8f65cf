/** A piece of a page. Only `html` and `raw` make one, so text from a file cannot become markup by accident. */
export class Html {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** For text that is markup already. */
  static raw(text: string): Html {
    return new Html(text);
  }
}

type Part = Html | string | number | undefined | false | readonly Part[];

/** A template that escapes what is put into it, unless that is a piece of a page itself. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return Html.raw(strings.map((string, i) => string + (i < parts.length ? render(parts[i]) : "")).join(""));
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  return part.map(render).join("");
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}
