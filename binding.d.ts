/**
 * The contract between lib/ and the addon. lib/ holds every default and validates meaning; the addon checks
 * every type, kind and length again, because a wrong view corrupts memory. Whatever it is given, the addon
 * throws the error class handed to `initialize` and never reads past a buffer.
 */

/** An immutable native penalty; opaque. */
export interface NativePenalty {
  readonly __nativePenalty: unique symbol;
}

/** A standardised design on the native side; opaque, bound to its thread. */
export interface NativeDesign {
  readonly __nativeDesign: unique symbol;
}

/** Immutable moments of rows that are gone; opaque, bound to its thread. */
export interface NativeGram {
  readonly __nativeGram: unique symbol;
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

/**
 * A function F of x >= 0 as a table (native/penalties/curve.h). Cell i spans knots[i] <= x < knots[i + 1]; with
 * t = (x - knots[i]) / (knots[i + 1] - knots[i]) its derivative is F'(x) = sum_k coefficients[8 i + k] t^k, k = 0..7, and
 * F(x) = values[i] + the integral of that from knots[i].
 */
export interface NativeCurve {
  /** F(0), finite. */
  atZero: number;
  /** Increasing, finite, knots[0] >= 0; one more than there are cells, at least one cell. */
  knots: Float64Array;
  /** F at the left end of each cell. */
  values: Float64Array;
  /** 8 per cell. */
  coefficients: Float64Array;
  /** Below knots[0] > 0: F'(x) = limit + coefficient x^exponent. */
  head: { limit: number; coefficient: number; exponent: number };
  /** Beyond the last knot F'(x) falls like x^-tailDecay from its value there. */
  tailDecay: number;
}

/** A separable penalty that came as functions of the caller, as curves at lambda = 1. */
export interface NativeTable {
  /** How it depends on lambda (native/penalties/scaling.h). */
  scaling: "lambdaFree" | "keepProbability" | "maskFamily";
  /** omega as a function of w. */
  omega: NativeCurve;
  /** f as a function of eta; without it f is computed from omega as sup_w 2 omega(w) - w^2 / eta. */
  dual?: NativeCurve | undefined;
  /** omega is convex. */
  convex: boolean;
  /** etaHat is nondecreasing, so that the w with etaHat(w) = eta can be found by bisection. */
  monotone: boolean;
}

/** The solver of a fit with its options; what belongs to another solver than the chosen one is not read. */
export interface NativeModel {
  penalty: NativePenalty;
  /** The name of a registered solver: "workingSet", "reweighted", "proximal", "dropout", "etaTrick", "direct", "blocks". */
  solver: string;
  tolerance: number;
  maxIterations: number;
  /** workingSet: how many starts, from 1 to 100000. */
  starts: number;
  /** proximal: Nesterov's momentum with restarts. */
  accelerated: boolean;
  /**
   * dropout: the seed of its random numbers, an integer in [0, 2^53), the kind of mask, and its schedule; batchSize 0
   * lets the solver choose.
   */
  seed: number;
  mask: "bernoulli" | "unscaledBernoulli" | "gaussian";
  batchSize: number;
  stepSize: number;
  stepDecay: number;
}

export interface FitRequest extends NativeModel {
  /** One of the three: a matrix, a design, or moments (then without y, weights and offset). */
  x?: NativeMatrix | undefined;
  design?: NativeDesign | undefined;
  gram?: NativeGram | undefined;
  y?: Float64Array | undefined;
  weights?: Float64Array | undefined;
  offset?: Float64Array | undefined;
  start?: Float64Array | undefined;
  /** The name of a registered loss: "squared", "logistic", "poisson", "huber", "cox", "multinomial", "multiTask". */
  loss: string;
  /** Of the loss, in order: huber [delta], cox [0 for Breslow's, 1 for Efron's treatment of ties]. Without it the usual ones. */
  lossParameters?: Float64Array | undefined;
  /** Classes or tasks, 1 by default: y of multiTask and the offset have rows x outputs entries, output after output. */
  outputs?: number | undefined;
  structure?: NativeStructure | undefined;
  /** Empty: a geometric grid, see pathLength and pathRatio. */
  lambdas: Float64Array;
  pathLength: number;
  pathRatio: number;
  /** Of x or gram; a design has its own. */
  intercept: boolean;
  standardize: boolean;
  /** NaN in a dense x count as the weighted mean of their column, false by default: they are refused. A design has its own. */
  imputeMissing?: boolean | undefined;
}

/** native/solvers/structure.h; each array has one entry per column of x. */
export interface NativeStructure {
  factors?: Float64Array | undefined;
  /** True: lambda_j = m_j lambda; false: m_j times the penalty. */
  factorsScaleLambda: boolean;
  lower?: Float64Array | undefined;
  upper?: Float64Array | undefined;
  /** Columns with the same number are a group. */
  groups?: Int32Array | undefined;
  joint: boolean;
}

/** One of many fits. */
export interface NativeSpec extends NativeModel {
  /** Which of the responses is y. */
  response: number;
  offset?: Float64Array | undefined;
  start?: Float64Array | undefined;
  lambda: number;
}

export interface ManyRequest {
  x?: NativeMatrix | undefined;
  design?: NativeDesign | undefined;
  weights?: Float64Array | undefined;
  intercept: boolean;
  standardize: boolean;
  imputeMissing?: boolean | undefined;
  loss: string;
  lossParameters?: Float64Array | undefined;
  responses: Float64Array[];
  fits: NativeSpec[];
}

/** A model of a cross-validation; foldTolerance is that of the fits of the folds. */
export interface CrossModel extends NativeModel {
  foldTolerance: number;
}

/** The first candidate as a request of `fit` for its path on all rows; x must be a matrix. */
export interface CrossRequest extends FitRequest, CrossModel {
  /** Further candidates. */
  others: CrossModel[];
  /** The fold of each row, from 0 to foldCount - 1, none of them without rows. */
  folds: Int32Array;
  /** At least 2. */
  foldCount: number;
  /**
   * Fits of the folds have converged as well at a violation of this share of the largest gradient at 0, where that is at
   * most 3 % of lambda.
   */
  foldLeeway: number;
  /** Hand over the predictors out of fold. */
  keep: boolean;
}

/** See native/solvers/cross_validation.h. */
export interface NativeCandidate {
  fits: NativeFit[];
  /** Measures x folds x lambdas, the last index fastest; NaN where rows without weight or of one class have no score. */
  scores: Float64Array;
  /** lambdas x outputs x rows, the last index fastest; empty unless kept. */
  predictors: Float64Array;
  /** Of each fold: how many of its fits did not converge. */
  unconverged: Float64Array;
  /** Folds x lambdas. */
  stationarity: Float64Array;
}

export interface NativeCrossValidation {
  measures: ("deviance" | "squaredError" | "absoluteError" | "misclassification" | "auc")[];
  foldWeights: Float64Array;
  candidates: NativeCandidate[];
}

export interface DesignRequest {
  x: NativeMatrix;
  weights?: Float64Array | undefined;
  intercept: boolean;
  standardize: boolean;
  imputeMissing?: boolean | undefined;
  /** The loss that the weights are for. */
  loss: string;
  /** "sparse" for compressed columns only, which stay compressed with "float32" too. */
  storage: "float64" | "float32" | "sparse";
}

/** What prepareDesign makes. */
export interface PreparedDesign {
  handle: NativeDesign;
  /** Of each column: a standardised one is (x - mean) / scale. */
  means: Float64Array;
  scales: Float64Array;
  /** Of each column what stands for a missing value; undefined where those are refused. */
  imputed?: Float64Array | undefined;
  bytes: number;
}

/** The sums of a NativeGram (native/design/gram_moments.h); vectors have columns + 1 entries, that of y last. */
export interface NativeGramSums {
  columns: number;
  rows: number;
  weight: number;
  origin: Float64Array;
  /** The weighted means minus the origin. */
  mean: Float64Array;
  /** The lower triangle of the centred cross products, column by column. */
  scatter: Float64Array;
}

/** What verifyExpectation of lib/ asks for. */
export interface ExpectationRequest {
  x: NativeMatrix;
  y: Float64Array;
  weights?: Float64Array | undefined;
  offset?: Float64Array | undefined;
  intercept: boolean;
  standardize: boolean;
  /** On the scale of x, one per column. */
  coefficients: Float64Array;
  /**
   * Var(s_j) of each column's mask, in [0, Infinity]; Infinity only where the coefficient is 0. Without them those of
   * the penalty at lambda: lambda / (eta_j |x_j|^2 / n), eta = etaHat of the standardised coefficients.
   */
  variances?: Float64Array | undefined;
  penalty?: NativePenalty | undefined;
  lambda?: number | undefined;
  mask: "bernoulli" | "unscaledBernoulli" | "gaussian" | "hardConcrete";
  /** hardConcrete only. */
  beta: number;
  gamma: number;
  zeta: number;
  /** At least 2. */
  samples: number;
  /** An integer in [0, 2^53). */
  seed: number;
}

export interface NativeExpectation {
  /** The mean of L(s o w) over the samples, and the standard error of that mean. */
  estimate: number;
  standardError: number;
  samples: number;
  /** L(w), and L(w) + 1/2 sum_j Var(s_j) (|x_j|^2 / n) w_j^2. */
  loss: number;
  tikhonov: number;
  /** How far elements may move the estimate whose rare outcome (dropped or kept) is expected fewer than 30 times. */
  unseen: number;
  /** Those given, or those of the penalty. */
  variances: Float64Array;
}

/** A design and what its operations are applied to. */
export interface OperationsRequest {
  x: NativeMatrix;
  weights?: Float64Array | undefined;
  intercept: boolean;
  standardize: boolean;
  /** Multiply the rows by the roots of the weights. */
  fold: boolean;
  /** "compact": floats and compressed columns stay as they are. */
  storage: "dense" | "compact";
  /** 1 by default; of more the operations are those of I (x) x (native/design/block_design.h), which has as many rows and columns. */
  outputs?: number | undefined;
  /** One per column, for multiply. */
  w: Float64Array;
  /** One or more vectors of one number per row, for correlateMany; the first for correlate and correlateSome. */
  residuals: Float64Array;
  /** Columns, for correlateSome, combine and gather; products take them with those of `right`. */
  left: Int32Array;
  right: Int32Array;
  /** One per element of left, for combine. */
  coefficients: Float64Array;
  /** For products. */
  rowWeights?: Float64Array | undefined;
}

/** Matrices are column by column. */
export interface NativeOperations {
  means: Float64Array;
  scales: Float64Array;
  curvature: Float64Array;
  /** Rows. */
  multiply: Float64Array;
  combine: Float64Array;
  /** Columns. */
  correlate: Float64Array;
  /** Columns x residuals. */
  correlateMany: Float64Array;
  /** One per element of left. */
  correlateSome: Float64Array;
  /** Rows x left. */
  gather: Float64Array;
  /** Left x right. */
  products: Float64Array;
  elements: number;
  bytes: number;
}

export interface NativeFit {
  lambda: number;
  /**
   * The columns that the three arrays below have an entry for, ascending: every other column has the coefficient 0,
   * etaAtZero and keepAtZero. Undefined: they have one per column.
   */
  support: Float64Array | undefined;
  etaAtZero: number;
  keepAtZero: number;
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
  /** Seconds since the start of the fit at each entry of the history. */
  secondsHistory: Float64Array;
  /** How far the objective may lie above the one that its solver approaches, at 95 %, or Infinity; NaN for a deterministic solver. */
  objectiveMargin: number;
  /** ConvergenceRecord of native/solvers/problem.h: passes 0, NaN and locallyConvex -1 stand for what is not known. */
  passes: number;
  workingSetSizes: Float64Array;
  dualityGap: number;
  locallyConvex: number;
  starts: number;
  worstObjective: number;
  /** One per output, where there are several: then coefficients, eta and keepProbability are output after output. */
  intercepts: Float64Array | undefined;
  /** Diagnosis of native/solvers/diagnosis.h: NaN stands for what is not known. */
  lambdaMax: number;
  smallestMargin: number;
  largestMargin: number;
  saturatedRows: number;
  constantCount: number;
  /** The first ten. */
  constantColumns: Float64Array;
  /** As in PreparedDesign; the fits of one call share it. */
  imputed?: Float64Array | undefined;
}

/** Rows to train on; opaque, bound to its thread. */
export interface NativeDataset {
  readonly __nativeDataset: unique symbol;
}

/** A training run with its parameters; opaque, bound to its thread. */
export interface NativeTraining {
  readonly __nativeTraining: unique symbol;
}

/** The layers of a network, ready to predict; opaque, bound to its thread. */
export interface NativePredictor {
  readonly __nativePredictor: unique symbol;
}

export interface DatasetRequest {
  rows: number;
  inputs: number;
  /** Classes or targets. */
  outputs: number;
  /** y are numbers of classes; otherwise rows of targets. */
  labels: boolean;
  precision: "float32" | "float64";
}

/** native/network/method_options.h. What belongs to another method than the named one is not read. */
export interface NativeMethod {
  name: string;
  /** Separable; of directPenalty, adaptiveTikhonov, adaptiveProx, etaTrick and adaptiveDropout. */
  penalty?: NativePenalty | undefined;
  smallestKeep: number;
  decay: number;
  mask: "bernoulli" | "gaussian";
  localReparametrization: boolean;
  additiveReparametrization: boolean;
  beta: number;
  gamma: number;
  zeta: number;
  initialSparsity: number;
  finalSparsity: number;
  /** Steps. */
  begin: number;
  end: number;
  interval: number;
  perLayer: boolean;
}

export interface TrainingRequest {
  data: NativeDataset;
  /** Rows of data that are trained on, and those of evaluateTraining, which may be none. */
  trainingRows: Int32Array;
  validationRows: Int32Array;
  layers: { outputs: number; activation: "identity" | "relu" | "tanh" }[];
  objective: "softmaxCrossEntropy" | "squaredError";
  method: NativeMethod;
  optimizer: {
    name: "adam" | "sgd";
    beta1: number;
    beta2: number;
    epsilon: number;
    momentum: number;
    nesterov: boolean;
  };
  /** The last batch of an epoch may be smaller. */
  batchSize: number;
  shuffle: boolean;
  /** An integer in [0, 2^53). */
  seed: number;
  /** The optimiser sees the gradient of lossScale (L + lambda R). */
  lossScale: number;
  start: {
    /** Of the weights: uniform in +-scale, or normal with that standard deviation; scale 0 stands for 1 / sqrt(inputs). */
    distribution: "uniform" | "normal";
    scale: number;
    /** Biases are drawn like PyTorch's (uniform in +-1 / sqrt(inputs)) or are 0. */
    biases: "uniform" | "zero";
    /** Mean and standard deviation of theta. */
    theta: number;
    thetaDeviation: number;
  };
  /** Weights whose keep probability is below it count as zero. */
  threshold: number;
  /** Bind the threads of a job to different processors. */
  pin: boolean;
}

export interface NativeEpoch {
  /** The mean loss of the batches of this epoch, each at its own step. */
  loss: number;
  /** R at the end of the epoch. */
  penalty: number;
  /** Of each layer. */
  nonzero: Float64Array;
  /** Steps since the start of the run. */
  steps: number;
}

export interface NativeEvaluation {
  loss: number;
  /** The fraction of wrong labels, or the mean squared distance to the targets per output. */
  error: number;
}

export interface NativeLayerState {
  /** inputs x outputs, row-major. */
  weights: Floats;
  biases: Floats;
  theta?: Floats | undefined;
  memory?: Floats | undefined;
  /** What the optimiser remembers: 0, 1 or 2 arrays each. */
  weightMoments: Floats[];
  biasMoments: Floats[];
  thetaMoments: Floats[];
}

/** All that a run needs to go on with the same bits; the arrays are of its precision. */
export interface NativeTrainingState {
  /** Steps done since the start. */
  step: number;
  /** The sum of the losses of the batches of the current epoch, each times its rows. */
  epochLoss: number;
  layers: NativeLayerState[];
}

/** The network as trained. */
export interface NativeTrained {
  weights: Floats;
  keepProbability: Floats;
  biases: Floats;
}

export interface NativeGradient {
  /** L of the batch at the noise of the current step, and R. */
  loss: number;
  penalty: number;
  /** The gradient that the optimiser would see. */
  layers: { weights: Floats; biases: Floats; theta?: Floats | undefined }[];
}

export interface NativePredictorLayer {
  inputs: number;
  outputs: number;
  activation: "identity" | "relu" | "tanh" | "softmax";
  biases: Floats;
  /** inputs x outputs, row-major, or else the three arrays of its compressed sparse rows by output: row o has the inputs that output o sees. */
  weights?: Floats | undefined;
  values?: Floats | undefined;
  inputIndices?: Int32Array | undefined;
  outputPointers?: Int32Array | undefined;
}

export interface PredictionRequest {
  predictor: NativePredictor;
  rows: number;
  /** Of either precision, rounded to that of the layers; finite. */
  x: Floats;
  /** x W + b of the last layer. */
  linear?: boolean | undefined;
  /** Added to the numbers of rows in messages. */
  firstRow?: number | undefined;
}

export interface NativeProgress {
  lambdaIndex: number;
  lambdaCount: number;
  iteration: number;
  objective: number;
  stationarity: number;
  nonzero: number;
}

/**
 * c = a b, or c += a b. Element (i, k) of a is a[i * aRowStride + k * aColumnStride]; b and c are row-major with their
 * strides. The arrays are of one kind; c overlaps neither other, and its stride is at least its columns.
 */
export interface TileRequest {
  rows: number;
  depth: number;
  columns: number;
  a: Floats;
  aRowStride: number;
  aColumnStride: number;
  b: Floats;
  bStride: number;
  c: Floats;
  cStride: number;
  accumulate: boolean;
}

/** `repeats` products of (tiles rows) x depth by depth x columns, each cut into tiles that a team of threads shares. */
export interface TileRateRequest {
  rows: number;
  depth: number;
  columns: number;
  tiles: number;
  repeats: number;
  /** The first factor is stored as its transpose. */
  transposed: boolean;
  precision: "float32" | "float64";
  kernel: "own" | "blas";
  pin: boolean;
}

/**
 * Where in the header of a mask its numbers are:
 *  0 kind: 0 Bernoulli scaled by 1 / alpha, 1 Bernoulli unscaled, 2 Gaussian, 3 hard concrete
 *  1 format: 0 one element of out per draw, 1 packed bits into a Uint8Array, bit i % 8 of byte i / 8 for element i. A
 *    Uint8Array and bits say whether the element is kept (for hard concrete: not 0, of the draw in single precision);
 *    they are not for Gaussian masks
 *  2 number of draws: of a structured mask its units
 *  3 seed mod 2^32, 4 seed / 2^32; 5 stream mod 2^32, 6 stream / 2^32; 7 number of the first element, below 2^53
 *  8 the parameter of all draws: alpha, sigma or log a; not read with an array of them or a penalty
 *  9 beta, 10 gamma, 11 zeta of hard concrete masks
 * 12 lambda, with a penalty
 * 13 rows, 14 columns, 15 rows and 16 columns of a unit: of a structured mask, or 0. One draw per unit: element
 *    (i, j) of the row-major mask is draw floor(i / unitRows) ceil(columns / unitColumns) + floor(j / unitColumns)
 * 17 for maskedProduct: columns of x. It takes 13 and 14 as the shape of the weights; 15 and 16 may be 0
 * 18 draws before these, when a mask is drawn slice by slice: added to 7, and to the numbers of elements in messages
 */
export type MaskHeader = Float64Array;
export type Floats = Float32Array | Float64Array;

/** What makes a mask, and the arrays of the operation at hand. All floats of one request have one kind, but `parameter`. */
export interface MaskRequest {
  numbers: MaskHeader;
  /**
   * One number per draw: alpha, sigma or log a. With a penalty: the weights that its keep probability is taken of, one
   * per draw, or for a structured mask one per element, of which each unit takes the Euclidean norm.
   */
  parameter?: Floats | undefined;
  /** Separable. The variance of the mask's elements is lambda / etaHat(w), for every kind. */
  penalty?: NativePenalty | undefined;
  /** sampleMask: as many elements as the mask. applyMask: as weights. maskedProduct: rows times the columns of x. */
  out?: Floats | Uint8Array | undefined;
  /** applyMask, maskedProduct: what is multiplied by the mask, row-major. With a penalty and no parameter also that. */
  weights?: Floats | undefined;
  /** maskedProduct: row-major, as many rows as the weights have columns. */
  x?: Floats | undefined;
  /** maskMoments: one number per draw. */
  mean?: Float64Array | undefined;
  variance?: Float64Array | undefined;
}

/** Called once, with an error or with what the call on this thread would have returned, null where that is nothing. */
export type MaskSettle = (error: Error | null, kept: Uint32Array | null) => void;
/** Called at most every 50 ms with the fraction done, from 0 to 1. */
export type MaskProgress = ((fraction: number) => void) | null;

export interface Binding {
  /** Must be called once per environment before anything else. */
  initialize(errorClass: ErrorConstructor): void;
  /** The registered penalties with the names of their parameters in order. */
  catalogue(): { name: string; parameters: string[] }[];
  createPenalty(name: string, parameters: Float64Array): NativePenalty;
  createTablePenalty(table: NativeTable): NativePenalty;
  /** alpha lambda omega(w; alpha lambda) + (1 - alpha) lambda w^2 / 2 of a separable penalty; alpha in [0, 1]. */
  createElasticNet(penalty: NativePenalty, alpha: number): NativePenalty;
  /**
   * omega and dual: the total of a vector. etaHat and slope: one value per element.
   * `design` (standardised columns, column-major) only for a penalty that needs it.
   */
  omega(penalty: NativePenalty, w: Float64Array, lambda: number, design?: NativeMatrix): number;
  dual(penalty: NativePenalty, eta: Float64Array, lambda: number, design?: NativeMatrix): number;
  etaHat(penalty: NativePenalty, w: Float64Array, lambda: number, design?: NativeMatrix): Float64Array;
  slope(penalty: NativePenalty, w: Float64Array, lambda: number, design?: NativeMatrix): Float64Array;
  /**
   * out = etaHat / (etaHat + lambda), and lambda / etaHat, of each |w_j|, for a separable penalty; see penalty.h. out has
   * the length of w and may overlap it. `tabulated`: of the penalty's table where it has one, as masks take it.
   */
  keepProbabilities(
    penalty: NativePenalty,
    w: Float64Array,
    lambda: number,
    out: Float64Array,
    tabulated?: boolean,
  ): void;
  maskVariances(
    penalty: NativePenalty,
    w: Float64Array,
    lambda: number,
    out: Float64Array,
    tabulated?: boolean,
  ): void;
  /** The same for one nonnegative number and a separable penalty, without an array. */
  omegaAt(penalty: NativePenalty, w: number, lambda: number): number;
  dualAt(penalty: NativePenalty, eta: number, lambda: number): number;
  etaHatAt(penalty: NativePenalty, w: number, lambda: number): number;
  /** omega'(w), its right limit at 0, and f'(eta). */
  slopeAt(penalty: NativePenalty, w: number, lambda: number): number;
  /** omega''(w). */
  curvatureAt(penalty: NativePenalty, w: number, lambda: number): number;
  dualSlopeAt(penalty: NativePenalty, eta: number, lambda: number): number;
  /** The t >= 0 that minimises h/2 (t - z)^2 + lambda omega(t), the smaller of two; z >= 0, h > 0, both finite. */
  proxAt(penalty: NativePenalty, z: number, h: number, lambda: number): number;
  /** The largest z for which that is 0, or 0. */
  proxThreshold(penalty: NativePenalty, h: number, lambda: number): number;
  /** sup over w > 0 of -omega''(w), Infinity where there is none or it is not known. */
  concavity(penalty: NativePenalty, lambda: number): number;
  /**
   * A loss at fitted values, all of them finite: [L, the intercept, the lower bound by the dual at the residuals,
   * residual_1, ..., residual_n, curvature_1, ..., curvature_n], see native/losses/loss.h; then with a direction n times
   * the Hessian times it, and with several outputs all intercepts. n = rows x outputs; weights are one per row with sum rows.
   */
  lossAt(request: {
    loss: string;
    /** 1 by default. */
    outputs?: number | undefined;
    direction?: Float64Array | undefined;
    fitted: Float64Array;
    y: Float64Array;
    weights?: Float64Array | undefined;
    offset?: Float64Array | undefined;
    intercept: boolean;
    /** The dual's value is that of the residuals times this, in [0, 1]. */
    share: number;
    /** Of the loss; by default the usual ones. */
    parameters?: Float64Array | undefined;
  }): Float64Array;
  /** The deviance of linear predictors, see LossItem::deviance; weights are taken as they are. */
  lossDeviance(request: {
    loss: string;
    z: Float64Array;
    y: Float64Array;
    weights?: Float64Array | undefined;
    parameters?: Float64Array | undefined;
  }): number;
  isSeparable(penalty: NativePenalty): boolean;
  isConvex(penalty: NativePenalty): boolean;
  needsDesign(penalty: NativePenalty): boolean;
  /** The solver that "auto" stands for with a penalty and a loss. */
  automaticSolver(penalty: NativePenalty, loss: string, structured: boolean): string;
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
  /**
   * Many fits as one job, like `fit`: null for those that were not begun when it was cancelled; rejected with ABORTED when
   * none was. `progress` is told how many are done.
   */
  fitMany(
    request: ManyRequest,
    settle: (error: Error | null, fits: (NativeFit | null)[] | null) => void,
    progress: ((done: number) => void) | null,
  ): number;
  /**
   * Cross-validation as one job, like `fit`, but an aborted one has no result. `progress` is told how many fits have ended:
   * there are (folds + 1) x lambdas for each candidate.
   */
  crossValidate(
    request: CrossRequest,
    settle: (error: Error | null, result: NativeCrossValidation | null) => void,
    progress: ((done: number) => void) | null,
  ): number;
  /** Standardises a copy of x on a worker. */
  prepareDesign(
    request: DesignRequest,
    settle: (error: Error | null, design: PreparedDesign | null) => void,
    progress: null,
  ): number;
  /** Frees it as soon as no job uses it; every later use is CLOSED. */
  closeDesign(design: NativeDesign): void;
  /** The moments of a block of rows, and those of two together, on a worker. */
  gramOfBlock(
    request: { x: NativeMatrix; y: Float64Array; weights?: Float64Array | undefined },
    settle: (error: Error | null, gram: NativeGram | null) => void,
    progress: null,
  ): number;
  gramOfBoth(
    request: { a: NativeGram; b: NativeGram },
    settle: (error: Error | null, gram: NativeGram | null) => void,
    progress: null,
  ): number;
  gramRows(gram: NativeGram): number;
  gramSums(gram: NativeGram): NativeGramSums;
  gramFromSums(sums: NativeGramSums): NativeGram;
  /** Monte Carlo on a worker; settles and is cancelled like `fit`, `progress` is told the number of samples drawn. */
  expectation(
    request: ExpectationRequest,
    settle: (error: Error | null, result: NativeExpectation | null) => void,
    progress: ((samples: number) => void) | null,
  ): number;
  /** out = words 4 block, 4 block + 1, ... of a stream of Philox4x32-10; bigints of 64 bits. */
  philox(seed: bigint, stream: bigint, block: bigint, out: Uint32Array): void;
  /**
   * Fills `out` with a mask on the calling thread and idle ones of the pool; of MaskRequest, without an object. out may be
   * parameter, but not overlap it otherwise.
   */
  sampleMask(
    numbers: MaskHeader,
    out: Floats | Uint8Array,
    parameter: Floats | null,
    penalty: NativePenalty | null,
  ): void;
  /** The numbers of the draws that are kept, counted from 0, ascending: of a structured mask the units. At most 2^32. */
  sampleKept(request: MaskRequest): Uint32Array;
  /**
   * out = weights o mask, rounded once; weights must be finite. out may be weights or parameter, but not overlap them
   * otherwise.
   */
  applyMask(request: MaskRequest): void;
  /**
   * out = (weights o mask) x, row-major; weights and x must be finite, out must overlap nothing. The mask exists a panel at
   * a time. The result does not depend on the number of threads; with one column in x it is the same on every machine.
   */
  maskedProduct(request: MaskRequest): void;
  /**
   * The exact mean and variance of each draw, of a hard concrete one of s itself; both 0 where the mask is always 0. They
   * may be parameter, but not overlap it otherwise.
   */
  maskMoments(request: MaskRequest): void;
  /**
   * The same on a worker. parameter, weights and x are copied before the call returns; the memory of out, mean and
   * variance is written by the worker, so nobody else may hold it until `settle` is called. The arrays are kept alive until
   * then, but no addon can keep a buffer from being resized or transferred, which would take the memory away from under the
   * worker: transfer it beforehand to one that nobody else has. They return a job number for `cancel`, which leaves in out
   * what was written so far.
   */
  sampleMaskAsync(request: MaskRequest, settle: MaskSettle, progress: MaskProgress): number;
  sampleKeptAsync(request: MaskRequest, settle: MaskSettle, progress: MaskProgress): number;
  applyMaskAsync(request: MaskRequest, settle: MaskSettle, progress: MaskProgress): number;
  maskedProductAsync(request: MaskRequest, settle: MaskSettle, progress: MaskProgress): number;
  maskMomentsAsync(request: MaskRequest, settle: MaskSettle, progress: MaskProgress): number;
  /** An empty data set; fillDataset copies rows of it, row-major, on the calling thread: give it slices. */
  createDataset(request: DatasetRequest): NativeDataset;
  fillDataset(dataset: NativeDataset, firstRow: number, x: Floats, y: Floats | Int32Array): void;
  /** Every row must have been filled. The first call that uses the run draws the starting values, off the event loop but for restoreTraining. */
  createTraining(request: TrainingRequest): NativeTraining;
  /**
   * One epoch, or the rest of one that was cancelled: a cancelled job is rejected with ABORTED and leaves the run after a
   * whole step. One number per step of the epoch. `progress` is told the steps done of this epoch.
   */
  trainEpoch(
    request: { training: NativeTraining; learningRates: Float64Array; lambdas: Float64Array },
    settle: (error: Error | null, epoch: NativeEpoch | null) => void,
    progress: ((steps: number) => void) | null,
  ): number;
  /**
   * On the rows of one kind, with weights as trained or pruned. Keep probabilities are those of lambda, by default that of
   * the last step of this run (0 before its first).
   */
  evaluateTraining(
    request: {
      training: NativeTraining;
      rows: "training" | "validation";
      prune: boolean;
      lambda?: number | undefined;
    },
    settle: (error: Error | null, evaluation: NativeEvaluation | null) => void,
    progress: null,
  ): number;
  trainingState(
    request: { training: NativeTraining },
    settle: (error: Error | null, state: NativeTrainingState | null) => void,
    progress: null,
  ): number;
  /** Copies a state into a run of the same request. */
  restoreTraining(training: NativeTraining, state: NativeTrainingState): void;
  /** The layers as they are now. */
  trainedLayers(
    request: { training: NativeTraining; lambda: number },
    settle: (error: Error | null, layers: NativeTrained[] | null) => void,
    progress: null,
  ): number;
  /** For tests: changes nothing. */
  trainingGradient(
    request: { training: NativeTraining; rows: Int32Array; learningRate: number; lambda: number },
    settle: (error: Error | null, gradient: NativeGradient | null) => void,
    progress: null,
  ): number;
  /** Frees the memory of a run as soon as no job uses it. */
  closeTraining(training: NativeTraining): void;
  /** Copies the layers, all of one precision. */
  createPredictor(layers: NativePredictorLayer[]): NativePredictor;
  /** out = the outputs of the rows of x, row-major, in the precision of the layers; x is copied before the call returns. */
  predictNetwork(
    request: PredictionRequest,
    settle: (error: Error | null, outputs: Floats | null) => void,
    progress: null,
  ): number;
  /** The same on the calling thread; of PredictionRequest, without an object. */
  predictNetworkSync(
    predictor: NativePredictor,
    rows: number,
    x: Floats,
    linear?: boolean,
    firstRow?: number,
  ): Floats;
  /** Makes all kernels of the process use these instructions from now on, for tests; throws when the machine lacks them. */
  simd(target?: "baseline" | "avx2" | "avx512"): { inUse: string; best: string };
  /**
   * One pass through memory on the calling thread and idle ones of the pool, what the rate of masks is compared with:
   * reads array and returns the exclusive or of its elements, or writes 1 to all of them, or copies from, which has as
   * many and does not overlap, into it. The last two write past the caches and return 0.
   */
  memory(operation: "read" | "write" | "copy", array: Uint32Array, from?: Uint32Array): number;
  /** A product of small matrices (native/linalg/tiles.h) on the calling thread, for tests. */
  tileProduct(request: TileRequest): void;
  /** Seconds that it takes on the calling thread and idle ones of the pool, for benchmarks. */
  tileRate(request: TileRateRequest): number;
  /**
   * Phases of `count` indices each on a team of threads (native/linalg/team.h), for tests. Every failEvery-th phase (0: none)
   * throws and is cancelled, in turns, at index floor(count / 2); `visits` counts those of the other phases by index.
   */
  teamTrial(request: { phases: number; count: number; failEvery: number; pin: boolean }): {
    visits: number[];
    exceptions: number;
    cancellations: number;
    seconds: number;
  };
  /** X'X / rows, column-major columns x columns. */
  gram(x: NativeMatrix): Float64Array;
  /** One ridge step (gram + diag(weights)) w = correlation by Cholesky. */
  ridge(gram: Float64Array, weights: Float64Array, correlation: Float64Array): Float64Array;
  /** Every operation of a design (native/design/design.h), for tests. */
  designOperations(request: OperationsRequest): NativeOperations;
  threads(): number;
  setThreads(count: number): void;
  /** Threads of the addon alive in this process now, jobs running and waiting in this environment. */
  activity(): { threads: number; jobs: number };
  information(): { blas: string };
}
