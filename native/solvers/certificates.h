// What a working set can prove of the point where it ended, beyond its first-order condition.
#pragma once

#include <span>

#include "solvers/gram_store.h"
#include "solvers/problem.h"
#include "solvers/risk.h"

namespace flipside {

/// ConvergenceRecord::locallyConvex.
int localConvexity(const Problem& problem, const GramStore& store, std::span<const double> w);

/// ConvergenceRecord::dualityGap where omega is linear, of a point with this objective, largest
/// violation of the first-order condition and trace: the residuals are scaled until no gradient
/// exceeds lambda omega'. NaN for other penalties.
double dualityGap(const Problem& problem, const Risk& risk, double objective, double violation,
                  std::span<const double> trace);

}  // namespace flipside
