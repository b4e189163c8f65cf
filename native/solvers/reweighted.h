// The reweighted solver (adaptive Tikhonov; LeJeune, Javadi and Baraniuk 2021, and iteratively
// reweighted least squares before): with eta fixed a ridge problem, with w fixed eta = etaHat(w),
//
//   w <- argmin L(w) + lambda/2 sum_j w_j^2 / eta_j,    eta <- etaHat(w).
//
// Each half step lowers the objective L + lambda Omega. 0 is absorbing, so the start is dense.
#pragma once

#include "solvers/problem.h"

namespace flipside {

/// As SolverItem::solve (solver.h); needs a quadratic loss.
Solution solveReweighted(const Problem& problem, std::span<const double> start);

}  // namespace flipside
