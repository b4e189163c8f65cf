/** The colours of a chart, and of the page around it, that are others in the dark. */
export interface Ink {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
}

const accent = "#0072b2";

/** Okabe and Ito's colours and more of their kind: apart for most eyes, readable on light and dark paper. */
const series = [
  accent,
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#b8860b",
  "#56b4e9",
  "#8c564b",
  "#7b61c9",
  "#6b8e23",
  "#d1495b",
  "#2a9d8f",
  "#8a8d91",
] as const;

export const colours = {
  // Unusual values, which the style sheet finds again in the drawings.
  ink: { text: "#1c2126", muted: "#5c656f", line: "#dfe3e8", surface: "#fefefe", accent },
  darkInk: { text: "#e7eaee", muted: "#a2acb7", line: "#2d343c", surface: "#171c22", accent: "#45a0e0" },
  positive: accent,
  negative: "#d55e00",
  /** Negative, zero, positive: light enough for dark numbers on them. */
  diverging: ["#f0935a", "#f7d3bd", "#f4f5f6", "#c3dcf0", "#6cabdb"],
  onDiverging: "#1a1a1b",
  series,
} satisfies { ink: Ink; darkInk: Ink } & Record<string, unknown>;

export function seriesColour(index: number): string {
  return series[index % series.length] as string;
}
