// huber: phi(z, y) = r^2 / 2 where |r| <= delta, else delta |r| - delta^2 / 2, with r = y - z
// (Huber, Annals of Mathematical Statistics 35, 1964).
//
// hqreg's Huber loss is phi / delta, with delta its gamma. Twice phi is what sklearn's
// HuberRegressor sums at a scale sigma of 1, delta its epsilon; sigma is not estimated here.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "losses/pointwise.h"

namespace flipside {
namespace {

constexpr int kSteps = 2000;
/// Of the largest curvature, 1. In models only: one that had none where rows are far off would send
/// Newton's method anywhere; what this share slows it down by is a factor of a thousand per step.
constexpr double kLeastCurvature = 1e-3;

double phi(double r, double delta) {
  const double size = std::abs(r);
  return size <= delta ? 0.5 * r * r : delta * (size - 0.5 * delta);
}

class HuberLoss final : public PointwiseLoss {
 public:
  explicit HuberLoss(const LossContext& context)
      : PointwiseLoss(context), delta_(context.parameters.empty() ? 1.0 : context.parameters[0]) {}
  std::string_view name() const override { return "huber"; }
  double leastCurvature() const override { return kLeastCurvature; }

 protected:
  void phiOf(const PhiRows& rows) const override {
    for (std::size_t i = 0; i < rows.z.size(); ++i) {
      const double r = rows.y[i] - rows.z[i];
      rows.value[i] = phi(r, delta_);
      rows.first[i] = -std::clamp(r, -delta_, delta_);
      rows.second[i] = std::abs(r) <= delta_ ? 1.0 : 0.0;
    }
  }
  double largestCurvature() const override { return 1.0; }
  double longestStep() const override { return delta_; }

  /// The derivative in b is piecewise linear: Newton's method in the bracket of the residuals ends
  /// exactly, once its piece is found. Where it is 0 on a whole interval any b there is best.
  std::optional<double> bestIntercept(std::span<const double> fitted, std::span<const double> y,
                                      double last) const override {
    residuals_.resize(y.size());
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t i = 0; i < y.size(); ++i) {
      residuals_[i] = y[i] - fitted[i] - offset(i);
      if (weight(i) == 0.0) continue;
      low = std::min(low, residuals_[i]);
      high = std::max(high, residuals_[i]);
    }
    if (!(std::isfinite(low) && std::isfinite(high))) return last;
    double b = std::clamp(last, low, high);
    for (int step = 0; step < kSteps; ++step) {
      double rise = 0.0;  // sum of the weighted, clamped residuals: falls with b
      double slope = 0.0;
      double size = 0.0;
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double m = weight(i);
        const double r = residuals_[i] - b;
        const double part = m * std::clamp(r, -delta_, delta_);
        rise += part;
        size += std::abs(part);
        if (std::abs(r) <= delta_) slope += m;
      }
      if (std::abs(rise) <= 2.0 * std::numeric_limits<double>::epsilon() * size) return b;
      (rise > 0.0 ? low : high) = b;
      double next = slope > 0.0 ? b + rise / slope : low;
      if (!(next > low && next < high)) next = low + 0.5 * (high - low);
      if (next == b || !(next > low && next < high)) return b;
      b = next;
    }
    return b;
  }

  /// s y + s^2 / 2, |s| <= delta
  double conjugate(double s, double y) const override { return s * (y + 0.5 * s); }

 private:
  double delta_;
  mutable std::vector<double> residuals_;
};

double deviance(const Predicted& at) {
  double sum = 0.0;
  for (std::size_t i = 0; i < at.z.size(); ++i) {
    sum += at.weights[i] * phi(at.y[i] - at.z[i], at.parameters[0]);
  }
  return 2.0 * sum;
}

const LossEntry entry(
    {.name = "huber",
     .make = [](const LossContext& context) { return std::make_unique<HuberLoss>(context); },
     .parameters = {{"huber.delta", 1.0,
                     [](double value) { return value > 0.0 && std::isfinite(value); },
                     "a finite number > 0"}},
     .deviance = deviance});

}  // namespace
}  // namespace flipside
