/**
 * The contract between lib/ and the addon. lib/ holds every default and validates meaning; the addon checks
 * every type, kind and length again, because a wrong view corrupts memory. Whatever it is given, the addon
 * throws the error class handed to `initialize` and never reads past a buffer.
 */

/** An immutable native penalty; opaque. */
export interface NativePenalty {
  readonly __nativePenalty: unique symbol;
}

/** How `FlipsideError` is constructed from native code. */
export type ErrorConstructor = new (code: string, message: string) => Error;

export interface NativeMatrix {
  /** Elements; for compressed columns the stored values. */
  data: Float64Array | Float32Array;
  rows: number;
  columns: number;
  layout: "rowMajor" | "columnMajor" | "compressedColumns";
  /** Compressed columns only. */
  rowIndices?: Int32Array | undefined;
  columnPointers?: Int32Array | undefined;
}

export interface FitRequest {
  x: NativeMatrix;
  y: Float64Array;
  weights?: Float64Array | undefined;
  offset?: Float64Array | undefined;
  start?: Float64Array | undefined;
  penalty: NativePenalty;
  /** Empty: a geometric grid, see pathLength and pathRatio. */
  lambdas: Float64Array;
  pathLength: number;
  pathRatio: number;
  intercept: boolean;
  standardize: boolean;
  tolerance: number;
  maxIterations: number;
}

export interface NativeFit {
  lambda: number;
  coefficients: Float64Array;
  eta: Float64Array;
  keepProbability: Float64Array;
  intercept: number;
  objective: number;
  loss: number;
  stationarity: number;
  nonzero: number;
  iterations: number;
  reason: "tolerance" | "maxIterations" | "aborted" | "stalled";
  objectiveHistory: Float64Array;
  nonzeroHistory: Float64Array;
}

export interface NativeProgress {
  lambdaIndex: number;
  lambdaCount: number;
  iteration: number;
  objective: number;
  stationarity: number;
  nonzero: number;
}

export interface Binding {
  /** Must be called once per environment before anything else. */
  initialize(errorClass: ErrorConstructor): void;
  /** The registered penalties with the names of their parameters in order. */
  catalogue(): { name: string; parameters: string[] }[];
  createPenalty(name: string, parameters: Float64Array): NativePenalty;
  /**
   * omega and dual: the total of a vector. etaHat, keepProbability and slope: one value per element.
   * `design` (standardised columns, column-major) only for a penalty that needs it.
   */
  omega(penalty: NativePenalty, w: Float64Array, lambda: number, design?: NativeMatrix): number;
  dual(penalty: NativePenalty, eta: Float64Array, lambda: number, design?: NativeMatrix): number;
  etaHat(penalty: NativePenalty, w: Float64Array, lambda: number, design?: NativeMatrix): Float64Array;
  slope(penalty: NativePenalty, w: Float64Array, lambda: number, design?: NativeMatrix): Float64Array;
  /** The same for one nonnegative number and a separable penalty, without an array. */
  omegaAt(penalty: NativePenalty, w: number, lambda: number): number;
  dualAt(penalty: NativePenalty, eta: number, lambda: number): number;
  etaHatAt(penalty: NativePenalty, w: number, lambda: number): number;
  isSeparable(penalty: NativePenalty): boolean;
  isConvex(penalty: NativePenalty): boolean;
  needsDesign(penalty: NativePenalty): boolean;
  /**
   * Fits on a worker of the addon; inputs are copied before the call returns. `settle` is called exactly once
   * with an error or with one result per lambda, `progress` at most every 50 ms. Returns a job number for
   * `cancel`.
   */
  fit(
    request: FitRequest,
    settle: (error: Error | null, fits: NativeFit[] | null) => void,
    progress: ((state: NativeProgress) => void) | null,
  ): number;
  /** Asks a running job to stop; a number that is no running job of this environment is ignored. */
  cancel(job: number): void;
  /** The same computation on the calling thread, for small problems. */
  fitSync(request: FitRequest): NativeFit[];
  /** X'X / rows, column-major columns x columns. */
  gram(x: NativeMatrix): Float64Array;
  /** One ridge step (gram + diag(weights)) w = correlation by Cholesky. */
  ridge(gram: Float64Array, weights: Float64Array, correlation: Float64Array): Float64Array;
  threads(): number;
  setThreads(count: number): void;
  /** Threads of the addon alive in this process now, jobs running and waiting in this environment. */
  activity(): { threads: number; jobs: number };
  information(): { blas: string };
}
