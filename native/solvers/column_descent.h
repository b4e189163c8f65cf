// Cyclic coordinate descent by proximal steps as in gram_descent.h, along the columns instead of a
// Gram matrix.
#pragma once

#include <span>

#include "design/weighted_gram.h"
#include "linalg/linalg.h"
#include "solvers/gram_descent.h"

namespace flipside {

/// Minimises -g'd + 1/2 d'H d + lambda sum_k omega(|w_k + d_k|) from d = 0.
class ColumnDescent {
 public:
  /// rule: the steps and conditions of single coordinates.
  ColumnDescent(GramDescent& rule, const Cancellation* cancel) : rule_(rule), cancel_(cancel) {}

  struct Outcome {
    bool settled = false;  ///< no coordinate violates its condition by more than the tolerance
    double steps = 0.0;    ///< coordinates that were looked at
  };

  /// w and gradient (g, the negative gradient of the quadratic at w): at the start in, at the end
  /// out. bounds: the curvatures that the thresholds of zeros belong to. Ends after `mostSteps` at
  /// the latest, at the end of a sweep.
  Outcome minimise(WeightedGram& gram, std::span<const double> bounds, std::span<double> w,
                   std::span<double> gradient, double tolerance, double mostSteps);

 private:
  GramDescent& rule_;
  const Cancellation* cancel_;
};

}  // namespace flipside
