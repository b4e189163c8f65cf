// Vector forms of a separable penalty: totals over coordinates, and coordinate by coordinate.
#include "penalties/penalty.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {

double SeparablePenalty::dualSlopeAt(double eta, double lambda) const {
  if (!(etaHatAt(0.0, lambda) < eta)) return 0.0;
  double low = std::log(std::numeric_limits<double>::min());
  double high = std::log(std::numeric_limits<double>::max());
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (etaHatAt(std::exp(middle), lambda) < eta ? low : high) = middle;
  }
  const double w = std::exp(low);
  return (w / eta) * (w / eta);
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
