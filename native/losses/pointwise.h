// Losses that are a weighted mean of phi(z_i, y_i) over the rows, z_i = fitted_i + offset_i + b,
// the intercept b minimised out. A further loss gives phi and its first two derivatives in z.
#pragma once

#include <span>

#include "losses/loss.h"

namespace flipside {

/// phi(z, y) with its derivatives in z: convex, so second >= 0.
struct PhiValues {
  double value;
  double first;
  double second;
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
  double curvatureBound() const final;
  double intercept(std::span<const double> fitted, std::span<const double> y) const final;

 protected:
  virtual PhiValues phi(double z, double y) const = 0;
  /// phi'' <= this.
  virtual double largestCurvature() const = 0;
  /// How far one Newton step for b may go: about where phi changes its shape.
  virtual double longestStep() const = 0;

 private:
  double weight(std::size_t i) const {
    return context_.weights.empty() ? 1.0 : context_.weights[i];
  }
  double predictor(std::span<const double> fitted, std::size_t i, double b) const {
    return fitted[i] + (context_.offset.empty() ? 0.0 : context_.offset[i]) + b;
  }

  LossContext context_;
  mutable double intercept_ = 0.0;  // the last one: where Newton's method for the next begins
};

}  // namespace flipside
