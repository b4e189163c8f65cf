import { brief } from "../format.js";
import { colours } from "./colours.js";
import { Html, html } from "./html.js";
import { minus } from "./page.js";
import { type Drawing, inlineSvg } from "./svg.js";

export type { Drawing } from "./svg.js";

/**
 * A drawing as a figure.
 *
 * @param label What the chart shows, for those who do not see it.
 */
export function figure(drawing: Drawing, label: string, caption?: Html): Html {
  const narrow = drawing.width < 600 ? " narrow" : "";
  const below = caption && html`<figcaption>${caption}</figcaption>`;
  return html`<figure><div class="chart${narrow}">${Html.raw(inlineSvg(drawing, label))}</div>${below}</figure>`;
}

const axisLook = {
  axisLine: { show: true, onZero: false, lineStyle: { color: colours.ink.muted } },
  axisTick: { lineStyle: { color: colours.ink.muted } },
  axisLabel: { color: colours.ink.muted, fontSize: 12 },
  nameTextStyle: { color: colours.ink.text, fontSize: 12 },
  splitLine: { lineStyle: { color: colours.ink.line } },
  minorTick: { show: false },
  minorSplitLine: { show: false },
};

/** A number at an axis. */
export function tick(value: number): string {
  return minus(brief(value));
}

/**
 * A logarithmic axis between two positive numbers. A power of ten must not be an end but lie a little inside: its
 * logarithm is rounded, and ECharts throws where a label is outside its axis by as little.
 */
export function logRange(low: number, high: number): object {
  const end = (value: number, outwards: 1 | -1) => {
    const exponent = Math.log10(value);
    const power = Math.round(exponent);
    return Math.abs(exponent - power) < 1e-3 ? 10 ** (power + outwards * 2e-3) : value;
  };
  return { type: "log", min: end(low, -1), max: end(high, 1) };
}

/** A power of ten at a logarithmic axis that spans many. */
export function powerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(Number(digit)));
  return exponent === 0 ? "1" : `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** An axis of numbers with readable labels; `more` overrides. */
export function valueAxis(name: string, direction: "x" | "y", more: object = {}): object {
  const place =
    direction === "x"
      ? { nameLocation: "middle", nameGap: 30, splitLine: { show: false } }
      : // Above the axis, from its left end: a turned name is hard to read.
        {
          nameLocation: "end",
          nameGap: 12,
          nameTextStyle: { ...axisLook.nameTextStyle, align: "left", padding: [0, 0, 0, -44] },
        };
  return {
    type: "value",
    ...axisLook,
    axisLabel: {
      ...axisLook.axisLabel,
      hideOverlap: true,
      formatter: (value: number) => minus(brief(value)),
    },
    name,
    ...place,
    ...more,
  };
}

/** An axis of names. */
export function nameAxis(names: readonly string[], more: object = {}, longest = 18): object {
  return {
    type: "category",
    data: [...names],
    ...axisLook,
    axisTick: { show: false },
    axisLabel: {
      ...axisLook.axisLabel,
      color: colours.ink.text,
      interval: 0,
      formatter: (name: string) => shorten(name, longest),
    },
    ...more,
  };
}

/** Names of columns can be long. */
export function shorten(name: string, longest = 18): string {
  return name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
}

/** The title of one panel of a drawing, above its grid. */
export function panelTitle(text: string, left: number, top = 0): object {
  return {
    text,
    left,
    top,
    padding: 0,
    textStyle: { fontSize: 13, fontWeight: 600, color: colours.ink.text },
  };
}
