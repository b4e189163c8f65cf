// Draws as they come, made comparable: with mean 0 and variance 1, in numbered bins, and as bits.
import type { Law } from "./laws.ts";

export type Values = Float32Array | Float64Array | Uint8Array;

/** Draws that must be independent, element i with the law laws[levels[i mod levels.length]]. */
export interface Sequence {
  readonly name: string;
  readonly laws: readonly Law[];
  /** Without: all have laws[0]. As long as a piece. */
  readonly levels?: Uint8Array;
  /** Of Box and Muller, in bins of equal probability. */
  readonly gaussian?: boolean;
  /** The number of the first element, a multiple of 512. */
  readonly first: number;
  /** Draws `count` elements from number `first` on. What it returns may be overwritten by the next call. */
  draw(first: number, count: number): Values;
}

/** Draws are made in pieces; odd, so that pieces begin at every place within a block, a vector and a byte. */
export const pieceLength = 4_000_037;
/** ... and looked at in blocks that stay in cache. */
export const blockLength = 4096;

/** How many elements before a block are still at hand. */
export const history = 1024;

const cells = 1024;
const noLevels = new Uint8Array(pieceLength);

export interface Block {
  readonly length: number;
  /** (value - mean) / standard deviation, from index `history` on; before it those of the blocks before. */
  readonly y: Float64Array;
  /** (y^2 - 1) / its standard deviation likewise; only if `hasSquares`. */
  readonly squares: Float64Array;
  /** The bin of each. */
  readonly bins: Uint8Array;
  readonly levels: Uint8Array;
  readonly levelsStart: number;
}

export class Standardiser {
  readonly hasSquares: boolean;
  readonly binCount: number;
  readonly #values = new Float64Array(blockLength);
  readonly #y = new Float64Array(history + blockLength);
  readonly #squares = new Float64Array(history + blockLength);
  readonly #bins = new Uint8Array(blockLength);
  readonly #levels: Uint8Array;
  readonly #means: Float64Array;
  readonly #scales: Float64Array;
  readonly #squareScales: Float64Array;
  readonly #edges: Float64Array;
  /** A lower bound of the bin for each of `cells` equal parts between a law's first and last edge. */
  readonly #guide: Uint8Array;
  readonly #origins: Float64Array;
  readonly #cellScales: Float64Array;
  #last = 0;

  constructor({ laws, levels }: Sequence) {
    this.#levels = levels ?? noLevels;
    this.#means = Float64Array.from(laws, (law) => law.mean);
    this.#scales = Float64Array.from(laws, (law) => 1 / Math.sqrt(law.variance));
    this.#squareScales = Float64Array.from(laws, (law) => 1 / Math.sqrt(law.kurtosis - 1));
    // Of two values one is the other's square, but for constants.
    this.hasSquares = laws.every((law) => law.edges.length > 1);
    const most = Math.max(...laws.map((law) => law.edges.length));
    this.binCount = 2 ** Math.ceil(Math.log2(most + 1));
    // No value is at or above NaN, so that a search ends.
    this.#edges = new Float64Array(laws.length * this.binCount).fill(Number.NaN);
    this.#guide = new Uint8Array(laws.length * cells);
    this.#origins = Float64Array.from(laws, ({ edges }) => edges[0] as number);
    this.#cellScales = Float64Array.from(laws, ({ edges }) => {
      const range = (edges.at(-1) as number) - (edges[0] as number);
      return range > 0 ? cells / range : 0;
    });
    laws.forEach(({ edges }, k) => {
      this.#edges.set(edges, k * this.binCount);
      const [origin, scale] = [this.#origins[k] as number, this.#cellScales[k] as number];
      // From the cell before, whatever rounding does.
      for (let cell = 1; cell < cells; ++cell) {
        this.#guide[k * cells + cell] = edges.filter((edge) => (edge - origin) * scale < cell - 1).length;
      }
    });
  }

  /** The block of `length` values from index `from` of a piece on; pairs have no use for its bins. */
  next(values: Values, from: number, length: number, withBins = true): Block {
    const [y, squares, levels] = [this.#y, this.#squares, this.#levels];
    y.copyWithin(0, this.#last, this.#last + history);
    squares.copyWithin(0, this.#last, this.#last + history);
    this.#last = length;
    // One type of array for the loops.
    this.#values.set(values.subarray(from, from + length));
    this.#standardise(from, length);
    if (withBins) this.#classify(from, length);
    return { length, y, squares, bins: this.#bins, levels, levelsStart: from };
  }

  #standardise(from: number, length: number): void {
    const [values, levels, y, squares] = [this.#values, this.#levels, this.#y, this.#squares];
    const [means, scales, squareScales] = [this.#means, this.#scales, this.#squareScales];
    for (let i = 0; i < length; ++i) {
      const level = levels[from + i] as number;
      y[history + i] = ((values[i] as number) - (means[level] as number)) * (scales[level] as number);
    }
    for (let i = 0; this.hasSquares && i < length; ++i) {
      const value = y[history + i] as number;
      squares[history + i] = (value * value - 1) * (squareScales[levels[from + i] as number] as number);
    }
  }

  #classify(from: number, length: number): void {
    const [values, levels, bins] = [this.#values, this.#levels, this.#bins];
    const [edges, guide, origins, cellScales] = [this.#edges, this.#guide, this.#origins, this.#cellScales];
    const width = this.binCount;
    for (let i = 0; i < length; ++i) {
      const value = values[i] as number;
      const level = levels[from + i] as number;
      const cell = (value - (origins[level] as number)) * (cellScales[level] as number);
      let bin = guide[level * cells + (Math.max(0, Math.min(cells - 1, cell)) | 0)] as number;
      while (value >= (edges[level * width + bin] as number)) ++bin;
      bins[i] = bin;
    }
  }
}
