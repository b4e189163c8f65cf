// The proximal step of one coordinate for any omega: the t >= 0 that minimises
//     g(t) = 1/2 (t - z)^2 + c omega(t),     g'(t) = t - z + c omega'(t) =: excess(t).
//
// Where c omega'' >= -1 the excess grows and has one zero: Newton's method inside a bracket.
//
// Otherwise the interval up to z is searched by branch and bound, with what a subquadratic omega
// offers: omega'(t)/t falls, and omega is a concave function of t^2. Hence on [a, b]
//  - z / (1 + c omega'(a)/a) <= t <= z / (1 + c omega'(b)/b) for every stationary t, which is one
//    reweighting from either end;
//  - the chord in t^2 lies below omega, and with it g is a parabola whose minimum bounds g.
// Of a concave omega the chord in t does the same, more closely.
//
// What is left are intervals whose ends differ by 1/64: a rise of excess through 0 in one of them
// is a local minimum, found to the last digits, and the best of these and 0 is the result. It is
// the global minimiser unless another minimum and the maximum next to it lie both within 1/64 of
// each other, or its g is lower by 1e-9 of g at most. Of an omega that is not subquadratic it is
// a local minimiser.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "penalties/root.h"

namespace flipside {

/// Omega gives rise(t) = omega(t) - omega(0), slope(t) and curvature(t).
template <class Omega>
class ProximalStep {
 public:
  /// z > 0 and c > 0, both finite.
  ProximalStep(const Omega& omega, double z, double c) : omega_(omega), z_(z), c_(c) {}

  /// For c omega'' >= -1.
  double ofConvex() const {
    if (!(c_ * omega_.slope(0.0) < z_)) return 0.0;
    return risingZero(0.0, z_, reweighted(z_, omega_.slope(z_)));
  }

  double global(bool concave) {
    concave_ = concave;
    // No stationary point lies beyond.
    const Point top = pointAt(reweighted(z_, omega_.slope(z_)));
    if (top.t > 0.0) search({0.0, 0.0, c_ * omega_.slope(0.0) - z_, 0.0}, top);
    return best_;
  }

 private:
  static constexpr double largest = std::numeric_limits<double>::max();
  static constexpr double epsilon = std::numeric_limits<double>::epsilon();
  static constexpr double narrow = 1.0 + 1.0 / 64.0;

  struct Point {
    double t;
    double rise;
    double excess;
    double reweighted;
  };

  double reweighted(double t, double slope) const {
    return std::min(z_, z_ / (1.0 + c_ * (slope / t)));
  }

  /// Ends count as candidates where they are stationary.
  Point pointAt(double t) {
    const double slope = omega_.slope(t);
    const Point at{t, omega_.rise(t), (t - z_) + c_ * slope, reweighted(t, slope)};
    if (at.excess == 0.0) consider(t);
    return at;
  }

  /// Where excess passes through 0 between low, where it is negative or which is 0, and high, where
  /// it is not negative.
  double risingZero(double low, double high, double start) const {
    double t = start;
    double lastStep = high - low;
    while (true) {
      const double slope = omega_.slope(t);
      const double excess = (t - z_) + c_ * slope;
      if (excess == 0.0) return t;
      (excess < 0.0 ? low : high) = t;
      double next = t - excess / (1.0 + c_ * omega_.curvature(t));
      const double step = std::abs(next - t);
      const bool newton = next > low && next < high && 2.0 * step <= lastStep;
      // The step after this one would be at rounding level.
      const bool near = step <= 1e-9 * t || std::abs(excess) <= 8.0 * epsilon * z_;
      if (newton && near) return next;
      if (!newton) {
        next = low > 0.0 ? middleDouble(low, high) : std::min(reweighted(t, slope), 0.5 * t);
      }
      if (!(next > low && next < high)) return t;
      lastStep = std::abs(next - t);
      t = next;
    }
  }

  /// (g(0) - g(t)) / z.
  double gain(double t, double rise) const {
    return t * (1.0 - 0.5 * (t / z_)) - std::min(c_ / z_, largest) * rise;
  }

  void consider(double t) {
    const double value = gain(t, omega_.rise(t));
    if (value > gain_ || (value == gain_ && t < best_)) gain_ = value, best_ = t;
  }

  /// Of the gain on [a, b].
  double bound(const Point& a, const Point& b) const {
    const double ratio = std::min(c_ / z_, largest);
    const double chord = (b.rise - a.rise) / (b.t - a.t);
    if (concave_) {
      const double t = std::clamp(z_ - c_ * chord, a.t, b.t);
      return t * (1.0 - 0.5 * (t / z_)) - ratio * (a.rise + (t - a.t) * chord);
    }
    const double bend = chord / (b.t + a.t);
    const double t = std::clamp(z_ / (1.0 + 2.0 * c_ * bend), a.t, b.t);
    return t * (1.0 - 0.5 * (t / z_)) - ratio * (a.rise + (t - a.t) * (t + a.t) * bend);
  }

  void search(Point a, Point b) {
    while (a.t < b.t) {
      const bool rising = a.excess < 0.0 && b.excess >= 0.0;
      const double left = std::max(0.5 * z_ - gain_, 1e-6 * z_);
      if (bound(a, b) <= gain_ + (rising ? 0.0 : 1e-9 * left)) return;
      if (b.reweighted < a.t || a.reweighted > b.t) return;
      if (b.t <= narrow * a.t) {
        if (rising) consider(risingZero(a.t, b.t, a.t + 0.5 * (b.t - a.t)));
        return;
      }
      const double middle = a.t > 0.0 ? a.t * std::sqrt(b.t / a.t) : b.t / 16.0;
      if (b.reweighted < middle) {
        b = pointAt(b.reweighted);
      } else if (a.reweighted > middle) {
        a = pointAt(a.reweighted);
      } else {
        if (!(middle > a.t)) return;
        const Point between = pointAt(middle);
        search(between, b);
        b = between;
      }
    }
  }

  const Omega& omega_;
  double z_;
  double c_;
  bool concave_ = false;
  double best_ = 0.0;
  double gain_ = 0.0;
};

/// What a penalty knows of its omega: sup of -omega'', and whether omega is concave.
struct Bending {
  double concavity;
  bool concave;
};

/// For any z >= 0 and c >= 0.
template <class Omega>
double proximalStep(const Omega& omega, double z, double c, const Bending& bending) {
  if (!(z > 0.0) || !(c > 0.0)) return z;
  ProximalStep<Omega> step(omega, z, std::min(c, std::numeric_limits<double>::max()));
  return c * bending.concavity <= 1.0 ? step.ofConvex() : step.global(bending.concave);
}

}  // namespace flipside
