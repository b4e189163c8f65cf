// What a working set can prove of the point where it ended, beyond its first-order condition.
#pragma once

#include <functional>
#include <span>

#include "solvers/gram_store.h"
#include "solvers/problem.h"
#include "solvers/risk.h"

namespace flipside {

/// Whether the Hessian of L on the coordinates that are not 0 exceeds `concavity` in every
/// direction; w has one value per column of the store, whose matrix is complete.
bool convexBeyond(const GramStore& store, std::span<const double> w, double concavity);

/// ConvergenceRecord::locallyConvex with so many coordinates that are not 0; convexBeyond(c) is
/// asked at most once whether the Hessian of L there exceeds c.
int localConvexity(const Problem& problem, std::size_t nonzero,
                   const std::function<bool(double)>& convexBeyond);

/// ConvergenceRecord::dualityGap where omega is linear, of a point with this objective, largest
/// violation of the first-order condition and trace: the residuals are scaled until no gradient
/// exceeds lambda omega'. NaN for other penalties.
double dualityGap(const Problem& problem, const Risk& risk, double objective, double violation,
                  std::span<const double> trace);

}  // namespace flipside
