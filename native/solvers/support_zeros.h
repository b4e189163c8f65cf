// 0 absorbs a coordinate of a reweighted step and is reached in the limit only: which coordinates
// are taken to be 0, and which zeros come back. Both moves lower the majoriser
//
//   sum_j -g_j (t_j - w_j) + c D_j / 2 (t_j - w_j)^2 + lambda omega(|t_j|)
//
// of L + lambda Omega, coordinate by coordinate; the solver checks the objective all the same.
#pragma once

#include <vector>

#include "solvers/composite.h"

namespace flipside {

/// Sets coordinates of w, a copy of at.w, to 0 where 0 is allowed (|g_j| < lambda omega'(0+)) and
/// no worse than w_j; unless the penalty is convex only those below threshold times the largest.
/// Returns whether there were any.
bool dropVanishing(const Composite& composite, const Point& at, double curvature, double threshold,
                   std::vector<double>& w);

/// Moves zeros of w, a copy of at.w, that violate stationarity by more than goal to the minimiser
/// of the majoriser next to 0. slopes: those at at.w. Returns whether there were any.
bool letIn(const Composite& composite, const Point& at, std::span<const double> slopes,
           double curvature, double goal, std::vector<double>& w);

/// A penalty like lp with p just above 1 has no kink, but its slope rises so steeply that the
/// solution has coordinates of 1e-20 or less: they change no objective, yet stationarity asks for
/// them. Where the penalty's curvature dwarfs the loss's, w_j, a copy of at.w_j, becomes the
/// minimiser of the majoriser; -g_j hardly depends on it. Returns whether there were any.
bool settleTiny(const Composite& composite, const Point& at, std::vector<double>& w);

}  // namespace flipside
