// Adaptive dropout (AdaDrop; LeJeune, Javadi and Baraniuk 2021): stochastic gradient descent on the
// loss under random masks s of mean 1, whose keep probabilities follow the weights. For squared
// error
//
//   E L(s o w) = L(w) + 1/2 sum_j Var(s_j) h_j w_j^2,    h_j = |x_j|^2 / n,
//
// so that masks with Var(s_j) = lambda / (eta_j h_j), kept with probability alpha_j = eta_j h_j /
// (eta_j h_j + lambda), take the steps of adaptive Tikhonov in expectation, and alpha = alpha(w)
// after each round makes it the descent on L + lambda Omega. While alpha stays as it is the
// recursion is linear and its averages are unbiased at any stable step size.
//
// The result is the average over the newer half of the rounds. It is judged each time the number of
// rounds has doubled: objectiveMargin is the spread of its batch means (excess.h) plus what the
// objective's quadratic model at the average promises to gain (decrement.h), because keep
// probabilities that have not settled do not show in the spread. The solver goes on from there with
// the zeros that it found.
#pragma once

#include "solvers/problem.h"

namespace flipside {

/// As SolverItem::solve (solver.h); needs a quadratic loss and a separable penalty. Converged when
/// objectiveMargin <= tolerance * L(0). An iteration is a round.
Solution solveDropout(const Problem& problem, std::span<const double> start);

}  // namespace flipside
