export type { AnalyseOptions, Analysis } from "./analysis.js";
export { applyMask, applyMaskAsync } from "./applyMask.js";
export type { BiconjugateOptions } from "./biconjugate.js";
export type { CardOptions, ModelCard } from "./card.js";
export { type CatalogueEntry, type CatalogueParameter, catalogue, penaltyFromJSON } from "./catalogue.js";
export type { ClassLabels } from "./classes.js";
export type { Convention, PenaltyDescription } from "./conventions/canonical.js";
export { type Conversion, type ConvertOptions, convert } from "./conventions/convert.js";
export { evaluateObjective, type Objective, type ObjectiveOptions } from "./conventions/objective.js";
export type { ConvergenceOptions, Progress } from "./convergence.js";
export type { CrossCurve, Measure } from "./crossCurve.js";
export { type CrossProgress, type CrossValidateOptions, crossValidate } from "./crossValidate.js";
export {
  CrossCandidate,
  type CrossCandidateJSON,
  CrossValidation,
  type CrossValidationJSON,
} from "./crossValidation.js";
export { Design, type DesignOptions, type DesignStorage } from "./design.js";
export * as duality from "./duality.js";
export {
  type Cell,
  type ColumnSpec,
  type Dummy,
  type Encoded,
  type EncodeOptions,
  Encoder,
  type EncoderJSON,
  encodeColumns,
  type Level,
  type TableLike,
  type UnknownPolicy,
} from "./encode.js";
export { FlipsideError, type FlipsideErrorCode } from "./errors.js";
export type { Expectation, ExpectationOptions } from "./expectation.js";
export { type FitOptions, fit, fitSync } from "./fit.js";
export type { FitJSON, FitReason } from "./fitJSON.js";
export { type FitManyOptions, type FitSpec, fitMany, type ManyProgress } from "./fitMany.js";
export { Fit, type HistoryEntry } from "./fitted.js";
export { type FoldOptions, type Labels, makeFolds } from "./folds.js";
export type { FromOptions, FunctionOptions, KeepProbabilityOptions, MaskFamily } from "./fromFunctions.js";
export { type AccumulateOptions, Gram, type GramJSON, type GramOptions } from "./gram.js";
export {
  type CriteriaOptions,
  type FitCriteria,
  type InformationCriteria,
  informationCriteria,
  type Smallest,
} from "./inference/criteria.js";
export { type DegreesMethod, degreesOfFreedom } from "./inference/degreesOfFreedom.js";
export { type RefitOptions, refit } from "./inference/refit.js";
export {
  type StabilityOptions,
  type StabilityProgress,
  type StabilitySelection,
  stabilitySelection,
} from "./inference/stability.js";
export {
  type CoefficientError,
  type StandardErrorOptions,
  type StandardErrors,
  standardErrors,
} from "./inference/standardErrors.js";
export type { JSONNumber } from "./json.js";
export type { CoxOptions, HuberOptions } from "./lossOptions.js";
export type { MaskName } from "./maskOptions.js";
export type {
  ApplyMaskOptions,
  BackgroundOptions,
  MaskArray,
  MaskedArray,
  MaskedWeights,
  MaskFormat,
  MaskKind,
  MaskMoments,
  MaskOptions,
  MaskParameter,
  MaskStructure,
  SampleMaskOptions,
} from "./masks/options.js";
export { syncLimit } from "./masks/plan.js";
export {
  maskMoments,
  maskMomentsAsync,
  sampleKept,
  sampleKeptAsync,
  sampleMask,
  sampleMaskAsync,
} from "./masks.js";
export type {
  CompressedColumns,
  DenseMatrix,
  MatrixLike,
  MatrixObject,
  MatrixRows,
  NumericArray,
  VectorLike,
} from "./matrix.js";
export type { MissingPolicy } from "./missing.js";
export type { NamedOptions } from "./namedCoefficients.js";
export { type CompressedLayer, CompressedNetwork } from "./network/compressed.js";
export type { ArrayEncoding } from "./network/encoding.js";
export type { EpochJSON } from "./network/epochs.js";
export type { NetworkEvaluation } from "./network/evaluation.js";
export type { Precision } from "./network/floats.js";
export type { NetworkModel, NetworkTargets } from "./network/model.js";
export { Network, type NetworkLayer } from "./network/network.js";
export type { ArrayJSON, CompressedNetworkJSON, NetworkJSON } from "./network/networkJSON.js";
export type {
  NetworkInput,
  NetworkOutput,
  NetworkPredictOptions,
  Prediction,
  SliceOptions,
} from "./network/predicting.js";
export {
  type Activation,
  type AdamOptions,
  type AdaptiveDropout,
  type AdaptiveProx,
  type AdaptiveTikhonov,
  Checkpoint,
  type CheckpointOptions,
  type DirectPenalty,
  type EpochEntry,
  type EtaTrick,
  type HardConcrete,
  type LambdaSchedule,
  type LearningRateSchedule,
  type MagnitudePruning,
  type MethodName,
  type MethodOptions,
  type NetworkLoss,
  type NetworkProblem,
  type NetworkStartOptions,
  type NoMethod,
  type OptimizerOptions,
  type PlainSchedule,
  type SgdOptions,
  type TrainingPosition,
  type TrainingReason,
  type TrainNetworkOptions,
  trainNetwork,
  type ValidationOptions,
  type VariationalDropout,
} from "./network.js";
export type { OutputsJSON } from "./outputsJSON.js";
export { fitPath, Path, type PathJSON, type PathOptions } from "./path.js";
export { penalties } from "./penalties.js";
export { Penalty, type PenaltyJSON, type ProxOptions } from "./penalty.js";
export type { FeatureRecord, Predictors } from "./predictors.js";
export { type PruneOptions, prune } from "./prune.js";
export type { FitRecord, RecordJSON } from "./record.js";
export type { Problem, SharedOptions } from "./request.js";
export type { FitSetup, SetupJSON } from "./setup.js";
export type { DropoutOptions, LossName, ProximalOptions, SolverName } from "./solver.js";
export { strategies } from "./strategies.js";
export type {
  Bounds,
  FactorConvention,
  FitStructure,
  StructureJSON,
  StructureOptions,
} from "./structure.js";
export type { SurvivalResponse } from "./survival.js";
export type { Jump } from "./tables/analyse.js";
export type { Moments } from "./tables/moments.js";
export type { Tabulation } from "./tables/record.js";
export type { Interval } from "./tables/shape.js";
export type { CurveJSON, TableJSON } from "./tables/tableJSON.js";
export * as threads from "./threads.js";
export type { DiagnosisJSON, FitWarning, FitWarningCode, PathWarning } from "./warnings.js";
