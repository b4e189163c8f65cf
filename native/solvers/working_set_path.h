// A path of lambdas with one working set: its Gram matrix, the point and the gradients go on from
// one lambda to the next.
#pragma once

#include <span>

#include "solvers/solver.h"

namespace flipside {

/// One Solution for each lambda, in order. See SolverItem::path.
void followPath(const Problem& problem, std::span<const double> lambdas,
                std::span<const double> start, const PathSink& sink);

}  // namespace flipside
