export { type CatalogueEntry, type CatalogueParameter, catalogue, penaltyFromJSON } from "./catalogue.js";
export type { ConvergenceOptions, Progress } from "./convergence.js";
export { FlipsideError, type FlipsideErrorCode } from "./errors.js";
export type { Expectation, ExpectationOptions } from "./expectation.js";
export { type FitOptions, fit, fitSync } from "./fit.js";
export { Fit, type FitJSON, type FitReason, type HistoryEntry } from "./fitted.js";
export type { JSONNumber } from "./json.js";
export type { MaskName } from "./maskOptions.js";
export type {
  CompressedColumns,
  DenseMatrix,
  MatrixLike,
  MatrixObject,
  MatrixRows,
  NumericArray,
  VectorLike,
} from "./matrix.js";
export { fitPath, Path, type PathJSON, type PathOptions } from "./path.js";
export { penalties } from "./penalties.js";
export { Penalty, type PenaltyJSON } from "./penalty.js";
export { type PruneOptions, prune } from "./prune.js";
export type { Problem, SharedOptions } from "./request.js";
export type { DropoutOptions, LossName, ProximalOptions, SolverName } from "./solver.js";
export { strategies } from "./strategies.js";
export * as threads from "./threads.js";
