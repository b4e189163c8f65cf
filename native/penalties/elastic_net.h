// A ridge part beside any penalty that is a sum over the coefficients.
#pragma once

#include <memory>

#include "penalties/penalty.h"

namespace flipside {

/// alpha in [0, 1]. Throws std::domain_error for another alpha, for a penalty that does not
/// separate, and for one that has a ridge part already.
std::shared_ptr<const SeparablePenalty> makeElasticNet(std::shared_ptr<const Penalty> penalty,
                                                       double alpha);

}  // namespace flipside
