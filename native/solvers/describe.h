// Where a fit has ended, as it is told to the caller.
#pragma once

#include <optional>
#include <span>

#include "solvers/fit.h"
#include "solvers/problem.h"

namespace flipside {

/// objective, loss, stationarity, nonzero and what there is per column, at w on the standardised
/// scale; a coefficient is w_j / scales_j. `outputs` is how many blocks the design has: a keep
/// probability counts |x_j|^2 / n of the rows of one. Without `end` they are computed from scratch,
/// with it no pass over X is made.
FitOutcome describe(const Problem& problem, std::span<const double> w,
                    const std::optional<FinalState>& end, std::span<const double> scales,
                    std::size_t outputs = 1);

}  // namespace flipside
