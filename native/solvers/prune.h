// The zeros of an average: a stochastic iterate comes near 0 but never there.
#pragma once

#include <span>

#include "solvers/problem.h"

namespace flipside {

/// Sets coordinates with |w_j| <= small_j to 0, one after the other, where 0 is a minimum of the
/// objective along the coordinate and not above the present point. Returns the objective.
double prune(const Problem& problem, const SeparablePenalty& penalty, std::span<const double> small,
             std::span<double> w);

}  // namespace flipside
