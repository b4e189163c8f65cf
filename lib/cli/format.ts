import type { Penalty } from "../index.js";

/** A number for reading: significant digits, no exponent where it can be helped. */
export function significant(value: number, digits = 5): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "-∞" : "-";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-4 || size >= 1e7) return value.toExponential(Math.min(digits - 1, 2));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
}

/** As `significant`, without zeros at the end: for axes, parameters and sentences. */
export function brief(value: number, digits = 4): string {
  return significant(value, digits)
    .replace(/(\.\d*?)0+(?=e|$)/, "$1")
    .replace(/\.(?=e|$)/, "");
}

/** Spaces as wide as a point and as a digit. */
export interface Spaces {
  readonly point: string;
  readonly digit: string;
}

/** Pads numbers at their end so that their points stand in one column when aligned right. */
export function alignPoints(
  texts: readonly string[],
  { point, digit }: Spaces = { point: " ", digit: " " },
): string[] {
  const fractions = texts.map((text) =>
    /e|∞|^-$/.test(text) ? undefined : (text.split(".")[1]?.length ?? 0),
  );
  const longest = Math.max(0, ...fractions.map((fraction) => fraction ?? 0));
  return texts.map((text, i) => {
    const fraction = fractions[i] ?? longest;
    return text + (fraction === 0 && longest > 0 ? point : "") + digit.repeat(longest - fraction);
  });
}

/** Such as "logSum (epsilon = 0.1)"; `omitted` parameters are left out. */
export function describePenalty({ name, parameters }: Penalty, omitted: readonly string[] = []): string {
  const entries = Object.entries(parameters).filter(([key]) => !omitted.includes(key));
  const list = entries.map(([key, value]) => `${key} = ${brief(value)}`);
  return list.length === 0 ? name : `${name} (${list.join(", ")})`;
}

/** Such as "1 row" and "442 rows". */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : nouns}`;
}

/** Such as "bmi, bp and s5", or "bmi, bp, s5 and 20 more". */
export function list(names: readonly string[], most = 12): string {
  const shown = names.length > most ? names.slice(0, most - 1) : names.slice(0, -1);
  const rest = names.length > most ? `${names.length - shown.length} more` : names[names.length - 1];
  return shown.length === 0 ? (rest ?? "") : `${shown.join(", ")} and ${rest}`;
}

/** The name that a word differs from only in case and punctuation, as "log-sum" from "logSum". */
export function sameLetters(word: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
  return names.find((name) => plain(name) === plain(word));
}

const letters: Readonly<Record<string, string>> = {
  beta: "β",
  gamma: "γ",
  epsilon: "ε",
  zeta: "ζ",
  lambda: "λ",
  tau: "τ",
  Omega: "Ω",
};

/** Names of symbols as the letters they stand for; a terminal shows them by name, as the options are called. */
export function greek(text: string): string {
  return text.replace(/\b[A-Za-z]+\b/g, (word) => letters[word] ?? word);
}
