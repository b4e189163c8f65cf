// The point a solver is at: the active coordinates, their gradient and slope, and the objective.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "solvers/problem.h"
#include "solvers/quadratic.h"

namespace flipside {

class Iterate {
 public:
  explicit Iterate(const Problem& problem);

  /// Makes w (all columns) the current point; its nonzero coordinates become the active ones.
  void set(const std::vector<double>& w);
  /// The same, with further coordinates active although they are 0 now.
  void set(const std::vector<double>& w, const std::vector<std::size_t>& active);
  std::vector<double> full() const;

  std::size_t size() const { return w_.size(); }
  std::span<const double> w() const { return w_; }
  std::span<const double> gradient() const { return gradient_; }
  std::span<const double> slope() const { return slope_; }
  double objective() const { return objective_; }
  double loss() const { return loss_; }
  /// How far two objectives here may differ by rounding alone.
  double slack() const;
  /// The size of a coefficient here: the largest |w_j|, or a hundredth of the largest there ever
  /// was when all of them are vanishing.
  double scale() const;
  /// Largest violation of stationarity among the active coordinates.
  double violation() const;

  /// The objective at another point with the same active coordinates; accept() moves there.
  /// Coordinates too small for the objective to see (see settle) are first put where their gradient
  /// wants them.
  double tryAt(std::span<const double> candidate);
  void accept();
  /// Drops active coordinates that are exactly 0.
  void compact();

  /// The slope of each active coordinate if the coordinates with chosen[k] were 0 and the others as
  /// they are.
  std::vector<double> slopesWithout(const std::vector<bool>& chosen) const;

  /// out = minus the gradient of the objective, the right-hand side of every step.
  void steepest(std::span<double> out) const;
  /// lambda * slope / |w|: the ridge weights of the reweighted step, +infinity where etaHat is 0.
  void ridgeWeights(std::span<double> out) const;
  /// Hessian of lambda Omega on the active coordinates: a diagonal if the penalty separates, else
  /// dense.
  bool penaltyCurvature(std::vector<double>& diagonal, std::vector<double>& dense) const;

  const Problem& problem() const { return problem_; }
  const Penalty& penalty() const { return *penalty_; }
  const SeparablePenalty* separable() const { return separable_; }
  ActiveQuadratic& quadratic() { return quadratic_; }
  const std::vector<std::size_t>& active() const { return quadratic_.index(); }

 private:
  PenaltyContext context() const;
  bool settle(std::span<double> w, std::span<const double> gradient) const;
  double objectiveOf(std::span<const double> w, double loss) const;

  const Problem& problem_;
  std::shared_ptr<const SeparablePenalty> table_;
  const Penalty* penalty_;
  const SeparablePenalty* separable_;
  double responseScale_;  // |y|^2 / (2n)
  double peak_ = 0.0;
  double omegaZero_ = 0.0;
  double slopeZero_ = 0.0;
  ActiveQuadratic quadratic_;
  std::vector<double> w_, gradient_, slope_;
  std::vector<double> candidate_, candidateGradient_;
  double loss_ = std::numeric_limits<double>::quiet_NaN(), objective_ = loss_;
  double candidateLoss_ = 0.0, candidateObjective_ = 0.0;
};

}  // namespace flipside
