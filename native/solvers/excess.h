// How far the objective at an average lies above the one at its limit, by the spread of the batch
// means that it is the average of.
#pragma once

#include <span>
#include <vector>

#include "solvers/problem.h"

namespace flipside {

/// The 95 % quantile of F(mean) - F(limit), F the objective and blocks the B batch means, at least
/// 4. Near a minimum F is quadratic, and its mean over independent blocks lies B - 1 times as far
/// above F(mean) as F(mean) above F(limit), in expectation; that ratio of two quadratic forms is
/// taken for one of chi-square variables (Satterthwaite), whose degrees of freedom come from the
/// spread of the fitted values. Blocks that are not independent show when they are put together:
/// the larger of two bounds, with all blocks and with an eighth as many or 4, is returned.
double excessQuantile(const Problem& problem, const Penalty& penalty,
                      const std::vector<std::vector<double>>& blocks, std::span<const double> mean,
                      double objective);

}  // namespace flipside
