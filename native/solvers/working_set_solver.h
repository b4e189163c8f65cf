// One fit by the working-set solver.
#pragma once

#include <span>

#include "solvers/problem.h"

namespace flipside {

/// From one lambda to the next on the way down to a penalty's own that is not convex.
inline constexpr double kStageStep = 0.3;
/// Of the threshold of a typical column: as far as a lambda on the way is solved.
inline constexpr double kStageTolerance = 0.2;

/// From this point; where it is 0 and the penalty not convex, by lambdas that fall by `step` from
/// one to the next, each solved roughly, or straight where step is 0.
Solution solveFrom(const Problem& problem, std::span<const double> start, double step);

/// See SolverItem::solve. From as many starts as SolverOptions::starts says.
Solution solveWorkingSet(const Problem& problem, std::span<const double> start);

}  // namespace flipside
