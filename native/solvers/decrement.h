// How far the objective is from a minimum near by, from one look at all rows.
#pragma once

#include <span>

#include "solvers/problem.h"

namespace flipside {

/// The fall of the objective from w to the minimum of its quadratic model there: the loss exactly,
/// lambda omega'' for the penalty, kinks at 0 as they are. With the
/// gradient r of the objective and the Hessian M on the nonzero coordinates it is r' M^-1 r / 2,
/// the score statistic. +infinity when the model has no minimum: then w is near none of the
/// objective's either.
double predictedDecrease(const Problem& problem, const SeparablePenalty& penalty,
                         std::span<const double> w);

}  // namespace flipside
