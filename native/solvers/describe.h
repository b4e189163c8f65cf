// Where a fit has ended, as it is told to the caller.
#pragma once

#include <optional>
#include <span>

#include "solvers/fit.h"
#include "solvers/problem.h"

namespace flipside {

/// objective, loss, stationarity, nonzero and what there is per column, at w on the standardised
/// scale; a coefficient is w_j / scales_j. Without `end` they are computed from scratch, with it no
/// pass over X is made.
FitOutcome describe(const Problem& problem, std::span<const double> w,
                    const std::optional<FinalState>& end, std::span<const double> scales);

}  // namespace flipside
