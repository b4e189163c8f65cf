#include "losses/pointwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {
namespace {

constexpr int kSteps = 100;

}  // namespace

/// Newton's method on the derivative in b, kept in the bracket that its signs have shown. Where
/// every y sits at an end of its range the infimum is at infinity: the steps are limited, and it
/// ends far out.
double PointwiseLoss::intercept(std::span<const double> fitted, std::span<const double> y) const {
  if (!context_.intercept) return 0.0;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  double b = intercept_;
  for (int step = 0; step < kSteps; ++step) {
    double first = 0.0;
    double second = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const PhiValues at = phi(predictor(fitted, i, b), y[i]);
      first += weight(i) * at.first;
      second += weight(i) * at.second;
      size += weight(i) * std::abs(at.first);
    }
    if (std::abs(first) <= 4.0 * std::numeric_limits<double>::epsilon() * size) break;
    (first > 0.0 ? high : low) = b;
    const double longest = longestStep();
    double next = b - std::clamp(first / second, -longest, longest);
    if (!(next > low && next < high)) {
      next = std::isinf(low) || std::isinf(high) ? b - std::copysign(longest, first)
                                                 : 0.5 * (low + high);
    }
    if (next == b || !std::isfinite(next)) break;
    b = next;
  }
  intercept_ = b;
  return b;
}

double PointwiseLoss::value(std::span<const double> fitted, std::span<const double> y) const {
  const double b = intercept(fitted, y);
  double sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += weight(i) * phi(predictor(fitted, i, b), y[i]).value;
  }
  return sum / static_cast<double>(y.size());
}

double PointwiseLoss::evaluate(std::span<const double> fitted, std::span<const double> y,
                               std::span<double> out) const {
  const double b = intercept(fitted, y);
  double sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const PhiValues at = phi(predictor(fitted, i, b), y[i]);
    sum += weight(i) * at.value;
    out[i] = -weight(i) * at.first;
  }
  return sum / static_cast<double>(y.size());
}

void PointwiseLoss::curvatures(std::span<const double> fitted, std::span<const double> y,
                               std::span<double> out) const {
  const double b = intercept(fitted, y);
  for (std::size_t i = 0; i < y.size(); ++i) {
    out[i] = weight(i) * phi(predictor(fitted, i, b), y[i]).second;
  }
}

double PointwiseLoss::curvatureBound() const {
  const auto& weights = context_.weights;
  const double heaviest = weights.empty() ? 1.0 : *std::ranges::max_element(weights);
  return heaviest * largestCurvature();
}

}  // namespace flipside
