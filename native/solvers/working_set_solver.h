// One fit by the working-set solver.
#pragma once

#include <span>

#include "solvers/problem.h"

namespace flipside {

/// From one lambda to the next on the way down to a penalty's own that is not convex.
inline constexpr double kStageStep = 0.3;
/// Of the threshold of a typical column: as far as a lambda on the way is solved.
inline constexpr double kStageTolerance = 0.2;

/// See SolverItem::solve.
Solution solveWorkingSet(const Problem& problem, std::span<const double> start);

}  // namespace flipside
