#include "solvers/start.h"

#include <algorithm>
#include <cmath>

namespace flipside {

double startStrength(const SeparablePenalty* penalty, double lambda,
                     std::span<const double> gradient, std::span<const double> curvature) {
  double largest = 0.0;
  for (std::size_t j = 0; j < curvature.size(); ++j) {
    if (curvature[j] > 0.0) largest = std::max(largest, std::abs(gradient[j]) / curvature[j]);
  }
  if (largest == 0.0) return 1.0;
  const double slope = penalty != nullptr ? penalty->slopeAt(0.1 * largest, lambda) : 1.0;
  return std::clamp(lambda * slope / largest, 1e-3, 1.0);
}

}  // namespace flipside
