import { declare } from "./declaration.js";
import { fromDual, fromKeepProbability, fromMaskFamily, fromPenalty } from "./fromFunctions.js";
import type { Penalty } from "./penalty.js";

/**
 * The classical sparse penalties, and penalties from functions of your own. Each function gives a Penalty; a parameter outside its range throws a
 * FlipsideError (OUT_OF_RANGE, NOT_FINITE, INVALID_ARGUMENT, UNKNOWN_OPTION). Formulas are for one
 * coefficient, with w its absolute value on the standardised scale.
 */
export const penalties = Object.freeze({
  /** The lasso, ω(w) = w. Convex. Source: Tibshirani 1996. */
  l1: declare<Record<string, never>>({
    name: "l1",
    kind: "penalty",
    parameters: {},
    description: "The lasso: every coefficient is shrunk by the same amount",
    formula: "w",
  }),

  /** A power of the coefficient, ω(w) = w^p / p with 0 < p < 2; sparse for p <= 1, convex for p >= 1. */
  lp: declare<{ p: number }>({
    name: "lp",
    kind: "penalty",
    parameters: { p: { above: 0, below: 2, description: "the exponent" } },
    description: "A power of the coefficient: sparser than the lasso for p < 1, not sparse for p > 1",
    formula: "w^p / p",
  }),

  /** ω(w) = log(w + epsilon). Source: Candès, Wakin and Boyd 2008. */
  logSum: declare<{ epsilon: number }>({
    name: "logSum",
    kind: "penalty",
    parameters: { epsilon: { above: 0, description: "the width of the logarithm, in units of w" } },
    description: "Reweighted l1: the smaller epsilon, the sparser and the less convex",
    formula: "log(w + epsilon)",
  }),

  /** ω(w) = log(w² + epsilon); quadratic at 0, so it shrinks without exact zeros. Source: Chartrand and Yin 2008. */
  logSumSquares: declare<{ epsilon: number }>({
    name: "logSumSquares",
    kind: "penalty",
    parameters: { epsilon: { above: 0, description: "the width of the logarithm, in units of w²" } },
    description: "Reweighted least squares: like logSum, but smooth at 0",
    formula: "log(w^2 + epsilon)",
  }),

  /**
   * The minimax concave penalty: ω(w) = w - w²/(2aλ) up to aλ, then aλ/2, with the problem's λ. `a` (gamma in
   * ncvreg) defaults to 3. Source: Zhang 2010.
   */
  mcp: declare<{ a?: number | undefined }>({
    name: "mcp",
    kind: "penalty",
    parameters: { a: { above: 0, default: 3, description: "the penalty is flat from a * lambda on" } },
    description: "Minimax concave: the lasso near 0, no shrinkage of large coefficients",
    formula: "w - w^2 / (2 a lambda) for w <= a lambda, else a lambda / 2",
  }),

  /**
   * Smoothly clipped absolute deviation: ω(w) = w up to λ, (2aλw - w² - λ²) / (2(a-1)λ) up to aλ, then (a+1)λ/2,
   * with the problem's λ; a > 2, by default 3.7. Source: Fan and Li 2001.
   */
  scad: declare<{ a?: number | undefined }>({
    name: "scad",
    kind: "penalty",
    parameters: { a: { above: 2, default: 3.7, description: "the penalty is flat from a * lambda on" } },
    description: "Smoothly clipped: the lasso up to lambda, no shrinkage of large coefficients",
    formula:
      "w for w <= lambda, (2 a lambda w - w^2 - lambda^2) / (2 (a - 1) lambda) for w <= a lambda, else (a + 1) lambda / 2",
  }),

  /**
   * The elastic net of any penalty that is a sum over the coefficients, l1 by default:
   * λ Ω(w) = αλ ω(w; αλ) + (1 - α) λ w²/2, so that mcp and scad are used at αλ, as in ncvreg; with l1 it is glmnet's. 1/η̂
   * is α/η̂ of the inner penalty + (1 - α). The dual is infinite beyond eta = 1 / (1 - α). α from 0 (ridge) to 1. One that
   * does not separate (ard, hardThreshold) or is an elastic net already throws UNSUPPORTED. Source: Zou and Hastie 2005.
   */
  elasticNet: declare<{ alpha: number; penalty?: Penalty | undefined }>({
    name: "elasticNet",
    kind: "penalty",
    parameters: { alpha: { min: 0, max: 1, description: "the share of the penalty; the rest is ridge" } },
    decorates: true,
    description: "A penalty, l1 by default, and a ridge part, which keeps correlated columns together",
    formula: "alpha w + (1 - alpha) w^2 / 2",
  }),

  fromPenalty,
  fromDual,
  fromKeepProbability,
  fromMaskFamily,
});
