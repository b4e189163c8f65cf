// The reweighted solver (adaptive Tikhonov; LeJeune, Javadi and Baraniuk 2021, and iteratively
// reweighted least squares before): with eta fixed a ridge problem, with w fixed eta = etaHat(w),
//
//   w <- argmin L(w) + lambda/2 sum_j w_j^2 / eta_j,    eta <- etaHat(w).
//
// Each half step lowers the objective L + lambda Omega. 0 is absorbing, so the start is dense.
#pragma once

#include "solvers/problem.h"

namespace flipside {

/// start: empty for the solver's own dense start, else one value per column. Throws Cancelled only
/// before the first iterate; later a cancelled run returns what it has with reason "aborted".
/// Squared loss only.
Solution solveReweighted(const Problem& problem, std::span<const double> start);

}  // namespace flipside
