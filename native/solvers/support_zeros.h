// 0 absorbs a coordinate of a reweighted step and is reached in the limit only: which coordinates
// are taken to be 0, and which zeros come back. The moves lower the majoriser
//
//   sum_j -g_j (t_j - w_j) + c D_j / 2 (t_j - w_j)^2 + lambda omega(|t_j|)
//
// of L + lambda Omega, coordinate by coordinate; the solver checks the objective all the same. Each
// takes a copy of at.w and returns whether it changed anything.
#pragma once

#include <vector>

#include "solvers/composite.h"

namespace flipside {

class SupportZeros {
 public:
  /// goal: the violation that counts as none.
  SupportZeros(const Composite& composite, double goal);

  /// Sets coordinates to 0 where 0 is allowed (|g_j| < lambda omega'(0+)) and no worse than w_j;
  /// unless the penalty is convex only those that are small beside the largest.
  bool drop(const Point& at, double curvature, std::vector<double>& w);
  /// The objective rose: what counts as small was too large.
  void dropRefused() { threshold_ *= 0.1; }

  /// Moves zeros, and what is next to a kink at 0, that violate stationarity by more than goal to
  /// the minimiser of the majoriser next to 0. slopes: those at at.w.
  bool letIn(const Point& at, std::span<const double> slopes, double curvature,
             std::vector<double>& w) const;

  /// A penalty like lp with p just above 1 has no kink, but its slope rises so steeply that the
  /// solution has coordinates of 1e-20 or less: they change no objective, yet stationarity asks for
  /// them. Where the penalty's curvature dwarfs the loss's, w_j becomes the minimiser of the
  /// majoriser; g_j hardly depends on it.
  bool settleTiny(const Point& at, std::vector<double>& w) const;

 private:
  bool dropSeparable(const Point& at, double curvature, double scale, std::vector<double>& w) const;
  bool dropTogether(const Point& at, double scale, std::vector<double>& w) const;

  const Composite& composite_;
  double goal_;
  double peak_ = 0.0;        // the largest |w_j| there ever was
  double threshold_ = 1e-3;  // of the largest: below it a coordinate may be vanishing
};

}  // namespace flipside
