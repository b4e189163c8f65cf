import type { NativeGram, NativeGramSums, NativeMatrix } from "../binding.js";
import { native } from "./binding.js";
import { isObject, property, requireBoolean, requireNumber, requireOptions } from "./checks.js";
import { requireControls } from "./convergence.js";
import { expected, lengthMismatch } from "./errors.js";
import { runJob } from "./job.js";
import { encodeNumber, encodeNumbers, FieldReader, type JSONNumber, parse, requireFormat } from "./json.js";
import { type MatrixLike, requireEntries, toMatrix, toVector, type VectorLike } from "./matrix.js";
import { perRow } from "./rowVectors.js";
import { allocate } from "./views.js";

/** The options of a new `Gram`. */
export interface GramOptions {
  /** Fits have an intercept. By default true. */
  readonly intercept?: boolean | undefined;
  /** The penalty acts on columns scaled to mean square 1. By default true. */
  readonly standardize?: boolean | undefined;
}

/** The options of `accumulate`. */
export interface AccumulateOptions {
  /** One finite number >= 0 per row. They count across blocks: 2 is a row that is there twice. By default 1. */
  readonly weights?: VectorLike | undefined;
  /** Stops this block: the promise rejects with ABORTED, and the block does not count. */
  readonly signal?: AbortSignal | undefined;
}

/** What `JSON.stringify` writes for a `Gram`: every number of it exactly. */
export interface GramJSON {
  format: "flipside.gram";
  version: 1;
  columns: number;
  intercept: boolean;
  standardize: boolean;
  rows: number;
  weight: JSONNumber;
  /** Weighted means are origin + mean, of y last. */
  origin: JSONNumber[];
  mean: JSONNumber[];
  /** Σ w (z − mean)(z − mean)ᵀ with z = (x, y): the lower triangle column by column. */
  scatter: JSONNumber[];
}

/** A Gram on the addon's side. @internal */
export interface GramState {
  /** Undefined before the first block. */
  readonly gram: NativeGram | undefined;
  readonly rows: number;
  readonly columns: number;
  readonly intercept: boolean;
  readonly standardize: boolean;
}

/** The square of it still counts in 32 bits. */
const columnsRange = { min: 1, max: 46_339, integer: true };
let stateOf: (value: object) => GramState | undefined;

/**
 * A regression with more rows than memory: it takes blocks of rows, in any split and order, and keeps their means and
 * centred cross products (columns² numbers), merged by the pairwise update of Chan, Golub and LeVeque (1983). `fit` and
 * `fitPath` take it in place of a problem, for the squared loss. It belongs to its thread; `toJSON` carries it to another.
 */
export class Gram {
  readonly columns: number;
  readonly intercept: boolean;
  readonly standardize: boolean;
  #native: NativeGram | undefined;
  #rows = 0;
  /** Blocks are merged in the order of the calls, so that the bits do not depend on which was ready first. */
  #tail: Promise<unknown> = Promise.resolve();

