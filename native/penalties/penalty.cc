// Vector forms of a separable penalty: totals over coordinates, and coordinate by coordinate.
#include "penalties/penalty.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "penalties/root.h"

namespace flipside {

double SeparablePenalty::dualSlopeAt(double eta, double lambda) const {
  const auto square = [](double slope) { return slope * slope; };
  if (eta == 0.0) return square(slopeAt(0.0, lambda));
  if (etaHatAt(0.0, lambda) >= eta) return 0.0;
  double low = 0.0;
  double high = std::numeric_limits<double>::max();
  // No w reaches eta: what lies beyond has the slope of the last one.
  if (etaHatAt(high, lambda) < eta) return square(slopeAt(high, lambda));
  for (double w = middleDouble(low, high); low < w; w = middleDouble(low, high)) {
    (etaHatAt(w, lambda) < eta ? low : high) = w;
  }
  return square(high / eta);
}

void SeparablePenalty::keepProbabilities(std::span<const double> w, double lambda,
                                         std::span<double> out) const {
  if (lambda > 0.0) return maskQuantities(w, lambda, MaskQuantity::keepProbability, out);
  std::ranges::fill(out, 1.0);
}

void SeparablePenalty::maskVariances(std::span<const double> w, double lambda,
                                     std::span<double> out) const {
  if (lambda > 0.0) return maskQuantities(w, lambda, MaskQuantity::variance, out);
  std::ranges::fill(out, 0.0);
}

void SeparablePenalty::maskQuantities(std::span<const double> w, double lambda,
                                      MaskQuantity quantity, std::span<double> out) const {
  const bool variance = quantity == MaskQuantity::variance;
  for (std::size_t j = 0; j < w.size(); ++j) {
    const double v = maskVarianceAt(std::abs(w[j]), lambda);
    out[j] = variance ? v : 1.0 / (1.0 + v);
  }
}

double SeparablePenalty::omega(std::span<const double> w, const PenaltyContext& context) const {
  double total = 0.0;
  for (const double value : w) total += omegaAt(std::abs(value), context.lambda);
  return total;
}

double SeparablePenalty::dual(std::span<const double> eta, const PenaltyContext& context) const {
  double total = 0.0;
  for (const double value : eta) total += dualAt(value, context.lambda);
  return total;
}

void SeparablePenalty::etaHat(std::span<const double> w, const PenaltyContext& context,
                              std::span<double> out) const {
  for (std::size_t j = 0; j < w.size(); ++j) out[j] = etaHatAt(std::abs(w[j]), context.lambda);
}

void SeparablePenalty::slope(std::span<const double> w, const PenaltyContext& context,
                             std::span<double> out) const {
  for (std::size_t j = 0; j < w.size(); ++j) out[j] = slopeAt(std::abs(w[j]), context.lambda);
}

bool SeparablePenalty::hessian(std::span<const double> w, const PenaltyContext& context,
                               MutableMatrix out) const {
  std::size_t k = 0;
  for (const double value : w) {
    if (value == 0.0) continue;
    std::fill_n(out.column(k), out.rows, 0.0);
    out(k, k) = curvatureAt(std::abs(value), context.lambda);
    ++k;
  }
  return true;
}

}  // namespace flipside
