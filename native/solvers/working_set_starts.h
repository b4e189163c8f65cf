// Further starts for a penalty that is not convex: other ways down end at other stationary points.
#pragma once

#include "solvers/problem.h"

namespace flipside {

/// The lowest of `first` and what problem.options.starts - 1 further starts lead to: straight from
/// 0; from the solution of l1 with the same threshold; by small steps of lambda; then from the best
/// so far with a part of its coordinates, drawn from the seed, set to 0. Of equal ends the earlier
/// one is kept. Cancelled, it returns the best so far with the reason "aborted".
Solution tryStarts(const Problem& problem, Solution first);

}  // namespace flipside
