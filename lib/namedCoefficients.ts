import { property, requireBoolean, requireNumber, requireOptions } from "./checks.js";
import { expected } from "./errors.js";
import type { Fit } from "./fitted.js";

/** The options of `Fit.namedCoefficients`. */
export interface NamedOptions {
  /** Those that are 0 too. By default false. */
  readonly all?: boolean | undefined;
  /** Of a fit with several outputs which one, an integer from 0, by default 0. */
  readonly output?: number | undefined;
}

/** @internal */
export function namedCoefficients(fit: Fit, options: unknown): [name: string, coefficient: number][] {
  const given = requireOptions("options", options, ["all", "output"]);
  const { featureNames, columns, coefficients } = fit;
  if (featureNames === undefined)
    throw expected("featureNames", "there: give them to the problem", featureNames);
  const wantsAll = property("options", given, "all");
  const all = wantsAll !== undefined && requireBoolean("all", wantsAll);
  const wanted = property("options", given, "output");
  const range = { min: 0, max: coefficients.length / columns - 1, integer: true };
  const output = wanted === undefined ? 0 : requireNumber("output", wanted, range);
  const entries: [string, number][] = [];
  featureNames.forEach((name, j) => {
    const value = coefficients[output * columns + j] as number;
    if (all || value !== 0) entries.push([name, value]);
  });
  return entries;
}
