// Cross-validation: the paths of some candidates on all rows, and on the rows outside each fold,
// with the rows of the fold to judge them by. Every fold prepares its own training rows:
// standardisation is inside.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "solvers/fit.h"
#include "solvers/fold_scores.h"

namespace flipside {

struct CrossRequest {
  /// Of the same x, response, loss and structure: they differ in penalty, solver, tolerance and
  /// lambdas. No design of a caller and no gram: rows are taken out of x.
  std::vector<FitRequest> candidates;
  /// Of each candidate, for the fits of its folds.
  std::vector<double> foldTolerances;
  /// Fits of folds have converged as well at a violation of this share of the largest gradient at
  /// w = 0, see SolverOptions::leeway.
  double foldLeeway = 0.0;
  /// Of each row, from 0 to foldCount - 1; no fold is empty, and there are at least two.
  std::vector<std::int32_t> folds;
  std::size_t foldCount = 0;
  bool keep = false;  ///< the predictors
};

struct CrossControl {
  const Cancellation* cancel = nullptr;
  /// Told how many fits of one lambda have ended, at most every 50 ms, on the workers' threads but
  /// one at a time. Null for none.
  std::function<void(std::size_t)> progress;
};

struct CandidateOutcome {
  std::vector<FitOutcome> path;  ///< on all rows
  std::vector<double> scores;    ///< measures x folds x lambdas, the last index fastest
  /// Of each row by the fit that has not seen it, offset and intercept included: lambda after
  /// lambda, output after output. Empty unless kept.
  std::vector<double> predictors;
  std::vector<double> unconverged;   ///< of each fold: fits that did not converge
  std::vector<double> stationarity;  ///< of each fit of a fold: folds x lambdas
};

struct CrossOutcome {
  std::vector<Measure> measures;
  /// Sums of the weights of the held-out rows (of those with an event, where rows depend on each
  /// other), the weights scaled to a mean of 1.
  std::vector<double> foldWeights;
  std::vector<CandidateOutcome> candidates;
};

/// Throws BadValue as runFit does, the message naming the fold where it is one, and Cancelled:
/// there is no partial result. The same bits for any number of threads.
CrossOutcome crossValidate(const CrossRequest& request, const CrossControl& control);

}  // namespace flipside
