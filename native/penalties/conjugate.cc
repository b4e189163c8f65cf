// With phi(w) = 2 omega(w) - w^2 / eta, eta phi'/2 = eta omega'(w) - w =: -excess(w), so that
// excess(w) < 0 says etaHat(w) < eta, and a local maximum is where excess comes up through 0 or
// jumps over it.
//
// Head: omega' = limit + coefficient w^exponent, hence excess is convex or concave, and monotone on
// either side of w = (coefficient exponent eta)^(1/(1-exponent)).
// Cell: excess is a polynomial of degree 7. Between the places where its derivative changes sign it
// is monotone; these are found in the same way from the second derivative, and so on.
// Tail: omega' = s (w/last)^-decay, excess = 0 at (w/last)^(1+decay) = eta s / last. Without end
// for decay < -1, and for decay = -1 where etaHat = last/s stays below eta.
#include "penalties/conjugate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "penalties/root.h"

namespace flipside {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double smallest = std::numeric_limits<double>::denorm_min();

class Conjugate {
 public:
  Conjugate(const Curve& omega, double eta)
      : omega_(omega), knots_(omega.data().knots), eta_(eta) {}

  double monotoneMaximiser() const {
    std::size_t low = 0;  // the first knot with excess >= 0, if any
    std::size_t high = knots_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (risesAtKnot(middle)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) return risesBeforeFirst() ? omega_.first() : headMaximum();
    if (low == knots_.size()) return tailMaximum();
    const std::size_t cell = low - 1;
    return excessAtEnd(cell) <= 0.0 ? knots_[low] : root(knots_[cell], knots_[low]);
  }

  double maximiser() const {
    const double tail = tailMaximum();
    if (std::isinf(tail)) return tail;
    double reached = 0.0;  // by a knot; what cannot be better needs no closer look
    for (const double knot : knots_) reached = std::max(reached, gainAt(knot, omega_.rise(knot)));

    double best = 0.0;
    double most = 0.0;
    const auto consider = [&](double w) {
      const double gain = gainAt(w, omega_.rise(w));
      if (gain > most) best = w, most = gain;
    };
    // Knots are told from the maxima next to them by the signs of phi', not by rounded values.
    consider(headMaximum());
    bool rising = risesBeforeFirst();
    for (std::size_t cell = 0; cell < omega_.cells(); ++cell) {
      const std::vector<double> slope = halfSlope(cell);
      if (rising && !(horner(slope, 0.0) > 0.0)) consider(knots_[cell]);
      rising = horner(slope, 1.0) > 0.0;
      // omega does not fall: no w inside can be better than this.
      if (gainAt(knots_[cell], omega_.rise(knots_[cell + 1])) < reached) continue;
      for (const double t : signChanges(slope)) consider(knots_[cell] + t * width(cell));
    }
    if (rising || tail > omega_.last()) consider(tail);
    return best;
  }

 private:
  ValueAndDerivative excess(double w) const {
    return {w - eta_ * omega_.slope(w), 1.0 - eta_ * omega_.curvature(w)};
  }
  double excessAtEnd(std::size_t cell) const {
    return knots_[cell + 1] - eta_ * omega_.slopeAtEnd(cell);
  }
  double root(double low, double high) const {
    return positiveRoot([this](double w) { return excess(w); }, low, high);
  }
  double gainAt(double w, double rise) const { return 2.0 * rise - w * (w / eta_); }

  /// phi rises to the right of this knot. At w = 0 without a kink the curvature decides.
  bool risesAtKnot(std::size_t i) const {
    const double knot = knots_[i];
    const double reach = eta_ * omega_.slope(knot);
    return knot > 0.0 || reach > 0.0 ? reach > knot : eta_ * omega_.curvature(0.0) > 1.0;
  }

  bool risesBeforeFirst() const {
    return omega_.first() > smallest && excess(std::nextafter(omega_.first(), 0.0)).value < 0.0;
  }

  /// The one local maximum inside the head; 0 without one.
  double headMaximum() const {
    if (omega_.first() <= smallest) return 0.0;
    const auto& [limit, coefficient, exponent] = omega_.data().head;
    const double end = std::nextafter(omega_.first(), 0.0);
    std::array<double, 3> bounds{smallest, end, end};
    const double turn = coefficient * exponent * eta_;
    if (turn > 0.0 && exponent != 1.0) {
      bounds[1] = std::clamp(std::pow(turn, 1.0 / (1.0 - exponent)), smallest, end);
    }
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      const bool maximum = excess(bounds[i]).value < 0.0 && excess(bounds[i + 1]).value >= 0.0;
      if (maximum) return root(bounds[i], bounds[i + 1]);
    }
    return 0.0;
  }

  /// The best w from the last knot on.
  double tailMaximum() const {
    const double last = omega_.last();
    const double slope = omega_.slope(last);
    const double decay = omega_.data().tailDecay;
    if (slope == 0.0) return last;
    const double ratio = eta_ * (slope / last);
    if (decay > -1.0) return ratio > 1.0 ? last * std::pow(ratio, 1.0 / (1.0 + decay)) : last;
    return decay < -1.0 || ratio > 1.0 ? infinity : last;
  }

  static double horner(const std::vector<double>& c, double t) {
    double sum = 0.0;
    for (std::size_t k = c.size(); k-- > 0;) sum = c[k] + t * sum;
    return sum;
  }

  /// Where a polynomial changes its sign in (0, 1), in order.
  static std::vector<double> signChanges(const std::vector<double>& c) {
    if (c.size() < 2) return {};
    std::vector<double> derivative(c.size() - 1);
    for (std::size_t k = 1; k < c.size(); ++k) derivative[k - 1] = static_cast<double>(k) * c[k];
    std::vector<double> bounds = signChanges(derivative);
    bounds.insert(bounds.begin(), 0.0);
    bounds.push_back(1.0);
    std::vector<double> changes;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      const bool sign = horner(c, bounds[i]) > 0.0;
      if (sign == (horner(c, bounds[i + 1]) > 0.0)) continue;
      double low = bounds[i];
      double high = bounds[i + 1];
      for (double t = middleDouble(low, high); low < t; t = middleDouble(low, high)) {
        ((horner(c, t) > 0.0) == sign ? low : high) = t;
      }
      changes.push_back(high);
    }
    return changes;
  }

  double width(std::size_t cell) const { return knots_[cell + 1] - knots_[cell]; }

  /// phi'/2 min(1, eta), which is in range for any eta, in t = (w - left) / width.
  std::vector<double> halfSlope(std::size_t cell) const {
    const double* from = &omega_.data().coefficients[Curve::kTerms * cell];
    std::vector<double> slope(from, from + Curve::kTerms);
    for (double& c : slope) c *= std::min(1.0, eta_);
    slope[0] -= knots_[cell] / std::max(1.0, eta_);
    slope[1] -= width(cell) / std::max(1.0, eta_);
    return slope;
  }

  const Curve& omega_;
  const std::vector<double>& knots_;
  double eta_;
};

}  // namespace

double maximiserOfConjugate(const Curve& omega, double eta, bool monotone) {
  const Conjugate conjugate(omega, eta);
  return monotone ? conjugate.monotoneMaximiser() : conjugate.maximiser();
}

}  // namespace flipside
