// Losses that are a weighted mean of phi(z_i, y_i) over the rows, z_i = fitted_i + offset_i + b,
// the intercept b minimised out. A further loss gives phi with its first two derivatives in z, its
// largest curvature and the length of a step in b; the conjugate of phi where it can.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "losses/loss.h"

namespace flipside {

/// Some rows: z and y, and room for as many values of phi(z, y) and of its derivatives in z; phi is
/// convex, so second >= 0.
struct PhiRows {
  std::span<const double> z;
  const double* y;
  double* value;
  double* first;
  double* second;
};

class PointwiseLoss : public Loss {
 public:
  explicit PointwiseLoss(const LossContext& context) : context_(context) {}

  double value(std::span<const double> fitted, std::span<const double> y) const final;
  double evaluate(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const final;
  void curvatures(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const final;
  bool freeIntercept() const final { return context_.intercept; }
  double dualValue(std::span<const double> r, std::span<const double> y) const final;
  double curvatureBound() const final;
  double rowCurvatureBound() const final { return largestCurvature(); }
  std::span<const double> rowWeights() const final { return context_.weights; }
  double intercept(std::span<const double> fitted, std::span<const double> y) const final;

 protected:
  /// phi of many rows.
  virtual void phiOf(const PhiRows& rows) const = 0;
  /// phi'' <= this.
  virtual double largestCurvature() const = 0;
  /// How far one Newton step for b may go: about where phi changes its shape.
  virtual double longestStep() const = 0;
  /// The best b, where it can be computed directly; `last` is the one before.
  virtual std::optional<double> bestIntercept(std::span<const double> fitted,
                                              std::span<const double> y, double last) const {
    (void)fitted, (void)y, (void)last;
    return std::nullopt;
  }
  /// sup over z of s z - phi(z, y), for s = phi'(z, y) of some z or a multiple of it in [0, 1]; NaN
  /// where a loss does not offer it.
  virtual double conjugate(double s, double y) const;

  const LossContext& context() const { return context_; }
  double weight(std::size_t i) const {
    return context_.weights.empty() ? 1.0 : context_.weights[i];
  }
  double offset(std::size_t i) const { return context_.offset.empty() ? 0.0 : context_.offset[i]; }

 private:
  /// Weighted sums over the rows.
  struct Sums {
    double value = 0.0;
    double first = 0.0;
    double second = 0.0;
    double size = 0.0;  // of |first|
  };
  /// Where derivatives go: each empty, or one entry per row with its weight.
  struct Derivatives {
    std::span<double> first;
    std::span<double> second;
  };
  struct Minimum {
    double value;
    double b;
  };

  Sums sumsAt(std::span<const double> fitted, std::span<const double> y, double b,
              const Derivatives& out) const;
  Sums sumsOf(std::span<const double> fitted, std::span<const double> y, double b, std::size_t from,
              std::size_t to, const Derivatives& out) const;
  Minimum minimum(std::span<const double> fitted, std::span<const double> y,
                  const Derivatives& out) const;

  LossContext context_;
  mutable double intercept_ = 0.0;  // the last one: where Newton's method for the next begins
  mutable std::vector<double> seconds_;
};

}  // namespace flipside
