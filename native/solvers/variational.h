// The variational form of a separable penalty (theory of the eta-trick): jointly in w and u = log
// eta
//
//   J(w, u) = L(w) + lambda/2 sum_j (w_j^2 / eta_j + f(eta_j)) >= L(w) + lambda Omega(w),
//
// with equality at eta = etaHat(w).
#pragma once

#include <algorithm>
#include <vector>

#include "solvers/composite.h"

namespace flipside {

/// A point of J. A coordinate whose eta is 0 is inactive: w_j = 0, and it costs f(0).
struct JointPoint {
  Point point;
  std::vector<double> u;          // -infinity where inactive
  std::vector<double> dualSlope;  // f'(eta)
  double value = 0.0;             // J

  bool active(std::size_t j) const { return u[j] > -std::numeric_limits<double>::infinity(); }
};

class Variational {
 public:
  /// Needs a separable penalty. scale: the size of the coefficients; etaHat is infinite where a
  /// penalty is flat, and eta stays below 1e9 times this. Nor does it fall below etaHat(0), where J
  /// is flat or worse.
  Variational(const Composite& composite, double scale);

  /// Where log eta may be.
  double within(double u) const { return std::clamp(u, lowest_, highest_); }

  /// eta = etaHat(w), and everything else.
  void balance(JointPoint& at) const;
  /// Everything at at.point.w and at.u but the gradient of L.
  void evaluate(JointPoint& at) const;
  /// The derivatives of J in w and in u; needs at.point.gradient. 0 for inactive coordinates.
  void gradient(const JointPoint& at, std::span<double> inW, std::span<double> inU) const;
  /// out = B^-1 v for the block diagonal approximation B of J's Hessian with one 2 x 2 block per
  /// coordinate, made positive definite; v and out hold w, then u.
  void precondition(const JointPoint& at, std::span<const double> v, std::span<double> out) const;

 private:
  double elasticity(double w) const;
  double slopeInU(const JointPoint& at, std::size_t j) const;
  bool pinned(const JointPoint& at, std::size_t j) const;

  const Composite& composite_;
  const SeparablePenalty& penalty_;
  double lowest_;
  double highest_;
};

}  // namespace flipside
