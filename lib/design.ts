import type { DesignRequest, NativeDesign, PreparedDesign } from "../binding.js";
import { native } from "./binding.js";
import { isObject, property, requireBoolean, requireChoice, requireOptions } from "./checks.js";
import { requireControls } from "./convergence.js";
import { FlipsideError } from "./errors.js";
import { runJob } from "./job.js";
import { type MatrixLike, toMatrix, type VectorLike } from "./matrix.js";
import { type MissingPolicy, readMissing, requireDense } from "./missing.js";
import { notConstructible } from "./penalty.js";
import { readWeights } from "./rowVectors.js";
import { type LossName, lossNames } from "./solver.js";
import { kindOf } from "./views.js";

/** How a design is held: doubles, floats (half the memory), or the stored values of compressed columns. */
export type DesignStorage = "float64" | "float32" | "sparse";

/** The options of `Design.prepare`. */
export interface DesignOptions {
  /** One finite number >= 0 per row, not all 0; only their ratios count. By default all rows weigh the same. */
  readonly weights?: VectorLike | undefined;
  /** For fits with an intercept: columns are centred. By default true. */
  readonly intercept?: boolean | undefined;
  /** Columns are scaled to mean square 1. By default true. */
  readonly standardize?: boolean | undefined;
  /** The loss that the weights are for, by default "squared"; without weights a design serves every loss. */
  readonly loss?: LossName | undefined;
  /**
   * By default as x came: "float32" of a Float32Array, "sparse" of compressed columns, else "float64". "float64" makes
   * dense doubles of anything, which every solver can use. "float32" rounds doubles; of compressed columns it rounds the
   * stored values, and the storage is then still "sparse". Those two are for the solver "workingSet" and penalties that
   * are a sum over the coefficients.
   */
  readonly storage?: DesignStorage | undefined;
  /** What becomes of missing values in x, by default "error". Fits of the design remember the means. */
  readonly missing?: MissingPolicy | undefined;
  /** Stops the preparation: the promise rejects with ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/** A design on the addon's side. @internal */
export interface DesignState {
  readonly design: NativeDesign;
  readonly rows: number;
  readonly columns: number;
  readonly intercept: boolean;
  readonly standardize: boolean;
  readonly imputation: Float64Array | undefined;
  readonly weighted: boolean;
}

const keys = ["weights", "intercept", "standardize", "loss", "storage", "missing", "signal"];
const storages = ["float64", "float32", "sparse"] as const satisfies readonly DesignStorage[];
const secret = Symbol("made by flipside");
let stateOf: (value: object) => DesignState | undefined;

/**
 * A matrix that was copied and standardised once for many fits: `fit`, `fitSync`, `fitPath` and `fitMany` take it as x. Any
 * number of fits may use it at the same time. Its memory is outside the JavaScript heap; it goes when the garbage
 * collector finds it unused, or at `close()`. It keeps the products of columns that its largest fit of squared loss has
 * computed, which take at most half as much memory again and change no bit of later fits. It belongs to its thread: a worker_thread has to prepare its own.
 */
export class Design {
  readonly rows: number;
  readonly columns: number;
  readonly intercept: boolean;
  readonly standardize: boolean;
  readonly storage: DesignStorage;
  /** Of each column of x: what was subtracted, 0 without an intercept. */
  readonly means: Float64Array;
  /** Of each column of x: what it was then divided by, 1 without standardize and for a constant column. */
  readonly scales: Float64Array;
  /** With `missing: "mean"`, of each column: what stands for a missing value. */
  readonly imputation: Float64Array | undefined;
  /** Memory that the design takes. */
  readonly bytes: number;
  readonly #native: NativeDesign;
  readonly #weighted: boolean;
  #closed = false;

  static {
    stateOf = (value) => (#native in value ? value.#state() : undefined);
  }

  private constructor(key: symbol, prepared: PreparedDesign, request: DesignRequest) {
    if (key !== secret) throw notConstructible("Design", "Design.prepare");
    this.rows = request.x.rows;
    this.columns = request.x.columns;
    this.intercept = request.intercept;
    this.standardize = request.standardize;
    this.storage = heldAs(request);
    this.means = prepared.means;
    this.scales = prepared.scales;
    this.imputation = prepared.imputed;
    this.bytes = prepared.bytes;
    this.#native = prepared.handle;
    this.#weighted = request.weights !== undefined;
    Object.freeze(this);
  }

  /**
   * Standardises a copy of x on a worker of the addon, not on the event loop. The copy is made before the call returns.
   *
   * @throws FlipsideError, always as a rejection: bad arguments, ABORTED, OUT_OF_MEMORY, NUMERIC.
   */
  static async prepare(x: MatrixLike, options: DesignOptions = {}): Promise<Design> {
    const { request, signal } = readRequest(x, options);
    const { rows, columns } = request.x;
    // Without the matrix, which would stay alive as long as the job.
    const about = { ...request, x: { ...request.x, data: none, rows, columns } };
    return prepare(request, signal).then((prepared) => new Design(secret, prepared, about));
  }

  /** Gives the memory back as soon as no running fit uses it. Fits from then on are refused with CLOSED. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    native.closeDesign(this.#native);
  }

  #state(): DesignState {
    if (this.#closed) throw new FlipsideError("CLOSED", "x must be open, but is a Design that was closed");
    const { rows, columns, intercept, standardize, imputation } = this;
    const weighted = this.#weighted;
    return { design: this.#native, rows, columns, intercept, standardize, imputation, weighted };
  }
}

const none = new Float64Array(0);

function prepare(request: DesignRequest, signal: AbortSignal | undefined): Promise<PreparedDesign> {
  return runJob<PreparedDesign, never>((settle) => native.prepareDesign(request, settle, null), {
    signal,
    onProgress: undefined,
    signalName: "signal",
    aborted: "the design was aborted before it was ready",
  });
}

function readRequest(
  given: unknown,
  options: unknown,
): { request: DesignRequest; signal: AbortSignal | undefined } {
  const x = toMatrix("x", given, true);
  const known = requireOptions("options", options, keys);
  const imputeMissing = readMissing(known);
  if (imputeMissing) requireDense(x);
  const get = (key: string) => property("options", known, key);
  const flag = (key: string) => {
    const value = get(key);
    return value === undefined || requireBoolean(key, value);
  };
  const loss = get("loss");
  const wanted = get("storage");
  const usual =
    x.layout === "compressedColumns" ? "sparse" : kindOf(x.data) === "Float32Array" ? "float32" : "float64";
  const storage = wanted === undefined ? usual : requireChoice("storage", wanted, storages);
  if (storage === "sparse" && x.layout !== "compressedColumns") {
    const message = `storage must be "float64" or "float32" for a dense x, but is "sparse"`;
    throw new FlipsideError("UNSUPPORTED", message);
  }
  const request = {
    x,
    weights: readWeights(get("weights"), x.rows),
    intercept: flag("intercept"),
    standardize: flag("standardize"),
    imputeMissing,
    loss: loss === undefined ? "squared" : requireChoice("loss", loss, lossNames),
    storage,
  };
  return { request, signal: requireControls<never>("", get("signal"), undefined).signal };
}

function heldAs({ x, storage }: DesignRequest): DesignStorage {
  return storage === "float32" && x.layout === "compressedColumns" ? "sparse" : storage;
}

/** Undefined for what is no design; CLOSED for one that is closed. @internal */
export function designState(value: unknown): DesignState | undefined {
  return isObject(value) ? stateOf(value) : undefined;
}
