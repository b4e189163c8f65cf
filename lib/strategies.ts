import { declare } from "./declaration.js";
import type { MatrixLike } from "./matrix.js";

/**
 * Adaptive dropout and pruning strategies, each as the penalty that it minimises (LeJeune, Javadi and Baraniuk,
 * NeurIPS 2021, arXiv 2106.07769). Each function gives a Penalty; a parameter outside its range throws a
 * FlipsideError (OUT_OF_RANGE, NOT_FINITE, INVALID_ARGUMENT, UNKNOWN_OPTION). Formulas are at λ = 1 with w
 * the absolute value of a coefficient on the standardised scale.
 */
export const strategies = Object.freeze({
  /** Keep probability sigmoid(w); quadratic at 0, so not sparse by itself. Source: Ba and Frey 2013. */
  standout: declare<Record<string, never>>({
    name: "standout",
    kind: "strategy",
    parameters: {},
    description: "Keep probability is the logistic function of the coefficient; not sparse by itself",
    formula: "1 - (w + 1) exp(-w)",
  }),

  /**
   * Gaussian noise on weights with the exact divergence from the log-uniform prior: f'(η) = D(s)/s, s = √(η/2),
   * D Dawson's function. Source: Kingma, Salimans and Welling 2015; Hron, Matthews and Ghahramani 2018.
   */
  variationalDropout: declare<Record<string, never>>({
    name: "variationalDropout",
    kind: "strategy",
    parameters: {},
    description: "Gaussian weight noise, exact divergence from the log-uniform prior",
    formula: "by its dual: f(0) = 0, f'(eta) = D(s) / s with s = sqrt(eta / 2), D Dawson's function",
  }),

  /** The same with the usual approximation of the divergence. Source: Molchanov, Ashukha and Vetrov 2017, eq. 14. */
  variationalDropoutApprox: declare<Record<string, never>>({
    name: "variationalDropoutApprox",
    kind: "strategy",
    parameters: {},
    description: "Gaussian weight noise, approximate divergence as used for deep networks",
    formula:
      "by its dual: f(eta) = 2 (k1 sigmoid(k3 log eta - k2) + log(1 + eta) / 2), k = 0.63576, 1.87320, 1.48695",
  }),

  /**
   * Hard concrete masks: a stretched and clipped binary concrete variable, f = P(s ≠ 0). η̂ jumps near w = 0.55 and
   * ω is constant beyond (default parameters). Source: Louizos, Welling and Kingma 2018.
   */
  hardConcrete: declare<{ beta?: number | undefined; gamma?: number | undefined; zeta?: number | undefined }>(
    {
      name: "hardConcrete",
      kind: "strategy",
      parameters: {
        beta: { above: 0, default: 2 / 3, description: "the temperature" },
        gamma: { below: 0, default: -0.1, description: "the lower end of the stretched interval" },
        zeta: { above: 1, default: 1.1, description: "the upper end of the stretched interval" },
      },
      description: "Stretched and clipped binary concrete masks: l0 regularisation by gates",
      formula: "by its dual: f = P(s != 0) for the mask s with 1 / eta = Var(s) / E(s)^2",
    },
  ),

  /** At most k nonzero coefficients: magnitude pruning, iterative hard thresholding. Source: Blumensath and Davies 2009. */
  hardThreshold: declare<{ k: number }>({
    name: "hardThreshold",
    kind: "strategy",
    parameters: { k: { min: 0, integer: true, description: "how many coefficients may be nonzero" } },
    description: "Magnitude pruning: keeps the k largest coefficients and does not shrink them",
    formula: "0 if at most k coefficients are nonzero, else infinity",
  }),

  /**
   * Automatic relevance determination, f(η) = log det(τI + X diag(η) Xᵀ). `tau` is the noise variance times n on the
   * scale of the problem, by default rows * lambda. Evaluating it outside a fit needs `design`, the standardised
   * columns (rows x columns). Source: Wipf and Nagarajan 2008.
   */
  ard: declare<{ tau?: number | undefined; design?: MatrixLike | undefined }>({
    name: "ard",
    kind: "strategy",
    parameters: {
      tau: { above: 0, automatic: 0, description: "the noise level; rows * lambda if not given" },
    },
    needsDesign: true,
    description: "Automatic relevance determination: sparse Bayesian learning, not separable",
    formula: "by its dual: f(eta) = log det(tau I + X diag(eta) X')",
  }),
});
