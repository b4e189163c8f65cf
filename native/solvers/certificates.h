// What a working set can prove of the point where it ended, beyond its first-order condition.
#pragma once

#include <span>

#include "solvers/gram_store.h"
#include "solvers/problem.h"
#include "solvers/risk.h"

namespace flipside {

/// Whether the Hessian of L on the coordinates with w_k != 0 exceeds `concavity` in every
/// direction; w has one value per column of the store.
bool convexBeyond(const GramStore& store, std::span<const double> w, double concavity);

/// ConvergenceRecord::locallyConvex.
int localConvexity(const Problem& problem, const GramStore& store, std::span<const double> w);

/// A stationary point as the duality gap needs it.
struct PrimalPoint {
  double objective = 0.0;
  double steepest = 0.0;  ///< the largest |dL/dw_j| over all columns
  std::span<const double> trace;
};

/// ConvergenceRecord::dualityGap for an omega that is linear: the residuals are scaled until no
/// gradient exceeds lambda omega'. NaN for others.
double dualityGap(const Problem& problem, const Risk& risk, const PrimalPoint& point);

}  // namespace flipside
