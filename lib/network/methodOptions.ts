// The methods of sparse training as the caller names them.

/** Plain training. */
export interface NoMethod {
  readonly name: "none";
}

/**
 * R(w) = Σ ω(|w|) by its derivative, with 0 at w = 0. Weights that are not
 * needed swing around 0 by as much as a step: the smaller the learning rate at the end, the more of them count as zero.
 */
export interface DirectPenalty {
  readonly name: "directPenalty";
}

/**
 * The penalty as the ridge that it is equivalent to at the current weights: λ w / η̂(|w|), the gradient of λ ω in the
 * form of LeJeune, Javadi and Baraniuk 2021 (arXiv 2106.07769), bounded near 0.
 */
export interface AdaptiveTikhonov {
  readonly name: "adaptiveTikhonov";
  /**
   * The keep probability η̂ / (η̂ + λ) counts as at least this, so that the ridge stays finite; in (0, 1], by
   * default 1e-3.
   */
  readonly smallestKeep?: number | undefined;
}

/**
 * After each step of the optimiser w ← w η̂ / (η̂ + rate λ), η̂ that of w: the proximal step of that ridge. With a
 * kink at 0 the weights that are not needed fall to 0 quadratically, and their keep probability with them. Source:
 * arXiv 2106.07769.
 */
export interface AdaptiveProx {
  readonly name: "adaptiveProx";
}

/**
 * η is a parameter of its own: λ/2 Σ (w²/η + f(η) + decay log(η/λ)) is minimised over w and log(η/λ). Source: Bach et
 * al. 2012; arXiv 2106.07769.
 */
export interface EtaTrick {
  readonly name: "etaTrick";
  /** A finite number >= 0, by default 0. */
  readonly decay?: number | undefined;
  /** log(η/λ) at the start, a finite number, by default 5: nothing is shrunk much. */
  readonly logEta?: number | undefined;
}

/**
 * Dropout of weights whose noise follows them: each step multiplies w by s with mean 1 and variance λ / η̂(|w|),
 * which is what the penalty amounts to for linear models (arXiv 2106.07769, section 3).
 */
export interface AdaptiveDropout {
  readonly name: "adaptiveDropout";
  /** "bernoulli" (the default): 0, or 1 over the keep probability. "gaussian": normal. */
  readonly mask?: "bernoulli" | "gaussian" | undefined;
}

/**
 * Gaussian noise on the weights, with variance α w² learnt for each and R = Σ KL(log α), the divergence from a
 * log-uniform prior up to a constant. Weights with a large α are pruned. Source: Kingma, Salimans and Welling 2015;
 * Molchanov, Ashukha and Vetrov 2017, eq. 14. With few rows R outweighs L at the start and prunes everything: let λ
 * rise, such as `{ to: 1 / rows, epochs: 20 }`.
 */
export interface VariationalDropout {
  readonly name: "variationalDropout";
  /** Draw the outputs of a layer instead of its weights. By default true. Source: Kingma, Salimans and Welling 2015. */
  readonly localReparametrization?: boolean | undefined;
  /** Learn log σ with σ² = α w² instead of log α. By default true. Source: Molchanov et al. 2017, section 4.2. */
  readonly additiveReparametrization?: boolean | undefined;
  /** log σ at the start, a finite number, by default -5; only with the additive parametrisation. */
  readonly logSigma?: number | undefined;
  /** log α at the start, a finite number, by default -5; only without it. */
  readonly logAlpha?: number | undefined;
}

/**
 * Gates s on the weights: a logistic variable of temperature β and location log a, stretched to (γ, ζ) and clipped to
 * [0, 1], with log a learnt for each and R = ½ Σ P(s ≠ 0). Source: Louizos, Welling and Kingma 2018.
 */
export interface HardConcrete {
  readonly name: "hardConcrete";
  /** A finite number > 0, by default 2/3. */
  readonly beta?: number | undefined;
  /** A finite number < 0, by default -0.1. */
  readonly gamma?: number | undefined;
  /** A finite number > 1, by default 1.1. */
  readonly zeta?: number | undefined;
  /**
   * The logistic function of the mean of log a at the start, in (0, 1), by default 0.5; its standard deviation is
   * 0.01.
   */
  readonly keep?: number | undefined;
}

/**
 * The smallest weights are set to 0 and stay there; how many rises like 1 - (1 - t)³ with t from 0 at `begin` to 1 at
 * `end`. Source: Zhu and Gupta 2017.
 */
export interface MagnitudePruning {
  readonly name: "magnitudePruning";
  /** Fraction of zeros at the end, in [0, 1), by default 0.9. */
  readonly finalSparsity?: number | undefined;
  /** Fraction of zeros until `begin`, in [0, finalSparsity], by default 0. */
  readonly initialSparsity?: number | undefined;
  /** Epochs from the start of the run, fractions allowed, by default 0. */
  readonly begin?: number | undefined;
  /** Later than `begin`; by default three quarters of the run (or the whole of it where `begin` is not before that). */
  readonly end?: number | undefined;
  /**
   * Steps from one pruning to the next, an integer >= 1, by default 100, or a tenth of those from begin to end where
   * these are fewer than 1000.
   */
  readonly interval?: number | undefined;
  /** Whether the fraction is of all weights (the default) or of those of each layer. */
  readonly scope?: "network" | "layer" | undefined;
}

/** A method of sparse training with its options. */
export type MethodOptions =
  | NoMethod
  | DirectPenalty
  | AdaptiveTikhonov
  | AdaptiveProx
  | EtaTrick
  | AdaptiveDropout
  | VariationalDropout
  | HardConcrete
  | MagnitudePruning;
