// What every solver is given and what it gives back, on the standardised scale.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "design/design.h"
#include "losses/loss.h"
#include "penalties/penalty.h"
#include "random/masks.h"
#include "solvers/structure.h"

namespace flipside {

/// What belongs to one solver alone; the others ignore it.
struct SolverOptions {
  bool accelerated = true;              ///< proximal: Nesterov's momentum with restarts
  MaskKind mask = MaskKind::bernoulli;  ///< dropout
  std::size_t batchSize = 0;            ///< dropout: rows per step, 0 for the solver's choice
  double stepSize = 0.5;                ///< dropout: in units of a step that is surely stable
  double stepDecay = 0.6;  ///< dropout: in round k steps are (1 + k / 64)^-stepDecay times that
  std::uint64_t seed = 0;  ///< of every random number
  std::size_t starts = 1;  ///< workingSet: how many starts, of which the best end is kept
  /// Every solver but dropout: a violation up to here has converged as well, where that is at most
  /// kLeeway lambda. For fits that only serve to predict.
  double leeway = 0.0;
};

/// minimise L(w) + lambda Omega(w), L(w) = loss(X w, y)
struct Problem {
  const Design& design;
  std::span<const double> y;
  const Loss& loss;
  const Penalty& penalty;
  double lambda = 0.0;
  /// A solver has converged when the stationarity is at most tolerance * lambda (or what rounding
  /// leaves).
  double tolerance = 1e-8;
  std::size_t maxIterations = 10000;
  SolverOptions options{};
  const Cancellation* cancel = nullptr;
  /// Called after each iteration: iteration, objective, violation on the active set, nonzeros.
  std::function<void(std::size_t, double, double, std::size_t)> onIteration;
  /// Null for a plain one. One entry per column of design, bounds on its scale, and with several
  /// outputs already spread over them.
  const Structure* structure = nullptr;

  PenaltyContext context() const {
    return {lambda, penalty.needsDesign() ? design.dense() : ConstMatrix{}, cancel};
  }
};

/// How a fit went, beyond its history. Solvers that do not know leave what they do not know.
struct ConvergenceRecord {
  /// Columns whose gradient was computed, in units of all columns: 0 where a solver does not count.
  double passes = 0.0;
  /// Columns in the working set at each solve.
  std::vector<std::size_t> workingSetSizes;
  /// Of a convex penalty: objective - dual objective, at least how far the objective lies above
  /// the minimum, up to rounding; NaN otherwise.
  double dualityGap = std::numeric_limits<double>::quiet_NaN();
  /// 1 when L + lambda Omega is convex in the coordinates of the support, whatever their values
  /// (the smallest eigenvalue of the Hessian of L there exceeds lambda times the largest concavity
  /// of omega), 0 when not, -1 when not known.
  int locallyConvex = -1;
  /// Starts that were tried, and the highest objective that one of them ended at.
  std::size_t starts = 1;
  double worstObjective = std::numeric_limits<double>::quiet_NaN();
};

/// The first-order condition where a solver ended, when it has computed it from scratch itself.
struct FinalState {
  double loss = 0.0;
  double omega = 0.0;
  double objective = 0.0;
  double violation = 0.0;
};

struct Solution {
  std::vector<double> w;
  std::size_t iterations = 0;
  std::string reason;
  std::vector<double> objectiveHistory;
  std::vector<std::size_t> nonzeroHistory;
  /// Seconds since the solver began, for each entry of the history.
  std::vector<double> secondsHistory;
  /// How far the objective may lie above the minimum approached, at 95 %, +infinity: not known;
  /// NaN: deterministic.
  double objectiveMargin = std::numeric_limits<double>::quiet_NaN();
  ConvergenceRecord record;
  std::optional<FinalState> end;
};

/// The first-order condition at w, computed from nothing but the problem and w.
struct Stationarity {
  double loss = 0.0;
  double omega = 0.0;
  double objective = 0.0;
  double violation = 0.0;        ///< the largest
  std::vector<double> gradient;  ///< -grad L
  std::vector<double> slope;     ///< dOmega/d|w_j|, right limit at 0
  std::vector<double> eta;       ///< etaHat(w)
};

/// w_j != 0: |grad_j L + lambda slope_j sign w_j|; w_j = 0: how far |grad_j L| exceeds lambda
/// slope_j(0+). Columns without variance do not count.
Stationarity stationarity(const Problem& problem, std::span<const double> w);

/// One coordinate's part of the above.
double violationAt(double w, double gradient, double slope, double lambda);

/// See SolverOptions::leeway.
inline constexpr double kLeeway = 0.1;

/// The violation at which a solver has converged: tolerance * lambda, the leeway, or what rounding
/// leaves.
double stationarityGoal(const Problem& problem);

/// The largest gradient that rounding alone can leave: a violation below it is no violation.
double roundingFloor(const Problem& problem);

}  // namespace flipside
