// From which lambda on the zero vector is the answer.
#pragma once

#include "solvers/problem.h"

namespace flipside {

/// True when 0 is stationary and each coordinate alone, the others at 0, is at its global minimum
/// at 0. For l1, mcp and scad (a > 1) the two conditions are one; for penalties with a cusp (lp, p
/// < 1) or a steep kink (logSum) every small lambda makes 0 stationary, and the second is the one
/// that decides. `zero` is the stationarity at w = 0.
bool zeroIsCoordinatewiseMinimum(const Problem& problem, const Stationarity& zero);

/// The smallest lambda for which the above holds, to 1e-12 relative; for a penalty that is flat at
/// 0 (standout, logSumSquares, lp with p > 1), where there is none, the largest |gradient| at 0.
double lambdaMax(const Problem& problem);

/// The largest |dL/dw_j| at w = 0.
double largestGradient(const Problem& problem);

}  // namespace flipside
