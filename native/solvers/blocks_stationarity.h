// The first-order condition and the largest lambda of a problem with structure.
#pragma once

#include <span>

#include "solvers/problem.h"

namespace flipside {

class BlockRun;

/// stationarity() where problem.structure is there. Of a group at 0 by how much the norm of the
/// gradient exceeds weight omega'(0+), of another the norm of gradient and penalty together; parts
/// that a bound holds back do not count, nor do columns that are excluded. eta of a coefficient is
/// that of its group.
Stationarity structuredStationarity(const Problem& problem, std::span<const double> w);

/// lambdaMax() of the same: at the fit of the columns that are not penalised, alone.
double structuredLambdaMax(const Problem& problem);

/// Minimises L over the groups that are not penalised, from where the run is.
void fitUnpenalised(const Problem& problem, BlockRun& run);

}  // namespace flipside