  static {
    stateOf = (value) => (#native in value ? value.#state() : undefined);
  }

  /** @throws FlipsideError for a bad number of columns or bad options. */
  constructor(columns: number, options: GramOptions = {}) {
    this.columns = requireNumber("columns", columns, columnsRange);
    const given = requireOptions("options", options, ["intercept", "standardize"]);
    const flag = (key: string) => {
      const value = property("options", given, key);
      return value === undefined || requireBoolean(key, value);
    };
    this.intercept = flag("intercept");
    this.standardize = flag("standardize");
    Object.freeze(this);
  }

  /** Rows of the blocks that have been taken in. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Takes in a block of rows, on a worker of the addon. The data are copied before the call returns; several blocks may
   * be under way. The block counts from when the promise resolves; when it rejects, nothing has changed.
   *
   * @param x A block of any number of rows with the columns of this Gram, in any form that `fit` takes.
   * @param y One finite number per row.
   * @throws FlipsideError, always as a rejection: bad arguments, ABORTED, OUT_OF_MEMORY, NUMERIC.
   */
  async accumulate(x: MatrixLike, y: VectorLike, options: AccumulateOptions = {}): Promise<void> {
    const { block, signal } = readBlock(x, y, options, this.columns);
    return this.#add(momentsOf(block, signal));
  }

  /**
   * Takes in the rows of another Gram with as many columns; its own intercept and standardize do not matter.
   *
   * @throws FlipsideError, always as a rejection: INVALID_ARGUMENT, LENGTH_MISMATCH, NUMERIC.
   */
  async merge(other: Gram): Promise<void> {
    const state = gramState(other);
    if (state === undefined) throw expected("other", "a Gram", other);
    if (state.columns !== this.columns)
      throw lengthMismatch("other", this.columns, "as many columns as this Gram", state.columns);
    // As it is now, whatever is added to it before its turn here comes.
    return state.gram && this.#add(Promise.resolve(state.gram));
  }

  /** The order of the calls decides, not which block is ready first. */
  #add(block: Promise<NativeGram>): Promise<void> {
    const added = this.#tail.then(async () => {
      const gram = await block;
      this.#native = this.#native === undefined ? gram : await merged({ a: this.#native, b: gram });
      this.#rows = native.gramRows(this.#native);
    });
    // A block that failed before its turn has a handler from the beginning.
    block.catch(() => {});
    this.#tail = added.catch(() => {});
    return added;
  }

  /** Plain JSON that `Gram.fromJSON` restores exactly. */
  toJSON(): GramJSON {
    const sums = this.#native === undefined ? emptySums(this.columns) : native.gramSums(this.#native);
    const { rows, weight, origin, mean, scatter } = sums;
    return {
      format: "flipside.gram",
      version: 1,
      columns: this.columns,
      intercept: this.intercept,
      standardize: this.standardize,
      rows,
      weight: encodeNumber(weight),
      origin: encodeNumbers(origin),
      mean: encodeNumbers(mean),
      scatter: encodeNumbers(scatter),
    };
  }

  /**
   * Restores a Gram from `toJSON()`, an object or its JSON text.
   *
   * @throws FlipsideError INVALID_ARGUMENT and others that name the bad field; VERSION for JSON of a newer version.
   */
  static fromJSON(json: unknown): Gram {
    const read = new FieldReader("json", requireFormat("json", parse("json", json), "flipside.gram", 1));
    const columns = requireNumber("json.columns", read.value("columns"), columnsRange);
    const flag = (key: string) => requireBoolean(read.name(key), read.value(key));
    const largest = Number.MAX_VALUE;
    const vector = (key: string, length: number) => read.numbers(key, length, -largest, largest);
    const gram = new Gram(columns, { intercept: flag("intercept"), standardize: flag("standardize") });
    gram.#native = native.gramFromSums({
      columns,
      rows: read.count("rows", 0, Number.MAX_SAFE_INTEGER),
      weight: read.finite("weight", 0),
      origin: vector("origin", columns + 1),
      mean: vector("mean", columns + 1),
      scatter: vector("scatter", ((columns + 1) * (columns + 2)) / 2),
    });
    gram.#rows = native.gramRows(gram.#native);
    return gram;
  }

  #state(): GramState {
    const { columns, intercept, standardize } = this;
    return { gram: this.#native, rows: this.#rows, columns, intercept, standardize };
  }
}

function emptySums(columns: number): NativeGramSums {
  const size = columns + 1;
  return {
    columns,
    rows: 0,
    weight: 0,
    origin: allocate("origin", size),
    mean: allocate("mean", size),
    scatter: allocate("scatter", (size * (size + 1)) / 2),
  };
}

/** Undefined for what is no Gram. @internal */
export function gramState(value: unknown): GramState | undefined {
  return isObject(value) ? stateOf(value) : undefined;
}

interface Block {
  readonly x: NativeMatrix;
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
}

function readBlock(
  givenX: unknown,
  givenY: unknown,
  options: unknown,
  columns: number,
): { block: Block; signal: AbortSignal | undefined } {
  const x = toMatrix("x", givenX, true);
  if (x.columns !== columns)
    throw lengthMismatch("a row of x", columns, "the columns of the Gram", x.columns);
  const y = toVector("y", givenY, x.rows, "one per row of x");
  requireEntries("y", y, -Infinity);
  const given = requireOptions("options", options, ["weights", "signal"]);
  const weights = perRow("weights", property("options", given, "weights"), x.rows, 0);
  const { signal } = requireControls<never>("", property("options", given, "signal"), undefined);
  return { block: { x, y, weights }, signal };
}

function momentsOf(block: Block, signal: AbortSignal | undefined): Promise<NativeGram> {
  return runJob<NativeGram, never>((settle) => native.gramOfBlock(block, settle, null), {
    signal,
    onProgress: undefined,
    signalName: "signal",
    aborted: "the block was aborted before it was taken in",
  });
}

function merged(both: { a: NativeGram; b: NativeGram }): Promise<NativeGram> {
  return runJob<NativeGram, never>((settle) => native.gramOfBoth(both, settle, null), {
    signal: undefined,
    onProgress: undefined,
    aborted: "the merge was aborted",
  });
}
