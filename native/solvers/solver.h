// The register of solvers. Each is one file that minimises the same objective and adds itself here;
// it says what it needs of a loss and a penalty.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "solvers/problem.h"

namespace flipside {

/// Takes the solutions of a path, in the order of its lambdas.
using PathSink = std::function<void(Solution&&)>;

struct SolverItem {
  std::string name;
  /// Empty when this solver can serve, else what it lacks, as the end of a sentence that begins
  /// with its name: "needs a quadratic loss, which logistic is not".
  std::string (*gap)(const Loss& loss, const Penalty& penalty);
  /// start: empty for the solver's own start, else one value per column. Throws Cancelled only
  /// before the first iterate; later a cancelled run returns what it has with reason "aborted".
  Solution (*solve)(const Problem& problem, std::span<const double> start);
  /// True when it asks a design for columns only, so that any storage will do; the others need
  /// Storage::dense.
  bool columnwise = false;
  /// Solves for all of these lambdas (> 0, at least one, in the order in which each warms the
  /// next), whatever problem.lambda is; null where solve() one after the other is all there is. A
  /// cancelled path ends early, its last solution perhaps "aborted"; it throws Cancelled only
  /// before the first one. problem.onIteration speaks of the first lambda whose solution is not out
  /// yet.
  void (*path)(const Problem& problem, std::span<const double> lambdas,
               std::span<const double> start, const PathSink& sink) = nullptr;
  /// Whether it heeds Problem::structure.
  bool structured = false;
  /// Whether a fit without a start comes down from larger lambdas by itself: then a path needs no
  /// such fit beside the one that goes on from the last lambda.
  bool descends = false;
};

/// Every registered solver, sorted by name.
const std::vector<SolverItem>& solvers();
/// Null when the name is unknown.
const SolverItem* findSolver(std::string_view name);
/// The solver that "auto" stands for: the first without a gap of workingSet, reweighted and
/// proximal, which has none; for a penalty with structure the first that heeds it.
const SolverItem& chooseSolver(const Penalty& penalty, const Loss& loss, bool structured);

struct SolverEntry {
  explicit SolverEntry(SolverItem item);
};

}  // namespace flipside
