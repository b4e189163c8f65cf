// The dense start that the solvers share.
#pragma once

#include <span>

#include "penalties/penalty.h"

namespace flipside {

/// The strength of a ridge regression, relative to the curvature of each column, that is the
/// penalty's own at a tenth of the largest marginal coefficient. gradient is that at 0 of the
/// columns with these curvatures; columns of curvature 0 do not count. penalty may be null: one
/// that does not separate.
double startStrength(const SeparablePenalty* penalty, double lambda,
                     std::span<const double> gradient, std::span<const double> curvature);

}  // namespace flipside
