// Cyclic coordinate descent by proximal steps as in gram_descent.h, along the columns instead of a
// Gram matrix.
#pragma once

#include <span>

#include "design/weighted_gram.h"
#include "linalg/linalg.h"

namespace flipside {

/// The penalty of coordinate k, as a descent meets it.
class CoordinateRule {
 public:
  virtual ~CoordinateRule() = default;
  /// How far w is from its condition, where zeros have the threshold of curvature h.
  virtual double violation(std::size_t k, double w, double gradient, double h) const = 0;
  /// Where the coordinate goes, of curvature h.
  virtual double step(std::size_t k, double w, double gradient, double h) const = 0;
};

struct DescentOutcome {
  double violation = 0.0;  ///< the largest that the first sweep has met
  bool settled = false;    ///< no coordinate violates its condition by more than the tolerance
  double steps = 0.0;      ///< coordinates that were looked at
};

/// Minimises -g'd + 1/2 d'H d + the penalty of w + d from d = 0. w and gradient (g, the negative
/// gradient of the quadratic at w): at the start in, at the end out. bounds: the curvatures that
/// the thresholds of zeros belong to. Ends after `mostSteps` at the latest, at the end of a sweep.
DescentOutcome descendAlongColumns(WeightedGram& gram, const CoordinateRule& rule,
                                   std::span<const double> bounds, std::span<double> w,
                                   std::span<double> gradient, double tolerance, double mostSteps,
                                   const Cancellation* cancel);

}  // namespace flipside
