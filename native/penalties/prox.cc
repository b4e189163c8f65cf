// The proximal step of a penalty that has no closed form for it, and the threshold of any.
#include "penalties/prox.h"

#include <algorithm>
#include <limits>

#include "penalties/penalty.h"
#include "penalties/scaling.h"

namespace flipside {
namespace {

constexpr double largest = std::numeric_limits<double>::max();
constexpr double smallest = std::numeric_limits<double>::denorm_min();

struct OmegaAtLambda {
  const SeparablePenalty& penalty;
  double lambda;
  double rise(double t) const { return penalty.omegaAt(t, lambda) - penalty.omegaAt(0.0, lambda); }
  double slope(double t) const { return penalty.slopeAt(t, lambda); }
  double curvature(double t) const { return penalty.curvatureAt(t, lambda); }
};

struct UnitOmega {
  const UnitPenalty& penalty;
  double rise(double t) const { return penalty.unitRise(t); }
  double slope(double t) const { return penalty.unitSlope(t); }
  double curvature(double t) const { return penalty.unitCurvature(t); }
};

}  // namespace

double SeparablePenalty::proxAt(double z, double h, double lambda) const {
  return proximalStep(OmegaAtLambda{*this, lambda}, z, lambda / h, {concavity(lambda), false});
}

double UnitPenalty::unitProx(double z, double c) const {
  return proximalStep(UnitOmega{*this}, z, c, {unitConcavity(), unitConcave()});
}

double SeparablePenalty::lastZero(double z, double h, double lambda) const {
  const auto isZero = [&](double at) { return proxAt(at, h, lambda) == 0.0; };
  double low = z;
  double high = z;
  double width = std::numeric_limits<double>::epsilon();
  if (isZero(z)) {
    do {
      low = high;
      high = std::min(largest, high + std::max(high * width, smallest));
      width *= 16.0;
    } while (high > low && isZero(high));
  } else {
    do {
      high = low;
      low = std::max(0.0, low - std::max(low * width, smallest));
      width *= 16.0;
    } while (low > 0.0 && !isZero(low));
  }
  for (double at = middleDouble(low, high); low < at && at < high; at = middleDouble(low, high)) {
    (isZero(at) ? low : high) = at;
  }
  return low;
}

double SeparablePenalty::proxThreshold(double h, double lambda) const {
  const double kink = slopeAt(0.0, lambda);
  const double c = std::min(lambda / h, largest);
  if (!(kink > 0.0) || !(c > 0.0)) return 0.0;
  double z = std::min(c * kink, largest);
  if (!(c * concavity(lambda) > 1.0)) return lastZero(z, h, lambda);
  if (kink > largest) {
    z = std::sqrt(c);
    while (z < largest && proxAt(z, h, lambda) == 0.0) z = std::min(largest, 4.0 * z);
  }
  // The lowest g less g(0) is a concave function of z with the slope -t: Newton's method, which
  // comes down to its zero z = t/2 + c (omega(t) - omega(0)) / t.
  for (int step = 0; step < 60; ++step) {
    const double t = proxAt(z, h, lambda);
    if (t == 0.0) break;
    const double next = 0.5 * t + c * ((omegaAt(t, lambda) - omegaAt(0.0, lambda)) / t);
    if (!(next < z)) break;
    z = next;
  }
  return lastZero(z, h, lambda);
}

double SeparablePenalty::concavity(double) const {
  return convex() ? 0.0 : std::numeric_limits<double>::infinity();
}

}  // namespace flipside
