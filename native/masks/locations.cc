// Both ends of log a as a function of log kappa are straight, with slope -1: the masks that are
// hardly ever on have kappa ~ E s^2 / (E s)^2 with both moments proportional to a, those hardly
// ever off Var s ~ P(s < 1) ~ 1 / a. What is missing there falls like a and 1 / a. In between a
// cubic polynomial matches values and slopes at knots of equal distance.
#include "masks/locations.h"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>

namespace flipside {
namespace {

constexpr double kStep = 1.0 / 64.0;
/// How far beyond the middle the table goes: e^-30 is 1e-13.
constexpr double kMargin = 30.0;
/// Wider tables, of large beta, take too long to make.
constexpr double kWidest = 100.0;

}  // namespace

HardConcreteLocations::HardConcreteLocations(const HardConcreteShape& shape)
    : family_(shape.beta, shape.gamma, shape.zeta) {
  double location = family_.thetaAtOne() + kMargin;
  const double end = family_.thetaAtZero() - kMargin;
  if (location - end > kWidest) return;
  origin_ = std::log(family_.at(location).variance);
  double slope = -1.0;
  for (double logVariance = origin_; location > end; logVariance += kStep) {
    knots_.push_back(knot(logVariance, location + kStep * slope));
    location = knots_.back().location;
    slope = knots_.back().slope;
  }
}

/// Newton's method from close by.
HardConcreteLocations::Knot HardConcreteLocations::knot(double logVariance, double guess) const {
  double location = guess;
  for (int iteration = 0; iteration < 8; ++iteration) {
    const HardConcreteFamily::Point p = family_.at(location);
    const double slope = p.variance / p.varianceRate;
    const double step = slope * (logVariance - std::log(p.variance));
    location += step;
    // The next step would be of its square.
    if (std::abs(step) < 1e-6) return {location, slope};
  }
  return {family_.thetaOfLogVariance(logVariance), -1.0};
}

double HardConcreteLocations::at(double variance) const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (variance == 0.0) return infinity;
  if (std::isinf(variance)) return -infinity;
  const double logVariance = std::log(variance);
  if (knots_.empty()) return family_.thetaOfLogVariance(logVariance);
  const double x = (logVariance - origin_) / kStep;
  if (x <= 0.0) return knots_.front().location - x * kStep;
  const auto cell = static_cast<std::size_t>(x);
  if (cell + 1 >= knots_.size()) {
    const double rest = x - static_cast<double>(knots_.size() - 1);
    return knots_.back().location - rest * kStep;
  }
  const Knot& a = knots_[cell];
  const Knot& b = knots_[cell + 1];
  const double t = x - static_cast<double>(cell);
  const double rise = b.location - a.location;
  const double first = kStep * a.slope - rise;
  const double last = rise - kStep * b.slope;
  return a.location + t * (rise + (1.0 - t) * (first * (1.0 - t) + last * t));
}

std::shared_ptr<const HardConcreteLocations> sharedLocations(const HardConcreteShape& shape) {
  static std::mutex mutex;
  static std::map<std::array<double, 3>, std::shared_ptr<const HardConcreteLocations>> tables;
  constexpr std::size_t capacity = 32;
  const std::lock_guard lock(mutex);
  const std::array<double, 3> key{shape.beta, shape.gamma, shape.zeta};
  if (const auto found = tables.find(key); found != tables.end()) return found->second;
  auto made = std::make_shared<const HardConcreteLocations>(shape);
  if (tables.size() >= capacity) tables.clear();
  tables.emplace(key, made);
  return made;
}

}  // namespace flipside
