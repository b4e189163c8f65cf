// L + lambda Omega at any point, for any loss: what the first-order solvers share.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "solvers/problem.h"

namespace flipside {

/// A point with everything that has been computed there.
struct Point {
  std::vector<double> w;
  std::vector<double> fitted;    // X w
  std::vector<double> residual;  // -n dL/dfitted
  std::vector<double> gradient;  // -grad L, once Composite::differentiate was called
  double loss = std::numeric_limits<double>::quiet_NaN();
  double omega = loss;
  double objective = loss;

  std::size_t nonzero() const;
  /// The largest |w_j|.
  double scale() const;
};

class Composite {
 public:
  explicit Composite(const Problem& problem);

  const Problem& problem() const { return problem_; }
  double lambda() const { return problem_.lambda; }
  std::size_t columns() const { return problem_.design.columns(); }
  /// The penalty as a table where that is cheaper.
  const Penalty& penalty() const { return *penalty_; }
  /// Null when the penalty does not separate.
  const SeparablePenalty* separable() const { return separable_; }
  PenaltyContext context() const { return problem_.context(); }
  /// omega and its slope at 0 of a separable penalty.
  double omegaZero() const { return omegaZero_; }
  double slopeZero() const { return slopeZero_; }

  /// False for a constant column, whose coefficient stays 0.
  bool varies(std::size_t j) const { return metric_[j] > 0.0; }
  /// The metric of every step: D_j, a bound on L's curvature along coordinate j alone.
  std::span<const double> metric() const { return metric_; }
  /// False where D_j is only the scale of L's curvature, which has no bound.
  bool bounded() const { return bounded_; }
  /// About the smallest number for which the Hessian of L is at most lipschitz() * diag(D), from
  /// below: power method.
  double lipschitz();

  /// Fills everything at point.w but the gradient.
  void evaluate(Point& point) const;
  /// The same where point.fitted is known already.
  void evaluateFitted(Point& point) const;
  void differentiate(Point& point) const;
  /// dOmega/d|w_j| at w, right limits at 0.
  void slopes(std::span<const double> w, std::span<double> out) const;

  /// How far two losses near this point may differ by rounding alone, and two objectives.
  double lossSlack(const Point& point) const;
  double slack(const Point& point) const;
  /// Largest violation of stationarity: of all coordinates, or of those that are not 0.
  double violation(const Point& point, std::span<const double> slopes, bool zeros) const;

  /// Where a solver begins: start if there is one; else 0 if that is coordinatewise minimal; else
  /// dense, an approximate ridge regression as strong as the penalty at a tenth of the largest
  /// marginal coefficient. Throws BadValue where the loss overflows at start.
  Point begin(std::span<const double> start);

 private:
  std::vector<double> ridge(const Point& zero);
  void shorten(std::vector<double>& w, double loss) const;

  const Problem& problem_;
  std::shared_ptr<const SeparablePenalty> table_;
  const Penalty* penalty_;
  const SeparablePenalty* separable_;
  double omegaZero_ = 0.0;
  double slopeZero_ = 0.0;
  double lossScale_;  // L(0) up to an additive constant
  double lipschitz_ = 0.0;
  double scale_;  // of L's curvature
  bool bounded_;
  std::vector<double> metric_;
};

}  // namespace flipside
