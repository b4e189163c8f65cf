import type { DenseMatrix, MatrixLike, NumericArray, VectorLike } from "../matrix.js";
import type { Penalty } from "../penalty.js";

/** How a mask is distributed; see `MaskOptions`. */
export type MaskKind = "bernoulli" | "gaussian" | "hardConcrete";

/**
 * How the elements of a mask are stored: as numbers, as one byte each that is 1 where the element is kept and 0 where it is
 * not, or as one bit each, element i being bit i % 8 of byte floor(i / 8) (the bits that are left over are 0). Kept is what
 * is not 0. Gaussian masks are numbers only.
 */
export type MaskFormat = "float32" | "float64" | "uint8" | "bits";

/** Arrays that hold masks. */
export type MaskArray = Float32Array | Float64Array | Uint8Array;

/** One number for all draws, or one for each. Float32Array and Float64Array are read in place, others are converted. */
export type MaskParameter = number | NumericArray | readonly number[];

/** A mask of a row-major matrix in which all elements of a unit share one draw. */
export interface MaskStructure {
  /** Of the matrix; may be left out where `weights` are a matrix. */
  readonly rows?: number | undefined;
  readonly columns?: number | undefined;
  /**
   * A row, a column, or a block of so many rows and columns; blocks at the right and lower edge may be smaller. Units are
   * numbered row by row.
   */
  readonly unit: "row" | "column" | { readonly rows: number; readonly columns: number };
}

/**
 * What a mask is, and which one. Exactly one of `keepProbability`, `standardDeviation`, `location` (as the kind asks) and
 * `penalty` says how its elements vary.
 */
export interface MaskOptions {
  /**
   * - "bernoulli" (the default): 1/α with probability α, else 0; unscaled 1 (Srivastava et al. 2014). Mean 1, variance
   *   (1 - α)/α; unscaled α and α (1 - α)
   * - "gaussian": 1 + σz, z standard normal (Kingma, Salimans and Welling 2015). Mean 1, variance σ²
   * - "hardConcrete": min(1, max(0, γ + (ζ - γ) sigmoid((log u - log(1 - u) + log a) / β))), u uniform (Louizos, Welling
   *   and Kingma 2018)
   */
  readonly kind?: MaskKind | undefined;
  /** bernoulli: α in [0, 1]. An array of equal numbers and that number are different draws. */
  readonly keepProbability?: MaskParameter | undefined;
  /** gaussian: σ >= 0; where it is Infinity, the mask is 0. */
  readonly standardDeviation?: MaskParameter | undefined;
  /** hardConcrete: log a, not NaN; the mask is 0 at -Infinity and 1 at Infinity. */
  readonly location?: MaskParameter | undefined;
  /**
   * A mask whose variance (for hard concrete masks: relative to the squared mean) is λ / η̂(w) at the `weights`, which for
   * bernoulli is the keep probability η̂ / (η̂ + λ) (arXiv 2106.07769, section 3). Separable; it need not be monotone.
   */
  readonly penalty?: Penalty | undefined;
  /** λ, a finite number >= 0, together with `penalty`. */
  readonly lambda?: number | undefined;
  /**
   * Together with `penalty`: one finite number per element, on the standardised scale. With `structure` each unit is taken
   * for the Euclidean norm of its weights.
   */
  readonly weights?: VectorLike | DenseMatrix | undefined;
  /** bernoulli: false for 1 in place of 1/α. By default true; "uint8" and "bits" are 1 and 0 anyway. */
  readonly scaled?: boolean | undefined;
  /** hardConcrete: the temperature β > 0, by default 2/3. */
  readonly beta?: number | undefined;
  /** hardConcrete: the ends of the stretched interval, γ < 0 and ζ > 1, by default -0.1 and 1.1. */
  readonly gamma?: number | undefined;
  readonly zeta?: number | undefined;
  /** How many draws, where no array and no structure says so. 0 gives an empty mask. */
  readonly length?: number | undefined;
  /** Of the random numbers: an integer in [0, 2^53) or a bigint in [0, 2^64), by default 0. */
  readonly seed?: number | bigint | undefined;
  /** Which of the 2^64 independent streams of the seed, given like it; by default 0. */
  readonly stream?: number | bigint | undefined;
  /** The number of the first draw within the stream, an integer in [0, 2^53), by default 0. */
  readonly offset?: number | undefined;
  readonly structure?: MaskStructure | undefined;
}

/** The array of each format. */
export interface FormatArrays {
  float32: Float32Array;
  float64: Float64Array;
  uint8: Uint8Array;
  bits: Uint8Array;
}

/** The arrays that may hold a mask of the format; any without one. */
export type ArrayOfFormat<Format extends MaskFormat> = [Format] extends [never]
  ? MaskArray
  : FormatArrays[Format];

/** What holds it where the caller gives no array. */
export type FreshArray<Format extends MaskFormat> = [Format] extends [never]
  ? Float32Array
  : FormatArrays[Format];

/** The options of `sampleMask`. */
export interface SampleMaskOptions<Format extends MaskFormat = MaskFormat, Out extends MaskArray = MaskArray>
  extends MaskOptions {
  /** By default that of `out`, or "float32". */
  readonly format?: Format | undefined;
  /** Where the mask goes: as many elements as it has, for "bits" an eighth of that, rounded up. */
  readonly out?: Out | undefined;
}

/** What `applyMask` multiplies by a mask: a vector, or a matrix row by row. Typed arrays of floats are read in place. */
export type MaskedWeights = NumericArray | readonly number[] | MatrixLike;

/** The options of `applyMask`; `weights` are also those that a penalty looks at. */
export interface ApplyMaskOptions<Weights extends MaskedWeights = MaskedWeights>
  extends Omit<MaskOptions, "weights"> {
  /** A vector, or a row-major matrix of rows x columns. */
  readonly weights: Weights;
  /** What the masked weights, a matrix, are multiplied with: a vector of columns entries, or a matrix of columns x k. */
  readonly x?: VectorLike | MatrixLike | undefined;
  /** Where the result goes: of the kind of the weights, and as many elements as the result has. */
  readonly out?: Float32Array | Float64Array | undefined;
}

/** Float32Array where the weights are one or have one as data, else Float64Array. */
export type MaskedArray<Weights> = Weights extends Float32Array | { readonly data: Float32Array }
  ? Float32Array
  : Float64Array;

/** How a computation off the event loop is watched and stopped. */
export interface BackgroundOptions {
  /** Stops it: its promise rejects with ABORTED, whose cause is `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Called at most every 50 ms with the fraction done. What it throws stops the computation and rejects its promise. */
  readonly onProgress?: ((progress: { fraction: number }) => void) | undefined;
}

/** Of each draw. */
export interface MaskMoments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}
